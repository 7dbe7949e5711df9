import {
  type CopyStep,
  dispatch,
  type DispatchContext,
  type Dockerfile,
  DockerfileError,
  expand,
  type From,
  globalArgs,
  type IgnoreRules,
  type Instruction,
  Lint,
  parsePlatform,
  parseTrigger,
  PROXY_ARGS,
  type RunStep,
  type Stage,
  shellOf,
  StageState,
} from '@drydock/dockerfile'
import type { DaemonParts } from '../../daemon-parts.ts'
import { randomId, shortId } from '../../identifiers.ts'
import type { Image } from '../../images/image-store.ts'
import type { ProgressStream } from '../../images/progress.ts'
import { familiarName, familiarString, parseReference, withDefaultTag } from '../../images/reference.ts'
import { invalid, Problem } from '../../problem.ts'
import { baseImage } from '../base-image.ts'
import type { BuildContext } from '../build-context.ts'
import { argsOf, type BuildOptions, targetPlatform } from '../build-options.ts'
import { WorkLayer } from '../work-layer.ts'
import { runInContainer } from './classic-run.ts'
import { cachedStep, commitStep, type Step } from './commit-image.ts'
import { ClassicCopy } from './classic-copy.ts'
import { isNote, noteOf } from './history-words.ts'

/** How far a stage has come. */
interface Progress {
  readonly state: StageState
  image: Image | undefined
  /** A step was not in the cache: none that follows is looked for. */
  missed: boolean
}

const NEEDS_BUILDKIT = (flag: string): Error =>
  invalid(
    `the --${flag} option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled`,
  )

/** Docker's first builder: one image a step, one step after the other. */
export class ClassicBuild {
  private readonly parts: DaemonParts
  private readonly options: BuildOptions
  private readonly context: BuildContext
  private readonly dockerfile: Dockerfile
  private readonly ignore: IgnoreRules
  private readonly progress: ProgressStream
  private readonly args: Map<string, string>
  private readonly done: { readonly name: string; readonly image: Image | undefined }[] = []
  private readonly used = new Set<string>(PROXY_ARGS)
  private step = 0
  private total = 0

  constructor(
    parts: DaemonParts,
    options: BuildOptions,
    context: BuildContext,
    dockerfile: Dockerfile,
    ignore: IgnoreRules,
    progress: ProgressStream,
  ) {
    this.parts = parts
    this.options = options
    this.context = context
    this.dockerfile = dockerfile
    this.ignore = ignore
    this.progress = progress
    this.args = argsOf(options, targetPlatform(options), options.target)
  }

  /** The stages that lead to the target. @throws Problem when there is no such stage */
  static stagesFor({ stages }: Dockerfile, target: string): readonly Stage[] {
    if (target === '') return stages
    const index = stages.findIndex(({ from }) => from.name === target.toLowerCase())
    if (index < 0) throw invalid(`failed to reach build target ${target} in Dockerfile`)
    return stages.slice(0, index + 1)
  }

