import type { LayerSpec } from '../rootfs/image-spec.ts'
import type { Tree } from '../rootfs/tree.ts'
import { groupText, passwdText, RHEL_ACCOUNTS, RHEL_GROUPS, shadowText } from './accounts.ts'
import { SERVICES } from './alpine.ts'
import { RHEL_COMMANDS } from './command-sets.ts'
import { rpmDatabase } from './rhel-packages.ts'

/** A release of a distribution of Red Hat's family. */
export interface RhelRelease {
  readonly id: 'centos' | 'fedora' | 'rocky' | 'almalinux' | 'amzn' | 'ol' | 'rhel'
  readonly name: string
  readonly version: string
  /** The line of /etc/redhat-release or its like. */
  readonly release: string
  readonly pretty: string
  readonly created: string
  readonly compressedBytes: number
  readonly sizeBytes: number
}

const rhel = (
  id: RhelRelease['id'],
  name: string,
  version: string,
  release: string,
  created: string,
  compressedBytes: number,
  sizeBytes: number,
): RhelRelease => ({
  id,
  name,
  version,
  release,
  pretty: release.replace(' release', ''),
  created,
  compressedBytes,
  sizeBytes,
})

/** Newest first. */
export const CENTOS_RELEASES: readonly RhelRelease[] = [
  rhel('centos', 'CentOS Linux', '8', 'CentOS Linux release 8.4.2105', '2021-09-15T18:20:05Z', 83_518_086, 231_300_000),
  rhel(
    'centos',
    'CentOS Linux',
    '7',
    'CentOS Linux release 7.9.2009 (Core)',
    '2021-09-15T18:20:23Z',
    76_097_157,
    203_930_000,
  ),
  rhel('centos', 'CentOS', '6', 'CentOS release 6.10 (Final)', '2021-09-15T18:19:24Z', 69_831_000, 193_500_000),
]
export const FEDORA_RELEASES: readonly RhelRelease[] = [
  rhel(
    'fedora',
    'Fedora Linux',
    '44',
    'Fedora release 44 (Forty Four)',
    '2026-08-26T18:36:01Z',
    69_396_734,
    184_110_000,
  ),
  rhel(
    'fedora',
    'Fedora Linux',
    '43',
    'Fedora release 43 (Forty Three)',
    '2026-06-02T18:36:01Z',
    66_100_000,
    178_400_000,
  ),
  rhel('fedora', 'Fedora Linux', '42', 'Fedora release 42 (Adams)', '2026-01-14T18:36:01Z', 63_900_000, 172_900_000),
  rhel(
    'fedora',
    'Fedora Linux',
    '41',
    'Fedora release 41 (Forty One)',
    '2025-11-05T18:36:01Z',
    61_800_000,
    168_200_000,
  ),
  rhel('fedora', 'Fedora Linux', '40', 'Fedora release 40 (Forty)', '2025-05-13T18:36:01Z', 81_900_000, 223_000_000),
]
export const ROCKY_RELEASES: readonly RhelRelease[] = [
  rhel(
    'rocky',
    'Rocky Linux',
    '9',
    'Rocky Linux release 9.3 (Blue Onyx)',
    '2023-11-23T19:24:00Z',
    62_600_000,
    176_200_000,
  ),
  rhel(
    'rocky',
    'Rocky Linux',
    '8',
    'Rocky Linux release 8.9 (Green Obsidian)',
    '2023-11-23T19:24:00Z',
    71_400_000,
    198_000_000,
  ),
]
export const ALMA_RELEASES: readonly RhelRelease[] = [
  rhel(
    'almalinux',
    'AlmaLinux',
    '10',
    'AlmaLinux release 10.2 (Lavender Lion)',
    '2026-07-10T09:10:00Z',
    68_200_000,
    187_000_000,
  ),
  rhel(
    'almalinux',
    'AlmaLinux',
    '9',
    'AlmaLinux release 9.8 (Olive Jaguar)',
    '2026-07-10T09:10:00Z',
    67_900_000,
    188_000_000,
  ),
  rhel(
    'almalinux',
    'AlmaLinux',
    '8',
    'AlmaLinux release 8.10 (Cerulean Leopard)',
    '2026-07-10T09:10:00Z',
    68_300_000,
    190_000_000,
  ),
]
export const AMAZON_RELEASES: readonly RhelRelease[] = [
  rhel(
    'amzn',
    'Amazon Linux',
    '2023',
    'Amazon Linux release 2023.12 (Amazon Linux)',
    '2026-07-18T00:00:00Z',
    54_600_000,
    150_000_000,
  ),
  rhel('amzn', 'Amazon Linux', '2', 'Amazon Linux release 2 (Karoo)', '2026-06-12T00:00:00Z', 62_700_000, 166_000_000),
]
const [ORACLE_9, ORACLE_8] = [
  rhel(
    'ol',
    'Oracle Linux Server',
    '9',
    'Oracle Linux Server release 9.7',
    '2026-07-30T23:07:00Z',
    47_931_319,
    115_000_000,
  ),
  rhel(
    'ol',
    'Oracle Linux Server',
    '8',
    'Oracle Linux Server release 8.7',
    '2023-01-12T20:00:00Z',
    43_885_845,
    118_000_000,
  ),
]
/** Universal Base Image 9 Minimal, on which Elastic's images stand. */
export const UBI_9 = rhel(
  'rhel',
  'Red Hat Enterprise Linux',
  '9',
  'Red Hat Enterprise Linux release 9.8 (Plow)',
  '2026-09-22T10:53:59Z',
  40_734_776,
  108_000_000,
)
/** What the images of mysql stand on. */
export const oracleRelease = (version: '8' | '9'): RhelRelease => (version === '9' ? ORACLE_9 : ORACLE_8)

