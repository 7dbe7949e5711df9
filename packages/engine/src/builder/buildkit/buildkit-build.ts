import {
  type Dockerfile,
  DockerfileError,
  directiveOf,
  Lint,
  lintText,
  parseDockerfile,
  parsePlatform,
  type Platform,
  printPlatform,
} from '@drydock/dockerfile'
import type { DaemonParts } from '../../daemon-parts.ts'
import type { ImageDocument } from '../../images/image-config.ts'
import type { Image } from '../../images/image-store.ts'
import type { ProgressStream } from '../../images/progress.ts'
import { planPull } from '../../images/pull.ts'
import { parseReference, withDefaultTag } from '../../images/reference.ts'
import { Problem } from '../../problem.ts'
import { randomId } from '../../identifiers.ts'
import type { BuildContext } from '../build-context.ts'
import type { BuildOptions } from '../build-options.ts'
import { exportResult } from './exporters.ts'
import type { FilesOp, ImageOp, LocalOp } from './files-op.ts'
import { type PlannedStage, Planner, type Sources } from './plan.ts'
import { callResult } from './subrequests.ts'
import { Solver } from './solver.ts'
import { VertexFeed } from './vertex-feed.ts'

const NATIVE = parsePlatform('linux/amd64')

/** What a failed build tells besides its message: which lines of which file. */
export interface BuildFailure {
  readonly message: string
  readonly source:
    | { readonly filename: string; readonly data: string; readonly start: number; readonly end: number }
    | undefined
}

/** One build by BuildKit's rules. */
export class BuildkitBuild {
  private readonly parts: DaemonParts
  private readonly options: BuildOptions
  private readonly context: BuildContext
  private readonly progress: ProgressStream
  private readonly stop: Promise<void>
  private readonly feed: VertexFeed
  private readonly images = new Map<string, Promise<{ op: ImageOp; document: ImageDocument }>>()
  private text = ''

  constructor(
    parts: DaemonParts,
    options: BuildOptions,
    context: BuildContext,
    progress: ProgressStream,
    stop: Promise<void>,
  ) {
    this.parts = parts
    this.options = options
    this.context = context
    this.progress = progress
    this.stop = stop
    this.feed = new VertexFeed(progress, parts.sys.clock, randomId(parts.sys))
  }

  /** @throws DockerfileError, Problem */
  async run(): Promise<void> {
    const dockerfile = await this.load()
    const ignore = await this.feed.step('[internal] load .dockerignore', async (vertex) => {
      await vertex.status('transferring context:', { current: 2 })
      return this.context.ignoreRules(this.options.dockerfile)
    })
    this.context.applyIgnore(ignore, [])
    const lint = Lint.of(dockerfile.directives.get('check') ?? directiveOf(this.text, 'check') ?? '')
    lintText(dockerfile, lint)
    const platform = this.options.platforms[0] === undefined ? NATIVE : parsePlatform(this.options.platforms[0])
    const planner = new Planner(dockerfile, this.options, platform, this.sources(), ignore, lint)
    if (this.options.call !== 'build') return this.answerCall(planner, dockerfile, lint)
    const stage = await this.plan(planner, lint)
    const solver = new Solver({
      parts: this.parts,
      cache: this.parts.buildCache,
      options: this.options,
      context: this.context,
      feed: this.feed,
      stop: this.stop,
    })
    try {
      await this.finish(stage, solver)
    } finally {
      solver.close()
    }
  }

  /** Places an error in the Dockerfile. */
  failure(error: Error): BuildFailure {
    const range = error instanceof DockerfileError ? error.range : undefined
    const message = error instanceof DockerfileError ? error.told : error.message
    const source = range && { filename: this.options.dockerfile, data: this.text, start: range.start, end: range.end }
    return { message: `failed to solve: ${message}`, source }
  }

  private load(): Promise<Dockerfile> {
    const { dockerfile } = this.options
    return this.feed
      .step(`[internal] load build definition from ${dockerfile.split('/').at(-1) ?? ''}`, async (vertex) => {
        const text = this.context.dockerfile(dockerfile)
        if (text === undefined)
          throw new Problem('not found', `failed to read dockerfile: open ${dockerfile}: no such file or directory`)
        this.text = text
        await vertex.status('transferring dockerfile:', { current: new TextEncoder().encode(text).length })
        return text
      })
      .then((text) => {
        if (text === '') throw new DockerfileError('the Dockerfile cannot be empty')
        return parseDockerfile(text)
      })
  }

