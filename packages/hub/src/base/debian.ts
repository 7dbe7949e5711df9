import type { LayerSpec } from '../rootfs/image-spec.ts'
import type { Tree } from '../rootfs/tree.ts'
import { DEBIAN_ACCOUNTS, DEBIAN_GROUPS, groupText, passwdText, shadowText } from './accounts.ts'
import { SERVICES } from './alpine.ts'
import { DEBIAN_COMMANDS, PROCPS } from './command-sets.ts'

/** A release of Debian or Ubuntu; bytes of its image, compressed and unpacked, and of the slim one where there is one. */
export interface DebianRelease {
  readonly id: 'debian' | 'ubuntu'
  readonly version: string
  readonly codename: string
  /** Pretty words behind the number: `13 (trixie)`, `24.04.3 LTS`. */
  readonly pretty: string
  readonly debianVersion: string
  readonly created: string
  readonly full: readonly [compressedBytes: number, sizeBytes: number]
  readonly slim?: readonly [compressedBytes: number, sizeBytes: number]
}

const debian = (
  version: string,
  codename: string,
  debianVersion: string,
  created: string,
  full: readonly [number, number],
  slim: readonly [number, number],
): DebianRelease => ({
  id: 'debian',
  version,
  codename,
  pretty: `${version} (${codename})`,
  debianVersion,
  created: `${created}T00:00:00Z`,
  full,
  slim,
})

/** Newest first. */
export const DEBIAN_RELEASES: readonly DebianRelease[] = [
  debian('13', 'trixie', '13.6', '2026-08-03', [49_312_314, 119_880_000], [29_780_765, 78_620_000]),
  debian('12', 'bookworm', '12.14', '2026-08-03', [48_490_000, 116_600_000], [28_230_000, 74_810_000]),
  debian('11', 'bullseye', '11.11', '2026-06-29', [53_760_000, 124_300_000], [30_260_000, 80_660_000]),
  debian('10', 'buster', '10.13', '2024-06-12', [50_500_000, 114_400_000], [27_140_000, 69_300_000]),
  debian('9', 'stretch', '9.13', '2022-06-22', [45_400_000, 100_600_000], [22_530_000, 55_350_000]),
  debian('8', 'jessie', '8.11', '2021-03-31', [54_390_000, 129_200_000], [30_060_000, 81_400_000]),
  debian('7', 'wheezy', '7.11', '2018-06-08', [39_100_000, 88_300_000], [20_000_000, 46_900_000]),
]

const ubuntu = (
  version: string,
  codename: string,
  pretty: string,
  debianVersion: string,
  created: string,
  full: readonly [number, number],
): DebianRelease => ({
  id: 'ubuntu',
  version,
  codename,
  pretty,
  debianVersion,
  created,
  full,
})
export const UBUNTU_RELEASES: readonly DebianRelease[] = [
  ubuntu('26.04', 'resolute', '26.04 LTS', 'forky/sid', '2026-07-24T12:48:28Z', [41_568_275, 100_170_000]),
  ubuntu('25.10', 'questing', '25.10', 'forky/sid', '2026-05-06T11:44:06Z', [29_990_000, 79_400_000]),
  ubuntu('24.04', 'noble', '24.04.4 LTS', 'trixie/sid', '2026-09-11T11:44:06Z', [29_764_116, 78_160_000]),
  ubuntu('22.04', 'jammy', '22.04.5 LTS', 'bookworm/sid', '2026-07-31T21:53:12Z', [29_736_517, 78_080_000]),
  ubuntu('20.04', 'focal', '20.04.6 LTS', 'bullseye/sid', '2025-04-08T10:43:12Z', [27_511_000, 72_800_000]),
  ubuntu('18.04', 'bionic', '18.04.6 LTS', 'buster/sid', '2023-01-02T18:48:56Z', [26_711_442, 63_150_000]),
  ubuntu('16.04', 'xenial', '16.04.7 LTS', 'stretch/sid', '2021-08-31T01:21:30Z', [46_500_000, 134_800_000]),
  ubuntu('14.04', 'trusty', '14.04.6 LTS', 'jessie/sid', '2021-03-25T22:34:51Z', [70_690_000, 196_500_000]),
  ubuntu('12.04', 'precise', '12.04.5 LTS', 'wheezy/sid', '2017-04-21T16:31:00Z', [39_130_000, 103_600_000]),
]

