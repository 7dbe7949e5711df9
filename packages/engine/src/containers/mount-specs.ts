import { MS_NODEV, MS_NOEXEC, MS_NOSUID } from '@drydock/abi'
import type { HostConfig, Mount } from '@drydock/docker-api'
import { invalid } from '../problem.ts'

/** A mount as the user wished for it. */
export interface MountWish {
  readonly type: 'bind' | 'volume' | 'tmpfs'
  /** Host path, volume name, or empty for an anonymous volume. */
  readonly source: string
  readonly destination: string
  readonly readOnly: boolean
  /** As inspect shows it: `ro`, `z`, ``. */
  readonly mode: string
  /** --mount: a bind's source must be there. */
  readonly strict: boolean
  readonly noCopy: boolean
  readonly driver?: string
  readonly labels?: Record<string, string>
  readonly tmpfsOptions?: string
  readonly tmpfsFlags?: number
  /** Of a bind. */
  readonly propagation?: string
  /** A directory of the volume that is mounted in the volume's place. */
  readonly subpath?: string
  readonly driverOptions?: Record<string, string>
}

const MODES = new Set(
  'ro rw z Z nocopy rprivate private rshared shared rslave slave cached delegated consistent'.split(' '),
)

const ACCESS = ['ro', 'rw']
const PROPAGATION = ['rprivate', 'private', 'rshared', 'shared', 'rslave', 'slave']
const countOf = (modes: readonly string[], names: readonly string[]): number =>
  modes.filter((mode) => names.includes(mode)).length

/** `source:destination[:mode]` or a bare destination, of docker run -v. @throws Problem invalid */
export function parseBind(spec: string): MountWish {
  const parts = spec.split(':')
  const [first = '', second, mode = ''] = parts
  if (parts.length > 3 || spec === '' || first === '') throw invalid(`invalid volume specification: '${spec}'`)
  const destination = second ?? first
  const modes = mode === '' ? [] : mode.split(',')
  if (modes.some((each) => !MODES.has(each)) || countOf(modes, ACCESS) > 1 || countOf(modes, PROPAGATION) > 1)
    throw invalid(`invalid mode: ${mode}`)
  const source = second === undefined ? '' : first
  const type = source.startsWith('/') ? 'bind' : 'volume'
  checkDestination(destination, type, `invalid volume specification: '${spec}': `)
  return {
    type,
    source: trimSlash(source),
    destination: trimSlash(destination),
    readOnly: modes.includes('ro'),
    mode: second === undefined ? '' : mode,
    strict: false,
    noCopy: modes.includes('nocopy'),
    propagation: modes.find((each) => PROPAGATION.includes(each)) ?? 'rprivate',
  }
}

const trimSlash = (path: string): string => (path.length > 1 ? path.replace(/\/+$/, '') || '/' : path)

function checkDestination(destination: string, type: string, prefix: string): void {
  if (!destination.startsWith('/'))
    throw invalid(
      `${prefix}invalid mount config for type "${type}": invalid mount path: '${destination}' mount path must be absolute`,
    )
  if (destination === '/' || /^\/+$/.test(destination))
    throw invalid(`${prefix}invalid mount config for type "${type}": invalid specification: destination can't be '/'`)
}

const TYPES: readonly string[] = ['bind', 'volume', 'tmpfs']

/** A --mount. @throws Problem invalid */
export function parseMount(mount: Mount): MountWish {
  const { Type, Source = '', Target, ReadOnly = false } = mount
  if (!TYPES.includes(Type)) throw invalid(`invalid mount config for type ${JSON.stringify(Type)}: mount type unknown`)
  const type = Type as MountWish['type']
  if (!Target) throw invalid(`invalid mount config for type "${type}": field Target must not be empty`)
  checkDestination(Target, type, '')
  if (type === 'bind') checkBind(Source, mount.BindOptions?.Propagation ?? '')
  checkForeignOptions(type, mount)
  if (type === 'tmpfs' && Source !== '')
    throw invalid('invalid mount config for type "tmpfs": field Source must not be specified')
  const { VolumeOptions: volume, TmpfsOptions: tmpfs } = mount
  return {
    type,
    source: trimSlash(Source),
    destination: trimSlash(Target),
    readOnly: ReadOnly,
    mode: type === 'volume' ? 'z' : '',
    strict: !mount.BindOptions?.CreateMountpoint,
    noCopy: volume?.NoCopy ?? false,
    ...(volume?.DriverConfig?.Name ? { driver: volume.DriverConfig.Name } : {}),
    ...(volume?.Labels ? { labels: volume.Labels } : {}),
    propagation: mount.BindOptions?.Propagation || 'rprivate',
    ...(volume?.Subpath ? { subpath: volume.Subpath } : {}),
    ...(volume?.DriverConfig?.Options ? { driverOptions: volume.DriverConfig.Options } : {}),
    ...(type === 'tmpfs' ? { tmpfsOptions: tmpfsData(tmpfs) } : {}),
  }
}

