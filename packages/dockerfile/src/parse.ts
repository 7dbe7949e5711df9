import { DockerfileError, placed } from './dockerfile-error.ts'
import { type FlagKind, readFlags } from './flags.ts'
import { chomped, type Heredoc, heredocOf } from './heredoc.ts'
import type { Copy, Instruction, Run, Written } from './instruction.ts'
import type { InstructionLine } from './lines.ts'
import { jsonWords, pairsOf, plainWords, quotedWords, splitInstruction } from './split.ts'
import { suggest } from './suggest.ts'
import { parseDuration } from './duration.ts'

export const KEYWORDS: readonly string[] =
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR'.split(
    ' ',
  )

const fail = (message: string): never => {
  throw new DockerfileError(message)
}

/** The instruction that a line is. @throws DockerfileError marked as syntax where the instruction's own rules are broken */
export function parseInstruction(line: InstructionLine, escape: string): Instruction {
  const name = line.keyword.toUpperCase()
  const read = READERS.get(name)
  if (!read) {
    const near = suggest(line.keyword, KEYWORDS, false)
    throw new DockerfileError(`unknown instruction: ${line.keyword}`, {
      range: line.range,
      syntax: true,
      ...(near === undefined
        ? {}
        : { suggestion: line.keyword === line.keyword.toLowerCase() ? near.toLowerCase() : near }),
    })
  }
  const words = before(line, () => WORDS.get(name)?.(line.rest, escape, name) ?? { words: [], json: false })
  const { keyword, heredocs, range, comments } = line
  const written: Written = { keyword, code: line.original.trim(), range, comments, json: words.json, heredocs }
  try {
    return read(written, { ...words, name, line, escape })
  } catch (error) {
    throw placed(error, range, true)
  }
}

/** What fails while the line is taken apart is placed, but is no fault of the instruction's own rules. */
function before<T>(line: InstructionLine, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw placed(error, line.range)
  }
}

interface ReadWords {
  readonly words: readonly string[]
  readonly json: boolean
}
interface Source extends ReadWords {
  readonly name: string
  readonly line: InstructionLine
  readonly escape: string
}
type WordReader = (rest: string, escape: string, name: string) => ReadWords

const plain = (words: readonly string[]): ReadWords => ({ words, json: false })
const maybeJson =
  (otherwise: (rest: string) => readonly string[]): WordReader =>
  (rest) => {
    const found = jsonWords(rest)
    return found ? { words: found, json: true } : plain(otherwise(rest))
  }
const oneLine = (rest: string): string[] => (rest === '' ? [] : [rest])
const one: WordReader = (rest) => plain(oneLine(rest))

const health: WordReader = (rest) => {
  const [, type = '', after = ''] = /^(\S*)\s*([\s\S]*)$/.exec(rest) ?? []
  if (type === '') return plain([])
  const found = jsonWords(after)
  return found ? { words: [type, ...found], json: true } : plain([type, ...oneLine(after)])
}

const WORDS: ReadonlyMap<string, WordReader> = new Map([
  ...['ADD', 'COPY', 'VOLUME'].map((name): [string, WordReader] => [name, maybeJson(plainWords)]),
  ...['CMD', 'ENTRYPOINT', 'RUN', 'SHELL'].map((name): [string, WordReader] => [name, maybeJson(oneLine)]),
  ...['MAINTAINER', 'STOPSIGNAL', 'USER', 'WORKDIR', 'ONBUILD'].map((name): [string, WordReader] => [name, one]),
  ...['EXPOSE', 'FROM'].map((name): [string, WordReader] => [name, (rest) => plain(plainWords(rest))]),
  ['ARG', (rest, escape) => plain(quotedWords(rest, escape))],
  ...['ENV', 'LABEL'].map((name): [string, WordReader] => [
    name,
    (rest, escape) => plain(pairsOf(rest, name, escape).length > 0 ? [rest] : []),
  ]),
  ['HEALTHCHECK', health],
])

type Reader = (written: Written, source: Source) => Instruction

const noFlags = ({ line }: Source): void => void readFlags(line.flags, {})
const atLeastOne = ({ words, name }: Source): void => {
  if (words.length === 0) fail(`${name} requires at least one argument`)
}

