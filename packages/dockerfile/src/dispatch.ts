import { DockerfileError, type LineRange, placed } from './dockerfile-error.ts'
import { expand, type Expanded } from './expand.ts'
import { chomped, heredocOf } from './heredoc.ts'
import type {
  Arg,
  Command,
  Copy,
  Env,
  From,
  Healthcheck,
  Instruction,
  Many,
  OnBuild,
  Run,
  Simple,
} from './instruction.ts'
import { hasWildcards, type IgnoreRules } from './ignore.ts'
import type { Lint } from './lint.ts'
import { checkSecret } from './lint-text.ts'
import { exposedPorts } from './ports.ts'
import { parseMount, type RunMount } from './run-mount.ts'
import { isSignal } from './signals.ts'
import { type HealthConfig, joinPath, type StageState } from './stage-state.ts'
import type { BuildStep, CopyStep, RunStep } from './step.ts'
import { suggest } from './suggest.ts'
import { NO_ENV_ARGS, PROXY_ARGS } from './variables.ts'

export interface DispatchContext {
  readonly escape: string
  readonly globalArgs: ReadonlyMap<string, string>
  readonly buildArgs: ReadonlyMap<string, string>
  readonly lint: Lint
  /** Of the build context. */
  readonly ignore: IgnoreRules
}

const fail = (message: string): never => {
  throw new DockerfileError(message)
}

/**
 * Takes one instruction into the stage's state.
 * @returns what has to be done to the files; nothing where only the configuration changes
 * @throws DockerfileError with its lines
 */
export function dispatch(
  state: StageState,
  instruction: Exclude<Instruction, From>,
  context: DispatchContext,
): BuildStep | undefined {
  const own = { ...context, lint: context.lint.withComments(instruction.comments) }
  try {
    return HANDLERS[instruction.kind](state, instruction as never, own)
  } catch (error) {
    throw placed(error, instruction.range)
  }
}

type Handler<I> = (state: StageState, instruction: I, context: DispatchContext) => BuildStep | undefined

/** Replaces variables; those that nobody set are told. */
function words(
  state: StageState,
  { range }: { range: LineRange },
  { escape, lint }: DispatchContext,
): (word: string) => string {
  return (word) => {
    const expanded = expand(word, (name) => state.variables.get(name), { escape })
    reportUnset(state, expanded, range, lint)
    return expanded.text
  }
}

function reportUnset(state: StageState, { unset }: Expanded, range: LineRange, lint: Lint): void {
  for (const name of unset) {
    if (state.declared.some(({ key }) => key === name) || NO_ENV_ARGS.has(name)) continue
    const near = suggest(name, state.variables.keys(), true)
    const hint = near === undefined ? '' : ` (did you mean $${near}?)`
    lint.report('UndefinedVar', range, `Usage of undefined variable '$${name}'${hint}`)
  }
}

const env: Handler<Env> = (state, instruction, context) => {
  const { kind, keyword, range, pairs } = instruction
  const word = words(state, instruction, context)
  const expanded = pairs.map(({ key, value, legacy }) => ({ key: word(key), value: word(value), legacy }))
  for (const { legacy } of pairs)
    if (legacy)
      context.lint.report(
        'LegacyKeyValueFormat',
        range,
        `"${keyword} key=value" should be used instead of legacy "${keyword} key value" format`,
      )
  for (const { key, value } of expanded) {
    if (kind === 'LABEL') state.config = { ...state.config, Labels: { ...state.config.Labels, [key]: value } }
    else {
      checkSecret('ENV', key, range, context.lint)
      state.setEnv(key, value)
    }
  }
  state.record(`${kind}${expanded.map(({ key, value }) => ` ${key}=${value}`).join('')}`, false)
  return undefined
}

const arg: Handler<Arg> = (state, instruction, context) => {
  const { args, range } = instruction
  const word = words(state, instruction, context)
  const told: string[] = []
  for (const { key, value: written } of args) {
    checkSecret('ARG', key, range, context.lint)
    const given = context.buildArgs.get(key)
    const value = given ?? (written === undefined ? context.globalArgs.get(key) : word(written))
    if (value !== undefined && !NO_ENV_ARGS.has(key)) state.variables.set(key, value)
    state.declared.push({ key, value })
    told.push(value === undefined ? key : `${key}=${value}`)
  }
  state.record(`ARG ${told.join(' ')}`, false)
  return undefined
}

const DEFAULT_SHELL: readonly string[] = ['/bin/sh', '-c']

export const shellOf = ({ config }: StageState): readonly string[] =>
  config.Shell && config.Shell.length > 0 ? config.Shell : DEFAULT_SHELL

/** Go's %q of a list of strings. */
export const quotedList = (list: readonly string[]): string => `[${list.map((each) => JSON.stringify(each)).join(' ')}]`