  private async plan(planner: Planner, lint: Lint): Promise<PlannedStage> {
    try {
      const stage = await planner.plan()
      lint.finish()
      return stage
    } finally {
      await this.tellWarnings(lint)
    }
  }

  private async tellWarnings(lint: Lint): Promise<void> {
    const source = { filename: this.options.dockerfile, data: this.text }
    for (const { rule, message, description, url, range } of lint.warnings) {
      const short = `${rule}: ${message}${range ? ` (line ${range.start})` : ''}`
      const ranges = range ? [range] : []
      await this.feed.warn({ vertex: '', level: 1, short, detail: [description], url, source, ranges })
    }
  }

  private async finish(stage: PlannedStage, solver: Solver): Promise<void> {
    const files = await solver.solve(stage.op)
    const outputs = this.options.outputs.length > 0 ? this.options.outputs : [{ type: 'image', attributes: {} }]
    const { parts, options, feed, progress } = this
    const settled =
      files.root === undefined ? files : { chain: [await parts.images.layers.copyOf('', files.root)], key: files.key }
    let image: Image | undefined
    for (const output of outputs)
      image = (await exportResult({ parts, options, feed, progress, stage, files: settled }, output)) ?? image
    if (image) await progress.send({ id: 'moby.image.id', aux: { ID: image.id } })
  }

  private async answerCall(planner: Planner, dockerfile: Dockerfile, lint: Lint): Promise<void> {
    let failure: BuildFailure | undefined
    try {
      await planner.planAll()
    } catch (error) {
      if (!(error instanceof DockerfileError)) throw error
      failure = this.failure(error)
    }
    const aux = callResult(this.options, dockerfile, lint, failure)
    await this.progress.send({ id: 'drydock.build.call', aux })
  }

  private sources(): Sources {
    const context: LocalOp = { kind: 'local', context: 'context', root: this.context.root }
    const named = new Map<string, FilesOp>()
    return {
      context,
      image: (name, platform) => this.image(name, platform),
      named: (name) => {
        const root = this.context.named(name.toLowerCase())
        const known = named.get(name)
        if (known || root === undefined) return known
        const op: LocalOp = { kind: 'local', context: name, root }
        named.set(name, op)
        return op
      },
    }
  }

  /** The image of FROM, asked for once. @throws Problem, DockerfileError */
  private image(name: string, platform: Platform): Promise<{ op: ImageOp; document: ImageDocument }> {
    const key = `${name} ${printPlatform(platform)}`
    const known = this.images.get(key)
    if (known) return known
    const made = this.resolveImage(name, platform)
    made.catch(() => undefined)
    this.images.set(key, made)
    return made
  }

  private async resolveImage(name: string, platform: Platform): Promise<{ op: ImageOp; document: ImageDocument }> {
    const { parts, options } = this
    const parsed = this.reference(name)
    const full = `${parsed.domain}/${parsed.path}${parsed.tag ? `:${parsed.tag}` : ''}${parsed.digest ? `@${parsed.digest}` : ''}`
    return this.feed.step(`[internal] load metadata for ${full}`, async () => {
      const here = parts.images.find(name)
      const fits = here?.document.os === platform.os && here.document.architecture === platform.architecture
      if (here && !options.pull && fits)
        return {
          op: { kind: 'image', name: '', image: here, plan: undefined, reference: full },
          document: here.document,
        }
      const auth = options.auths[parsed.domain === 'docker.io' ? 'https://index.docker.io/v1/' : parsed.domain]
      const plan = await this.pullPlan(name, full, () => planPull(parts, parsed, auth, printPlatform(platform)))
      const reference = parsed.digest ? full : `${full}@${plan.digest}`
      const document = JSON.parse(plan.config) as ImageDocument
      return { op: { kind: 'image', name: '', image: undefined, plan, reference }, document }
    })
  }

  private reference(name: string): ReturnType<typeof parseReference> {
    try {
      return withDefaultTag(parseReference(name))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      throw new DockerfileError(`failed to parse stage name ${JSON.stringify(name)}: ${error.message}`)
    }
  }

  private async pullPlan<T>(name: string, full: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      throw new DockerfileError(`${name}: ${inBuildkitWords(error.message, full)}`)
    }
  }
}

/** Registries' refusals as containerd's resolver tells them. */
function inBuildkitWords(message: string, full: string): string {
  if (message.startsWith('pull access denied'))
    return `failed to resolve source metadata for ${full}: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`
  if (/not found|manifest unknown/.test(message))
    return `failed to resolve source metadata for ${full}: ${full}: not found`
  return `failed to resolve source metadata for ${full}: ${message}`
}
