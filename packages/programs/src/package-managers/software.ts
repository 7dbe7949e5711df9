import { APACHE } from './apache-software.ts'
import { initScript } from './init-scripts.ts'

/** Files that packages bring: commands as path → the program its stub names, and plain text. */
export interface Software {
  readonly commands: readonly (readonly [path: string, program: string])[]
  readonly texts?: readonly (readonly [path: string, text: string])[]
  /** Texts that can be executed. */
  readonly scripts?: readonly (readonly [path: string, text: string])[]
  readonly folders?: readonly string[]
  /** What a package runs when it is set up, as its postinst does; its output is not shown. */
  readonly setup?: readonly string[]
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

/** Files of programs with other names than theirs. */
const under = (folder: string, program: string, ...names: string[]): Software => ({
  commands: names.map((name) => [`${folder}/${name}`, program]),
})
const E2FSPROGS = both(
  sbin('e2fsprogs', 'mke2fs', 'tune2fs', 'e2label', 'dumpe2fs', 'e2fsck', 'resize2fs'),
  both(
    under('/usr/sbin', 'e2fsprogs/mke2fs', 'mkfs.ext2', 'mkfs.ext3', 'mkfs.ext4'),
    under('/usr/sbin', 'e2fsprogs/e2fsck', 'fsck.ext2', 'fsck.ext3', 'fsck.ext4'),
  ),
)
const XFSPROGS = both(sbin('xfsprogs', 'mkfs.xfs', 'xfs_growfs'), under('/usr/sbin', 'xfsprogs/xfs_growfs', 'xfs_info'))
const PARTED = sbin('parted', 'parted', 'partprobe')
const FIREWALL = ['iptables', 'ip6tables'].flatMap((name) => [name, `${name}-restore`, `${name}-save`])

const CROND: Software = { commands: [['/usr/sbin/crond', 'cron/cron']] }
const CRON: Software = {
  commands: [
    ['/usr/bin/crontab', 'cron/crontab'],
    ['/usr/sbin/cron', 'cron/cron'],
  ],
  folders: [
    '/var/spool/cron/crontabs',
    ...['d', 'daily', 'hourly', 'monthly', 'weekly'].map((name) => `/etc/cron.${name}`),
  ],
  texts: [
    [
      '/etc/crontab',
      `# Jobs of the system: unlike users' tables, this one and those of /etc/cron.d name who runs a job. crontab(5)

SHELL=/bin/sh
PATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin

# minute hour day-of-month month day-of-week user command
17 *	* * *	root	cd / && run-parts --report /etc/cron.hourly
25 6	* * *	root	test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }
47 6	* * 7	root	test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.weekly; }
52 6	1 * *	root	test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.monthly; }
`,
    ],
  ],
  scripts: [
    [
      '/etc/init.d/cron',
      initScript({
        start: '/usr/sbin/cron',
        pid: '/run/crond.pid',
        description: 'periodic command scheduler',
        shown: 'cron',
      }),
    ],
  ],
}

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
  ...APACHE,
  ['apache2-utils', bin('apache2-utils', 'ab', 'htpasswd')],
  ['bc', bin('bc', 'bc')],
  ['bzip2', bin('bzip2', 'bzip2', 'bunzip2', 'bzcat')],
  ['bridge-utils', sbin('bridge-utils', 'brctl')],
  ['bsdutils', bin('util-linux', 'cal', 'column', 'hexdump')],
  ['conntrack', sbin('conntrack-tools', 'conntrack')],
  ['coreutils', bin('coreutils', 'sort', 'date', 'ls', 'df', 'du', 'stat', 'od', 'nl', 'split', 'shuf', 'factor')],
  [
    'coreutils',
    bin(
      'coreutils',
      ...(
        '[ arch base32 base64 basename basenc cat chgrp chmod chown chroot cksum comm cp csplit cut date dd df dirname du echo env ' +
        'expand expr factor false fmt fold groups head hostid id install join link ln logname ls md5sum mkdir mkfifo mknod ' +
        'mktemp mv nice nl nohup nproc numfmt od paste pr printenv printf pwd readlink realpath rm rmdir seq sha1sum ' +
        'sha224sum sha256sum sha384sum sha512sum shuf sleep sort split stat stdbuf stty sum sync tac tail tee test timeout ' +
        'touch tr true truncate tsort tty uname unexpand uniq unlink users wc who whoami yes'
      ).split(' '),
    ),
  ],
  ['cron', CRON],
  ['cronie', { ...both(bin('cron', 'crontab'), CROND), folders: ['/var/spool/cron', '/etc/cron.d'] }],
  ['curl', bin('curl', 'curl')],
  ['dc', bin('dc', 'dc')],
  ['diffutils', bin('diffutils', 'diff', 'cmp')],
  ['dig', bin('bind', 'dig', 'host', 'nslookup')],
  ['docker-cli', { commands: [['/usr/bin/docker', 'docker/docker']] }],
  ['ed', bin('ed', 'ed')],
  ['envsubst', bin('gettext', 'envsubst')],
  ['ethtool', sbin('ethtool', 'ethtool')],
  ['file', bin('file', 'file')],
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
  ['git', { commands: ['git', 'git-receive-pack', 'git-upload-pack'].map((name) => [`/usr/bin/${name}`, 'git/git']) }],
  ['gosu', { commands: [['/usr/sbin/gosu', 'gosu/gosu']] }],
  ['grep', bin('grep', 'grep', 'egrep', 'fgrep')],
  ['gzip', bin('gzip', 'gzip', 'gunzip', 'zcat')],
  ['htop', bin('htop', 'htop')],
  ['inotify-tools', bin('inotify-tools', 'inotifywait', 'inotifywatch')],
  ['libcap', sbin('libcap', 'capsh', 'getcap', 'getpcaps', 'setcap')],
  ['iproute2', both(sbin('iproute2', 'ip', 'tc', 'bridge'), bin('iproute2', 'ss'))],
  ['iptables', sbin('iptables', ...FIREWALL)],
  ['iputils-arping', bin('iputils', 'arping')],
  ['nftables', sbin('nftables', 'nft')],
  ['whois', bin('whois', 'whois')],
  ['e2fsprogs', E2FSPROGS],
  ['fdisk', sbin('util-linux', 'fdisk', 'sfdisk')],
  ['xfsprogs', XFSPROGS],
  ['parted', PARTED],
  ['jq', bin('jq', 'jq')],
  ['less', { commands: [['/usr/bin/less', 'editors/less']] }],
  ['attr', bin('attr', 'getfattr', 'setfattr')],
  ['lsof', bin('lsof', 'lsof')],
  ['man', bin('man-db', 'man', 'whatis', 'apropos')],
  ['memcached', bin('memcached', 'memcached')],
  ['mysql-client', bin('mysql', 'mysql', 'mysqladmin', 'mysqldump')],
  [
    'mariadb-client',
    {
      commands: [
        ['/usr/bin/mariadb', 'mysql/mysql'],
        ['/usr/bin/mysql', 'mysql/mysql'],
        ['/usr/bin/mysqladmin', 'mysql/mysqladmin'],
        ['/usr/bin/mysqldump', 'mysql/mysqldump'],
      ],
    },
  ],
  ['more', { commands: [['/usr/bin/more', 'editors/more']] }],
  ['nano', { commands: [['/usr/bin/nano', 'editors/nano']] }],
  ['mtr', both(bin('mtr', 'mtr'), sbin('mtr', 'mtr'))],
  ['net-tools', both(sbin('net-tools', 'ifconfig', 'route', 'arp'), bin('net-tools', 'netstat'))],
  ['iperf3', bin('iperf3', 'iperf3')],
  ['nmap', bin('nmap', 'nmap')],
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
      scripts: [
        [
          '/etc/init.d/nginx',
          initScript({ start: '/usr/sbin/nginx', pid: '/run/nginx.pid', description: 'nginx', shown: 'nginx' }),
        ],
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
  ['gcc', bin('gcc', 'gcc')],
  ['python3', bin('python', 'python3')],
  [
    'pip',
    {
      commands: [
        ['/usr/bin/pip', 'python/pip'],
        ['/usr/bin/pip3', 'python/pip'],
      ],
    },
  ],
  ['nodejs', bin('node', 'node')],
  ['npm', bin('node', 'npm', 'npx')],
  [
    'openssh-client',
    {
      ...bin(
        'openssh-client',
        'ssh',
        'scp',
        'sftp',
        'ssh-add',
        'ssh-agent',
        'ssh-copy-id',
        'ssh-keygen',
        'ssh-keyscan',
      ),
      folders: ['/etc/ssh/ssh_config.d'],
    },
  ],
  ['openssh-server', { commands: [['/usr/sbin/sshd', 'openssh-server/sshd']] }],
  [
    'openssh-server-debian',
    {
      commands: [['/usr/sbin/sshd', 'openssh-server/sshd']],
      folders: ['/etc/ssh/sshd_config.d'],
      setup: ['/usr/bin/ssh-keygen', '-A'],
      scripts: [
        [
          '/etc/init.d/ssh',
          initScript({
            start: '/usr/sbin/sshd',
            pid: '/run/sshd.pid',
            description: 'OpenBSD Secure Shell server',
            shown: 'sshd',
          }),
        ],
      ],
    },
  ],
  ['openssl', bin('openssl', 'openssl')],
  [
    'passwd',
    both(bin('shadow', 'passwd'), sbin('shadow', 'chpasswd', 'groupadd', 'groupdel', 'useradd', 'userdel', 'usermod')),
  ],
  ['postgresql-client', bin('postgres', 'psql', 'pg_isready', 'createdb')],
  ['redis', both(bin('redis', 'redis-server', 'redis-cli', 'redis-benchmark'))],
  ['redis-tools', bin('redis', 'redis-cli', 'redis-benchmark')],
  ['patch', bin('patch', 'patch')],
  ['ping', bin('iputils', 'ping')],
  [
    'procps',
    both(
      bin(
        'procps',
        'free',
        'kill',
        'pgrep',
        'pidof',
        'pkill',
        'pmap',
        'ps',
        'pwdx',
        'top',
        'uptime',
        'vmstat',
        'w',
        'watch',
      ),
      sbin('procps', 'sysctl'),
    ),
  ],
  ['psmisc', bin('psmisc', 'fuser', 'killall', 'pstree')],
  ['rsync', bin('rsync', 'rsync')],
  ['sed', bin('sed', 'sed')],
  ['sqlite3', bin('sqlite', 'sqlite3')],
  ['strace', bin('strace', 'strace')],
  ['strings', bin('binutils', 'strings')],
  ['sudo', bin('sudo', 'sudo')],
  ['tar', bin('tar', 'tar')],
  ['tcpdump', both(bin('tcpdump', 'tcpdump'), sbin('tcpdump', 'tcpdump'))],
  ['time', bin('time', 'time')],
  ['telnet', bin('inetutils', 'telnet')],
  ['tracepath', bin('iputils', 'tracepath')],
  ['traceroute', bin('traceroute', 'traceroute')],
  ['tree', bin('tree', 'tree')],
  ['unzip', bin('info-zip', 'unzip', 'zipinfo')],
  [
    'util-linux',
    both(
      bin(
        'util-linux',
        ...(
          'chrt dmesg fallocate findmnt flock getopt ionice ipcs last logger look lsblk lscpu lslocks lsns mcookie mesg ' +
          'mount mountpoint namei nsenter prlimit rename renice rev script setsid su taskset umount unshare uuidgen whereis'
        ).split(' '),
      ),
      sbin(
        'util-linux',
        ...'blkid blockdev fdisk fsck losetup mkfs mkswap pivot_root runuser sfdisk swapoff swapon wipefs'.split(' '),
      ),
    ),
  ],
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
  ['which', bin('debianutils', 'which')],
  ['xz', bin('xz-utils', 'xz', 'unxz', 'xzcat')],
  ['zstd', bin('zstd', 'zstd', 'zstdmt', 'unzstd', 'zstdcat')],
  ['xxd', bin('xxd', 'xxd')],
  ['zip', bin('info-zip', 'zip')],
])
