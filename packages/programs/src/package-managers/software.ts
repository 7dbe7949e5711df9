/** Files that packages bring: commands as path → the program its stub names, and plain text. */
export interface Software {
  readonly commands: readonly (readonly [path: string, program: string])[]
  readonly texts?: readonly (readonly [path: string, text: string])[]
  readonly folders?: readonly string[]
  /** Lines for /etc/passwd and /etc/group, added where the name is not there yet. */
  readonly account?: readonly [passwd: string, group: string]
}

const at =
  (folder: string) =>
  (source: string, ...names: readonly string[]): Software => ({
    commands: names.map((name) => [`${folder}/${name}`, `${source}/${name}`] as const),
  })
const bin = at('/usr/bin')
const sbin = at('/usr/sbin')

const both = (...parts: readonly Software[]): Software => ({ commands: parts.flatMap(({ commands }) => commands) })

const NGINX_CONF = (user: string, include: string): string => `user ${user};
worker_processes auto;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log;

events {
	worker_connections 768;
}

http {
	sendfile on;
	include /etc/nginx/mime.types;
	default_type application/octet-stream;
	access_log /var/log/nginx/access.log;
	include ${include};
}
`
const MIME_TYPES = `types {
	text/html html htm shtml;
	text/css css;
	text/plain txt;
	application/javascript js;
	application/json json;
	image/png png;
	image/jpeg jpeg jpg;
	image/gif gif;
	image/svg+xml svg svgz;
	image/x-icon ico;
}
`
const SITE = (root: string, listen: string): string => `server {
	listen ${listen};
	root ${root};
	index index.html index.htm index.nginx-debian.html;
	server_name _;
	location / {
		try_files $uri $uri/ =404;
	}
}
`
const WELCOME = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>The web server of this machine answers. Its pages are still to be written.</p>
</body>
</html>
`
const NGINX_FOLDERS = ['/var/log/nginx', '/var/lib/nginx', '/run/nginx']
const nginx: readonly (readonly [string, string])[] = [['/usr/sbin/nginx', 'nginx/nginx']]

/** By the name that the tables of the distributions use in their software column. */
export const SOFTWARE: ReadonlyMap<string, Software> = new Map<string, Software>([
  ['bash', { commands: [['/bin/bash', 'shell/bash']] }],
  ['bc', bin('bc', 'bc')],
  ['bridge-utils', sbin('bridge-utils', 'brctl')],
  ['bsdutils', bin('util-linux', 'cal', 'column', 'hexdump')],
  ['conntrack', sbin('conntrack-tools', 'conntrack')],
  ['coreutils', bin('coreutils', 'sort', 'date', 'ls', 'df', 'du', 'stat', 'od', 'nl', 'split', 'shuf', 'factor')],
  ['curl', bin('curl', 'curl')],
  ['diffutils', bin('diffutils', 'diff', 'cmp')],
  ['dig', bin('bind', 'dig', 'host', 'nslookup')],
  ['docker-cli', { commands: [['/usr/bin/docker', 'docker/docker']] }],
  ['ethtool', sbin('ethtool', 'ethtool')],
  ['findutils', bin('findutils', 'find', 'xargs')],
  [
    'gawk',
    {
      commands: [
        ['/usr/bin/gawk', 'mawk/awk'],
        ['/usr/bin/awk', 'mawk/awk'],
      ],
    },
  ],
  ['grep', bin('grep', 'grep', 'egrep', 'fgrep')],
  ['inotify-tools', bin('inotify-tools', 'inotifywait', 'inotifywatch')],
  ['iproute2', both(sbin('iproute2', 'ip', 'tc', 'bridge'), bin('iproute2', 'ss'))],
  ['iptables', sbin('iptables', 'iptables', 'iptables-save')],
  ['jq', bin('jq', 'jq')],
  ['less', { commands: [['/usr/bin/less', 'editors/less']] }],
  ['nano', { commands: [['/usr/bin/nano', 'editors/nano']] }],
  ['mtr', both(bin('mtr', 'mtr'), sbin('mtr', 'mtr'))],
  ['net-tools', both(sbin('net-tools', 'ifconfig', 'route', 'arp'), bin('net-tools', 'netstat'))],
  ['netcat', { commands: [['/usr/bin/nc', 'netcat/nc']] }],
  [
    'nginx-alpine',
    {
      commands: nginx,
      folders: NGINX_FOLDERS,
      account: ['nginx:x:100:101:nginx:/var/lib/nginx:/sbin/nologin', 'nginx:x:101:nginx'],
      texts: [
        ['/etc/nginx/nginx.conf', NGINX_CONF('nginx', '/etc/nginx/http.d/*.conf')],
        ['/etc/nginx/mime.types', MIME_TYPES],
        [
          '/etc/nginx/http.d/default.conf',
          'server {\n\tlisten 80 default_server;\n\tlocation / {\n\t\treturn 404;\n\t}\n}\n',
        ],
        ['/var/lib/nginx/html/index.html', WELCOME],
      ],
    },
  ],
  [
    'nginx-debian',
    {
      commands: nginx,
      folders: NGINX_FOLDERS,
      texts: [
        ['/etc/nginx/nginx.conf', NGINX_CONF('www-data', '/etc/nginx/sites-enabled/*')],
        ['/etc/nginx/mime.types', MIME_TYPES],
        ['/etc/nginx/sites-enabled/default', SITE('/var/www/html', '80 default_server')],
        ['/var/www/html/index.nginx-debian.html', WELCOME],
      ],
    },
  ],
  [
    'nginx-redhat',
    {
      commands: nginx,
      folders: NGINX_FOLDERS,
      account: ['nginx:x:997:994:Nginx web server:/var/lib/nginx:/sbin/nologin', 'nginx:x:994:'],
      texts: [
        ['/etc/nginx/nginx.conf', NGINX_CONF('nginx', '/etc/nginx/conf.d/*.conf')],
        ['/etc/nginx/mime.types', MIME_TYPES],
        ['/etc/nginx/conf.d/default.conf', SITE('/usr/share/nginx/html', '80')],
        ['/usr/share/nginx/html/index.html', WELCOME],
      ],
    },
  ],
  ['nodejs', bin('node', 'node')],
  ['npm', bin('node', 'npm', 'npx')],
  ['ping', bin('iputils', 'ping')],
  ['procps', bin('procps', 'ps', 'top', 'free', 'pgrep', 'pkill', 'uptime')],
  ['sed', bin('sed', 'sed')],
  ['strace', bin('strace', 'strace')],
  ['strings', bin('binutils', 'strings')],
  ['tar', bin('tar', 'tar')],
  ['tcpdump', both(bin('tcpdump', 'tcpdump'), sbin('tcpdump', 'tcpdump'))],
  ['telnet', bin('inetutils', 'telnet')],
  ['tracepath', bin('iputils', 'tracepath')],
  ['traceroute', bin('traceroute', 'traceroute')],
  ['tree', bin('tree', 'tree')],
  [
    'vim',
    {
      commands: [
        ['/usr/bin/vim', 'editors/vi'],
        ['/usr/bin/vi', 'editors/vi'],
      ],
    },
  ],
  ['wget', bin('wget', 'wget')],
  ['xxd', bin('xxd', 'xxd')],
])
