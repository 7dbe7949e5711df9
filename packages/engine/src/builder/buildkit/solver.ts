import { sha256Hex } from '@drydock/codec'
import { RuntimeError } from '../../runtime/launch.ts'
import type { DaemonParts } from '../../daemon-parts.ts'
import { randomId } from '../../identifiers.ts'
import { Problem } from '../../problem.ts'
import { resolveInRoot } from '../../runtime/scoped-path.ts'
import { ifExists, makeDirectories } from '../../state/files.ts'
import { timestamp } from '../../timestamps.ts'
import type { BuildContext } from '../build-context.ts'
import type { BuildOptions } from '../build-options.ts'
import { contentHash } from '../files/content-hash.ts'
import { CopyConflict } from '../files/copy-files.ts'
import { MissingSource } from '../files/find-sources.ts'
import { ownerOf } from '../files/owner.ts'
import { WorkLayer } from '../work-layer.ts'
import type { BuildCache, CacheType } from './build-cache.ts'
import { applyCopy, copyKey } from './copy-op.ts'
import type { CopyOp, Files, FilesOp, ImageOp, LocalOp, MkdirOp, RunOp } from './files-op.ts'
import { pullChain } from './pull-image.ts'
import type { CachedStep, ImportedCache } from './remote-cache.ts'
import { applyRun } from './run-op.ts'
import { VertexError } from './vertex-error.ts'
import type { OpenVertex, VertexFeed } from './vertex-feed.ts'

/** What an operation of the graph works with. */
export interface SolveContext {
  readonly parts: DaemonParts
  readonly cache: BuildCache
  readonly options: BuildOptions
  readonly context: BuildContext
  readonly feed: VertexFeed
  /** Resolves when the client is gone. */
  readonly stop: Promise<void>
  /** What `--cache-from` brought. */
  readonly imported: ImportedCache
}

const hash = (value: unknown): string => `sha256:${sha256Hex(JSON.stringify(value))}`

/** Thrown away when the build is over: another step failed first. */
class Cancelled extends Error {}

/**
 * Carries out a graph of operations: each once, those that do not need one another side by side, and none whose result
 * is in the cache.
 */
export class Solver {
  private readonly results = new Map<FilesOp, Promise<Files>>()
  private readonly keys = new Map<string, Promise<Files>>()
  private readonly releases: (() => void)[] = []
  private readonly context: SolveContext
  private failed = false
  /** How many steps came out of the cache, and how many did not. */
  readonly count = { cached: 0, done: 0 }
  /** Steps with layers, in the order in which they were done. */
  readonly steps: CachedStep[] = []

  constructor(context: SolveContext) {
    this.context = context
  }

  /** @throws DockerfileError with the lines of the step that failed */
  solve(op: FilesOp): Promise<Files> {
    const known = this.results.get(op)
    if (known) return known
    const made = this.start(op)
    made.catch(() => {
      this.failed = true
    })
    this.results.set(op, made)
    return made
  }

  /** Lets go of what the build held in the cache. */
  close(): void {
    for (const release of this.releases.splice(0)) release()
    this.context.cache.save()
  }

  private start(op: FilesOp): Promise<Files> {
    if (op.kind === 'scratch') return Promise.resolve({ chain: [], key: hash('scratch') })
    if (op.kind === 'image') return this.image(op)
    if (op.kind === 'local') return this.local(op)
    return this.layered(op)
  }

  private async image(op: ImageOp): Promise<Files> {
    const { parts, feed } = this.context
    const vertex = await feed.begin(op.name)
    try {
      const chain = op.image ? parts.images.layersOf(op.image) : await pullChain(parts, op, vertex)
      const key = hash(['image', chain.at(-1)?.chainId ?? ''])
      const cached = this.context.cache.find(key) !== undefined
      this.keep(key, 'regular', `pulled from ${op.reference}`, chain.at(-1)?.chainId ?? '', [])
      await vertex.complete(cached)
      return { chain, key }
    } catch (error) {
      if (error instanceof Error) await vertex.fail(error.message)
      throw error
    }
  }

