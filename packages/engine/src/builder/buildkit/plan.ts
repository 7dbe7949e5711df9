import {
  dispatch,
  type Dockerfile,
  DockerfileError,
  expand,
  type From,
  globalArgs,
  type IgnoreRules,
  type Instruction,
  type LineRange,
  type Lint,
  parsePlatform,
  parseTrigger,
  type Platform,
  placed,
  printPlatform,
  StageState,
  suggest,
} from '@drydock/dockerfile'
import { argsOf, type BuildOptions } from '../build-options.ts'
import type { FilesOp, ImageOp } from './files-op.ts'
import { lintFrom } from './lint-from.ts'
import { docOf, namesIn, type Outline, outlineOf } from './outline.ts'
import type { ImageDocument } from '../../images/image-config.ts'

/** What a stage comes to before anything is done. */
export interface PlannedStage {
  readonly op: FilesOp
  readonly state: StageState
  readonly base: ImageDocument | undefined
  readonly platform: Platform
}

/** Where base images and named contexts come from. */
export interface Sources {
  image(name: string, platform: Platform, range: LineRange): Promise<{ op: ImageOp; document: ImageDocument }>
  /** Undefined: there is no such context. */
  named(name: string): FilesOp | undefined
  /** The image that a named context stands for. */
  alias(name: string): string | undefined
  readonly context: FilesOp
}

interface Draft {
  readonly index: number
  readonly from: From
  /** As progress shows it; empty for an only stage. */
  readonly shownName: string
  readonly base: string
  readonly baseStage: number | undefined
  readonly platform: Platform
  readonly instructions: readonly Exclude<Instruction, From>[]
}

/** Turns a Dockerfile into a graph of operations. Stages that the target does not need are left out. */
export class Planner {
  private readonly dockerfile: Dockerfile
  private readonly options: BuildOptions
  private readonly sources: Sources
  private readonly ignore: IgnoreRules
  private readonly lint: Lint
  private readonly target: Platform
  private readonly args: Map<string, string>
  private readonly drafts: readonly Draft[]
  private readonly planned = new Map<number, PlannedStage>()
  private readonly shownPlatform: boolean

  /** @throws DockerfileError */
  constructor(
    dockerfile: Dockerfile,
    options: BuildOptions,
    platform: Platform,
    sources: Sources,
    ignore: IgnoreRules,
    lint: Lint,
  ) {
    this.dockerfile = dockerfile
    this.options = options
    this.sources = sources
    this.ignore = ignore
    this.lint = lint
    this.target = platform
    this.shownPlatform = options.platforms.length > 1
    if (dockerfile.stages.length === 0) throw new DockerfileError('dockerfile contains no stages to build')
    const { buildArgs } = options
    const last = dockerfile.stages.at(-1)?.from.name ?? ''
    const known = argsOf(options, platform, options.target || last)
    lintFrom(dockerfile, known, lint)
    this.args = globalArgs(dockerfile.globalArgs, known, buildArgs, { escape: dockerfile.escape })
    this.drafts = dockerfile.stages.map(({ from, instructions }, i) => this.draft(from, instructions, i))
  }

  /** @throws DockerfileError, Problem */
  async plan(): Promise<PlannedStage> {
    const target = this.targetIndex()
    this.refuseCircles()
    const needed = this.reachable(target)
    for (const draft of this.drafts) if (needed.has(draft.index)) await this.planStage(draft)
    return this.planned.get(target) ?? unreachable()
  }

  /** Every stage is looked at, for checks. */
  async planAll(): Promise<void> {
    this.targetIndex()
    this.refuseCircles()
    const needed = this.options.target === '' ? undefined : this.reachable(this.targetIndex())
    for (const draft of this.drafts) if (!needed || needed.has(draft.index)) await this.planStage(draft)
  }

  /** What can be given to the target, and the target itself. @throws DockerfileError */
  outline(): { from: From; outline: Outline } {
    const target = this.targetIndex()
    const from = this.drafts[target]?.from ?? unreachable()
    const stages = this.drafts
      .filter(({ index }) => this.reachable(target).has(index))
      .map(({ from: stage, instructions, index }) => {
        return { from: stage, instructions, state: this.planned.get(index)?.state }
      })
    const written = this.dockerfile.globalArgs.flatMap(({ args, comments, range }) =>
      args.map(({ key, value }) => ({ key, value: value ?? '', comments, range })),
    )
    const globals = new Map(
      written.map(({ key, value, comments, range }) => {
        const known = this.args.get(key) ?? value
        return [key, { name: key, value: known, description: docOf(comments, key), range }]
      }),
    )
    const usesOf = (name: string): string[] => namesIn(written.findLast(({ key }) => key === name)?.value ?? '')
    return { from, outline: outlineOf(stages.toReversed(), globals, usesOf, this.options.buildArgs) }
  }

