import type { LayerSpec } from '../rootfs/image-spec.ts'
import type { Tree } from '../rootfs/tree.ts'
import { ALPINE_ACCOUNTS, ALPINE_GROUPS, groupText, passwdText, shadowText } from './accounts.ts'
import { ALPINE_APPLETS } from './command-sets.ts'

/** A release: `compressedBytes` and `sizeBytes` of the mini root file system. */
export interface AlpineRelease {
  readonly version: string
  readonly created: string
  readonly compressedBytes: number
  readonly sizeBytes: number
  readonly busybox: string
}

const release = (
  version: string,
  created: string,
  compressedBytes: number,
  sizeBytes: number,
  busybox: string,
): AlpineRelease => ({
  version,
  created: `${created}T20:37:20Z`,
  compressedBytes,
  sizeBytes,
  busybox,
})

/** Newest first. */
export const ALPINE_RELEASES: readonly AlpineRelease[] = [
  release('3.24.2', '2026-09-17', 3_849_738, 8_420_000, '1.38.0-r2'),
  release('3.23.6', '2026-09-17', 3_848_507, 8_440_000, '1.37.0-r30'),
  release('3.22.6', '2026-09-17', 3_792_075, 8_300_000, '1.37.0-r19'),
  release('3.21.7', '2026-06-16', 3_649_240, 7_840_000, '1.37.0-r14'),
  release('3.20.10', '2026-04-16', 3_631_200, 7_810_000, '1.36.1-r31'),
  release('3.19.9', '2025-10-08', 3_424_800, 7_400_000, '1.36.1-r20'),
  release('3.18.12', '2025-02-14', 3_418_000, 7_360_000, '1.36.1-r7'),
  release('3.17.10', '2024-09-06', 3_386_000, 7_080_000, '1.35.0-r31'),
  release('3.16.9', '2024-01-27', 2_820_000, 5_580_000, '1.35.0-r18'),
  release('3.15.11', '2024-01-27', 2_840_000, 5_620_000, '1.34.1-r8'),
  release('3.14.10', '2023-03-29', 2_830_000, 5_640_000, '1.33.1-r8'),
  release('3.13.12', '2022-08-09', 2_830_000, 5_640_000, '1.32.1-r9'),
  release('3.12.12', '2022-04-05', 2_810_000, 5_600_000, '1.31.1-r22'),
  release('3.11.13', '2022-04-04', 2_830_000, 5_640_000, '1.31.1-r11'),
  release('3.10.9', '2021-04-14', 2_800_000, 5_590_000, '1.30.1-r5'),
  release('3.9.6', '2020-04-23', 2_775_000, 5_560_000, '1.29.3-r10'),
  release('3.8.5', '2020-01-23', 2_206_000, 4_410_000, '1.28.4-r3'),
  release('3.7.3', '2019-03-07', 2_105_000, 4_210_000, '1.27.2-r11'),
  release('3.6.5', '2019-03-07', 2_017_000, 4_030_000, '1.26.2-r11'),
  release('3.5.3', '2019-03-07', 1_966_000, 3_990_000, '1.25.1-r2'),
  release('3.4.6', '2019-03-07', 2_386_000, 4_820_000, '1.24.2-r14'),
  release('3.3.3', '2019-03-07', 2_360_000, 4_820_000, '1.24.2-r1'),
]

const releaseOf = (version: string): AlpineRelease | undefined =>
  ALPINE_RELEASES.find((each) => each.version === version || each.version.startsWith(`${version}.`))

/** @param version `3.22`, `3.22.1`, `3`; undefined for the newest @returns undefined for what never was a release */
export function alpineRelease(version?: string): AlpineRelease | undefined {
  const [newest] = ALPINE_RELEASES
  if (version === undefined || version === '') return newest
  const known = releaseOf(version)
  if (known) return known
  // An older patch of a known branch: the branch's numbers, its own version.
  const branch = /^(3\.\d+)\.\d+$/.exec(version)?.[1]
  const near = branch === undefined ? undefined : releaseOf(branch)
  return near && { ...near, version }
}