function once(
  state: StageState,
  kind: 'CMD' | 'ENTRYPOINT' | 'HEALTHCHECK',
  keyword: string,
  range: LineRange,
  lint: Lint,
): void {
  const before = state.seen[kind]
  if (before)
    lint.report(
      'MultipleInstructionsDisallowed',
      before,
      `Multiple ${keyword} instructions should not be used in the same stage because only the last one will be used`,
    )
  state.seen[kind] = range
}

const command: Handler<Command> = (state, instruction, { lint }) => {
  const { kind, keyword, range, json } = instruction
  once(state, kind, keyword, range, lint)
  if (!json && !state.config.Shell?.length)
    lint.report(
      'JSONArgsRecommended',
      range,
      `JSON arguments recommended for ${keyword} to prevent unintended behavior related to OS signals`,
    )
  const args = json ? [...instruction.words] : [...shellOf(state), instruction.words.join(' ')]
  if (kind === 'CMD') state.config = { ...state.config, Cmd: args, ArgsEscaped: true }
  else {
    const cmd = state.seen.CMD ? {} : { Cmd: null }
    state.config = { ...state.config, ...cmd, Entrypoint: args.length === 0 ? null : args }
  }
  state.record(`${kind} ${quotedList(args)}`, false)
  return undefined
}

const summary = (text: string): string => {
  const [first = '', ...more] = text.trim().replaceAll('\r\n', '\n').split('\n')
  return first + (more.length > 0 ? '...' : '')
}

interface Line {
  readonly args: readonly string[]
  readonly script?: { readonly name: string; readonly content: string }
  readonly name: string
}

/** A here-document alone is the script; others go to the shell with the line. */
function runLine(instruction: Run): Line {
  const { heredocs, code, json } = instruction
  const [first] = heredocs
  if (!first) return { args: instruction.words, name: code }
  const [line = ''] = instruction.words
  if (json || instruction.words.length !== 1)
    fail(`parsing produced an invalid run command: ${instruction.words.join(' ')}`)
  if (!heredocOf(line)) {
    const documents = heredocs.map(({ content, name }) => `\n${content}${name}`)
    return { args: [line + documents.join('')], name: code }
  }
  const content = chomped(first)
  const name = `${code} (${summary(first.content)})`
  if (!content.startsWith('#!')) return { args: [content], name }
  return { args: [`/dev/pipes/${first.name}`], script: { name: first.name, content }, name }
}

const run: Handler<Run> = (state, instruction, context) => {
  const { json, range, network, mounts } = instruction
  const word = words(state, instruction, context)
  const parsed = mounts.map((mount) => completed(parseMount(mount, word), state))
  const line = runLine(instruction)
  const args = json ? line.args : [...shellOf(state), line.args.join(' ')]
  const step: RunStep = {
    kind: 'run',
    name: shown(state, line.name, context.escape, true),
    range,
    args,
    env: environment(state, context.buildArgs),
    cwd: state.workdir,
    user: state.config.User ?? '',
    mounts: parsed,
    network,
    script: line.script,
  }
  state.record(`RUN ${argPrefix(state)}${args.join(' ')} # buildkit`, true)
  return step
}

/** Arguments that the command saw stand before it: `|1 V=2 `. */
function argPrefix(state: StageState): string {
  const pairs = new Map(state.declared.map(({ key, value }) => [key, state.variables.get(key) ?? value ?? '']))
  return pairs.size === 0 ? '' : `|${pairs.size} ${[...pairs].map(([key, value]) => `${key}=${value}`).join(' ')} `
}

function environment(state: StageState, buildArgs: ReadonlyMap<string, string>): string[] {
  const proxies = PROXY_ARGS.flatMap((name): [string, string][] => {
    const value = buildArgs.get(name)
    return value === undefined ? [] : [[name, value]]
  })
  return [...new Map([...proxies, ...state.variables])].map(([key, value]) => `${key}=${value}`)
}

/** Targets are below the working directory; a cache's name is its target, a secret's file is named after it. */
function completed(mount: RunMount, state: StageState): RunMount {
  const id = mount.id || mount.source
  if (mount.type === 'secret') {
    const name = id || mount.target.split('/').at(-1) || ''
    const target = mount.target || (mount.env === undefined ? `/run/secrets/${name.split('/').at(-1) ?? ''}` : '')
    return { ...mount, id: name, target: target === '' ? '' : absolute(state, target) }
  }
  if (mount.type === 'ssh') return { ...mount, id: id || 'default' }
  if (mount.target === '') fail('invalid mount target ""')
  const target = absolute(state, mount.target)
  if (target === '/') fail(`invalid mount target ${JSON.stringify(mount.target)}`)
  if (mount.type === 'cache') return { ...mount, target, id: mount.id || target, sharing: mount.sharing || 'shared' }
  return { ...mount, target }
}

