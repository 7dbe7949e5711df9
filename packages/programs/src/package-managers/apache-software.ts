import { DEBIAN_APACHE_CONTROL, DEBIAN_APACHE_FILES, DEBIAN_APACHE_SETUP } from './debian-apache.ts'
import { initScript } from './init-scripts.ts'
import type { Software } from './software.ts'

/** Where a distribution has Apache's files. */
interface Places {
  readonly root: string
  readonly conf: string
  readonly binary: string
  readonly logs: string
  readonly pid: string
  readonly pages: string
  readonly user: string
  readonly modules: string
}

const MODULES = (
  'mpm_event authn_file authn_core authz_host authz_user authz_core auth_basic access_compat mime log_config dir alias ' +
  'autoindex env headers setenvif filter unixd status rewrite version'
).split(' ')

/** What each of them says in many files, in one; the server is the same. */
const conf = ({ root, logs, pid, pages, user, modules }: Places, include: string): string => `ServerRoot "${root}"
Listen 80
PidFile ${pid}

${MODULES.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so\n`).join('')}
User ${user}
Group ${user}

DocumentRoot "${pages}"
<Directory "${pages}">
    Options Indexes FollowSymLinks
    AllowOverride None
    Require all granted
</Directory>

DirectoryIndex index.html
ErrorLog ${logs}
LogLevel warn
LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
CustomLog ${logs.replace('error', 'access')} combined

IncludeOptional ${include}
`

/** apache2ctl(8): words for `-k`, and anything else for the server itself. */
const control = (binary: string, pid: string): string => `#!/bin/sh
[ "$1" = -k ] && shift
case "$1" in
start | restart | graceful)
    if [ -f ${pid} ] && kill -0 "$(cat ${pid})" 2>/dev/null; then
        [ "$1" = start ] && echo "httpd (pid $(cat ${pid})) already running" && exit 0
        exec kill -HUP "$(cat ${pid})"
    fi
    exec ${binary}
    ;;
stop | graceful-stop)
    exec kill "$(cat ${pid})"
    ;;
configtest)
    exec ${binary} -t
    ;;
*)
    exec ${binary} "$@"
    ;;
esac
`

const welcome = (title: string): string => `<!DOCTYPE html>
<html>
<head>
<title>${title}</title>
</head>
<body>
<h1>It works!</h1>
<p>This is the page that ${title} begins with. Replace it in the server's document root.</p>
</body>
</html>
`

interface Distribution {
  readonly places: Places
  readonly include: string
  readonly control: readonly string[]
  readonly page: readonly [path: string, text: string]
  readonly account?: readonly [passwd: string, group: string]
}

function apache({ places, include, control: names, page, account }: Distribution): Software {
  const { binary, conf: file, logs, pid, root } = places
  return {
    commands: [[binary, 'httpd/httpd']],
    folders: [
      ...[logs, pid].map((path) => path.slice(0, path.lastIndexOf('/'))),
      ...[include.replace('/*.conf', ''), places.pages, `${root}/modules`],
    ],
    ...(account && { account }),
    texts: [[file, conf(places, include)], page],
    scripts: names.map((name) => [name, control(binary, pid)] as const),
  }
}

const SWITCHES = ['en', 'dis'].flatMap((how) => ['mod', 'site', 'conf'].map((what) => `/usr/sbin/a2${how}${what}`))

const DEBIAN: Software = {
  commands: [['/usr/sbin/apache2', 'httpd/httpd'], ...SWITCHES.map((path) => [path, 'httpd/a2enmod'] as const)],
  folders: [
    ...['mods', 'sites', 'conf'].map((each) => `/etc/apache2/${each}-enabled`),
    ...['/var/log/apache2', '/var/run/apache2', '/var/lock/apache2', '/var/www/html', '/usr/lib/cgi-bin'],
    '/usr/share/apache2/icons',
  ],
  texts: [...DEBIAN_APACHE_FILES, ['/var/www/html/index.html', welcome('Apache2 Debian Default Page')]],
  scripts: [
    ...['/usr/sbin/apache2ctl', '/usr/sbin/apachectl'].map((path) => [path, DEBIAN_APACHE_CONTROL] as const),
    [
      '/etc/init.d/apache2',
      initScript({
        start: '/usr/sbin/apache2ctl start',
        pid: '/var/run/apache2/apache2.pid',
        description: 'Apache httpd web server',
        shown: 'apache2',
      }),
    ],
  ],
  setup: ['/bin/sh', '-c', DEBIAN_APACHE_SETUP],
}

/** By the name that the tables of the distributions use in their software column. */
export const APACHE: readonly (readonly [string, Software])[] = [
  ['apache-debian', DEBIAN],
  [
    'apache-alpine',
    apache({
      places: {
        root: '/var/www',
        conf: '/etc/apache2/httpd.conf',
        binary: '/usr/sbin/httpd',
        logs: '/var/log/apache2/error.log',
        pid: '/run/apache2/httpd.pid',
        pages: '/var/www/localhost/htdocs',
        user: 'apache',
        modules: 'modules',
      },
      include: '/etc/apache2/conf.d/*.conf',
      control: ['/usr/sbin/apachectl'],
      page: ['/var/www/localhost/htdocs/index.html', '<html><body><h1>It works!</h1></body></html>\n'],
      account: ['apache:x:100:101:apache:/var/www:/sbin/nologin', 'apache:x:101:apache'],
    }),
  ],
  [
    'apache-redhat',
    apache({
      places: {
        root: '/etc/httpd',
        conf: '/etc/httpd/conf/httpd.conf',
        binary: '/usr/sbin/httpd',
        logs: '/var/log/httpd/error_log',
        pid: '/run/httpd/httpd.pid',
        pages: '/var/www/html',
        user: 'apache',
        modules: 'modules',
      },
      include: '/etc/httpd/conf.d/*.conf',
      control: ['/usr/sbin/apachectl'],
      page: ['/usr/share/httpd/noindex/index.html', welcome('HTTP Server Test Page')],
      account: ['apache:x:48:48:Apache:/usr/share/httpd:/sbin/nologin', 'apache:x:48:'],
    }),
  ],
]