  private async local(op: LocalOp): Promise<Files> {
    const { feed, context } = this.context
    const name = op.context === 'context' ? 'load build context' : `[context ${op.context}] load from client`
    await feed.step(op.context === 'context' ? `[internal] ${name}` : name, (vertex) =>
      vertex.status('transferring context:', { current: op.context === 'context' ? context.sent : 2 }),
    )
    this.keep(hash(['local', op.context]), 'source.local', `local source for ${op.context}`, '', [])
    return { chain: [], key: hash(['local', op.root]), root: op.root }
  }

  private async layered(op: RunOp | CopyOp | MkdirOp): Promise<Files> {
    const needs = [
      op.base,
      ...(op.kind === 'copy' ? [op.source] : op.kind === 'run' ? op.mounts.map(({ source }) => source) : []),
    ]
    const inputs = await Promise.all(needs.map((need) => (need ? this.solve(need) : undefined)))
    const [base, ...others] = inputs
    if (!base) throw new Cancelled('no base')
    if (this.failed) throw new Cancelled('context canceled')
    const definition = hash([op.name, base.key, others.map((each) => each?.key ?? '')])
    const vertex = await this.context.feed.begin(op.name, definition, [base.key])
    try {
      const { files, cached } = await this.cachedOrMade(op, await asLayers(this.context, base), others, vertex)
      await vertex.complete(cached)
      this.count[cached ? 'cached' : 'done']++
      return files
    } catch (error) {
      const told = describe(error, op)
      await vertex.fail(told instanceof VertexError ? told.short : told instanceof Error ? told.message : '')
      throw told
    }
  }

  private async cachedOrMade(
    op: RunOp | CopyOp | MkdirOp,
    base: Files,
    others: readonly (Files | undefined)[],
    vertex: OpenVertex,
  ): Promise<{ files: Files; cached: boolean }> {
    const key = await this.keyOf(op, base, others)
    const same = this.keys.get(key)
    if (same) return { files: await same, cached: true }
    const found = op.ignoreCache ? undefined : (this.fromCache(key) ?? (await this.fromElsewhere(op, key, base)))
    if (found) {
      this.steps.push({ key, chain: found.chain })
      return { files: found, cached: true }
    }
    const made = this.make(op, base, others, key, vertex)
    made.catch(() => undefined)
    this.keys.set(key, made)
    return { files: await made, cached: false }
  }

  private async keyOf(
    op: RunOp | CopyOp | MkdirOp,
    base: Files,
    others: readonly (Files | undefined)[],
  ): Promise<string> {
    if (op.kind === 'mkdir') return hash(['mkdir', base.key, op.step.path, op.step.user])
    if (op.kind === 'copy')
      return hash(['copy', op.step.instruction.link ? '' : base.key, await copyKey(this.context, op, others[0])])
    const { args, env, cwd, user, network, script } = op.step
    const { options } = this.context
    const mounts = op.mounts.map(({ mount }, i) => [mount, others[i]?.root === undefined ? (others[i]?.key ?? '') : ''])
    const sources = await Promise.all(op.mounts.map(({ mount }, i) => this.sourceKey(mount.source, others[i])))
    return hash(['run', base.key, args, env, cwd, user, network, script ?? '', mounts, sources, options.extraHosts])
  }

  /** A bind of what the client sent counts by content. */
  private async sourceKey(path: string, files: Files | undefined): Promise<string> {
    if (files?.root === undefined) return ''
    return contentHash(this.context.parts.sys, files.root, [path.replace(/^\/+/, '')])
  }