const BULK = [
  '/usr/lib/locale/locale-archive',
  '/usr/lib64/libpython3.so.1.0',
  '/usr/lib64/libcrypto.so.3',
  '/var/lib/rpm/rpmdb.sqlite',
  '/usr/lib64/libc.so.6',
  '/usr/lib64/libstdc++.so.6',
  '/usr/lib64/librpm.so.9',
  '/usr/lib64/libsystemd.so.0',
  '/usr/share/misc/magic.mgc',
]

export const rhelLayer = (of: RhelRelease): LayerSpec => ({
  id: `${of.id}-${of.version}`,
  compressedBytes: of.compressedBytes,
  sizeBytes: of.sizeBytes,
  flavour: 'gnu',
  mergedUsr: true,
  created: of.created,
  build: (tree) => rhelTree(tree, of),
  bulk: BULK,
})

const RELEASE_FILES: Readonly<Record<RhelRelease['id'], readonly string[]>> = {
  centos: ['centos-release', 'redhat-release', 'system-release'],
  fedora: ['fedora-release', 'redhat-release', 'system-release'],
  rocky: ['rocky-release', 'redhat-release', 'system-release'],
  almalinux: ['almalinux-release', 'redhat-release', 'system-release'],
  amzn: ['amazon-linux-release', 'system-release'],
  ol: ['oracle-release', 'redhat-release', 'system-release'],
  rhel: ['redhat-release', 'system-release'],
}
const HOMES: Readonly<Record<RhelRelease['id'], string>> = {
  centos: 'https://www.centos.org/',
  fedora: 'https://fedoraproject.org/',
  rocky: 'https://rockylinux.org/',
  almalinux: 'https://almalinux.org/',
  amzn: 'https://aws.amazon.com/linux/',
  ol: 'https://linux.oracle.com/',
  rhel: 'https://www.redhat.com/',
}

/** What ends a package's release: `el9`, `fc44`, `amzn2023`. */
const tagOf = ({ id, version }: RhelRelease): string =>
  `${({ fedora: 'fc', amzn: 'amzn' } as Partial<Record<string, string>>)[id] ?? 'el'}${version}`

const codename = ({ release }: RhelRelease): string => /\((.+)\)/.exec(release)?.[1] ?? ''