  private draft(from: From, instructions: readonly Exclude<Instruction, From>[], index: number): Draft {
    const { escape, stages } = this.dockerfile
    const lookup = (name: string): string | undefined => this.args.get(name)
    try {
      const base = expand(from.base, lookup, { escape }).text
      if (base === '') throw new DockerfileError(`base name (${from.base}) should not be blank`)
      const named = stages
        .slice(0, index)
        .findLastIndex((stage) => stage.from.name !== '' && stage.from.name === base.toLowerCase())
      const shownName = stages.length === 1 ? '' : from.name || `stage-${index}`
      const platform = this.platformOf(from, lookup, escape)
      return { index, from, shownName, base, baseStage: named < 0 ? undefined : named, platform, instructions }
    } catch (error) {
      throw placed(error, from.range)
    }
  }

  private platformOf(from: From, lookup: (name: string) => string | undefined, escape: string): Platform {
    if (from.platform === '') return this.target
    const { text } = expand(from.platform, lookup, { escape })
    if (text === '') throw new DockerfileError(`empty platform value from expression ${from.platform}`)
    try {
      return parsePlatform(text)
    } catch (error) {
      if (!(error instanceof DockerfileError)) throw error
      throw new DockerfileError(`failed to parse platform ${from.platform}: ${error.message}`)
    }
  }

  private targetIndex(): number {
    const { target } = this.options
    if (target === '') return this.drafts.length - 1
    const named = this.drafts.findLast(({ from }) => from.name !== '' && from.name === target.toLowerCase())
    if (named) return named.index
    if (/^\d+$/.test(target) && this.drafts[Number(target)]) return Number(target)
    const names = this.drafts.map(({ from, index }) => from.name || `stage-${index}`)
    const near = suggest(target, names, true)
    throw new DockerfileError(
      `target stage ${JSON.stringify(target)} could not be found`,
      near ? { suggestion: near } : {},
    )
  }

  /** Stages that a stage takes files from, with the lines that say so. */
  private uses({ instructions, baseStage, from }: Draft): [number, LineRange][] {
    const named = instructions.flatMap((instruction): [string, LineRange][] => {
      if (instruction.kind === 'COPY' && instruction.from !== '') return [[instruction.from, instruction.range]]
      if (instruction.kind !== 'RUN') return []
      const sources = instruction.mounts.map((mount) => /(?:^|,)from=([^,]+)/.exec(mount)?.[1])
      return sources.flatMap((name): [string, LineRange][] => (name ? [[name, instruction.range]] : []))
    })
    const found = named.flatMap(([name, range]): [number, LineRange][] => {
      const index = this.stageIndex(name)
      return index === undefined ? [] : [[index, range]]
    })
    return baseStage === undefined ? found : [[baseStage, from.range], ...found]
  }

  private stageIndex(name: string): number | undefined {
    if (/^\d+$/.test(name)) return Number(name)
    const found = this.drafts.findLast(({ from }) => from.name !== '' && from.name === name.toLowerCase())
    return found?.index
  }

  private reachable(target: number): Set<number> {
    const seen = new Set<number>()
    const visit = (index: number): void => {
      const draft = this.drafts[index]
      if (!draft || seen.has(index)) return
      seen.add(index)
      for (const [next] of this.uses(draft)) visit(next)
    }
    visit(target)
    return seen
  }

  private refuseCircles(): void {
    const done = new Set<number>()
    const visit = (index: number, path: readonly number[], range: LineRange | undefined): void => {
      const draft = this.drafts[index]
      if (!draft || done.has(index)) return
      if (path.includes(index))
        throw new DockerfileError(`circular dependency detected on stage: ${draft.from.name || `stage-${index}`}`, {
          range,
        })
      for (const [next, at] of this.uses(draft)) visit(next, [...path, index], at)
      done.add(index)
    }
    for (const { index } of this.drafts) visit(index, [], undefined)
  }

  private async planStage(draft: Draft): Promise<void> {
    const replaced = draft.from.name === '' ? undefined : this.sources.named(draft.from.name)
    if (draft.from.name !== '' && this.sources.alias(draft.from.name) !== undefined) return this.planAlias(draft)
    if (replaced) {
      const state = StageState.onImage({}, [])
      this.planned.set(draft.index, { op: replaced, state, base: undefined, platform: draft.platform })
      return
    }
    const start = await this.begin(draft)
    const triggers = (start.triggers ?? []).map((trigger) => parseTrigger(trigger, draft.from.range))
    const all = [...triggers, ...draft.instructions]
    const counter = new StepCounter(draft, all, start.op.kind === 'image', this.prefix(draft))
    let op = start.op.kind === 'image' ? { ...start.op, name: counter.name(`FROM ${start.op.reference}`) } : start.op
    const state = start.state
    for (const [i, instruction] of all.entries()) {
      const step = dispatch(state, instruction, {
        escape: this.dockerfile.escape,
        globalArgs: this.args,
        buildArgs: this.options.buildArgs,
        lint: this.lint,
        ignore: this.ignore,
      })
      if (!step) continue
      const name = counter.name(i < triggers.length ? `ONBUILD ${step.name}` : step.name)
      op = await this.operation(draft, op, step, name)
    }
    this.planned.set(draft.index, { op, state, base: start.base, platform: draft.platform })
  }

