import {
  duration,
  type Flag,
  FlagValueError,
  list,
  type ListSettings,
  parseBytes,
  string,
  uint,
} from '@drydock/cli-plugin'
import type { CredentialSpec, FileTarget, Mount, NetworkAttachmentConfig, Ulimit } from '@drydock/docker-api'
import { checkUlimit } from '../container/container-checks.ts'
import { csvRecord } from '../csv-record.ts'
import { shellWords } from './shell-words.ts'

/** Flags of services whose values are objects of the API; the words of errors are docker/cli's opts. */

const refuse = (problem: string): never => {
  throw new FlagValueError(problem)
}
const cut = (text: string): [string, string | undefined] => {
  const at = text.indexOf('=')
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

/** A flag that may be given many times, each an object. */
export function objects<T>(
  short: string,
  usage: string,
  type: string,
  parse: (text: string) => readonly T[],
  settings: ListSettings = {},
): Flag<readonly T[]> {
  return {
    ...list(short, usage, { type, ...settings }),
    initial: [] as readonly T[],
    parse: (text: string, before: readonly T[]) => [...before, ...parse(text)],
  }
}

/** `"a b" c` as a shell parts words; the last one given counts. */
export const command = (usage: string): Flag<readonly string[]> => ({
  ...list('', usage, { type: 'command' }),
  parse: (text) => shellWords(text),
})

/** A number that may be missing. */
export const maybeUint = (usage: string, shown?: string): Flag<number | undefined> => {
  const flag = uint('', usage, 'uint', shown)
  return { ...flag, initial: undefined, parse: (text) => flag.parse(text, 0) }
}

/** Nanoseconds that may be missing. */
export const maybeDuration = (
  usage: string,
  settings: { shown?: string; positive?: boolean } = {},
): Flag<number | undefined> => {
  const { positive = false, ...rest } = settings
  const flag = duration('', usage, rest)
  const parse = (text: string): number => {
    const value = flag.parse(text, 0)
    return positive && value < 0 ? refuse('duration cannot be negative') : value
  }
  return { ...flag, initial: undefined, parse }
}

/** Where a file of the cluster's lies, and which. */
export interface FileReference {
  readonly name: string
  readonly file: FileTarget
}
const FILE_FIELDS: Readonly<Record<string, keyof FileTarget | 'source'>> = {
  source: 'source',
  src: 'source',
  target: 'Name',
  uid: 'UID',
  gid: 'GID',
  mode: 'Mode',
}
const READ_ONLY = 0o444

/** Go's strconv.ParseUint with base 0. */
function parseMode(text: string): number {
  const digits = /^(?:0x([0-9a-f]+)|0o?([0-7]+)|0b([01]+)|(0|[1-9]\d*))$/i.exec(text)
  if (!digits)
    return refuse(`invalid mode specified: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`)
  const [, hex, octal, binary, decimal] = digits
  if (hex !== undefined) return Number.parseInt(hex, 16)
  if (octal !== undefined) return Number.parseInt(octal, 8)
  return binary !== undefined ? Number.parseInt(binary, 2) : Number(decimal)
}

/** `pw` or `source=pw,target=/run/pw,uid=0,gid=0,mode=0400`. */
function parseFileReference(text: string, noun: string): FileReference {
  const fields = csvRecord(text)
  const [only = ''] = fields
  if (fields.length === 1 && !only.includes('='))
    return { name: only, file: { Name: only, UID: '0', GID: '0', Mode: READ_ONLY } }
  const found = new Map<string, string>()
  for (const field of fields) {
    const [key, value] = cut(field)
    if (value === undefined || key === '') refuse(`invalid field '${field}' must be a key=value pair`)
    const name = FILE_FIELDS[key.toLowerCase()]
    if (name === undefined) return refuse(`invalid field in ${noun} request: ${key}`)
    found.set(name, name === 'Mode' ? String(parseMode(value ?? '')) : (value ?? ''))
  }
  const name = found.get('source') || refuse('source is required')
  const file = {
    Name: found.get('Name') || name,
    UID: found.get('UID') ?? '0',
    GID: found.get('GID') ?? '0',
    Mode: Number(found.get('Mode') ?? READ_ONLY),
  }
  return { name, file }
}
export const fileReferences = (noun: 'secret' | 'config', usage: string): Flag<readonly FileReference[]> =>
  objects('', usage, noun, (text) => [parseFileReference(text, noun)])

const SPECS: readonly (readonly [prefix: string, field: keyof CredentialSpec])[] = [
  ['config://', 'Config'],
  ['file://', 'File'],
  ['registry://', 'Registry'],
]
/** With all fields, as Go writes it. An empty one means: none any more. */
export const credentialSpec = (): Flag<Required<CredentialSpec> | undefined> => ({
  ...string('', 'Credential spec for managed service account (Windows only)', '', 'credential-spec'),
  initial: undefined,
  parse: (text) => {
    const blank = { Config: '', File: '', Registry: '' }
    if (text === '') return blank
    const found = SPECS.find(([prefix]) => text.startsWith(prefix))
    if (found) return { ...blank, [found[1]]: text.slice(found[0].length) }
    return refuse('invalid credential spec: value must be prefixed with "config://", "file://", or "registry://"')
  },
})

/** The descriptors of `spread=node.labels.zone`. */
export const placementPrefs = (usage: string): Flag<readonly string[]> =>
  objects('', usage, 'pref', (text) => {
    const [strategy, descriptor] = cut(text)
    if (descriptor === undefined || strategy === '')
      return refuse('placement preference must be of the format "<strategy>=<arg>"')
    if (strategy !== 'spread') return refuse(`unsupported placement preference ${strategy} (only spread is supported)`)
    return [descriptor]
  })

export const genericResources = (usage: string): Flag<readonly string[]> =>
  list('', usage, {
    check: (text) =>
      text.includes('=') ? text : refuse(`invalid generic-resource format \`${text}\` expected \`name=value\``),
  })

export const ulimits = (usage: string): Flag<readonly Ulimit[]> =>
  objects(
    '',
    usage,
    'ulimit',
    (text) => {
      const [name, limits = ''] = cut(checkUlimit(text))
      const [soft = '', hard = soft] = limits.split(':')
      return [{ Name: name, Hard: Number(hard), Soft: Number(soft) }]
    },
    { shown: '[]' },
  )
/** One each, the last given; in order of name. */
export const uniqueUlimits = (given: readonly Ulimit[]): Ulimit[] =>
  [...new Map(given.map((each) => [each.Name, each])).values()].toSorted((a, b) => (a.Name < b.Name ? -1 : 1))

const LONG_FORM = /\w+=\w+(,\w+=\w+)*/
/** Fields of a container's network that mean nothing to a service. */
const IGNORED = ['ip', 'ip6', 'mac-address', 'link-local-ip', 'gw-priority']

/** `mesh` or `name=mesh,alias=db,driver-opt=k=v`; what is long is in small letters. */
function parseNetwork(text: string): NetworkAttachmentConfig {
  if (!LONG_FORM.test(text)) return { Target: text }
  const aliases: string[] = []
  const options: [string, string][] = []
  let target = ''
  for (const field of csvRecord(text)) {
    const [rawKey, value] = cut(field.toLowerCase())
    if (value === undefined || rawKey === '') return refuse(`invalid field ${field}`)
    const key = rawKey.trim()
    if (key === 'name') target = value.trim()
    else if (key === 'alias') aliases.push(value.trim())
    else if (key === 'driver-opt') options.push(driverOption(value))
    else if (!IGNORED.includes(key)) return refuse(`invalid field key ${key}`)
  }
  if (target === '') return refuse('network name/id is not specified')
  return {
    Target: target,
    ...(aliases.length > 0 ? { Aliases: aliases } : {}),
    ...(options.length > 0 ? { DriverOpts: Object.fromEntries(options) } : {}),
  }
}
function driverOption(text: string): [string, string] {
  const [key, value] = cut(text)
  if (value === undefined || key === '') return refuse('invalid key value pair format in driver options')
  return [key.trim(), value.trim()]
}
export const networks = (usage: string): Flag<readonly NetworkAttachmentConfig[]> =>
  objects('', usage, 'network', (text) => [parseNetwork(text)])

export const mounts = (usage: string): Flag<readonly Mount[]> =>
  objects('', usage, 'mount', (text) => [parseMount(text)])

const TRUE = ['1', 't', 'T', 'true', 'TRUE', 'True']
const FALSE = ['0', 'f', 'F', 'false', 'FALSE', 'False']
function switchOf(name: string, value: string): boolean {
  if (TRUE.includes(value)) return true
  return FALSE.includes(value) ? false : refuse(`invalid value for ${name}: ${value}`)
}

/** A mount while its fields are read. */
type Draft = { -readonly [K in keyof Mount]: Mount[K] }
type Field = (mount: Draft, value: string, key: string) => void
const volume = (mount: Draft) => (mount.VolumeOptions ??= { DriverConfig: {} })
const bind = (mount: Draft) => (mount.BindOptions ??= {})
const tmpfs = (mount: Draft) => (mount.TmpfsOptions ??= {})
const pair = (text: string): Record<string, string> => {
  const [key, value = ''] = cut(text)
  return key === '' ? {} : { [key]: value }
}
const RECURSION: Readonly<Record<string, object>> = {
  enabled: {},
  disabled: { NonRecursive: true },
  writable: { ReadOnlyNonRecursive: true },
  readonly: { ReadOnlyForceRecursive: true },
}
const source: Field = (mount, value) => {
  if (value !== '') mount.Source = value
}
const target: Field = (mount, value) => {
  mount.Target = value
}
const readOnly: Field = (mount, value, key) => {
  mount.ReadOnly = switchOf(key, value)
}
const MOUNT_FIELDS: Readonly<Record<string, Field>> = {
  type: (mount, value) => {
    mount.Type = value.toLowerCase()
  },
  source,
  src: source,
  target,
  dst: target,
  destination: target,
  readonly: readOnly,
  ro: readOnly,
  consistency: (mount, value) => {
    mount.Consistency = value.toLowerCase()
  },
  'bind-propagation': (mount, value) => {
    bind(mount).Propagation = value.toLowerCase()
  },
  'bind-nonrecursive': (mount, value, key) => {
    bind(mount).NonRecursive = switchOf(key, value)
  },
  'bind-recursive': (mount, value, key) => {
    const found = RECURSION[value]
    if (!found) refuse(`invalid value for ${key}: ${value} (must be "enabled", "disabled", "writable", or "readonly")`)
    if (value !== 'enabled') Object.assign(bind(mount), found)
  },
  'volume-subpath': (mount, value) => {
    volume(mount).Subpath = value
  },
  'volume-nocopy': (mount, value, key) => {
    volume(mount).NoCopy = switchOf(key, value)
  },
  'volume-label': (mount, value) => {
    volume(mount).Labels = { ...volume(mount).Labels, ...pair(value) }
  },
  'volume-driver': (mount, value) => {
    volume(mount).DriverConfig = { ...volume(mount).DriverConfig, Name: value }
  },
  'volume-opt': (mount, value) => {
    const driver = volume(mount).DriverConfig
    volume(mount).DriverConfig = { ...driver, Options: { ...driver?.Options, ...pair(value) } }
  },
  'image-subpath': (mount, value) => {
    mount.ImageOptions = { Subpath: value }
  },
  'tmpfs-size': (mount, value, key) => {
    try {
      tmpfs(mount).SizeBytes = parseBytes(value)
    } catch {
      refuse(`invalid value for ${key}: ${value}`)
    }
  },
  'tmpfs-mode': (mount, value, key) => {
    if (!/^[0-7]+$/.test(value)) refuse(`invalid value for ${key}: ${value}`)
    tmpfs(mount).Mode = Number.parseInt(value, 8)
  },
}
/** Fields that mean something alone. */
const SWITCHES = ['readonly', 'ro', 'volume-nocopy', 'bind-nonrecursive']

function parseMount(text: string): Mount {
  const mount: Draft = { Type: 'volume', Target: '' }
  for (const field of csvRecord(text)) {
    const [rawKey, value] = cut(field)
    const key = rawKey.toLowerCase()
    if (value === undefined && !SWITCHES.includes(key)) refuse(`invalid field '${field}' must be a key=value pair`)
    const set = MOUNT_FIELDS[key]
    if (!set) return refuse(`unexpected key '${key}' in '${field}'`)
    set(mount, value ?? 'true', key)
  }
  return checkMount(mount)
}

function checkMount(mount: Draft): Mount {
  if (mount.Type === '') return refuse('type is required')
  if (mount.Target === '') return refuse('target is required')
  const parts = {
    volume: mount.VolumeOptions,
    image: mount.ImageOptions,
    bind: mount.BindOptions,
    tmpfs: mount.TmpfsOptions,
  }
  for (const [kind, options] of Object.entries(parts))
    if (options !== undefined && mount.Type !== kind)
      refuse(`cannot mix '${kind}-*' options with mount type '${mount.Type}'`)
  const { ReadOnlyNonRecursive: writable, ReadOnlyForceRecursive: forced, Propagation } = mount.BindOptions ?? {}
  if (writable && !mount.ReadOnly)
    refuse("option 'bind-recursive=writable' requires 'readonly' to be specified in conjunction")
  if (forced && !mount.ReadOnly)
    refuse("option 'bind-recursive=readonly' requires 'readonly' to be specified in conjunction")
  if (forced && Propagation !== 'rprivate')
    refuse("option 'bind-recursive=readonly' requires 'bind-propagation=rprivate' to be specified in conjunction")
  if (mount.ReadOnly === false) delete mount.ReadOnly
  return mount
}
