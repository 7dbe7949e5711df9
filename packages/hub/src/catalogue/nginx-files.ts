import { hashHex } from '@drydock/codec'

/** What the image of nginx holds besides the server itself. */
export const WELCOME_PAGE = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto; font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>This page comes from nginx: the web server is running. What it serves is up to its configuration.</p>

<p>Its manual is at <a href="http://nginx.org/">nginx.org</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
`

export const FIFTY_X_PAGE = `<!DOCTYPE html>
<html>
<head>
<title>Error</title>
</head>
<body>
<h1>An error occurred.</h1>
<p>The page cannot be shown now. Whoever runs this server finds the reason in its error log.</p>
</body>
</html>
`

export const NGINX_CONF = `
user  nginx;
worker_processes  auto;

error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;

events {
    worker_connections  1024;
}

http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;

    log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';

    access_log  /var/log/nginx/access.log  main;

    sendfile        on;
    keepalive_timeout  65;

    include /etc/nginx/conf.d/*.conf;
}
`

export const DEFAULT_CONF = `server {
    listen       80;
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }

    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }
}
`

export const MIME_TYPES = `types {
    text/html                             html htm shtml;
    text/css                              css;
    text/xml                              xml;
    image/gif                             gif;
    image/jpeg                            jpeg jpg;
    application/javascript                js mjs;
    application/atom+xml                  atom;
    application/rss+xml                   rss;
    text/plain                            txt;
    image/avif                            avif;
    image/png                             png;
    image/svg+xml                         svg svgz;
    image/tiff                            tif tiff;
    image/webp                            webp;
    image/x-icon                          ico;
    font/woff                             woff;
    font/woff2                            woff2;
    application/json                      json;
    application/pdf                       pdf;
    application/wasm                      wasm;
    application/zip                       zip;
    application/octet-stream              bin exe dll deb dmg iso img;
    audio/mpeg                            mp3;
    audio/ogg                             ogg;
    video/mp4                             mp4;
    video/webm                            webm;
}
`

/** Runs what lies in /docker-entrypoint.d before the server starts; its words are those of the real image's log. */
export const ENTRYPOINT = `#!/bin/sh
set -e

say() {
    if [ -z "\${NGINX_ENTRYPOINT_QUIET_LOGS:-}" ]; then
        echo "$0: $1"
    fi
}

configure() {
    found=
    for each in /docker-entrypoint.d/*; do
        [ -f "$each" ] && found=yes
    done
    if [ -z "$found" ]; then
        say "No files found in /docker-entrypoint.d/, skipping configuration"
        return
    fi
    say "/docker-entrypoint.d/ is not empty, will attempt to perform configuration"
    say "Looking for shell scripts in /docker-entrypoint.d/"
    for each in /docker-entrypoint.d/*; do
        case "$each" in
            *.envsh)
                if [ -x "$each" ]; then
                    say "Sourcing $each"
                    . "$each"
                else
                    say "Ignoring $each, not executable"
                fi
                ;;
            *.sh)
                if [ -x "$each" ]; then
                    say "Launching $each"
                    "$each"
                else
                    say "Ignoring $each, not executable"
                fi
                ;;
            *) say "Ignoring $each" ;;
        esac
    done
    say "Configuration complete; ready for start up"
}

case "$1" in
    nginx | nginx-debug) configure ;;
esac

exec "$@"
`

export const IPV6 = `#!/bin/sh
set -e
ME=10-listen-on-ipv6-by-default.sh
CONF=/etc/nginx/conf.d/default.conf
say() {
    [ -n "\${NGINX_ENTRYPOINT_QUIET_LOGS:-}" ] || echo "$ME: $1"
}
if [ ! -f /proc/net/if_inet6 ]; then
    say "info: ipv6 not available"
    exit 0
fi
if [ ! -f $CONF ]; then
    say "info: $CONF is not a file or does not exist"
    exit 0
fi
if ! touch $CONF 2>/dev/null; then
    say "info: can not modify $CONF (read-only file system?)"
    exit 0
fi
if grep -q "listen  *\\[::\\]:80;" $CONF; then
    say "info: IPv6 listen already enabled"
    exit 0
fi
say "info: Getting the checksum of $CONF"
if ! echo "${hashHex('sha1', DEFAULT_CONF)}  $CONF" | sha1sum -c - >/dev/null 2>&1; then
    say "info: $CONF differs from the packaged version"
    exit 0
fi
sed -i 's,listen       80;,listen       80;\\n    listen  [::]:80;,' $CONF
say "info: Enabled listen on IPv6 in $CONF"
`

export const RESOLVERS = `# Tells templates the name servers of this container.
if [ -n "\${NGINX_ENTRYPOINT_LOCAL_RESOLVERS:-}" ]; then
    NGINX_LOCAL_RESOLVERS=
    while read -r word address rest; do
        if [ "$word" = nameserver ]; then
            NGINX_LOCAL_RESOLVERS="$NGINX_LOCAL_RESOLVERS $address"
        fi
    done </etc/resolv.conf
    NGINX_LOCAL_RESOLVERS="\${NGINX_LOCAL_RESOLVERS# }"
    export NGINX_LOCAL_RESOLVERS
fi
`

export const ENVSUBST = `#!/bin/sh
set -e
ME=20-envsubst-on-templates.sh
FROM="\${NGINX_ENVSUBST_TEMPLATE_DIR:-/etc/nginx/templates}"
SUFFIX="\${NGINX_ENVSUBST_TEMPLATE_SUFFIX:-.template}"
TO="\${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}"
[ -d "$FROM" ] || exit 0
if [ ! -w "$TO" ]; then
    echo "$ME: ERROR: $FROM exists, but $TO is not writable"
    exit 0
fi
for template in "$FROM"/*"$SUFFIX"; do
    [ -f "$template" ] || continue
    name="\${template##*/}"
    output="$TO/\${name%"$SUFFIX"}"
    [ -n "\${NGINX_ENTRYPOINT_QUIET_LOGS:-}" ] || echo "$ME: Running envsubst on $template to $output"
    envsubst <"$template" >"$output"
done
`

export const WORKERS = `#!/bin/sh
set -e
[ -n "\${NGINX_ENTRYPOINT_WORKER_PROCESSES_AUTOTUNE:-}" ] || exit 0
sed -i "s/^worker_processes.*/worker_processes $(nproc);/" /etc/nginx/nginx.conf
`
