import { type Cli, isProblem } from '../session/cli.ts'
import type { Command, Completion } from './command.ts'
import type { Flag, FlagTable } from './flag.ts'
import {
  COMMAND_FLAG_VALUES,
  CONTAINER_FLAG_VALUES,
  type Directive,
  FILES,
  FLAG_VALUES,
  SERVICE_FLAG_VALUES,
  type FlagValue,
  NOTHING,
} from './flag-values.ts'
import { type EngineFacts, isShown } from './requirements.ts'
import { contextNames } from '../session/context-names.ts'

interface Proposal {
  readonly word: string
  readonly about: string
}
interface Answer {
  readonly proposals: readonly Proposal[]
  readonly directive: Directive
}
const NAMES = new Map<Directive, string>([
  [0, 'ShellCompDirectiveDefault'],
  [1, 'ShellCompDirectiveError'],
  [2, 'ShellCompDirectiveNoSpace'],
  [4, 'ShellCompDirectiveNoFileComp'],
  [6, 'ShellCompDirectiveNoSpace, ShellCompDirectiveNoFileComp'],
  [16, 'ShellCompDirectiveFilterDirs'],
])

const words = (names: readonly string[], directive: Directive = 4): Answer => ({
  proposals: names.map((word) => ({ word, about: '' })),
  directive,
})

type Source = (cli: Cli) => Promise<readonly string[]>
const containers =
  (all: boolean, keep: (state: string) => boolean): Source =>
  async (cli) => {
    const found = await cli.client.containers.list({ all })
    return found.filter((each) => keep(each.State)).flatMap((each) => (each.Names[0] ?? '').replace(/^\//, ''))
  }
const namesOf = (objects: readonly { ID: string; Spec: { Name?: string } }[]): string[] =>
  objects.map(({ ID, Spec }) => Spec.Name || ID)
/** What belongs to a stack carries its name. */
const STACK_LABEL = 'com.docker.stack.namespace'

/** What operands and flags may name, from the engine. */
const SOURCES: Readonly<Record<string, Source>> = {
  containers: containers(true, () => true),
  running: containers(false, () => true),
  paused: containers(false, (state) => state === 'paused'),
  stopped: containers(true, (state) => state === 'exited' || state === 'created'),
  images: async (cli) =>
    (await cli.client.images.list())
      .flatMap((image) => image.RepoTags ?? [])
      .filter((name) => name !== '<none>:<none>'),
  networks: async (cli) => (await cli.client.networks.list()).map((network) => network.Name).toSorted(),
  volumes: async (cli) => ((await cli.client.volumes.list()).Volumes ?? []).map((volume) => volume.Name),
  contexts: async (cli) => contextNames(cli),
  'swarm services': async (cli) => namesOf(await cli.client.services.list()),
  nodes: async (cli) => {
    const nodes = await cli.client.nodes.list()
    return [...nodes.flatMap(({ Description, ID }) => Description.Hostname || ID), 'self']
  },
  secrets: async (cli) => (await cli.client.secrets.list()).map(({ ID }) => ID),
  configs: async (cli) => (await cli.client.configs.list()).map(({ ID }) => ID),
  stacks: async (cli) => {
    const services = await cli.client.services.list({ filters: { label: [STACK_LABEL] } })
    return [...new Set(services.flatMap(({ Spec }) => Spec.Labels?.[STACK_LABEL] ?? []))].toSorted()
  },
  daemon: async (cli) => {
    const { Name, ID } = await cli.client.system.info()
    return [Name, ID]
  },
  environment: async (cli) => [...cli.env.keys()],
  'log drivers': async (cli) => (await cli.client.system.info()).Plugins?.Log ?? [],
  'volume drivers': async (cli) => (await cli.client.system.info()).Plugins?.Volume ?? [],
}

async function fromSource(cli: Cli, kind: string, { directive, suffix = '' }: FlagValue): Promise<Answer> {
  try {
    const names = await (SOURCES[kind]?.(cli) ?? cli.completionNames(kind))
    return words(
      names.map((name) => name + suffix),
      directive,
    )
  } catch (error) {
    if (!isProblem(error)) throw error
    return { proposals: [], directive: 1 }
  }
}

/** The values of commands that make things; in them what is not known is nothing, elsewhere it may be a file. */
function tableOf(command: Command | undefined): ReadonlyMap<string, FlagValue> | undefined {
  if (!command) return undefined
  if (Object.hasOwn(command.flags, 'restart-condition')) return SERVICE_FLAG_VALUES
  const makes = command.name === 'run' || command.name === 'create'
  return makes && Object.hasOwn(command.flags, 'volume') ? CONTAINER_FLAG_VALUES : undefined
}

async function flagValues(cli: Cli, command: Command | undefined, name: string, typed: string): Promise<Answer> {
  const own = tableOf(command)
  const value =
    COMMAND_FLAG_VALUES.get(`${command?.name} ${name}`) ??
    own?.get(name) ??
    FLAG_VALUES.get(name) ??
    (own ? NOTHING : FILES)
  const [key = '', rest] = typed.split('=', 2)
  const behind = rest === undefined ? undefined : value.keyed?.get(key)
  if (!behind) return valuesOf(cli, value)
  const { proposals, directive } = await valuesOf(cli, behind)
  return { proposals: proposals.map(({ word, about }) => ({ word: `${key}=${word}`, about })), directive }
}

async function valuesOf(cli: Cli, value: FlagValue): Promise<Answer> {
  return value.source === undefined ? words(value.words ?? [], value.directive) : fromSource(cli, value.source, value)
}

async function operandValues(cli: Cli, at: Walk): Promise<Answer> {
  const kinds: readonly Completion[] = at.command?.completes ?? ['none']
  const kind = kinds[Math.min(at.operands.length, kinds.length - 1)] ?? 'none'
  if (kind === 'files') return words([], 0)
  if (kind === 'folders') return words([], 16)
  // The number is still to be typed.
  if (kind === 'swarm services to scale') return fromSource(cli, 'swarm services', { suffix: '=', directive: 6 })
  return kind === 'none' ? words([]) : fromSource(cli, kind, NOTHING)
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
const usageOf = (flag: Flag<unknown>): string =>
  flag.shown !== undefined && /^\d/.test(flag.shown) && ['uint16', 'duration'].includes(flag.type)
    ? `${firstLine(flag.usage)} (default ${flag.shown})`
    : firstLine(flag.usage)
const flagNames = (flags: FlagTable, facts: EngineFacts): Answer => ({
  proposals: Object.entries(flags)
    .filter(([, flag]) => !flag.hidden && isShown(flag, facts))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, flag]) =>
      [`--${name}`, ...(flag.short ? [`-${flag.short}`] : [])].map((word) => ({ word, about: usageOf(flag) })),
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
  if (at.wanting !== undefined) return { answer: await flagValues(cli, at.command, at.wanting, last), prefix: last }
  if (!at.flagsOver && last.startsWith('-')) {
    const equals = last.indexOf('=')
    if (equals < 0) return { answer: flagNames(at.flags, await cli.engineFacts()), prefix: last }
    const typed = last.slice(equals + 1)
    return { answer: await flagValues(cli, at.command, last.slice(2, equals), typed), prefix: typed }
  }
  // Behind a word that is no command the shell does as it likes.
  if (at.command === undefined && at.operands.length > 0) return { answer: words([], 0), prefix: last }
  if (at.children.length > 0) return { answer: commandNames(at.children, at.command === undefined), prefix: last }
  return { answer: await operandValues(cli, at), prefix: last }
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