const osRelease = (of: RhelRelease): string => `NAME="${of.name}"
VERSION="${of.version}${codename(of) === '' ? '' : ` (${codename(of)})`}"
ID="${of.id}"
ID_LIKE="${of.id === 'fedora' ? 'fedora' : 'rhel fedora'}"
VERSION_ID="${of.version}"
PRETTY_NAME="${of.name} ${of.version}${codename(of) === '' ? '' : ` (${codename(of)})`}"
ANSI_COLOR="0;31"
HOME_URL="${HOMES[of.id]}"
BUG_REPORT_URL="${HOMES[of.id]}"
`

const BASHRC = `# Read by interactive shells.
if [ "$PS1" ]; then
  [ "$PS1" = '\\s-\\v\\$ ' ] && PS1='[\\u@\\h \\W]\\$ '
fi
`

function rhelTree(tree: Tree, of: RhelRelease): void {
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) tree.dir(`/usr/${name}`).link(`/${name}`, `usr/${name}`)
  tree
    .dirs(
      '/boot /dev /etc /home /media /mnt /opt /proc /run/lock /srv /sys /usr/games /usr/include /usr/libexec /usr/local/bin /usr/local/sbin /usr/local/lib /usr/share/doc /usr/src',
    )
    .dirs(
      '/etc/profile.d /etc/skel /etc/sysconfig /etc/yum.repos.d /etc/pki/rpm-gpg /etc/alternatives /var/cache/yum /var/lib/rpm /var/log /var/opt /var/spool/mail',
    )
    .dir('/root', { mode: 0o550 })
    .dir('/tmp', { mode: 0o1777 })
    .dir('/var/tmp', { mode: 0o1777 })
    .link('/var/run', '../run')
    .link('/var/lock', '../run/lock')
    .link('/var/mail', 'spool/mail')
    .file('/usr/lib/os-release', osRelease(of))
    .link('/etc/os-release', '../usr/lib/os-release')
  const [first = 'system-release', ...links] = RELEASE_FILES[of.id]
  tree.file(`/etc/${first}`, `${of.release}\n`)
  for (const name of links) tree.link(`/etc/${name}`, first)
  tree
    .file('/etc/passwd', passwdText(RHEL_ACCOUNTS))
    .file('/etc/shadow', shadowText(RHEL_ACCOUNTS), { mode: 0 })
    .file('/etc/group', groupText(RHEL_GROUPS))
    .file('/etc/shells', '/bin/sh\n/bin/bash\n/usr/bin/sh\n/usr/bin/bash\n')
    .file('/etc/hosts', '127.0.0.1   localhost localhost.localdomain\n')
    .file('/etc/nsswitch.conf', 'passwd:     files\nshadow:     files\ngroup:      files\nhosts:      files dns\n')
    .file('/etc/services', SERVICES)
    .file('/etc/issue', '\\S\nKernel \\r on an \\m\n')
    .file('/etc/motd', '')
    .file(
      '/etc/profile',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nexport PATH\numask 022\n[ -n "${BASH-}" ] && [ -f /etc/bashrc ] && . /etc/bashrc\n',
    )
    .file('/etc/bashrc', BASHRC)
    .file(
      '/root/.bashrc',
      "alias rm='rm -i'\nalias cp='cp -i'\nalias mv='mv -i'\n[ -f /etc/bashrc ] && . /etc/bashrc\n",
    )
    .file('/root/.bash_profile', '[ -f ~/.bashrc ] && . ~/.bashrc\n')
    .file(
      `/etc/yum.repos.d/${of.id}.repo`,
      `[base]\nname=${of.name} ${of.version} - Base\nbaseurl=${HOMES[of.id]}$releasever/os/$basearch/\ngpgcheck=1\n`,
    )
    .file('/var/lib/rpm/packages.txt', rpmDatabase(tagOf(of)))
    .commands(RHEL_COMMANDS)
    .link('/usr/bin/sh', 'bash')
  if (of.id === 'fedora' || Number(of.version) >= 8) tree.commands('dnf microdnf')
}
