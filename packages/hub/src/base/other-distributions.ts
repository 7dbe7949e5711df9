import type { LayerSpec } from '../rootfs/image-spec.ts'
import type { Tree } from '../rootfs/tree.ts'
import { groupText, passwdText, RHEL_ACCOUNTS, RHEL_GROUPS, shadowText } from './accounts.ts'
import { SERVICES } from './alpine.ts'
import { RHEL_COMMANDS } from './command-sets.ts'

/** A distribution whose package manager is not simulated: its files and tools are there, and the manager says so. */
export interface OtherRelease {
  readonly id: string
  /** Lines of os-release. */
  readonly osRelease: string
  readonly manager: string
  readonly created: string
  readonly compressedBytes: number
  readonly sizeBytes: number
  /** Folders of packages and their lists. */
  readonly folders: string
}

/** The tools of Red Hat's image without its package managers. */
const COMMANDS = RHEL_COMMANDS.split(' ')
  .filter((each) => !['yum', 'rpm'].includes(each))
  .join(' ')

export const otherLayer = (of: OtherRelease): LayerSpec => ({
  id: of.id,
  compressedBytes: of.compressedBytes,
  sizeBytes: of.sizeBytes,
  flavour: 'gnu',
  mergedUsr: true,
  created: of.created,
  build: (tree) => otherTree(tree, of),
  bulk: ['/usr/lib/locale/locale-archive', '/usr/lib/libcrypto.so.3', '/usr/lib/libc.so.6', '/usr/lib/libstdc++.so.6'],
})

function otherTree(tree: Tree, { osRelease, manager, folders }: OtherRelease): void {
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) tree.dir(`/usr/${name}`).link(`/${name}`, `usr/${name}`)
  tree
    .dirs('/boot /dev /etc /home /mnt /opt /proc /run /srv /sys /usr/local/bin /usr/share/doc /var/log /var/lib')
    .dirs(folders)
    .dir('/root', { mode: 0o750 })
    .dir('/tmp', { mode: 0o1777 })
    .dir('/var/tmp', { mode: 0o1777 })
    .link('/var/run', '../run')
    .file('/usr/lib/os-release', osRelease)
    .link('/etc/os-release', '../usr/lib/os-release')
    .file('/etc/passwd', passwdText(RHEL_ACCOUNTS))
    .file('/etc/shadow', shadowText(RHEL_ACCOUNTS), { mode: 0o600 })
    .file('/etc/group', groupText(RHEL_GROUPS))
    .file('/etc/hosts', '127.0.0.1   localhost\n')
    .file('/etc/nsswitch.conf', 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n')
    .file('/etc/services', SERVICES)
    .file('/etc/profile', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/bin\nexport PATH\numask 022\n')
    .commands(COMMANDS)
    .link('/usr/bin/sh', 'bash')
    .mainCommand(manager, `/usr/bin/${manager}`)
}
