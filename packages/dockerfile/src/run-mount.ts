import { DockerfileError } from './dockerfile-error.ts'
import { suggest } from './suggest.ts'

export type MountType = 'bind' | 'cache' | 'tmpfs' | 'secret' | 'ssh'

/** One `RUN --mount`, everything filled in. */
export interface RunMount {
  readonly type: MountType
  /** Stage, image or named context; empty is the build context (bind) or nothing. */
  readonly from: string
  readonly source: string
  readonly target: string
  readonly readOnly: boolean
  /** Bytes of a tmpfs; 0 is unlimited. */
  readonly sizeLimit: number
  readonly id: string
  readonly sharing: 'shared' | 'private' | 'locked' | ''
  readonly required: boolean
  /** Variable that gets a secret; '' is named as its id; undefined is none. */
  readonly env: string | undefined
  readonly mode: number | undefined
  readonly uid: number | undefined
  readonly gid: number | undefined
}

type Draft = { -readonly [K in keyof RunMount]: RunMount[K] }

const TYPES: readonly string[] = ['bind', 'cache', 'tmpfs', 'secret', 'ssh']
const SHARINGS: readonly string[] = ['shared', 'private', 'locked']
const KEYS =
  'type from source target readonly id sharing required size mode uid gid src dst destination ro rw readwrite env'.split(
    ' ',
  )

const fail = (message: string, suggestion?: string): never => {
  throw new DockerfileError(message, suggestion === undefined ? {} : { suggestion })
}
const BOOL = new Map([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((text): [string, boolean] => [text, true]),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((text): [string, boolean] => [text, false]),
])
const boolOf = (key: string, value: string): boolean => BOOL.get(value) ?? fail(`invalid value for ${key}: ${value}`)

const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }

function bytesOf(value: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s?([bkmgt]?)(?:i?b)?$/i.exec(value) ?? []
  return number === ''
    ? fail(`invalid value for size: ${value}`)
    : Math.floor(Number(number) * (UNITS[unit.toLowerCase()] ?? 1))
}

const wholeNumber = (key: string, value: string, base: number): number =>
  (base === 8 ? /^[0-7]+$/ : /^\d+$/).test(value)
    ? Number.parseInt(value, base)
    : fail(`invalid value ${value} for ${key}`)

type Setter = (draft: Draft, value: string, key: string) => void

const setType: Setter = (draft, value) => {
  const type = value.toLowerCase()
  if (!TYPES.includes(type)) fail(`unsupported mount type ${JSON.stringify(value)}`, suggest(value, TYPES, true))
  draft.type = type as MountType
}
const setSharing: Setter = (draft, value) => {
  const sharing = value.toLowerCase()
  if (!SHARINGS.includes(sharing))
    fail(`unsupported sharing value ${JSON.stringify(value)}`, suggest(value, SHARINGS, true))
  draft.sharing = sharing as RunMount['sharing']
}
const only =
  (types: readonly MountType[], set: Setter): Setter =>
  (draft, value, key) => {
    if (!types.includes(draft.type)) fail(`unexpected key '${key}' for mount type '${draft.type}'`)
    set(draft, value, key)
  }
const setTarget: Setter = (draft, value) => void (draft.target = value)
const setSource: Setter = (draft, value) => void (draft.source = value)

const SETTERS: ReadonlyMap<string, Setter> = new Map<string, Setter>([
  ['type', setType],
  ['from', (draft, value) => void (draft.from = value)],
  ['source', setSource],
  ['src', setSource],
  ['target', setTarget],
  ['dst', setTarget],
  ['destination', setTarget],
  ['required', only(['secret', 'ssh'], (draft, value, key) => void (draft.required = boolOf(key, value)))],
  ['size', only(['tmpfs'], (draft, value) => void (draft.sizeLimit = bytesOf(value)))],
  ['id', (draft, value) => void (draft.id = value)],
  ['sharing', setSharing],
  ['mode', (draft, value, key) => void (draft.mode = wholeNumber(key, value, 8))],
  ['uid', (draft, value, key) => void (draft.uid = wholeNumber(key, value, 10))],
  ['gid', (draft, value, key) => void (draft.gid = wholeNumber(key, value, 10))],
  ['env', (draft, value) => void (draft.env = value)],
])

/** Fields of a CSV line: quotes keep commas. */
function fieldsOf(text: string): string[] {
  const fields = text.match(/(?:"(?:[^"]|"")*"|[^,"])+/g) ?? []
  return fields.map((field) => (field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field))
}

/**
 * One mount. Keys come in the order written: `size` must follow `type=tmpfs`. docs.docker.com/reference/dockerfile, "RUN --mount".
 * @param expandWord replaces variables in values
 * @throws DockerfileError
 */
export function parseMount(text: string, expandWord: (word: string) => string): RunMount {
  const draft: Draft = {
    type: 'bind',
    from: '',
    source: '',
    target: '',
    readOnly: false,
    sizeLimit: 0,
    id: '',
    sharing: '',
    required: false,
    env: undefined,
    mode: undefined,
    uid: undefined,
    gid: undefined,
  }
  let readOnly: boolean | undefined
  for (const field of fieldsOf(text)) {
    const at = field.indexOf('=')
    const key = (at < 0 ? field : field.slice(0, at)).toLowerCase()
    if (at < 0 && !['readonly', 'ro', 'readwrite', 'rw', 'required'].includes(key))
      fail(`invalid field '${field}' must be a key=value pair`)
    if (key === 'from' && /\$./.test(field))
      fail(`'${key}' doesn't support variable expansion, define alias stage instead`)
    const value = at < 0 ? 'true' : expandWord(field.slice(at + 1))
    if (key === 'readonly' || key === 'ro') readOnly = boolOf(key, value)
    else if (key === 'readwrite' || key === 'rw') readOnly = !boolOf(key, value)
    else {
      const set = SETTERS.get(key) ?? fail(`unexpected key '${key}' in '${field}'`, suggest(key, KEYS, true))
      set(draft, value, key)
    }
  }
  check(draft)
  return { ...draft, readOnly: readOnly ?? (draft.type !== 'cache' && draft.type !== 'tmpfs') }
}

function check(mount: Draft): void {
  if (mount.type === 'bind' || mount.type === 'tmpfs')
    for (const key of ['mode', 'uid', 'gid'] as const)
      if (mount[key] !== undefined) fail(`${key} not allowed for ${JSON.stringify(mount.type)} type mounts`)
  if (mount.type === 'secret') {
    if (mount.from !== '') fail('secret mount should not have a from')
    if (mount.sharing !== '') fail('secret mount should not define sharing')
    if (mount.source === '' && mount.target === '' && mount.id === '')
      fail('invalid secret mount. one of source, target required')
    if (mount.source !== '' && mount.id !== '') fail("both source and id can't be set")
  }
  if (mount.sharing !== '' && mount.type !== 'cache') fail(`invalid cache sharing set for ${mount.type} mount`)
}