/** Options of one type of mount beside another type. @throws Problem invalid */
function checkForeignOptions(type: string, { BindOptions, VolumeOptions, TmpfsOptions }: Mount): void {
  const options = {
    bind: ['BindOptions', BindOptions],
    volume: ['VolumeOptions', VolumeOptions],
    tmpfs: ['TmpfsOptions', TmpfsOptions],
  }
  for (const [owner, [field, value]] of Object.entries(options))
    if (owner !== type && value)
      throw invalid(`invalid mount config for type "${type}": field ${String(field)} must not be specified`)
  if (VolumeOptions?.Subpath && !/^(?!\.\.(\/|$))[^/]/.test(VolumeOptions.Subpath))
    throw invalid(`invalid mount config for type "volume": subpath must be a relative path within the volume`)
}

function checkBind(source: string, propagation: string): void {
  if (propagation !== '' && !PROPAGATION.includes(propagation))
    throw invalid(`invalid mount config for type "bind": invalid propagation mode: ${propagation}`)
  if (source === '') throw invalid('invalid mount config for type "bind": field Source must not be empty')
  if (!source.startsWith('/'))
    throw invalid(`invalid mount config for type "bind": invalid mount path: '${source}' mount path must be absolute`)
}

const tmpfsData = (options: Mount['TmpfsOptions']): string =>
  [options?.SizeBytes ? `size=${options.SizeBytes}` : '', options?.Mode ? `mode=${options.Mode.toString(8)}` : '']
    .filter(Boolean)
    .join(',')

/** Everything wished for, the later winning over the earlier on one destination. */
export function mountWishes(host: HostConfig, volumes: readonly string[]): MountWish[] {
  const anonymous = volumes.map(anonymousWish)
  const tmpfs = Object.entries(host.Tmpfs ?? {}).map(([path, options]) => tmpfsWish(path, options))
  const wishes = [...anonymous, ...(host.Binds ?? []).map(parseBind), ...(host.Mounts ?? []).map(parseMount), ...tmpfs]
  checkDuplicates([...(host.Binds ?? []).map(parseBind), ...(host.Mounts ?? []).map(parseMount)])
  return [...new Map(wishes.map((wish) => [wish.destination, wish])).values()]
}

/** A bare path of -v, and VOLUME of images: below the root, whatever it begins with. */
const anonymousWish = (path: string): MountWish => ({
  type: 'volume',
  source: '',
  destination: trimSlash(path),
  readOnly: false,
  mode: '',
  strict: true,
  noCopy: false,
  propagation: 'rprivate',
})

/** What a tmpfs forbids unless it is allowed by name. */
const TMPFS_FLAGS = [
  ['suid', MS_NOSUID],
  ['dev', MS_NODEV],
  ['exec', MS_NOEXEC],
] as const

function tmpfsWish(path: string, options: string): MountWish {
  checkDestination(path, 'tmpfs', '')
  const words = options.split(',')
  const data = words.filter((option) => /^(size|mode|uid|gid|nr_inodes)=/.test(option)).join(',')
  const readOnly = words.includes('ro')
  return {
    type: 'tmpfs',
    source: '',
    destination: trimSlash(path),
    readOnly,
    mode: '',
    strict: false,
    noCopy: true,
    tmpfsOptions: data,
    tmpfsFlags: TMPFS_FLAGS.reduce((flags, [allow, flag]) => (words.includes(allow) ? flags : flags | flag), 0),
  }
}

function checkDuplicates(wishes: readonly MountWish[]): void {
  const seen = new Set<string>()
  for (const { destination } of wishes) {
    if (seen.has(destination)) throw invalid(`Duplicate mount point: ${destination}`)
    seen.add(destination)
  }
}