  /** @throws Problem, DockerfileError, BuildExit */
  async run(): Promise<Image> {
    const stages = ClassicBuild.stagesFor(this.dockerfile, this.options.target)
    await this.warnEmptyLines()
    const labels = Object.entries(this.options.labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
    this.total =
      this.dockerfile.globalArgs.length +
      stages.reduce((sum, { instructions }) => sum + 1 + instructions.length, 0) +
      labels.length
    const global = await this.readGlobalArgs()
    let last: Progress | undefined
    for (const [i, stage] of stages.entries())
      last = await this.buildStage(stage, global, i === stages.length - 1 ? labels : [])
    const image = last?.image
    if (!image) throw invalid('No image was generated. Is your Dockerfile empty?')
    await this.warnUnused()
    await this.say(`Successfully built ${shortId(image.id)}\n`)
    for (const tag of this.options.tags) await this.tag(image, tag)
    return image
  }

  private async warnEmptyLines(): Promise<void> {
    const ends = new Set(this.dockerfile.emptyContinuations.map(({ end }) => end))
    const all = this.dockerfile.stages.flatMap(({ from, instructions }) => [from, ...instructions])
    const lines = all.filter(({ range }) => ends.has(range.end)).map(({ code }) => `    ${code}\n`)
    if (lines.length === 0) return
    const warning = '[WARNING]: Empty continuation lines will become errors in a future release.\n'
    await this.say(`\u001b[91m[WARNING]: Empty continuation line found in:\n${lines.join('')}${warning}\u001b[0m`)
  }

  private async readGlobalArgs(): Promise<Map<string, string>> {
    for (const arg of this.dockerfile.globalArgs) {
      await this.announce(arg.code)
      for (const { key } of arg.args) this.used.add(key)
    }
    const { escape } = this.dockerfile
    const values = globalArgs(this.dockerfile.globalArgs, this.args, this.options.buildArgs, { escape })
    return values
  }

  private async buildStage(
    stage: Stage,
    global: ReadonlyMap<string, string>,
    labels: readonly (readonly [string, string])[],
  ): Promise<Progress> {
    await this.announce(stage.from.code)
    const progress = await this.begin(stage.from, global)
    for (const instruction of stage.instructions) {
      await this.announce(instruction.code)
      await this.take(progress, instruction, global)
      await this.sayId(progress.image)
    }
    for (const [key, value] of labels) await this.label(progress, key, value)
    this.done.push({ name: stage.from.name, image: progress.image })
    return progress
  }

  private async label(progress: Progress, key: string, value: string): Promise<void> {
    await this.announce(`LABEL ${key}=${value}`)
    const { state } = progress
    state.config = { ...state.config, Labels: { ...state.config.Labels, [key]: value } }
    await this.note(progress, `LABEL ${key}=${value}`)
    await this.sayId(progress.image)
  }

  private async begin(from: From, global: ReadonlyMap<string, string>): Promise<Progress> {
    const { escape } = this.dockerfile
    const name = expand(from.base, (key) => global.get(key), { escape }).text
    if (name === '') throw invalid(`base name (${from.base}) should not be blank`)
    const image = await this.base(from, name, global)
    const config = image?.document.config ?? {}
    const state = StageState.onImage(config, [], image?.document.author)
    const progress = { state, image, missed: this.options.noCache }
    const triggers = config.OnBuild ?? []
    if (triggers.length > 0) await this.trigger(progress, from, triggers, global)
    await this.sayId(progress.image)
    return progress
  }

  private async base(from: From, name: string, global: ReadonlyMap<string, string>): Promise<Image | undefined> {
    const stage = this.done.findLast((each) => each.name === name.toLowerCase())
    if (stage) return stage.image
    if (name === 'scratch') return undefined
    const platform = from.platform === '' ? '' : expand(from.platform, (key) => global.get(key)).text
    if (platform !== '') checkPlatform(platform)
    return this.find(name, platform || (this.options.platforms[0] ?? ''))
  }

  private find(name: string, platform: string): Promise<Image> {
    const { pull, auths } = this.options
    return baseImage(this.parts, name, { pull, platform, auths }, this.progress)
  }

  private async trigger(
    progress: Progress,
    from: From,
    triggers: readonly string[],
    global: ReadonlyMap<string, string>,
  ): Promise<void> {
    await this.say(`# Executing ${triggers.length} build trigger${triggers.length === 1 ? '' : 's'}\n`)
    for (const trigger of triggers) await this.take(progress, parseTrigger(trigger, from.range), global)
  }

  private async take(
    progress: Progress,
    instruction: Exclude<Instruction, From>,
    global: ReadonlyMap<string, string>,
  ): Promise<void> {
    refuseNew(instruction)
    if (instruction.kind === 'ARG') for (const { key } of instruction.args) this.used.add(key)
    const { state } = progress
    const before = state.config.Healthcheck
    const word = this.words(state)
    const step = dispatch(state, instruction, this.dispatchContext(global))
    delete state.config.ArgsEscaped
    takeAsWritten(state, instruction, word)
    if (instruction.kind === 'HEALTHCHECK') await this.inheritHealth(state, before)
    if (step?.kind === 'run')
      return this.takeRun(progress, isEmpty(instruction) ? { ...step, args: shellOf(state) } : step)
    if (step?.kind === 'copy') return this.takeCopy(progress, step)
    if (instruction.kind === 'WORKDIR') return this.takeWorkdir(progress)
    if (isNote(instruction)) await this.note(progress, noteOf(instruction, state, word))
  }

  /** Replaces variables as they are now. */
  private words({ variables }: StageState): (text: string) => string {
    const { escape } = this.dockerfile
    const known = new Map(variables)
    return (text) => expand(text, (name) => known.get(name), { escape }).text
  }

  private dispatchContext(global: ReadonlyMap<string, string>): DispatchContext {
    const { escape } = this.dockerfile
    return {
      escape,
      globalArgs: global,
      buildArgs: this.options.buildArgs,
      lint: Lint.of('skip=all'),
      ignore: this.ignore,
    }
  }

  /** What HEALTHCHECK leaves out stays as it was. */
  private async inheritHealth(state: StageState, before: StageState['config']['Healthcheck']): Promise<void> {
    const { Healthcheck } = state.config
    if (!before || !Healthcheck) return
    state.config = { ...state.config, Healthcheck: { ...before, ...Healthcheck } }
    await this.say(`Note: overriding previous HEALTHCHECK: [${(before.Test ?? []).join(' ')}]\n`)
  }

  /** A step that changes only the configuration. */
  private note(progress: Progress, text: string): Promise<void> {
    const command = [...shellOf(progress.state), '#(nop) ', text]
    return this.commit(progress, command, async () => undefined, true)
  }

  private takeWorkdir(progress: Progress): Promise<void> {
    const path = progress.state.workdir
    const command = [...shellOf(progress.state), `#(nop) WORKDIR ${path}`]
    return this.commit(progress, command, () => this.copier(progress).makeFolder(path), true)
  }

  private async takeCopy(progress: Progress, step: CopyStep): Promise<void> {
    const copier = this.copier(progress)
    const verb = step.add ? 'ADD' : 'COPY'
    const source = await this.copySource(step)
    const remote = step.add && step.sources.some((each) => /^https?:/.test(each))
    const temporary = remote ? WorkLayer.open(this.parts, []).mount() : undefined
    try {
      const { sums, copy } = await copier.plan(step, source, temporary?.root ?? '')
      const chown = step.chown === '' ? '' : `--chown=${step.chown}`
      const command = [...shellOf(progress.state), `#(nop) ${verb} ${chown}${sums} in ${step.writtenDestination} `]
      await this.commit(progress, command, copy, false)
    } finally {
      temporary?.discard()
      source.close()
    }
  }

  private async copySource(step: CopyStep): Promise<{ root: string; ofContext: boolean; close(): void }> {
    const { from } = step.instruction
    if (from === '') return { root: this.context.root, ofContext: true, close: () => undefined }
    const index = /^\d+$/.test(from) ? Number(from) : -1
    const stage = this.done[index] ?? this.done.findLast(({ name }) => name !== '' && name === from.toLowerCase())
    if (stage) return ClassicCopy.source(this.parts, stage.image)
    if (index >= 0) throw invalid(`invalid from flag value ${from}: index out of bounds`)
    try {
      return ClassicCopy.source(this.parts, await this.find(from, this.options.platforms[0] ?? ''))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      throw new Problem(error.kind, `invalid from flag value ${from}: ${error.message}`)
    }
  }

  private copier({ image }: Progress): ClassicCopy {
    return new ClassicCopy(this.parts, image)
  }

  private async takeRun(progress: Progress, step: RunStep): Promise<void> {
    const { state, image } = progress
    const args = runArguments(state, this.options.buildArgs)
    const command = [...args.shown, ...step.args]
    const wanted = { command, config: state.config, author: state.author }
    if (await this.fromCache(progress, wanted)) return
    const { diffId, container } = await runInContainer(this.parts, this.options, image, step, args.pairs, this.progress)
    progress.image = commitStep(this.parts, image, wanted, diffId, container)
  }

  /** @param work makes the step's layer; its diff id, or undefined when nothing changed */
  private async commit(
    progress: Progress,
    command: readonly string[],
    work: () => Promise<string | undefined>,
    shown: boolean,
  ): Promise<void> {
    const { state, image } = progress
    const step: Step = { command, config: state.config, author: state.author }
    if (await this.fromCache(progress, step)) return
    const container = randomId(this.parts.sys)
    if (shown) await this.say(` ---> Running in ${shortId(container)}\n`)
    const diffId = await work()
    if (shown && this.options.remove) await this.say(`Removing intermediate container ${shortId(container)}\n`)
    progress.image = commitStep(this.parts, image, step, diffId, container)
  }

  private async fromCache(progress: Progress, step: Step): Promise<boolean> {
    const found = progress.missed ? undefined : cachedStep(this.parts, progress.image, step)
    progress.missed = found === undefined
    if (!found) return false
    progress.image = found
    await this.say(' ---> Using cache\n')
    return true
  }

  private async warnUnused(): Promise<void> {
    const unused = [...this.options.buildArgs.keys()].filter((key) => !this.used.has(key) && !this.args.has(key))
    if (unused.length > 0)
      await this.say(`[Warning] One or more build-args [${unused.toSorted().join(' ')}] were not consumed\n`)
  }

  private async tag(image: Image, tag: string): Promise<void> {
    const reference = withDefaultTag(parseReference(tag))
    const name = familiarString(reference)
    this.parts.images.setName(name, image.id)
    this.parts.events.publish('image', 'tag', image.id, { ...image.document.config?.Labels, name })
    await this.say(`Successfully tagged ${familiarName(reference)}:${reference.tag ?? 'latest'}\n`)
  }

  private async announce(code: string): Promise<void> {
    await this.say(`Step ${++this.step}/${this.total} : ${code}`)
    await this.say('\n')
  }

  private sayId(image: Image | undefined): Promise<void> {
    return this.say(` ---> ${image ? shortId(image.id) : ''}\n`)
  }

  private say(stream: string): Promise<void> {
    return this.progress.send({ stream })
  }
}

/** Build arguments that ENV did not take over: as variables, and as the history shows them. */
function runArguments(
  { declared, variables, config }: StageState,
  buildArgs: ReadonlyMap<string, string>,
): { pairs: string[]; shown: string[] } {
  const kept = new Set((config.Env ?? []).map((pair) => pair.split('=', 1)[0]))
  const keys = [...new Set(declared.map(({ key }) => key))].filter((key) => variables.has(key) && !kept.has(key))
  const pairs = keys.toSorted().map((key) => `${key}=${variables.get(key) ?? ''}`)
  const proxies = PROXY_ARGS.some((name) => buildArgs.has(name) && !kept.has(name))
  return { pairs, shown: pairs.length > 0 || proxies ? [`|${pairs.length}`, ...pairs] : [] }
}

/** @throws Problem */
function checkPlatform(platform: string): void {
  try {
    parsePlatform(platform)
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error
    throw invalid(`failed to parse platform ${platform}: ${error.message}`)
  }
}

/** The shell form without a word in it. */
const isEmpty = (instruction: Instruction): boolean =>
  (instruction.kind === 'RUN' || instruction.kind === 'CMD' || instruction.kind === 'ENTRYPOINT') &&
  !instruction.json &&
  instruction.words.join('') === ''

/** What BuildKit puts in order is left as somebody wrote it: an absolute WORKDIR, a shell that is given nothing. */
function takeAsWritten(state: StageState, instruction: Instruction, word: (text: string) => string): void {
  const { config } = state
  if (instruction.kind === 'WORKDIR') {
    const path = word(instruction.value)
    if (path.startsWith('/')) state.config = { ...config, WorkingDir: path }
  } else if (isEmpty(instruction) && instruction.kind === 'CMD') state.config = { ...config, Cmd: [...shellOf(state)] }
  else if (isEmpty(instruction) && instruction.kind === 'ENTRYPOINT') state.config = { ...config, Entrypoint: null }
}

/** Flags that only BuildKit knows. @throws Problem */
function refuseNew(instruction: Instruction): void {
  const [flag] = instruction.kind === 'RUN' ? instruction.flags : []
  if (flag !== undefined) throw NEEDS_BUILDKIT(flag)
  if (instruction.kind !== 'COPY' && instruction.kind !== 'ADD') return
  const unknown = instruction.flags.find((each) => each !== 'from' && each !== 'chown')
  if (unknown !== undefined) throw NEEDS_BUILDKIT(unknown)
}

/** Where this builder says it otherwise than BuildKit. */
const OLDER_WORDS: readonly (readonly [RegExp, string])[] = [
  [/^invalid (signal|containerPort|proto|hostPort)/, 'Invalid $1'],
  [/^invalid port: ".*": invalid proto/, 'Invalid proto'],
  [/^source can't be a /, "COPY failed: source can't be a "],
  [/^unknown flag: --/, 'Unknown flag: '],
  [/^missing a value on flag: --/, 'Missing a value on flag: '],
  [/^duplicate flag specified: --/, 'Duplicate flag specified: '],
  [/^expecting boolean value for flag --/, 'Expecting boolean value for flag '],
]

/** The builder's words for what is wrong with a Dockerfile. */
export function classicMessage(error: DockerfileError): string {
  const message = OLDER_WORDS.reduce((text, [newer, older]) => text.replace(newer, older), error.message)
  return error.syntax && error.range ? `dockerfile parse error line ${error.range.start}: ${message}` : message
}