const absolute = (state: StageState, path: string): string => joinPath(state.workdir, path).replace(/(.)\/$/, '$1')

/** The instruction as progress shows it: its keyword in capitals, variables replaced where they are set. */
function shown(state: StageState, code: string, escape: string, rawQuotes: boolean): string {
  const name = code.replace(/^\S+/, (keyword) => keyword.toUpperCase())
  try {
    return expand(name, (key) => state.variables.get(key), { escape, rawQuotes, keepUnset: rawQuotes }).text
  } catch (error) {
    if (error instanceof DockerfileError) return name
    throw error
  }
}

const copy: Handler<Copy> = (state, instruction, context) => {
  const { kind, range, from } = instruction
  const word = words(state, instruction, context)
  const sources = instruction.sources.map(word)
  const chown = word(instruction.chown)
  const chmod = checkMode(word(instruction.chmod))
  const checksum = word(instruction.checksum)
  const writtenDestination = word(instruction.destination)
  const destination = joinPath(state.workdir, writtenDestination)
  const contents = instruction.contents.map((doc) =>
    doc.expand ? { ...doc, content: inside(state, doc.content) } : doc,
  )
  if (checksum !== '') checkChecksum(sources)
  if (kind === 'COPY') refuseRemote(sources)
  if (from === '') for (const source of sources) checkIgnored(source, instruction, context)
  const flags = [
    ...(instruction.parents ? [' --parents'] : []),
    ...(chown ? [` --chown=${chown}`] : []),
    ...(chmod ? [` --chmod=${chmod}`] : []),
  ].join('')
  const shownSources = [...sources, ...contents.map(({ name }) => `<<${name}`)].map((each) => ` ${each}`).join('')
  const step: CopyStep = {
    kind: 'copy',
    name: shown(state, instruction.code, context.escape, false),
    range,
    add: kind === 'ADD',
    sources,
    contents,
    destination,
    writtenDestination,
    instruction,
    chown,
    chmod,
    checksum,
    exclude: instruction.exclude,
  }
  state.record(`${kind}${flags}${shownSources} ${writtenDestination} # buildkit`, true)
  return step
}

/** Variables of a here-document; quotes are text there. */
const inside = (state: StageState, content: string): string =>
  expand(content, (name) => state.variables.get(name), { ignoreQuotes: true }).text

const SYMBOLIC_MODE = /^[ugoa]*(?:[-+=](?:[rwxXst]*|[ugo]))+(?:,[ugoa]*(?:[-+=](?:[rwxXst]*|[ugo]))+)*$/

function checkMode(mode: string): string {
  const octal = /^[0-7]+$/.test(mode) && Number.parseInt(mode, 8) <= 0o7777
  if (mode !== '' && !octal && !SYMBOLIC_MODE.test(mode))
    fail(`invalid chmod parameter: '${mode}'. it should be octal string and between 0 and 07777`)
  return mode
}

