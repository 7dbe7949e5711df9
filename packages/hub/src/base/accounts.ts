/** Lines of /etc/passwd, /etc/group and /etc/shadow. passwd(5), group(5), shadow(5). */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly gecos?: string
  readonly home: string
  readonly shell: string
}

/** Reads `name:uid:gid:home:shell`, one a line; the gecos is the name. */
export const accountsOf = (table: string): Account[] =>
  table
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', uid, gid, home = '/', shell = ''] = line.trim().split(':')
      return { name, uid: Number(uid), gid: Number(gid), gecos: name, home, shell }
    })

export const passwdText = (accounts: readonly Account[]): string =>
  accounts
    .map(({ name, uid, gid, gecos = '', home, shell }) => `${name}:x:${uid}:${gid}:${gecos}:${home}:${shell}\n`)
    .join('')
/** Nobody can log in by password until one is set. */
export const shadowText = (accounts: readonly Account[]): string =>
  accounts.map(({ name }) => `${name}:*::0:::::\n`).join('')
/** @param table `name:gid` or `name:gid:members`, blanks between */
export const groupText = (table: string): string =>
  table
    .trim()
    .split(/\s+/)
    .map((row) => {
      const [name = '', gid = '', members = ''] = row.split(':')
      return `${name}:x:${gid}:${members}\n`
    })
    .join('')

const NOLOGIN = '/usr/sbin/nologin'
export const DEBIAN_ACCOUNTS = accountsOf(`root:0:0:/root:/bin/bash
daemon:1:1:/usr/sbin:${NOLOGIN}
bin:2:2:/bin:${NOLOGIN}
sys:3:3:/dev:${NOLOGIN}
sync:4:65534:/bin:/bin/sync
games:5:60:/usr/games:${NOLOGIN}
man:6:12:/var/cache/man:${NOLOGIN}
lp:7:7:/var/spool/lpd:${NOLOGIN}
mail:8:8:/var/mail:${NOLOGIN}
news:9:9:/var/spool/news:${NOLOGIN}
uucp:10:10:/var/spool/uucp:${NOLOGIN}
proxy:13:13:/bin:${NOLOGIN}
www-data:33:33:/var/www:${NOLOGIN}
backup:34:34:/var/backups:${NOLOGIN}
list:38:38:/var/list:${NOLOGIN}
irc:39:39:/run/ircd:${NOLOGIN}
_apt:42:65534:/nonexistent:${NOLOGIN}
nobody:65534:65534:/nonexistent:${NOLOGIN}`)
export const DEBIAN_GROUPS =
  'root:0 daemon:1 bin:2 sys:3 adm:4 tty:5 disk:6 lp:7 mail:8 news:9 uucp:10 man:12 proxy:13 kmem:15 dialout:20 fax:21 voice:22 cdrom:24 floppy:25 tape:26 sudo:27 audio:29 dip:30 www-data:33 backup:34 operator:37 list:38 irc:39 src:40 shadow:42 utmp:43 video:44 sasl:45 plugdev:46 staff:50 games:60 users:100 nogroup:65534'

export const ALPINE_ACCOUNTS = accountsOf(`root:0:0:/root:/bin/sh
bin:1:1:/bin:/sbin/nologin
daemon:2:2:/sbin:/sbin/nologin
lp:4:7:/var/spool/lpd:/sbin/nologin
sync:5:0:/sbin:/bin/sync
shutdown:6:0:/sbin:/sbin/shutdown
halt:7:0:/sbin:/sbin/halt
mail:8:12:/var/mail:/sbin/nologin
news:9:13:/usr/lib/news:/sbin/nologin
uucp:10:14:/var/spool/uucppublic:/sbin/nologin
cron:16:16:/var/spool/cron:/sbin/nologin
ftp:21:21:/var/lib/ftp:/sbin/nologin
sshd:22:22:/dev/null:/sbin/nologin
games:35:35:/usr/games:/sbin/nologin
ntp:123:123:/var/empty:/sbin/nologin
guest:405:100:/dev/null:/sbin/nologin
nobody:65534:65534:/:/sbin/nologin`)
export const ALPINE_GROUPS =
  'root:0:root bin:1:root,bin,daemon daemon:2:root,bin,daemon sys:3:root,bin adm:4:root,daemon tty:5 disk:6:root lp:7:lp kmem:9 wheel:10:root floppy:11:root mail:12:mail news:13:news uucp:14:uucp cron:16:cron audio:18 cdrom:19 dialout:20:root ftp:21 sshd:22 input:23 tape:26:root video:27:root netdev:28 kvm:34 games:35 shadow:42 www-data:82 users:100:games ntp:123 abuild:300 utmp:406 ping:999 nogroup:65533 nobody:65534'

export const RHEL_ACCOUNTS = accountsOf(`root:0:0:/root:/bin/bash
bin:1:1:/bin:/sbin/nologin
daemon:2:2:/sbin:/sbin/nologin
adm:3:4:/var/adm:/sbin/nologin
lp:4:7:/var/spool/lpd:/sbin/nologin
sync:5:0:/sbin:/bin/sync
shutdown:6:0:/sbin:/sbin/shutdown
halt:7:0:/sbin:/sbin/halt
mail:8:12:/var/spool/mail:/sbin/nologin
operator:11:0:/root:/sbin/nologin
games:12:100:/usr/games:/sbin/nologin
ftp:14:50:/var/ftp:/sbin/nologin
nobody:99:99:/:/sbin/nologin
systemd-network:192:192:/:/sbin/nologin
dbus:81:81:/:/sbin/nologin`)
export const RHEL_GROUPS =
  'root:0 bin:1 daemon:2 sys:3 adm:4 tty:5 disk:6 lp:7 mem:8 kmem:9 wheel:10 cdrom:11 mail:12 man:15 dialout:18 floppy:19 games:20 tape:33 video:39 ftp:50 lock:54 audio:63 nobody:99 users:100 utmp:22 input:999 systemd-network:192 dbus:81'
