/** The image's entrypoint: makes the cluster at the first start, with what the environment asks for. */
export const POSTGRES_ENTRYPOINT = `#!/usr/bin/env bash
set -Eeo pipefail

# VAR, or the content of the file that VAR_FILE names.
from_file() {
    local var="$1" file_var="$1_FILE" value="$2"
    if [ "\${!var:-}" ] && [ "\${!file_var:-}" ]; then
        printf >&2 'error: both %s and %s are set (but are exclusive)\\n' "$var" "$file_var"
        exit 1
    fi
    if [ "\${!var:-}" ]; then value="\${!var}"; elif [ "\${!file_var:-}" ]; then value="$(< "\${!file_var}")"; fi
    export "$var"="$value"
    unset "$file_var"
}

prepare_folders() {
    mkdir -p "$PGDATA" /var/run/postgresql
    chmod 00700 "$PGDATA" || :
    chmod 03775 /var/run/postgresql || :
    if [ "$(id -u)" = 0 ]; then
        find "$PGDATA" \\! -user postgres -exec chown postgres '{}' +
        find /var/run/postgresql \\! -user postgres -exec chown postgres '{}' +
    fi
}

check_password() {
    if [ -z "$POSTGRES_PASSWORD" ] && [ "$POSTGRES_HOST_AUTH_METHOD" != trust ]; then
        cat >&2 <<'TEXT'
Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".

       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all
       connections without a password. This is *not* recommended.

       See PostgreSQL documentation about "trust":
       https://www.postgresql.org/docs/current/auth-trust.html
TEXT
        exit 1
    fi
    if [ "$POSTGRES_HOST_AUTH_METHOD" = trust ]; then
        echo >&2 'WARNING: POSTGRES_HOST_AUTH_METHOD has been set to "trust": everybody may connect without a password.'
    fi
}

make_cluster() {
    initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\\n' "$POSTGRES_PASSWORD") $POSTGRES_INITDB_ARGS "$@"
    printf '\\nhost all all all %s\\n' "\${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >> "$PGDATA/pg_hba.conf"
}

run_sql() {
    PGHOST= PGHOSTADDR= psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --no-password --dbname "$POSTGRES_DB" "$@"
}

make_database() {
    local found
    found="$(printf '%s\\n' "SELECT 1 FROM pg_database WHERE datname = :'db';" | POSTGRES_DB= run_sql --dbname postgres --set db="$POSTGRES_DB" --tuples-only)"
    if [ -z "$found" ]; then
        printf '%s\\n' 'CREATE DATABASE :"db";' | POSTGRES_DB= run_sql --dbname postgres --set db="$POSTGRES_DB"
        printf '\\n'
    fi
}

run_scripts() {
    printf '\\n'
    local f
    for f; do
        case "$f" in
            *.sh)
                if [ -x "$f" ]; then
                    printf '%s: running %s\\n' "$0" "$f"
                    "$f"
                else
                    printf '%s: sourcing %s\\n' "$0" "$f"
                    . "$f"
                fi
                ;;
            *.sql) printf '%s: running %s\\n' "$0" "$f"; run_sql -f "$f"; printf '\\n' ;;
            *.sql.gz) printf '%s: running %s\\n' "$0" "$f"; gunzip -c "$f" | run_sql; printf '\\n' ;;
            *) printf '%s: ignoring %s\\n' "$0" "$f" ;;
        esac
        printf '\\n'
    done
}

if [ "\${1:0:1}" = '-' ]; then set -- postgres "$@"; fi

if [ "$1" = postgres ] && [[ " $* " != *" --version "* ]] && [[ " $* " != *" -V "* ]]; then
    from_file POSTGRES_PASSWORD ''
    from_file POSTGRES_USER postgres
    from_file POSTGRES_DB "$POSTGRES_USER"
    from_file POSTGRES_INITDB_ARGS ''
    prepare_folders
    if [ "$(id -u)" = 0 ]; then exec gosu postgres "$BASH_SOURCE" "$@"; fi
    if [ ! -s "$PGDATA/PG_VERSION" ]; then
        check_password
        make_cluster
        if [ "$POSTGRES_DB" != postgres ] || [ -n "$(ls /docker-entrypoint-initdb.d/)" ]; then
            export PGPASSWORD="\${PGPASSWORD:-$POSTGRES_PASSWORD}"
            pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
            make_database
            run_scripts /docker-entrypoint-initdb.d/*
            pg_ctl -D "$PGDATA" -m fast -w stop
            unset PGPASSWORD
        fi
        printf '\\nPostgreSQL init process complete; ready for start up.\\n\\n'
    else
        printf '\\nPostgreSQL Database directory appears to contain a database; Skipping initialization\\n\\n'
    fi
fi

exec "$@"
`