/** The base layer of alpine and of every image built on it. */
export const alpineLayer = (of: AlpineRelease): LayerSpec => ({
  id: `alpine-${of.version}`,
  compressedBytes: of.compressedBytes,
  sizeBytes: of.sizeBytes,
  flavour: 'busybox',
  mergedUsr: false,
  created: of.created,
  build: (tree) => alpineTree(tree, of),
  bulk: [
    '/usr/lib/libcrypto.so.3',
    '/lib/ld-musl-x86_64.so.1',
    '/usr/lib/libssl.so.3',
    '/usr/lib/libapk.so.2.14.9',
    '/etc/ssl/certs/ca-certificates.crt',
  ],
})

export const alpineStep = (of: AlpineRelease): string =>
  `ADD alpine-minirootfs-${of.version}-x86_64.tar.gz / # buildkit`

const branchOf = ({ version }: AlpineRelease): string => version.split('.').slice(0, 2).join('.')

export const alpineOsRelease = (of: AlpineRelease): string => `NAME="Alpine Linux"
ID=alpine
VERSION_ID=${of.version}
PRETTY_NAME="Alpine Linux v${branchOf(of)}"
HOME_URL="https://alpinelinux.org/"
BUG_REPORT_URL="https://gitlab.alpinelinux.org/alpine/aports/-/issues"
`

const PROFILE = `export PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
export PAGER=less
umask 022
if [ "$(id -u)" = 0 ]; then
	PS1='\\h:\\w\\# '
else
	PS1='\\h:\\w\\$ '
fi
for script in /etc/profile.d/*.sh; do
	if [ -r "$script" ]; then
		. "$script"
	fi
done
unset script
`

const CRONTAB = `# min	hour	day	month	weekday	command
*/15	*	*	*	*	run-parts /etc/periodic/15min
0	*	*	*	*	run-parts /etc/periodic/hourly
0	2	*	*	*	run-parts /etc/periodic/daily
0	3	*	*	6	run-parts /etc/periodic/weekly
0	5	1	*	*	run-parts /etc/periodic/monthly

`

const MOTD = `Welcome to Alpine!

The wiki at <https://wiki.alpinelinux.org/> tells how things are done here.
Change this text in /etc/motd.

`

export function alpineTree(tree: Tree, of: AlpineRelease): void {
  tree
    .dirs(
      '/dev /etc /home /media /media/cdrom /media/floppy /media/usb /mnt /opt /proc /run /srv /sys /var/cache/apk /var/cache/misc',
    )
    .dirs(
      '/lib/apk/db /lib/apk/exec /usr/local/bin /usr/local/lib /usr/local/share /usr/share/man /var/lib/apk /var/lib/misc /var/local /var/log /var/opt /var/spool /var/spool/cron /etc/apk/keys /etc/profile.d /etc/crontabs',
    )
    .dirs('/etc/periodic/15min /etc/periodic/hourly /etc/periodic/daily /etc/periodic/weekly /etc/periodic/monthly')
    .link('/var/spool/cron/crontabs', '/etc/crontabs')
    .dir('/root', { mode: 0o700 })
    .dir('/tmp', { mode: 0o1777 })
    .dir('/var/tmp', { mode: 0o1777 })
    .dir('/var/empty', { mode: 0o555 })
    .link('/var/run', '../run')
    .link('/var/lock', '../run/lock')
    .dir('/run/lock')
  alpineConfig(tree, of)
  placeApplets(tree)
  tree.command('apk', '/sbin/apk')
}

