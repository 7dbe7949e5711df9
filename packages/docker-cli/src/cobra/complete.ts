import { type Cli, isProblem } from '../session/cli.ts'
import type { Command, Completion } from './command.ts'
import type { Flag, FlagTable } from './flag.ts'

interface Proposal {
  readonly word: string
  readonly about: string
}
/** cobra's directives: 0 default (files), 1 error, 4 no files. */
interface Answer {
  readonly proposals: readonly Proposal[]
  readonly directive: 0 | 1 | 4
}
const NO_FILES: Answer = { proposals: [], directive: 4 }
const FILES: Answer = { proposals: [], directive: 0 }
const NAMES = new Map([
  [0, 'ShellCompDirectiveDefault'],
  [1, 'ShellCompDirectiveError'],
  [4, 'ShellCompDirectiveNoFileComp'],
])

const words = (names: readonly string[]): Answer => ({
  proposals: names.map((word) => ({ word, about: '' })),
  directive: 4,
})

type Source = (cli: Cli) => Promise<readonly string[]>
const containers =
  (all: boolean, keep: (state: string) => boolean): Source =>
  async (cli) => {
    const found = await cli.client.containers.list({ all })
    return found.filter((each) => keep(each.State)).flatMap((each) => (each.Names[0] ?? '').replace(/^\//, ''))
  }
/** What operands and flags may name, from the engine. */
const SOURCES: Readonly<Record<string, Source>> = {
  containers: containers(true, () => true),
  running: containers(false, () => true),
  stopped: containers(true, (state) => state === 'exited' || state === 'created'),
  images: async (cli) => {
    const names = (await cli.client.images.list()).flatMap((image) => image.RepoTags ?? [])
    return names
      .filter((name) => name !== '<none>:<none>')
      .flatMap((name) => (name.endsWith(':latest') ? [name.slice(0, -7), name] : [name]))
  },
  networks: async (cli) => (await cli.client.networks.list()).map((network) => network.Name),
  volumes: async (cli) => ((await cli.client.volumes.list()).Volumes ?? []).map((volume) => volume.Name),
}

async function fromSource(cli: Cli, kind: string): Promise<Answer> {
  const source = SOURCES[kind]
  if (!source) return kind === 'files' ? FILES : NO_FILES
  try {
    return words(await source(cli))
  } catch (error) {
    if (!isProblem(error)) throw error
    return { proposals: [], directive: 1 }
  }
}

/** Values that are one of a few words, or come from the engine, by name of the flag. */
const FLAG_VALUES: Readonly<Record<string, readonly string[] | string>> = {
  network: 'networks',
  'volumes-from': 'containers',
  link: 'containers',
  restart: ['no', 'always', 'on-failure', 'unless-stopped'],
  pull: ['always', 'missing', 'never'],
  signal: ['ABRT', 'HUP', 'INT', 'KILL', 'QUIT', 'STOP', 'TERM', 'USR1', 'USR2'],
  'stop-signal': ['ABRT', 'HUP', 'INT', 'KILL', 'QUIT', 'STOP', 'TERM', 'USR1', 'USR2'],
  type: ['config', 'container', 'image', 'network', 'node', 'plugin', 'secret', 'service', 'task', 'volume'],
  'log-driver': ['awslogs', 'gcplogs', 'gelf', 'json-file', 'local', 'none', 'fluentd', 'journald', 'splunk', 'syslog'],
  platform: [
    'linux/386',
    'linux/amd64',
    'linux/arm/v7',
    'linux/arm64',
    'linux/ppc64le',
    'linux/riscv64',
    'linux/s390x',
  ],
  'env-file': 'files',
  'label-file': 'files',
  cidfile: 'files',
  file: 'files',
  input: 'files',
  output: 'files',
  volume: 'files',
}

async function flagValues(cli: Cli, name: string): Promise<Answer> {
  const values = FLAG_VALUES[name]
  if (values === undefined) return NO_FILES
  return typeof values === 'string' ? fromSource(cli, values) : words(values)
}

interface Walk {
  readonly command: Command | undefined
  readonly children: readonly Command[]
  readonly flags: FlagTable
  readonly operands: readonly string[]
  /** A flag that still wants its value. */
  readonly wanting: string | undefined
  readonly flagsOver: boolean
}

const flagNamed = (flags: FlagTable, word: string): [string, Flag<unknown>] | undefined =>
  Object.entries(flags).find(([name, flag]) =>
    word.startsWith('--') ? name === word.slice(2) : word.startsWith('-') && flag.short === word.at(-1),
  )

/** Follows the finished words down the tree. */
function walk(root: readonly Command[], rootFlags: FlagTable, finished: readonly string[]): Walk {
  let command: Command | undefined
  let [children, flags] = [root, rootFlags]
  let operands: string[] = []
  let wanting: string | undefined
  let flagsOver = false
  for (const word of finished) {
    if (wanting !== undefined) {
      wanting = undefined
      continue
    }
    if (!flagsOver && word.startsWith('-') && word !== '-') {
      if (word === '--') flagsOver = true
      const found = word.includes('=') ? undefined : flagNamed(flags, word)
      if (found && found[1].bare === undefined) wanting = found[0]
      continue
    }
    const child = children.find((each) => each.name === word || each.aliases?.includes(word))
    if (child) [command, children, flags, operands] = [child, child.children ?? [], child.flags, []]
    else {
      operands = [...operands, word]
      if (command?.interspersed === false) flagsOver = true
    }
  }
  return { command, children, flags, operands, wanting, flagsOver }
}

const firstLine = (text: string): string => text.split('\n')[0] ?? ''
const flagNames = (flags: FlagTable): Answer => ({
  proposals: Object.entries(flags)
    .filter(([, flag]) => !flag.hidden)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, flag]) =>
      [`--${name}`, ...(flag.short ? [`-${flag.short}`] : [])].map((word) => ({ word, about: firstLine(flag.usage) })),
    ),
  directive: 4,
})
const HELP = { word: 'help', about: 'Help about the command' }
const commandNames = (children: readonly Command[], atRoot: boolean): Answer => {
  const named = children.filter((child) => !child.hidden).map((child) => ({ word: child.name, about: child.short }))
  return {
    proposals: [...named, ...(atRoot ? [HELP] : [])].toSorted((a, b) => (a.word < b.word ? -1 : 1)),
    directive: 4,
  }
}

