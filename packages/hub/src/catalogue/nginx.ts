import {
  accountsOf,
  ALPINE_ACCOUNTS,
  ALPINE_GROUPS,
  DEBIAN_ACCOUNTS,
  DEBIAN_GROUPS,
  groupText,
  passwdText,
} from '../base/accounts.ts'
import { type AppImage, type AppLayer, appImage, baseOf } from '../rootfs/app-image.ts'
import { type ImageSpec, PATH, type Repository, setOf } from '../rootfs/image-spec.ts'
import { fullVersion, isPlausible, parseTag, type Tag } from '../rootfs/tag.ts'
import type { Tree } from '../rootfs/tree.ts'
import {
  DEFAULT_CONF,
  ENTRYPOINT,
  ENVSUBST,
  FIFTY_X_PAGE,
  IPV6,
  MIME_TYPES,
  NGINX_CONF,
  RESOLVERS,
  WELCOME_PAGE,
  WORKERS,
} from './nginx-files.ts'

const KNOWN = [
  ...[
    '1.31.3',
    '1.30.4',
    '1.29.8',
    '1.28.3',
    '1.27.5',
    '1.26.3',
    '1.25.5',
    '1.24.0',
    '1.23.4',
    '1.22.1',
    '1.21.6',
    '1.20.2',
  ],
  ...['1.19.10', '1.18.0', '1.17.10', '1.16.1', '1.15.12', '1.14.2', '1.13.12', '1.12.2', '1.11.13', '1.10.3'],
]
/** Since then nginx's image starts with an entrypoint script. */
const ENTRYPOINT_SINCE = 19
const EXTRAS = '/usr/lib/nginx/modules'

function accounts(tree: Tree): void {
  const alpine = tree.flavour === 'busybox'
  const nginx = accountsOf(`nginx:101:101:${alpine ? '/var/cache/nginx:/sbin/nologin' : '/nonexistent:/bin/false'}`)
  tree
    .file('/etc/passwd', passwdText([...(alpine ? ALPINE_ACCOUNTS : DEBIAN_ACCOUNTS), ...nginx]))
    .file('/etc/group', groupText(`${alpine ? ALPINE_GROUPS : DEBIAN_GROUPS} nginx:101`))
}

function nginxTree(tree: Tree): void {
  accounts(tree)
  tree
    .mainCommand('nginx', '/usr/sbin/nginx')
    .file('/etc/nginx/nginx.conf', NGINX_CONF)
    .file('/etc/nginx/conf.d/default.conf', DEFAULT_CONF)
    .file('/etc/nginx/mime.types', MIME_TYPES)
    .link('/etc/nginx/modules', EXTRAS)
    .dir(EXTRAS)
    .file('/usr/share/nginx/html/index.html', WELCOME_PAGE)
    .file('/usr/share/nginx/html/50x.html', FIFTY_X_PAGE)
    .dir('/var/cache/nginx', { uid: tree.flavour === 'gnu' ? 0 : 101, gid: tree.flavour === 'gnu' ? 0 : 101 })
    .link('/var/log/nginx/access.log', '/dev/stdout')
    .link('/var/log/nginx/error.log', '/dev/stderr')
    .dir('/docker-entrypoint.d')
    .commands('curl envsubst')
}

const script = (name: string, text: string, compressedBytes: number): AppLayer => ({
  by: `COPY ${name.split('/').pop()} ${name.startsWith('/docker-entrypoint.d') ? '/docker-entrypoint.d' : '/'} # buildkit`,
  compressedBytes,
  sizeBytes: text.length,
  id: `nginx${name}`,
  build: (tree) => void tree.script(name, text),
})
const SCRIPTS: readonly AppLayer[] = [
  script('/docker-entrypoint.sh', ENTRYPOINT, 626),
  script('/docker-entrypoint.d/10-listen-on-ipv6-by-default.sh', IPV6, 955),
  script('/docker-entrypoint.d/15-local-resolvers.envsh', RESOLVERS, 403),
  script('/docker-entrypoint.d/20-envsubst-on-templates.sh', ENVSUBST, 1_210),
  script('/docker-entrypoint.d/30-tune-worker-processes.sh', WORKERS, 1_397),
]

