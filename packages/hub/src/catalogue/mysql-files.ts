interface Flavour {
  /** The server's command, its client's and the administrator's. */
  readonly server: string
  readonly client: string
  readonly admin: string
  /** What the environment's variables begin with; the first is the one that messages name. */
  readonly prefixes: readonly string[]
  readonly title: string
  readonly version: string
}

export const MYSQL: Flavour = {
  server: 'mysqld',
  client: 'mysql',
  admin: 'mysqladmin',
  prefixes: ['MYSQL'],
  title: 'MySQL Server',
  version: '$MYSQL_VERSION',
}
export const MARIADB: Flavour = {
  server: 'mariadbd',
  client: 'mariadb',
  admin: 'mariadb-admin',
  prefixes: ['MARIADB', 'MYSQL'],
  title: 'MariaDB Server',
  version: '$MARIADB_VERSION',
}

const VARIABLES = [
  'ROOT_PASSWORD',
  'ALLOW_EMPTY_PASSWORD',
  'RANDOM_ROOT_PASSWORD',
  'ROOT_HOST',
  'DATABASE',
  'USER',
  'PASSWORD',
]

/** Each variable of the image, by any of its names, or the content of the file that NAME_FILE tells. */
const settings = ({ prefixes }: Flavour): string =>
  VARIABLES.map((name) => {
    const sources = prefixes.map((prefix) => `from_file ${prefix}_${name}`).join('; ')
    const value = prefixes.map((prefix) => `\${${prefix}_${name}:-}`)
    const either = prefixes.length > 1 ? `\${${prefixes[0]}_${name}:-${value[1]}}` : value[0]
    return `${sources}; ${name}="${either}"`
  }).join('\n    ')

/** The image's entrypoint: makes the data directory at the first start, with what the environment asks for. */
export const mysqlEntrypoint = (flavour: Flavour): string => `#!/bin/bash
set -eo pipefail
shopt -s nullglob

note() { printf '%s [Note] [Entrypoint]: %s\\n' "$(date -u '+%Y-%m-%d %H:%M:%S+00:00')" "$*"; }
failure() {
    printf '%s [ERROR] [Entrypoint]: %s\\n' "$(date -u '+%Y-%m-%d %H:%M:%S+00:00')" "$*" >&2
    exit 1
}

# VAR, or the content of the file that VAR_FILE names.
from_file() {
    local var="$1" file_var="$1_FILE"
    if [ "\${!var:-}" ] && [ "\${!file_var:-}" ]; then
        failure "Both $var and $file_var are set (but are exclusive)"
    fi
    if [ "\${!file_var:-}" ]; then export "$var"="$(< "\${!file_var}")"; fi
    unset "$file_var"
}

read_settings() {
    ${settings(flavour)}
}

check_settings() {
    if [ -z "$ROOT_PASSWORD" ] && [ -z "$ALLOW_EMPTY_PASSWORD" ] && [ -z "$RANDOM_ROOT_PASSWORD" ]; then
        failure "Database is uninitialized and password option is not specified
    You need to specify one of the following as an environment variable:
${VARIABLES.slice(0, 3)
  .map((name) => `    - ${flavour.prefixes[0]}_${name}`)
  .join('\n')}"
    fi
    if [ "$USER" = root ]; then
        failure "${flavour.prefixes[0]}_USER=\\"root\\", ${flavour.prefixes[0]}_USER and ${flavour.prefixes[0]}_PASSWORD are for configuring a regular user and cannot be used for the root user
    Remove ${flavour.prefixes[0]}_USER=\\"root\\" and use one of the variables of the root password to control it"
    fi
}

run_sql() {
    local database=()
    if [ -n "$1" ] && [ "$1" != --no-database ]; then database=("$1"); fi
    shift || :
    MYSQL_PWD="$run_password" ${flavour.client} --protocol=socket -uroot "\${database[@]}" "$@"
}

quoted() { printf '%s' "$1" | sed "s/\\\\\\\\/&&/g; s/'/''/g"; }

set_up() {
    if [ -n "$RANDOM_ROOT_PASSWORD" ]; then
        ROOT_PASSWORD="$(head -c 24 /dev/urandom | base64)"
        note "GENERATED ROOT PASSWORD: $ROOT_PASSWORD"
    fi
    local host="\${ROOT_HOST:-%}" word
    word="$(quoted "$ROOT_PASSWORD")"
    run_password=
    run_sql --no-database -e "ALTER USER 'root'@'localhost' IDENTIFIED BY '$word'"
    run_password="$ROOT_PASSWORD"
    if [ "$host" != localhost ]; then
        run_sql --no-database -e "CREATE USER 'root'@'$host' IDENTIFIED BY '$word'; GRANT ALL ON *.* TO 'root'@'$host' WITH GRANT OPTION"
    fi
    if [ -n "$DATABASE" ]; then
        note "Creating database $DATABASE"
        run_sql --no-database -e "CREATE DATABASE IF NOT EXISTS \\\`$DATABASE\\\`"
    fi
    if [ -n "$USER" ] && [ -n "$PASSWORD" ]; then
        note "Creating user $USER"
        run_sql --no-database -e "CREATE USER '$USER'@'%' IDENTIFIED BY '$(quoted "$PASSWORD")'"
        if [ -n "$DATABASE" ]; then
            note "Giving user $USER access to schema $DATABASE"
            run_sql --no-database -e "GRANT ALL ON \\\`$DATABASE\\\`.* TO '$USER'@'%'"
        fi
    fi
}

run_scripts() {
    printf '\\n'
    local f
    for f; do
        case "$f" in
            *.sh)
                if [ -x "$f" ]; then note "$0: running $f"; "$f"; else note "$0: sourcing $f"; . "$f"; fi
                ;;
            *.sql) note "$0: running $f"; run_sql "$DATABASE" < "$f"; printf '\\n' ;;
            *.sql.gz) note "$0: running $f"; gunzip -c "$f" | run_sql "$DATABASE"; printf '\\n' ;;
            *) note "$0: ignoring $f" ;;
        esac
        printf '\\n'
    done
}

if [ "\${1:0:1}" = '-' ]; then set -- ${flavour.server} "$@"; fi

if [ "$1" = ${flavour.server} ] || [ "$1" = mysqld ]; then
    note "Entrypoint script for ${flavour.title} ${flavour.version} started."
    mkdir -p /var/lib/mysql /var/run/mysqld
    if [ "$(id -u)" = 0 ]; then
        chown mysql:mysql /var/lib/mysql /var/run/mysqld
        note "Switching to dedicated user 'mysql'"
        exec gosu mysql "$BASH_SOURCE" "$@"
    fi
    if [ ! -d /var/lib/mysql/mysql ]; then
        read_settings
        check_settings
        note "Initializing database files"
        "$@" --initialize-insecure
        note "Database files initialized"
        note "Starting temporary server"
        "$@" --skip-networking &
        server=$!
        for i in {30..0}; do
            if ${flavour.admin} --protocol=socket -uroot -s ping > /dev/null 2>&1; then break; fi
            sleep 0.5
        done
        if [ "$i" = 0 ]; then failure "Unable to start server."; fi
        note "Temporary server started."
        set_up
        run_scripts /docker-entrypoint-initdb.d/*
        note "Stopping temporary server"
        kill "$server"
        wait "$server" || :
        note "Temporary server stopped"
        printf '\\n'
        note "${flavour.title.replace(' Server', '')} init process done. Ready for start up."
        printf '\\n'
    fi
fi

exec "$@"
`