  private fromCache(key: string): Files | undefined {
    const { cache, parts } = this.context
    const record = cache.find(key)
    if (!record) return undefined
    const chain = parts.images.layers.below(record.chainId)
    if (chain.length === 0) return undefined
    cache.touch(record, timestamp(parts.sys.clock))
    this.releases.push(cache.hold(key))
    return { chain, key }
  }

  /** A result that another builder had. */
  private async fromElsewhere(op: RunOp | CopyOp | MkdirOp, key: string, base: Files): Promise<Files | undefined> {
    const chain = await this.context.imported.take(key)
    if (!chain) return undefined
    this.keep(key, 'regular', op.name, chain.at(-1)?.chainId ?? '', [base.key])
    return { chain, key }
  }

  private async make(
    op: RunOp | CopyOp | MkdirOp,
    base: Files,
    others: readonly (Files | undefined)[],
    key: string,
    vertex: OpenVertex,
  ): Promise<Files> {
    const layer = WorkLayer.open(this.context.parts, base.chain, op.kind === 'run')
    try {
      if (op.kind === 'run') await applyRun(this.context, op, layer, others, vertex)
      else if (op.kind === 'copy') await applyCopy(this.context, op, layer.mount().root, others[0], vertex)
      else this.makeFolder(op, layer.mount().root)
    } catch (error) {
      layer.discard()
      throw error
    }
    const made = await layer.commit()
    this.keep(
      key,
      'regular',
      op.kind === 'run' ? `mount / from exec ${op.step.args.join(' ')}` : op.name,
      made.chainId,
      [base.key],
    )
    const chain = [...base.chain, made]
    this.steps.push({ key, chain })
    return { chain, key }
  }

  private makeFolder({ step }: MkdirOp, root: string): void {
    const { sys } = this.context.parts
    let inside = ''
    const owner = step.user === '' ? undefined : ownerOf(sys, root, step.user)
    for (const part of step.path.split('/').filter((each) => each !== '')) {
      inside += `/${part}`
      const at = resolveInRoot(sys, root, inside)
      if (ifExists(() => sys.stat(at))) continue
      makeDirectories(sys, at)
      if (owner) sys.chown(at, owner.uid, owner.gid)
    }
  }

  private keep(key: string, type: CacheType, description: string, chainId: string, parents: readonly string[]): void {
    const { cache, parts } = this.context
    const now = timestamp(parts.sys.clock)
    const known = cache.find(key)
    if (known && known.chainId === chainId) cache.touch(known, now)
    else {
      const above = parents.map((parent) => cache.find(parent)?.id).filter((id): id is string => id !== undefined)
      const id = randomId(parts.sys).slice(0, 25)
      cache.put({ id, key, type, description, chainId, parents: above, createdAt: now, lastUsedAt: now, usageCount: 1 })
    }
    this.releases.push(cache.hold(key))
  }
}

/** Files that the client sent become a layer where something is built upon them. */
async function asLayers({ parts }: SolveContext, files: Files): Promise<Files> {
  if (files.root === undefined) return files
  return { chain: [await parts.images.layers.copyOf('', files.root)], key: files.key }
}

function describe(error: unknown, op: RunOp | CopyOp | MkdirOp): unknown {
  const { range } = op.step
  if (error instanceof MissingSource) {
    const short = `failed to calculate checksum of ref ${shortHash(op.name, 0)}::${shortHash(op.name, 1)}: ${error.message}`
    return new VertexError(`failed to compute cache key: ${short}`, range, short)
  }
  if (error instanceof CopyConflict) return new VertexError(error.message, range)
  if (error instanceof RuntimeError && op.kind === 'run')
    return new VertexError(
      `process ${JSON.stringify(op.step.args.join(' '))} did not complete successfully: ${error.message}`,
      range,
    )
  if (error instanceof Problem) return new VertexError(error.message, range)
  return error
}

const shortHash = (text: string, n: number): string =>
  BigInt(`0x${sha256Hex(`${n}${text}`).slice(0, 32)}`)
    .toString(36)
    .slice(0, 25)