function alpineConfig(tree: Tree, of: AlpineRelease): void {
  const mirror = `https://dl-cdn.alpinelinux.org/alpine/v${branchOf(of)}`
  tree
    .file('/etc/os-release', alpineOsRelease(of))
    .file('/etc/alpine-release', `${of.version}\n`)
    .file('/etc/issue', `Welcome to Alpine Linux ${branchOf(of)}\nKernel \\r on an \\m (\\l)\n\n`)
    .file('/etc/motd', MOTD)
    .file('/etc/crontabs/root', CRONTAB, { mode: 0o600 })
    .file('/etc/passwd', passwdText(ALPINE_ACCOUNTS))
    .file('/etc/shadow', shadowText(ALPINE_ACCOUNTS), { mode: 0o640, gid: 42 })
    .file('/etc/group', groupText(ALPINE_GROUPS))
    .file('/etc/shells', '/bin/sh\n/bin/ash\n')
    .file('/etc/hostname', 'localhost\n')
    .file('/etc/hosts', '127.0.0.1\tlocalhost localhost.localdomain\n::1\t\tlocalhost localhost.localdomain\n')
    .file('/etc/profile', PROFILE)
    .file('/etc/profile.d/README', 'Files of this folder whose names end in .sh are read by /etc/profile.\n')
    .file('/etc/fstab', '/dev/cdrom\t/media/cdrom\tiso9660\tnoauto,ro 0 0\n')
    .file(
      '/etc/nsswitch.conf',
      'passwd: files\ngroup: files\nhosts: files dns\nprotocols: db files\nservices: db files\n',
    )
    .file('/etc/protocols', 'ip\t0\tIP\nicmp\t1\tICMP\ntcp\t6\tTCP\nudp\t17\tUDP\n')
    .file('/etc/services', SERVICES)
    .file('/etc/apk/repositories', `${mirror}/main\n${mirror}/community\n`)
    .file('/etc/apk/arch', 'x86_64\n')
    .file('/etc/apk/world', 'alpine-baselayout\nalpine-keys\nalpine-release\napk-tools\nbusybox\nmusl-utils\n')
    .file('/lib/apk/db/installed', installedText(of))
}

export const SERVICES = `ftp\t\t21/tcp
ssh\t\t22/tcp
telnet\t\t23/tcp
smtp\t\t25/tcp
domain\t\t53/tcp
domain\t\t53/udp
http\t\t80/tcp
pop3\t\t110/tcp
ntp\t\t123/udp
imap2\t\t143/tcp
https\t\t443/tcp
mysql\t\t3306/tcp
postgresql\t5432/tcp
`

/** Packages of the mini root file system with sizes in bytes. apk-package(5). */
const PACKAGES: readonly (readonly [name: string, version: string, bytes: number, summary: string])[] = [
  ['alpine-baselayout', '3.7.0-r0', 331_776, 'Alpine base dir structure and init scripts'],
  ['alpine-baselayout-data', '3.7.0-r0', 77_824, 'Alpine base dir structure and init scripts'],
  ['alpine-keys', '2.5-r0', 159_744, 'Public keys for Alpine Linux packages'],
  ['apk-tools', '2.14.9-r2', 331_776, 'Alpine Package Keeper - package manager for alpine'],
  ['ca-certificates-bundle', '20250911-r0', 233_472, 'Pre generated bundle of Mozilla certificates'],
  ['libcrypto3', '3.5.4-r0', 4_567_040, 'Crypto library from openssl'],
  ['libssl3', '3.5.4-r0', 901_120, 'SSL shared libraries'],
  ['musl', '1.2.5-r12', 671_744, 'the musl c library (libc) implementation'],
  ['musl-utils', '1.2.5-r12', 139_264, 'the musl c library (libc) implementation'],
  ['scanelf', '1.3.8-r2', 98_304, 'Scan ELF binaries for stuff'],
  ['ssl_client', '1.37.0-r19', 28_672, 'External ssl_client for busybox wget'],
  ['zlib', '1.3.1-r2', 114_688, 'A compression/decompression Library'],
]

function installedText(of: AlpineRelease): string {
  const rows = [
    ...PACKAGES,
    ['alpine-release', `${of.version}-r0`, 32_768, 'Alpine release data'] as const,
    ['busybox', of.busybox, 946_176, 'Size optimized toolbox of many common UNIX utilities'] as const,
    ['busybox-binsh', of.busybox, 8_192, 'busybox ash /bin/sh'] as const,
  ]
  return rows
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, version, bytes, summary]) =>
        `P:${name}\nV:${version}\nA:x86_64\nS:${Math.floor(bytes / 2)}\nI:${bytes}\nT:${summary}\nL:GPL-2.0-only\n\n`,
    )
    .join('')
}

function placeApplets(tree: Tree): void {
  tree.command('busybox', '/bin/busybox')
  for (const [folder, names] of Object.entries(ALPINE_APPLETS))
    for (const name of names.split(' ')) {
      const row = tree.programs.find(name, tree.flavour)
      if (row) tree.applet(row, `${folder}/${name}`)
    }
}