const pairs =
  (kind: 'ENV' | 'LABEL'): Reader =>
  (written, source) => {
    noFlags(source)
    atLeastOne(source)
    const found = pairsOf(source.line.rest, kind, source.escape)
    if (found.some(({ key }) => key === '')) fail(`${kind} names can not be blank`)
    return { ...written, kind, pairs: found }
  }

const simple =
  (kind: 'WORKDIR' | 'USER' | 'STOPSIGNAL' | 'MAINTAINER'): Reader =>
  (written, source) => {
    const [value] = source.words
    if (value === undefined || source.words.length !== 1) return fail(`${kind} requires exactly one argument`)
    if (kind !== 'STOPSIGNAL') noFlags(source)
    return { ...written, kind, value }
  }

const readFrom: Reader = (written, { words, line }) => {
  const [base = '', as = '', writtenName = ''] = words
  if (words.length !== 1 && !(words.length === 3 && as.toLowerCase() === 'as'))
    fail('FROM requires either one or three arguments')
  const name = writtenName.toLowerCase()
  if (words.length === 3 && !/^[a-z][a-z0-9\-_.]*$/.test(name))
    fail(
      `invalid name for build stage: ${JSON.stringify(writtenName)}, name can't start with a number or contain symbols`,
    )
  const { strings } = readFlags(line.flags, { platform: 'string' })
  return { ...written, kind: 'FROM', base, as, name, writtenName, platform: strings.get('platform') ?? '' }
}

const readArg: Reader = (written, source) => {
  atLeastOne(source)
  const args = source.words.map((word) => {
    const at = word.indexOf('=')
    if (at === 0) fail('ARG names can not be blank')
    return { key: at < 0 ? word : word.slice(0, at), value: at < 0 ? undefined : word.slice(at + 1) }
  })
  return { ...written, kind: 'ARG', args }
}

const command =
  (kind: 'CMD' | 'ENTRYPOINT'): Reader =>
  (written, source) => {
    noFlags(source)
    return { ...written, kind, words: source.words }
  }

const NETWORKS: readonly string[] = ['default', 'none', 'host']
const SECURITIES: readonly string[] = ['sandbox', 'insecure']

const readRun: Reader = (written, { words, line }) => {
  const { strings, lists, used } = readFlags(line.flags, {
    mount: 'list',
    network: 'string',
    security: 'string',
    device: 'list',
  })
  const network = strings.get('network') ?? 'default'
  const security = strings.get('security') ?? 'sandbox'
  if (!NETWORKS.includes(network)) fail(`invalid network mode ${JSON.stringify(network)}`)
  if (!SECURITIES.includes(security)) fail(`security ${JSON.stringify(security)} is not supported`)
  return {
    ...written,
    kind: 'RUN',
    words,
    mounts: lists.get('mount') ?? [],
    network: network as Run['network'],
    security: security as Run['security'],
    flags: used,
  }
}

const COPY_FLAGS: Readonly<Record<'COPY' | 'ADD', Readonly<Record<string, FlagKind>>>> = {
  COPY: { chown: 'string', from: 'string', chmod: 'string', link: 'bool', exclude: 'list', parents: 'bool' },
  ADD: {
    chown: 'string',
    chmod: 'string',
    link: 'bool',
    'keep-git-dir': 'bool',
    checksum: 'string',
    unpack: 'bool',
    exclude: 'list',
  },
}

const copy =
  (kind: 'COPY' | 'ADD'): Reader =>
  (written, { words, line }) => {
    if (words.length < 2)
      fail(`${kind} requires at least two arguments, but only one was provided. Destination could not be determined`)
    const { strings, bools, lists, used } = readFlags(line.flags, COPY_FLAGS[kind])
    const destination = words.at(-1) ?? ''
    if (heredocOf(destination)) fail(`${kind} cannot accept a heredoc as a destination`)
    const given = words.slice(0, -1)
    return {
      ...written,
      kind,
      sources: given.filter((word) => !heredocOf(word)),
      contents: given.flatMap((word) => contentOf(word, line.heredocs)),
      destination,
      from: strings.get('from') ?? '',
      chown: strings.get('chown') ?? '',
      chmod: strings.get('chmod') ?? '',
      checksum: strings.get('checksum') ?? '',
      link: bools.get('link') ?? false,
      parents: bools.get('parents') ?? false,
      keepGitDir: bools.get('keep-git-dir') ?? false,
      unpack: bools.get('unpack'),
      exclude: lists.get('exclude') ?? [],
      flags: used,
    } satisfies Copy
  }