/** The base layer of a Debian or Ubuntu image and of every image built on it. */
export const debianLayer = (of: DebianRelease, slim = false): LayerSpec => {
  const [compressedBytes, sizeBytes] = (slim ? of.slim : undefined) ?? of.full
  return {
    id: `${of.id}-${of.version}${slim ? '-slim' : ''}`,
    compressedBytes,
    sizeBytes,
    flavour: 'gnu',
    mergedUsr: true,
    created: of.created,
    build: (tree) => debianTree(tree, of),
    bulk: BULK,
  }
}

const LIBRARIES = '/usr/lib/x86_64-linux-gnu'
const BULK = [
  `${LIBRARIES}/libcrypto.so.3`,
  `${LIBRARIES}/perl-base/CORE/libperl.so`,
  `${LIBRARIES}/libapt-pkg.so.7.0`,
  `${LIBRARIES}/libstdc++.so.6`,
  `${LIBRARIES}/libc.so.6`,
  `${LIBRARIES}/libgnutls.so.30`,
  `${LIBRARIES}/libunistring.so.5`,
  `${LIBRARIES}/libm.so.6`,
  '/usr/share/zoneinfo/tzdata.zi',
  `${LIBRARIES}/libdb-5.3.so`,
  `${LIBRARIES}/ld-linux-x86-64.so.2`,
]

export const DEBUERREOTYPE = 'debuerreotype 0.17'
/** What Debian's build script leaves in the history. */
export const debianStep = (of: DebianRelease): string =>
  `# debian.sh --arch 'amd64' out/ '${of.codename}' '@${Math.floor(Date.parse(of.created) / 1000)}'`

const debianOsRelease = (of: DebianRelease): string => `PRETTY_NAME="Debian GNU/Linux ${of.pretty}"
NAME="Debian GNU/Linux"
VERSION_ID="${of.version}"
VERSION="${of.pretty}"
VERSION_CODENAME=${of.codename}
DEBIAN_VERSION_FULL=${of.debianVersion}
ID=debian
HOME_URL="https://www.debian.org/"
SUPPORT_URL="https://www.debian.org/support"
BUG_REPORT_URL="https://bugs.debian.org/"
`

const UBUNTU_NAMES: ReadonlyMap<string, string> = new Map([
  ['resolute', 'Resolute Raccoon'],
  ['questing', 'Questing Quokka'],
  ['noble', 'Noble Numbat'],
  ['jammy', 'Jammy Jellyfish'],
  ['focal', 'Focal Fossa'],
  ['bionic', 'Bionic Beaver'],
  ['xenial', 'Xenial Xerus'],
  ['trusty', 'Trusty Tahr'],
  ['precise', 'Precise Pangolin'],
])

const ubuntuOsRelease = (of: DebianRelease): string => `PRETTY_NAME="Ubuntu ${of.pretty}"
NAME="Ubuntu"
VERSION_ID="${of.version}"
VERSION="${of.pretty} (${UBUNTU_NAMES.get(of.codename) ?? of.codename})"
VERSION_CODENAME=${of.codename}
ID=ubuntu
ID_LIKE=debian
HOME_URL="https://www.ubuntu.com/"
SUPPORT_URL="https://help.ubuntu.com/"
BUG_REPORT_URL="https://bugs.launchpad.net/ubuntu/"
PRIVACY_POLICY_URL="https://www.ubuntu.com/legal/terms-and-policies/privacy-policy"
UBUNTU_CODENAME=${of.codename}
LOGO=ubuntu-logo
`

