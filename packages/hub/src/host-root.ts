import type { LayerEntry } from '@drydock/oci'
import { alpineOsRelease, alpineRelease, alpineTree } from './base/alpine.ts'
import { type ProgramRow, ProgramRows } from './rootfs/program-rows.ts'
import { Tree } from './rootfs/tree.ts'

export interface HostRootOptions {
  readonly programs: readonly ProgramRow[]
  readonly hostname: string
  /** On the LAN: `192.168.0.8`. */
  readonly address: string
}

/** Programs that come with an image's software, not with the host. */
const NOT_ON_HOSTS =
  /^(busybox|hello-world|nginx|httpd|apache2?|redis|postgresql|mysql|mariadb|mongodb|memcached|node|npm|php|ruby|go|java|apt|dpkg|rpm|yum|dnf|edge|dashboards|registry)\//

/** The prompt of Play with Docker: who and where in the first line, `$ ` in the second. */
const PROMPT = String.raw`\[\e[1m\]\[\e[31m\][\h] \[\e[32m\](local) \[\e[34m\]\u@$(hostname -i)\[\e[35m\] \w\[\e[0m\]\n$ `

const bashrc = (address: string): string => `# Read by interactive shells.
export PS1='${PROMPT.replace('$(hostname -i)', address)}'
alias ll='ls -l'
alias la='ls -la'
`

const MOTD = `
  A host of this playground: a small Linux with Docker, all inside your browser tab.
  Nothing here reaches the real internet, and nothing of yours leaves this machine.

  Start with   docker run hello-world      or   docker run -d -p 80:80 nginx

`

const CREATED_MS = Date.UTC(2026, 8, 17, 20, 37, 20)

/** The root file system of a host: Alpine with bash, GNU tools and Docker. Parents come before what they hold. */
export function hostRootEntries({ programs, hostname, address }: HostRootOptions): LayerEntry[] {
  const rows = new ProgramRows(programs)
  const tree = new Tree({ programs: rows, flavour: 'gnu', mergedUsr: false, mtimeMs: CREATED_MS })
  const release = alpineRelease('3.22')
  if (release) {
    alpineTree(tree, release)
    tree.file('/etc/os-release', alpineOsRelease(release))
  }
  placePrograms(tree, rows.rows)
  tree
    .dirs(
      '/bin /sbin /usr/bin /usr/sbin /usr/local/bin /usr/local/sbin /etc/docker /var/lib/docker /var/log /run /root/.docker',
    )
    .file('/etc/hostname', `${hostname}\n`)
    .file('/etc/hosts', `127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n${address}\t${hostname}\n`)
    .file('/etc/resolv.conf', 'nameserver 192.168.0.1\n')
    .file('/etc/motd', MOTD)
    .file('/etc/passwd', hostPasswd(tree))
    // As on Play with Docker, hosts of a session let one another in; whoever sets a password is asked for it.
    .file('/etc/shadow', tree.text('/etc/shadow').replace('root:*:', 'root::'), { mode: 0o640, gid: 42 })
    .file('/etc/ssh/sshd_config', SSHD_CONFIG)
    .file('/etc/shells', '/bin/sh\n/bin/ash\n/bin/bash\n')
    .file('/etc/profile', PROFILE)
    .file('/root/.bashrc', bashrc(address))
    .file('/root/.profile', '[ -n "$BASH" ] && [ -f ~/.bashrc ] && . ~/.bashrc\n')
    .file('/root/.docker/config.json', '{}\n', { mode: 0o600 })
  return tree.list()
}

const SSHD_CONFIG = `# See sshd_config(5).
Port 22
PermitRootLogin yes
PasswordAuthentication yes
PermitEmptyPasswords yes
PrintMotd no
Subsystem sftp /usr/lib/openssh/sftp-server
`

const PROFILE = `export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PAGER=less
umask 022
for script in /etc/profile.d/*.sh; do
	[ -r "$script" ] && . "$script"
done
unset script
`

/** As in Alpine, with bash as root's shell. */
const hostPasswd = (tree: Tree): string => tree.text('/etc/passwd').replace(':/root:/bin/sh', ':/root:/bin/bash')

/** Every program of the table at its own paths, the GNU flavour where there are two. */
function placePrograms(tree: Tree, rows: readonly ProgramRow[]): void {
  for (const row of rows) {
    const [first, ...links] = row.paths
    if (first === undefined || NOT_ON_HOSTS.test(row.name)) continue
    tree.stub(row, first)
    for (const path of links) tree.stub(row, path)
  }
  tree.link('/usr/local/bin/python', 'python3').link('/usr/local/bin/pip3', 'pip')
  const ash = tree.programs.find('ash', 'busybox')
  if (ash) tree.stub(ash, '/bin/sh')
}