function contentOf(word: string, heredocs: readonly Heredoc[]): Heredoc[] {
  const announced = heredocOf(word)
  if (!announced) return []
  const content = heredocs.find(({ name }) => name === announced.name)?.content ?? ''
  return [{ ...announced, content: chomped({ ...announced, content }) }]
}

const many =
  (kind: 'EXPOSE' | 'VOLUME'): Reader =>
  (written, source) => {
    atLeastOne(source)
    noFlags(source)
    const values = kind === 'EXPOSE' ? source.words.toSorted() : source.words.map((word) => word.trim())
    if (values.includes('')) fail(`${kind} specified can not be an empty string`)
    return { ...written, kind, values }
  }

const readShell: Reader = (written, source) => {
  noFlags(source)
  atLeastOne(source)
  if (!source.json) fail(`SHELL requires the arguments to be in JSON form`)
  return { ...written, kind: 'SHELL', values: source.words }
}

const readHealthcheck: Reader = (written, source) => {
  atLeastOne(source)
  const [first = '', ...rest] = source.words
  const type = first.toUpperCase()
  const base = { ...written, kind: 'HEALTHCHECK' as const }
  if (type === 'NONE') {
    if (rest.length > 0) fail('HEALTHCHECK NONE takes no arguments')
    return { ...base, test: ['NONE'], interval: 0, timeout: 0, startPeriod: 0, startInterval: 0, retries: 0 }
  }
  const { strings } = readFlags(source.line.flags, {
    interval: 'string',
    timeout: 'string',
    'start-period': 'string',
    'start-interval': 'string',
    retries: 'string',
  })
  if (type !== 'CMD') fail(`Unknown type ${JSON.stringify(type)} in HEALTHCHECK (try CMD)`)
  if (rest.length === 0) fail('Missing command after HEALTHCHECK CMD')
  const duration = (name: string): number => parseDuration(strings.get(name) ?? '', name)
  return {
    ...base,
    test: [source.json ? 'CMD' : 'CMD-SHELL', ...rest],
    interval: duration('interval'),
    timeout: duration('timeout'),
    startPeriod: duration('start-period'),
    startInterval: duration('start-interval'),
    retries: retriesOf(strings.get('retries') ?? ''),
  }
}

function retriesOf(text: string): number {
  if (text === '') return 0
  if (!/^[+-]?\d+$/.test(text)) fail(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  if (Number(text) < 0) fail(`--retries cannot be negative (${Number(text)})`)
  return Number(text)
}

const FORBIDDEN_TRIGGERS: ReadonlyMap<string, string> = new Map([
  ['ONBUILD', "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"],
  ['MAINTAINER', "MAINTAINER isn't allowed as an ONBUILD trigger"],
  ['FROM', "FROM isn't allowed as an ONBUILD trigger"],
])

const readOnBuild: Reader = (written, source) => {
  atLeastOne(source)
  noFlags(source)
  const { keyword } = splitInstruction(source.line.rest, source.escape)
  const forbidden = FORBIDDEN_TRIGGERS.get(keyword.toUpperCase())
  if (forbidden !== undefined) fail(forbidden)
  const documents = source.line.heredocs.map(({ content, name }) => `\n${content}${name}`)
  const trigger = source.line.original.replace(/^\s*ONBUILD\s*/i, '') + documents.join('')
  return { ...written, kind: 'ONBUILD', trigger }
}

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['ADD', copy('ADD')],
  ['ARG', readArg],
  ['CMD', command('CMD')],
  ['COPY', copy('COPY')],
  ['ENTRYPOINT', command('ENTRYPOINT')],
  ['ENV', pairs('ENV')],
  ['EXPOSE', many('EXPOSE')],
  ['FROM', readFrom],
  ['HEALTHCHECK', readHealthcheck],
  ['LABEL', pairs('LABEL')],
  ['MAINTAINER', simple('MAINTAINER')],
  ['ONBUILD', readOnBuild],
  ['RUN', readRun],
  ['SHELL', readShell],
  ['STOPSIGNAL', simple('STOPSIGNAL')],
  ['USER', simple('USER')],
  ['VOLUME', many('VOLUME')],
  ['WORKDIR', simple('WORKDIR')],
])