const BASHRC = `# Read by interactive shells.
case $- in *i*) ;; *) return ;; esac
HISTCONTROL=ignoredups
PS1='\${debian_chroot:+($debian_chroot)}\\u@\\h:\\w\\$ '
umask 022
`

const PROFILE = `# Read by login shells.
if [ "$(id -u)" -eq 0 ]; then
  PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
else
  PATH="/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"
fi
export PATH
if [ "\${BASH-}" ] && [ "$BASH" != "/bin/sh" ] && [ -f /etc/bash.bashrc ]; then
  . /etc/bash.bashrc
fi
`

const SOURCES: Readonly<Record<DebianRelease['id'], (of: DebianRelease) => string>> = {
  debian: ({ codename }) =>
    `Types: deb\nURIs: http://deb.debian.org/debian\nSuites: ${codename} ${codename}-updates\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.pgp\n\nTypes: deb\nURIs: http://deb.debian.org/debian-security\nSuites: ${codename}-security\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.pgp\n`,
  ubuntu: ({ codename }) =>
    `Types: deb\nURIs: http://archive.ubuntu.com/ubuntu/\nSuites: ${codename} ${codename}-updates ${codename}-backports\nComponents: main universe restricted multiverse\nSigned-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg\n\nTypes: deb\nURIs: http://security.ubuntu.com/ubuntu/\nSuites: ${codename}-security\nComponents: main universe restricted multiverse\nSigned-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg\n`,
}

export function debianTree(tree: Tree, of: DebianRelease): void {
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) tree.dir(`/usr/${name}`).link(`/${name}`, `usr/${name}`)
  tree
    .dirs(
      '/boot /dev /etc /home /media /mnt /opt /proc /run /srv /sys /usr/games /usr/include /usr/local/bin /usr/local/sbin /usr/local/lib /usr/local/share /usr/share/doc /usr/src',
    )
    .dirs(
      '/etc/apt/apt.conf.d /etc/apt/preferences.d /etc/apt/sources.list.d /etc/default /etc/init.d /etc/profile.d /etc/skel /etc/cron.daily /etc/alternatives',
    )
    .dirs(
      '/var/backups /var/cache/apt/archives/partial /var/lib/apt/lists/partial /var/lib/dpkg/info /var/lib/misc /var/log/apt /var/opt /var/spool',
    )
    .dir('/run/lock', { mode: 0o1777 })
    .dir('/var/mail', { gid: 8, mode: 0o2775 })
    .dir('/var/local', { gid: 50, mode: 0o2775 })
    .dir('/root', { mode: 0o700 })
    .dir('/tmp', { mode: 0o1777 })
    .dir('/var/tmp', { mode: 0o1777 })
    .link('/var/run', '/run')
    .link('/var/lock', '/run/lock')
  debianConfig(tree, of)
  tree.commands(of.id === 'ubuntu' ? `${DEBIAN_COMMANDS} ${PROCPS}` : DEBIAN_COMMANDS)
  tree.link('/usr/bin/sh', 'dash').script('/usr/sbin/service', SERVICE)
}

/** service(8) of init-system-helpers, where no systemd runs. */
const SERVICE = `#!/bin/sh
if [ $# -lt 2 ]; then
    echo 'Usage: service < option > | --status-all | [ service_name [ command | --full-restart ] ]' >&2
    exit 1
fi
script=/etc/init.d/$1
if [ ! -x "$script" ]; then
    echo "$1: unrecognized service" >&2
    exit 1
fi
shift
exec "$script" "$@"
`