  /** A named context takes the place of a stage of its name, and of all that is in it. */
  private async planAlias(draft: Draft): Promise<void> {
    const { op, document } = await this.imageOf(draft.from.name, draft)
    const state = StageState.onImage(document.config ?? {}, document.history ?? [], document.author)
    const named = { ...op, name: `[${this.prefix(draft)}context ${draft.from.name}] ${op.reference}` }
    this.planned.set(draft.index, { op: named, state, base: document, platform: draft.platform })
  }

  private imageOf(name: string, draft: Draft): ReturnType<Sources['image']> {
    return this.sources.image(this.sources.alias(name) ?? name, draft.platform, draft.from.range)
  }

  private prefix({ platform }: Draft): string {
    return this.shownPlatform ? `${printPlatform(platform)} ` : ''
  }

  private async begin(draft: Draft): Promise<{
    op: FilesOp
    state: StageState
    base: ImageDocument | undefined
    triggers: readonly string[] | null | undefined
  }> {
    const below = draft.baseStage === undefined ? undefined : this.planned.get(draft.baseStage)
    if (below) {
      const state = StageState.onStage(below.state)
      return { op: below.op, state, base: below.base, triggers: below.state.config.OnBuild }
    }
    const named = this.sources.named(draft.base)
    if (named) return { op: named, state: StageState.onImage({}, []), base: undefined, triggers: [] }
    if (draft.base === 'scratch')
      return { op: { kind: 'scratch' }, state: StageState.onImage({}, []), base: undefined, triggers: [] }
    try {
      const { op, document } = await this.imageOf(draft.base, draft)
      this.checkPlatform(draft, document)
      const state = StageState.onImage(document.config ?? {}, document.history ?? [], document.author)
      return { op, state, base: document, triggers: document.config?.OnBuild }
    } catch (error) {
      throw placed(error, draft.from.range)
    }
  }

  private checkPlatform({ base, platform, from }: Draft, document: ImageDocument): void {
    if (document.os === platform.os && document.architecture === platform.architecture) return
    const actual = `${document.os}/${document.architecture}`
    this.lint.report(
      'InvalidBaseImagePlatform',
      from.range,
      `Base image ${base} was pulled with platform ${JSON.stringify(actual)}, expected ${JSON.stringify(printPlatform(platform))} for current build`,
    )
  }

  private async operation(
    draft: Draft,
    base: FilesOp,
    step: NonNullable<ReturnType<typeof dispatch>>,
    name: string,
  ): Promise<FilesOp> {
    const filter = this.options.noCacheFilter
    const ignoreCache = this.options.noCache || (draft.from.name !== '' && filter.includes(draft.from.name))
    const common = { name, base, ignoreCache }
    if (step.kind === 'mkdir') return { ...common, kind: 'mkdir', step }
    if (step.kind === 'copy') {
      const source = await this.sourceOf(step.instruction.from, draft, step.range)
      return { ...common, kind: 'copy', step, source: source ?? this.sources.context }
    }
    const mounts = []
    for (const mount of step.mounts) {
      const wanted = mount.from !== '' || mount.type === 'bind'
      const source = wanted ? ((await this.sourceOf(mount.from, draft, step.range)) ?? this.sources.context) : undefined
      mounts.push({ mount, source: mount.type === 'cache' && mount.from === '' ? undefined : source })
    }
    return { ...common, kind: 'run', step, mounts, platform: draft.platform }
  }

  /** Files of `--from`: a stage, a named context or an image; undefined for the build context. */
  private async sourceOf(from: string, draft: Draft, range: LineRange): Promise<FilesOp | undefined> {
    if (from === '') return undefined
    if (/\$[\w{]/.test(from))
      throw new DockerfileError(
        'variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround',
        { range },
      )
    const index = this.stageIndex(from)
    if (index === undefined) {
      const named = this.sources.named(from)
      if (named) return named
      if (from === 'scratch') return { kind: 'scratch' }
      const { op } = await this.sources.image(this.sources.alias(from) ?? from, draft.platform, range)
      return { ...op, name: `FROM ${op.reference}` }
    }
    if (!this.drafts[index]) throw new DockerfileError(`invalid stage index ${index}`, { range })
    const stage = this.planned.get(index)
    if (!stage)
      throw new DockerfileError(
        `cannot copy from stage ${JSON.stringify(from)}, it needs to be defined before current stage ${JSON.stringify(draft.shownName)}`,
        { range },
      )
    return stage.op
  }
}

/** Numbers the steps of a stage: `[build 2/4] RUN make`. */
class StepCounter {
  private readonly prefix: string
  private readonly total: number
  private index = 0

  constructor({ shownName }: Draft, all: readonly Instruction[], fromImage: boolean, platform: string) {
    const steps = all.filter(({ kind }) => ['ADD', 'COPY', 'RUN', 'WORKDIR'].includes(kind)).length
    this.total = steps + (fromImage ? 1 : 0)
    this.prefix = `[${platform}${shownName === '' ? '' : `${shownName} `}`
  }

  name(step: string): string {
    this.index++
    return `${this.prefix}${String(this.index).padStart(String(this.total).length)}/${this.total}] ${step}`
  }
}

const unreachable = (): never => {
  throw new DockerfileError('dockerfile contains no stages to build')
}