const LIBRARIES = [
  '/usr/lib/nginx/modules/ngx_http_js_module.so',
  '/usr/lib/x86_64-linux-gnu/libxml2.so.16',
  '/usr/lib/x86_64-linux-gnu/libgd.so.3',
  '/usr/share/fonts/dejavu.ttf',
]

function layersOf(alpine: boolean, withEntrypoint: boolean): readonly AppLayer[] {
  const scripts = withEntrypoint ? SCRIPTS : []
  const build = nginxTree
  if (!alpine)
    return [
      {
        by: 'RUN /bin/sh -c set -x && groupadd --system --gid 101 nginx && useradd --system --gid nginx nginx && apt-get install nginx # buildkit',
        compressedBytes: 33_325_076,
        sizeBytes: 82_700_000,
        build,
        bulk: LIBRARIES,
      },
      ...scripts,
    ]
  const modules = [
    '/usr/lib/nginx/modules/ngx_http_js_module.so',
    '/usr/lib/libicudata.so.76',
    '/usr/lib/libxml2.so.16',
    '/usr/lib/libcurl.so.4',
  ]
  return [
    {
      by: 'RUN /bin/sh -c set -x && addgroup -g 101 -S nginx && adduser -S -D -H -u 101 nginx && apk add nginx # buildkit',
      compressedBytes: 1_931_156,
      sizeBytes: 4_900_000,
      build,
      bulk: ['/usr/lib/libpcre2-8.so.0'],
    },
    ...scripts,
    {
      by: 'RUN /bin/sh -c set -x && apk add --no-cache nginx-module-xslt nginx-module-image-filter nginx-module-njs # buildkit',
      compressedBytes: 20_525_064,
      sizeBytes: 49_600_000,
      bulk: modules,
    },
  ]
}

/** The image that others put their pages in. @param more layers on top */
export function nginxOn(
  tag: Tag,
  more: readonly AppLayer[] = [],
  change: Partial<AppImage> = {},
): ImageSpec | undefined {
  const version = fullVersion(tag.version, tag.alpine && tag.version === undefined ? ['1.31.6'] : KNOWN)
  const withEntrypoint = Number(version.split('.')[1]) >= ENTRYPOINT_SINCE
  const command = ['nginx', '-g', 'daemon off;']
  return appImage({
    id: `nginx-${version}`,
    base: baseOf(tag, 'slim'),
    suite: tag.suite,
    created: tag.alpine ? '2026-09-22T22:10:17Z' : '2026-07-15T23:30:55.953154252Z',
    layers: [...layersOf(tag.alpine === true, withEntrypoint), ...more],
    config: {
      Env: [
        PATH,
        `NGINX_VERSION=${version}`,
        ...(tag.alpine
          ? ['PKG_RELEASE=1', 'DYNPKG_RELEASE=1', 'NJS_VERSION=1.0.1', 'NJS_RELEASE=1', 'ACME_VERSION=0.4.1']
          : [
              'NJS_VERSION=1.0.0',
              'NJS_RELEASE=1~trixie',
              'ACME_VERSION=0.4.1',
              'PKG_RELEASE=1~trixie',
              'DYNPKG_RELEASE=1~trixie',
            ]),
      ],
      ...(withEntrypoint && { Entrypoint: ['/docker-entrypoint.sh'] }),
      Cmd: command,
      ExposedPorts: setOf('80/tcp'),
      Labels: { maintainer: 'NGINX Docker Maintainers <docker-maint@nginx.com>' },
      StopSignal: withEntrypoint ? 'SIGQUIT' : 'SIGTERM',
    },
    ...change,
  })
}

export const nginx: Repository = {
  name: 'library/nginx',
  description: 'Official build of Nginx.',
  stars: 20_905,
  tags: [
    'latest',
    'alpine',
    'stable',
    'mainline',
    'stable-alpine',
    'mainline-alpine',
    'alpine-slim',
    'perl',
    'bookworm',
    'trixie',
    ...KNOWN.flatMap((version) => [version, `${version}-alpine`]),
  ],
  image(tag) {
    const parsed = parseTag(tag, ['perl', 'otel'])
    return parsed && isPlausible(parsed.version, KNOWN) ? nginxOn(parsed) : undefined
  },
}
