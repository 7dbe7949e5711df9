import type { LayerSpec } from '../rootfs/image-spec.ts'
import { accountsOf, groupText, passwdText, shadowText } from '../base/accounts.ts'
import { BUSYBOX_APPLETS } from '../base/command-sets.ts'
import { type ImageSpec, layer, meta, PATH, type Repository } from '../rootfs/image-spec.ts'
import type { Tree } from '../rootfs/tree.ts'

const CREATED = '2026-05-13T02:21:49Z'
const ACCOUNTS = accountsOf(`root:0:0:/root:/bin/sh
daemon:1:1:/usr/sbin:/bin/false
bin:2:2:/bin:/bin/false
sys:3:3:/dev:/bin/false
sync:4:100:/bin:/bin/sync
mail:8:8:/var/spool/mail:/bin/false
www-data:33:33:/var/www:/bin/false
operator:37:37:/var:/bin/false
nobody:65534:65534:/home:/bin/false`)
const GROUPS =
  'root:0 daemon:1 bin:2 sys:3 adm:4 tty:5 disk:6 wheel:10:root mail:8 utmp:43 video:44 audio:29 www-data:33 staff:50 users:100 nobody:65534'

function busyboxTree(tree: Tree): void {
  tree
    .dirs(
      '/bin /dev /etc /etc/network/if-down.d /etc/network/if-post-down.d /etc/network/if-pre-up.d /etc/network/if-up.d /lib /usr/bin /usr/sbin /var/spool/mail /var/www',
    )
    .dir('/home', { uid: 65534, gid: 65534 })
    .dir('/root', { mode: 0o700 })
    .dir('/tmp', { mode: 0o1777 })
    .link('/lib64', 'lib')
    .link('/usr/bin/env', '../../bin/env')
    .file('/etc/passwd', passwdText(ACCOUNTS))
    .file('/etc/group', groupText(GROUPS))
    .file('/etc/shadow', shadowText(ACCOUNTS), { mode: 0o600 })
    .file('/etc/localtime', 'TZif2')
    .file('/etc/nsswitch.conf', 'passwd:\tfiles\ngroup:\tfiles\nshadow:\tfiles\nhosts:\tfiles dns\n')
  tree.command('busybox', '/bin/busybox')
  for (const name of BUSYBOX_APPLETS.split(' ')) {
    const row = tree.programs.find(name, 'busybox')
    if (row) tree.applet(row, `/bin/${name}`)
  }
}

/** The libraries that the image built with glibc carries, and the one built with musl does not need. */
const GLIBC = [
  '/lib/libc.so.6',
  '/lib/libm.so.6',
  '/lib/ld-linux-x86-64.so.2',
  '/lib/libresolv.so.2',
  '/lib/libpthread.so.0',
]
const VARIANTS: Readonly<Record<string, { words: string; layer: LayerSpec }>> = {
  glibc: {
    words: 'BusyBox 1.38.0 (glibc), Debian 13',
    layer: {
      id: 'busybox-glibc',
      compressedBytes: 2_226_327,
      sizeBytes: 4_450_000,
      flavour: 'busybox',
      mergedUsr: false,
      created: CREATED,
      build: busyboxTree,
      bulk: GLIBC,
    },
  },
  musl: {
    words: 'BusyBox 1.38.0 (musl), Alpine 3.23.5',
    layer: {
      id: 'busybox-musl',
      compressedBytes: 886_160,
      sizeBytes: 1_530_000,
      flavour: 'busybox',
      mergedUsr: false,
      created: CREATED,
      build: busyboxTree,
      bulk: ['/lib/ld-musl-x86_64.so.1'],
    },
  },
}

function busyboxImage(variant: string): ImageSpec | undefined {
  const found = VARIANTS[variant === 'uclibc' ? 'musl' : variant]
  if (!found) return undefined
  const config = { Env: [PATH], Cmd: ['sh'] }
  return { created: CREATED, config, steps: [layer(found.words, found.layer), meta(CREATED, 'CMD ["sh"]')] }
}

export const busybox: Repository = {
  name: 'library/busybox',
  description: 'Busybox base image.',
  stars: 3_395,
  tags: [
    'latest',
    'stable',
    'musl',
    'glibc',
    'uclibc',
    '1',
    '1.38',
    '1.38.0',
    '1.37',
    '1.37.0',
    '1.36',
    '1.36.1',
    '1.35.0',
  ],
  image(tag) {
    const match = /^(?:latest|stable|unstable|1(?:\.\d+){0,2})?-?(glibc|musl|uclibc)?$/.exec(tag)
    return match && tag !== '' ? busyboxImage(match[1] ?? 'glibc') : undefined
  },
}