async function answer(cli: Cli, at: Walk, last: string): Promise<{ answer: Answer; prefix: string }> {
  if (at.wanting !== undefined) return { answer: await flagValues(cli, at.wanting), prefix: last }
  if (!at.flagsOver && last.startsWith('-')) {
    const equals = last.indexOf('=')
    if (equals < 0) return { answer: flagNames(at.flags), prefix: last }
    return { answer: await flagValues(cli, last.slice(2, equals)), prefix: last.slice(equals + 1) }
  }
  if (at.children.length > 0) return { answer: commandNames(at.children, at.command === undefined), prefix: last }
  const kinds: readonly Completion[] = at.command?.completes ?? ['none']
  const kind = kinds[Math.min(at.operands.length, kinds.length - 1)] ?? 'none'
  const found = await fromSource(cli, kind)
  const fresh = found.proposals.filter(({ word }) => !at.operands.includes(word))
  return { answer: { ...found, proposals: fresh }, prefix: last }
}

/** `docker __complete WORDS…`: what may stand for the last word, a line each, and the directive. cobra's protocol. */
export async function complete(
  cli: Cli,
  root: readonly Command[],
  rootFlags: FlagTable,
  args: readonly string[],
  described: boolean,
): Promise<number> {
  const last = args.at(-1) ?? ''
  const { answer: found, prefix } = await answer(cli, walk(root, rootFlags, args.slice(0, -1)), last)
  const lines = found.proposals
    .filter(({ word }) => word.startsWith(prefix))
    .map(({ word, about }) => (described && about !== '' ? `${word}\t${about}\n` : `${word}\n`))
  await cli.print(`${lines.join('')}:${found.directive}\n`)
  await cli.warn(`Completion ended with directive: ${NAMES.get(found.directive)}\n`)
  return 0
}