const isRemote = (source: string): boolean => /^(https?:\/\/|git@|git:\/\/|ssh:\/\/)/.test(source)
export const isGitSource = (source: string): boolean =>
  /^(git@|git:\/\/|ssh:\/\/)/.test(source) || /^https?:\/\/[^#]+\.git(#.*)?$/.test(source)

function checkChecksum(sources: readonly string[]): void {
  const [only = ''] = sources
  if (sources.length !== 1) fail("checksum can't be specified for multiple sources")
  if (!isRemote(only)) fail('checksum requires HTTP(S) or Git sources')
}

function refuseRemote(sources: readonly string[]): void {
  for (const source of sources) {
    if (isGitSource(source)) fail("source can't be a git ref for COPY")
    if (isRemote(source)) fail("source can't be a URL for COPY")
  }
}

function checkIgnored(source: string, { kind, range }: Copy, { ignore, lint }: DispatchContext): void {
  if (ignore.empty || ignore.hasExceptions || isRemote(source) || hasWildcards(source)) return
  const path = joinPath('/', source).slice(1).replace(/\/$/, '')
  const ignored = path === '' ? ignore.ignoresRoot : ignore.ignores(path)
  const verb = kind === 'ADD' ? 'Add' : 'Copy'
  if (ignored)
    lint.report(
      'CopyIgnoredFile',
      range,
      `Attempting to ${verb} file ${JSON.stringify(path || '.')} that is excluded by .dockerignore`,
    )
}

const workdir = (state: StageState, instruction: Simple, context: DispatchContext): BuildStep | undefined => {
  const { range, code } = instruction
  const path = words(state, instruction, context)(instruction.value)
  if (!state.workdirSet && !path.startsWith('/'))
    context.lint.report(
      'WorkdirRelativePath',
      range,
      `Relative workdir ${JSON.stringify(path)} can have unexpected results if the base image changes`,
    )
  state.workdirSet = true
  const WorkingDir = absolute(state, path)
  state.config = { ...state.config, WorkingDir }
  state.record(`WORKDIR ${WorkingDir}`, WorkingDir !== '/')
  if (WorkingDir === '/') return undefined
  const name = shown(state, code, context.escape, false)
  return { kind: 'mkdir', name, range, path: WorkingDir, user: state.config.User ?? '' }
}

const SIMPLE: Readonly<Record<Simple['kind'], Handler<Simple>>> = {
  WORKDIR: workdir,
  USER: (state, instruction, context) => {
    const User = words(state, instruction, context)(instruction.value)
    state.config = { ...state.config, User }
    state.record(`USER ${User}`, false)
    return undefined
  },
  STOPSIGNAL: (state, instruction, context) => {
    const StopSignal = words(state, instruction, context)(instruction.value)
    if (!isSignal(StopSignal)) fail(`invalid signal: ${StopSignal}`)
    state.config = { ...state.config, StopSignal }
    state.record(`STOPSIGNAL ${StopSignal}`, false)
    return undefined
  },
  MAINTAINER: (state, { value }) => {
    state.author = value
    state.record(`MAINTAINER ${value}`, false)
    return undefined
  },
}

const objects = (names: readonly string[]): Record<string, object> =>
  Object.fromEntries(names.map((name) => [name, {}]))

const MANY: Readonly<Record<Many['kind'], Handler<Many>>> = {
  EXPOSE: (state, instruction, { escape, lint }) => {
    const { range, values } = instruction
    const specs = values.flatMap((value) => expand(value, (name) => state.variables.get(name), { escape }).words)
    const ports = specs.flatMap((spec) => exposedPorts(spec, lint, range))
    state.config = { ...state.config, ExposedPorts: { ...state.config.ExposedPorts, ...objects(ports) } }
    state.record(`EXPOSE [${ports.join(' ')}]`, false)
    return undefined
  },
  VOLUME: (state, instruction, context) => {
    const volumes = instruction.values.map(words(state, instruction, context))
    if (volumes.includes('')) fail('VOLUME specified can not be an empty string')
    state.config = { ...state.config, Volumes: { ...state.config.Volumes, ...objects(volumes) } }
    state.record(`VOLUME [${volumes.join(' ')}]`, false)
    return undefined
  },
  SHELL: (state, { values }) => {
    state.config = { ...state.config, Shell: [...values] }
    state.record(`SHELL [${values.join(' ')}]`, false)
    return undefined
  },
}

const healthcheck: Handler<Healthcheck> = (state, instruction, { lint }) => {
  const { test, interval, timeout, startPeriod, startInterval, retries, keyword, range } = instruction
  once(state, 'HEALTHCHECK', keyword, range, lint)
  const health: HealthConfig = {
    Test: [...test],
    ...(interval ? { Interval: interval } : {}),
    ...(timeout ? { Timeout: timeout } : {}),
    ...(startPeriod ? { StartPeriod: startPeriod } : {}),
    ...(startInterval ? { StartInterval: startInterval } : {}),
    ...(retries ? { Retries: retries } : {}),
  }
  state.config = { ...state.config, Healthcheck: health }
  const numbers = [interval, timeout, startPeriod, startInterval].map(goDuration)
  const [a = '', b = '', c = '', d = ''] = numbers
  state.record(
    `HEALTHCHECK {Test:[${test.join(' ')}] Interval:${a} Timeout:${b} StartPeriod:${c} StartInterval:${d} Retries:${retries}}`,
    false,
  )
  return undefined
}

/** Nanoseconds as Go prints a time.Duration: `1m30s`. */
export function goDuration(nanoseconds: number): string {
  if (nanoseconds === 0) return '0s'
  if (nanoseconds < 1e9) return `${nanoseconds / 1e6}ms`
  const seconds = nanoseconds / 1e9
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const rest = Math.round((seconds % 60) * 1e9) / 1e9
  return (hours > 0 ? `${hours}h` : '') + (hours > 0 || minutes > 0 ? `${minutes}m` : '') + `${rest}s`
}

const onBuild: Handler<OnBuild> = (state, { trigger }) => {
  state.config = { ...state.config, OnBuild: [...(state.config.OnBuild ?? []), trigger] }
  return undefined
}

const HANDLERS: { readonly [K in Exclude<Instruction, From>['kind']]: Handler<never> } = {
  ENV: env,
  LABEL: env,
  ARG: arg,
  CMD: command,
  ENTRYPOINT: command,
  RUN: run,
  COPY: copy,
  ADD: copy,
  ...SIMPLE,
  ...MANY,
  HEALTHCHECK: healthcheck,
  ONBUILD: onBuild,
}