function debianConfig(tree: Tree, of: DebianRelease): void {
  tree
    .file('/usr/lib/os-release', of.id === 'debian' ? debianOsRelease(of) : ubuntuOsRelease(of))
    .link('/etc/os-release', '../usr/lib/os-release')
    .file('/etc/debian_version', `${of.debianVersion}\n`)
    .file(
      '/etc/issue',
      `${of.id === 'debian' ? 'Debian GNU/Linux' : 'Ubuntu'} ${of.id === 'debian' ? of.version : of.pretty} \\n \\l\n\n`,
    )
    .file('/etc/passwd', passwdText(DEBIAN_ACCOUNTS))
    .file('/etc/shadow', shadowText(DEBIAN_ACCOUNTS), { mode: 0o640, gid: 42 })
    .file('/etc/group', groupText(DEBIAN_GROUPS))
    .file('/etc/shells', '/bin/sh\n/usr/bin/sh\n/bin/bash\n/usr/bin/bash\n/bin/dash\n/usr/bin/dash\n')
    .file('/etc/hosts', '127.0.0.1\tlocalhost\n')
    .file('/etc/hostname', `${of.id}\n`)
    .file('/etc/host.conf', 'multi on\n')
    .file(
      '/etc/nsswitch.conf',
      'passwd:         files\ngroup:          files\nshadow:         files\nhosts:          files dns\nnetworks:       files\n',
    )
    .file('/etc/services', SERVICES)
    .file('/etc/profile', PROFILE)
    .file('/etc/bash.bashrc', BASHRC)
    .file('/etc/skel/.bashrc', BASHRC)
    .file('/root/.bashrc', of.id === 'ubuntu' ? BASHRC : '# Read by interactive shells of root.\n')
    .file('/root/.profile', 'if [ "$BASH" ] && [ -f ~/.bashrc ]; then\n  . ~/.bashrc\nfi\n')
    .file('/etc/timezone', 'Etc/UTC\n')
    .file(
      '/etc/environment',
      of.id === 'ubuntu' ? 'PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"\n' : '',
    )
    .file('/etc/fstab', '# UNCONFIGURED FSTAB FOR BASE SYSTEM\n')
    .file('/etc/motd', '')
    .file(`/etc/apt/sources.list.d/${of.id}.sources`, SOURCES[of.id](of))
    .file('/etc/apt/apt.conf.d/docker-clean', 'Binary::apt::APT::Keep-Downloaded-Packages "false";\n')
    .file('/var/lib/dpkg/status', statusText(of))
  if (of.id === 'ubuntu')
    tree.file(
      '/etc/lsb-release',
      `DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=${of.version}\nDISTRIB_CODENAME=${of.codename}\nDISTRIB_DESCRIPTION="Ubuntu ${of.pretty}"\n`,
    )
}

/** Packages of the base image. dpkg-query(1) reads this file; installed sizes are in KiB. */
const PACKAGES =
  'apt:3.0.3:4288 base-files:13.8:345 base-passwd:3.6.7:245 bash:5.2.37-2:7163 coreutils:9.7-3:18304 dash:0.5.12-12:190 debconf:1.5.91:519 diffutils:3.10-4:1763 dpkg:1.22.21:6389 findutils:4.10.0-3:1892 grep:3.11-4:1093 gzip:1.13-1:245 hostname:3.25:52 libc-bin:2.41-12:1821 libc6:2.41-12:13043 login:4.16.2:1217 mawk:1.3.4.20250131-1:266 mount:2.41-5:368 passwd:4.17.4-2:2886 perl-base:5.40.1-6:7911 sed:4.9-2:987 tar:1.35:3136 tzdata:2025b-4:1392 util-linux:2.41-5:4981'

const statusText = (of: DebianRelease): string =>
  (of.id === 'ubuntu' ? `${PACKAGES} procps:4.0.4-9:1465` : PACKAGES)
    .split(' ')
    .map((row) => {
      const [name = '', version = '', kib = ''] = row.split(':')
      return `Package: ${name}\nStatus: install ok installed\nPriority: required\nSection: admin\nInstalled-Size: ${kib}\nMaintainer: Debian Developers\nArchitecture: amd64\nVersion: ${version}\nDescription: ${name}\n\n`
    })
    .join('')
