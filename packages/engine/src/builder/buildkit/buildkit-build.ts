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
import { encodeBase64, writeTar } from '@drydock/codec'
import type { DaemonParts } from '../../daemon-parts.ts'
import type { ImageDocument } from '../../images/image-config.ts'
import type { ProgressStream } from '../../images/progress.ts'
import { planPull } from '../../images/pull.ts'
import { parseReference, withDefaultTag } from '../../images/reference.ts'
import { Problem } from '../../problem.ts'
import { randomId } from '../../identifiers.ts'
import type { BuildContext } from '../build-context.ts'
import type { BuildOptions, BuildOutput } from '../build-options.ts'
import type { Built } from './built.ts'
import { type Exported, exportResult } from './exporters.ts'
import type { FilesOp, ImageOp, LocalOp } from './files-op.ts'
import { type PlannedStage, Planner, type Sources } from './plan.ts'
import { packageUrl } from './attestations.ts'
import { loadLayout } from './oci-layout.ts'
import { exportCache, ImportedCache, inlineCache } from './remote-cache.ts'
import { answerTo } from './subrequests.ts'
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
  private readonly invocation: string
  private readonly startedAt: number
  private readonly materials: { readonly uri: string; readonly digest: string }[] = []
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
    this.invocation = randomId(parts.sys).slice(0, 25)
    this.startedAt = parts.sys.clock.now()
    this.feed = new VertexFeed(progress, parts.sys.clock, this.invocation)
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
    const { platforms } = this.options
    const wanted = platforms.length === 0 ? [NATIVE] : platforms.map((each) => parsePlatform(each))
    const sources = this.sources(await this.openContexts())
    const planner = (platform: Platform, i: number): Planner =>
      new Planner(dockerfile, this.options, platform, sources, ignore, i === 0 ? lint : Lint.of('skip=all'))
    if (this.options.call !== 'build') return this.answerCall(() => planner(wanted[0] ?? NATIVE, 0), dockerfile, lint)
    const planners = wanted.map(planner)
    const imported = await ImportedCache.open(
      this.parts,
      this.options,
      this.feed,
      (nth) => this.context.named(`cache-from:${nth}`) ?? '/nowhere',
    )
    const stages = await this.plan(planners, lint)
    const solver = new Solver({
      parts: this.parts,
      cache: this.parts.buildCache,
      options: this.options,
      context: this.context,
      feed: this.feed,
      stop: this.stop,
      imported,
    })
    try {
      await this.finish(stages, solver)
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

  private async plan(planners: readonly Planner[], lint: Lint): Promise<PlannedStage[]> {
    try {
      const stages = []
      for (const planner of planners) stages.push(await planner.plan())
      lint.finish()
      return stages
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

  private async finish(stages: readonly PlannedStage[], solver: Solver): Promise<void> {
    const { options, progress } = this
    const [first, ...more] = await Promise.all(stages.map((stage) => this.solve(stage, solver)))
    if (!first) return
    const outputs = options.outputs.length > 0 ? options.outputs : [{ type: 'image', attributes: {} }]
    const inline = options.cacheTo.some(({ type }) => type === 'inline')
    const context = {
      parts: this.parts,
      options,
      feed: this.feed,
      progress,
      results: [first, ...more] as const,
      inlineCache: inline ? inlineCache(solver.steps, first.chain) : undefined,
      story: { invocation: this.invocation, startedAt: this.startedAt, materials: this.materials },
    }
    let told: Exported = {}
    for (const [nth, output] of outputs.entries()) told = { ...told, ...(await exportResult(context, output, nth)) }
    for (const [nth, to] of options.cacheTo.entries())
      if (to.type !== 'inline') await this.exportCacheTo(to, nth, [first, ...more], solver)
    if (told.image) await progress.send({ id: 'moby.image.id', aux: { ID: told.image.id } })
    const { image: _, ...result } = told
    if (told.digest !== undefined || told.kept !== undefined)
      await progress.send({ id: 'drydock.build.result', aux: result })
  }

  private async solve(stage: PlannedStage, solver: Solver): Promise<Built> {
    const files = await solver.solve(stage.op)
    const chain = files.root === undefined ? files.chain : [await this.parts.images.layers.copyOf('', files.root)]
    return { platform: stage.platform, stage, chain }
  }

  /** `mode=min` carries only what is in the result, `max` every step. */
  private exportCacheTo(to: BuildOutput, nth: number, results: readonly Built[], solver: Solver): Promise<void> {
    const inResult = new Set(results.flatMap(({ chain }) => chain))
    const steps =
      to.attributes['mode'] === 'max'
        ? solver.steps
        : solver.steps.filter(({ chain }) => chain.every((layer) => inResult.has(layer)))
    const { parts, options, feed } = this
    return exportCache(parts, options, feed, to, steps, async (files) => {
      const folders = ['blobs/', 'blobs/sha256/'].map((name) => ({ name, type: 'directory' as const }))
      const members = [...folders, ...[...files].map(([name, content]) => ({ name, content }))]
      const data = encodeBase64(writeTar(members))
      await this.progress.send({ id: 'drydock.build.export', aux: { output: `cache ${nth}`, data } })
    })
  }

  /** For checks what is wrong is a part of the answer. */
  private async answerCall(open: () => Planner, dockerfile: Dockerfile, lint: Lint): Promise<void> {
    const { options } = this
    const answer = answerTo(options.call)
    let [planner, failure]: [Planner | undefined, BuildFailure | undefined] = [undefined, undefined]
    try {
      planner = open()
      await planner.planAll()
    } catch (error) {
      if (!(error instanceof DockerfileError) || !answer.takesFailures) throw error
      failure = this.failure(error)
    }
    const aux = answer.result({ options, dockerfile, lint, failure, planner })
    await this.progress.send({ id: 'drydock.build.call', aux })
  }

  /** Named contexts that are images: the names that stand for them. Those of the web are fetched. @throws Problem */
  private async openContexts(): Promise<Map<string, string>> {
    const aliases = new Map<string, string>()
    for (const [name, place] of this.options.contexts) {
      const [, kind = '', rest = ''] = /^(docker-image|oci-layout|https?):\/\/(.*)$/.exec(place) ?? []
      if (kind === 'docker-image') aliases.set(name, rest)
      else if (kind === 'oci-layout') aliases.set(name, await this.fromLayout(name, rest))
      else if (kind !== '') await this.feed.step(`[context ${name}] ${place}`, () => this.context.download(name, place))
    }
    return aliases
  }

  private fromLayout(name: string, place: string): Promise<string> {
    return this.feed.step(`[context ${name}] OCI load from client`, async () => {
      const folder = this.context.named(name)
      if (folder === undefined) throw new Problem('not found', `failed to get OCI layout ${name}`)
      return loadLayout(this.parts, folder, place)
    })
  }

  private sources(aliases: ReadonlyMap<string, string>): Sources {
    const context: LocalOp = { kind: 'local', context: 'context', root: this.context.root }
    const named = new Map<string, FilesOp>()
    return {
      context,
      image: (name, platform) => this.image(name, platform),
      alias: (name) => aliases.get(name.toLowerCase()),
      named: (name) => {
        if (aliases.has(name.toLowerCase())) return undefined
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
    const full = name.startsWith('sha256:')
      ? name
      : `${parsed.domain}/${parsed.path}${parsed.tag ? `:${parsed.tag}` : ''}${parsed.digest ? `@${parsed.digest}` : ''}`
    return this.feed.step(`[internal] load metadata for ${full}`, async () => {
      const here = parts.images.find(name)
      const fits = here?.document.os === platform.os && here.document.architecture === platform.architecture
      if (here && (!options.pull || name.startsWith('sha256:')) && fits) {
        this.materials.push(materialOf(full, platform, here.id))
        return {
          op: { kind: 'image', name: '', image: here, plan: undefined, reference: full },
          document: here.document,
        }
      }
      const auth = options.auths[parsed.domain === 'docker.io' ? 'https://index.docker.io/v1/' : parsed.domain]
      const plan = await this.pullPlan(name, full, () => planPull(parts, parsed, auth, printPlatform(platform)))
      const reference = parsed.digest ? full : `${full}@${plan.digest}`
      const document = JSON.parse(plan.config) as ImageDocument
      this.materials.push(materialOf(full, platform, plan.digest))
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

const materialOf = (name: string, platform: Platform, digest: string) => ({
  uri: packageUrl(name, printPlatform(platform)),
  digest,
})

/** Registries' refusals as containerd's resolver tells them. */
function inBuildkitWords(message: string, full: string): string {
  if (message.startsWith('pull access denied'))
    return `failed to resolve source metadata for ${full}: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`
  if (/not found|manifest unknown/.test(message))
    return `failed to resolve source metadata for ${full}: ${full}: not found`
  return `failed to resolve source metadata for ${full}: ${message}`
}
