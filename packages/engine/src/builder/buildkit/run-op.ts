import { isDirectory } from '@drydock/abi'
import { encodeUtf8, sha256Hex } from '@drydock/codec'
import type { RunMount } from '@drydock/dockerfile'
import { RuntimeError } from '../../runtime/launch.ts'
import type { RuntimeMount } from '../../runtime/process-spec.ts'
import { makeMountPoint } from '../../runtime/root-mounts.ts'
import { resolveInRoot } from '../../runtime/scoped-path.ts'
import { exists, ifExists, makeDirectories, readBytes, readText, writeBytes } from '../../state/files.ts'
import { timestamp } from '../../timestamps.ts'
import { copyTree } from '../../volumes/copy-up.ts'
import { randomId } from '../../identifiers.ts'
import { runProcess } from '../run-process.ts'
import { WorkLayer } from '../work-layer.ts'
import { MissingSource } from '../files/find-sources.ts'
import { invalid } from '../../problem.ts'
import type { Files, RunOp } from './files-op.ts'
import type { SolveContext } from './solver.ts'
import { VertexError } from './vertex-error.ts'
import type { OpenVertex } from './vertex-feed.ts'

/** What a RUN's mounts come to, and what has to be undone. */
interface Prepared {
  readonly mounts: RuntimeMount[]
  readonly env: string[]
  readonly undo: (() => void)[]
}

/** Runs the command on the layer's files; they are mounted then. @throws VertexError when it fails, RuntimeError, Problem */
export async function applyRun(
  context: SolveContext,
  { step, mounts, platform }: RunOp,
  layer: WorkLayer,
  sources: readonly (Files | undefined)[],
  vertex: OpenVertex,
): Promise<void> {
  const { options } = context
  const prepared: Prepared = { mounts: [], env: [], undo: [] }
  try {
    for (const [i, { mount }] of mounts.entries()) prepare(context, mount, sources[i], layer, prepared)
    if (step.script) prepareScript(context, step.script, layer, prepared)
    for (const mount of prepared.mounts) makeStub(context, layer, mount)
    layer.mount()
    const network = step.network === 'default' ? options.network : step.network
    const process = {
      args: step.args,
      env: [...step.env, ...prepared.env],
      cwd: step.cwd,
      user: step.user,
      platform,
      mounts: prepared.mounts,
      network,
      extraHosts: options.extraHosts,
      memory: options.memory,
      shmSize: options.shmSize,
    }
    const code = await run(context, layer, process, vertex)
    if (code !== 0) {
      const message = `process ${JSON.stringify(step.args.join(' '))} did not complete successfully: exit code: ${code}`
      throw new VertexError(message, step.range)
    }
  } finally {
    for (const undo of prepared.undo.reverse()) undo()
  }
}

/** The mount point, so that the command leaves none in the image. */
function makeStub({ parts: { sys } }: SolveContext, { stubs }: WorkLayer, mount: RuntimeMount): void {
  const folder = mount.type === 'tmpfs' || isDirectory(sys.stat(mount.source).mode)
  if (!mount.destination.startsWith('/dev/')) makeMountPoint(sys, stubs + mount.destination, folder)
}

/** What keeps the command from starting is told by the runtime, in the step's log. */
async function run(
  { parts, stop }: SolveContext,
  layer: WorkLayer,
  process: Parameters<typeof runProcess>[2],
  vertex: OpenVertex,
): Promise<number> {
  const output = (stream: 'stdout' | 'stderr', bytes: Uint8Array): Promise<void> =>
    vertex.log(stream === 'stdout' ? 1 : 2, bytes)
  try {
    return await runProcess(parts, layer, process, output, stop)
  } catch (error) {
    if (!(error instanceof RuntimeError) || error.kind !== 'init') throw error
    const message = `runc run failed: unable to start container process: error during container init: ${error.message}\n`
    await vertex.log(2, encodeUtf8(message))
    return 1
  }
}

type Preparer = (
  context: SolveContext,
  mount: RunMount,
  source: Files | undefined,
  layer: WorkLayer,
  to: Prepared,
) => void

const bind = (source: string, { target, readOnly }: RunMount): RuntimeMount => ({
  type: 'bind',
  source,
  destination: target,
  readOnly,
})

/** The files of a stage, image or context at a path; what is written to them is lost. */
function sourceRoot({ parts }: SolveContext, files: Files | undefined, undo: (() => void)[]): string {
  if (files?.root !== undefined) return files.root
  const layer = WorkLayer.open(parts, files?.chain ?? []).mount()
  undo.push(() => layer.discard())
  return layer.root
}

const PREPARE: Readonly<Record<RunMount['type'], Preparer>> = {
  bind(context, mount, source, _layer, to) {
    const { sys } = context.parts
    const root = sourceRoot(context, source, to.undo)
    const path = resolveInRoot(sys, root, mount.source)
    if (!exists(sys, path)) throw new MissingSource(`/${mount.source.replace(/^\/+/, '')}`)
    to.mounts.push(bind(path, mount))
  },

  cache(context, mount, source, _layer, to) {
    to.mounts.push(bind(cacheFolder(context, mount, source, to.undo), mount))
  },

  tmpfs(_context, { target, sizeLimit }, _source, _layer, to) {
    const data = sizeLimit > 0 ? { data: `size=${Math.ceil(sizeLimit / 1024)}k` } : {}
    to.mounts.push({ type: 'tmpfs', source: '', destination: target, readOnly: false, ...data })
  },

  secret(context, mount, _source, layer, to) {
    const { sys } = context.parts
    const file = context.context.secret(mount.id)
    if (file === undefined) {
      if (mount.required) throw invalid(`secret ${mount.id}: not found`)
      return
    }
    if (mount.env !== undefined) to.env.push(`${mount.env || mount.id}=${readText(sys, file)}`)
    if (mount.target === '') return
    const copy = `${layer.folder}/secret-${to.mounts.length}`
    writeBytes(sys, copy, readBytes(sys, file), 0o600)
    sys.chown(copy, mount.uid ?? 0, mount.gid ?? 0)
    sys.chmod(copy, mount.mode ?? 0o400)
    to.mounts.push(bind(copy, { ...mount, readOnly: true }))
  },

  ssh(_context, mount) {
    if (mount.required) throw invalid(`unset ssh forward key ${mount.id}`)
  },
}

const prepare: Preparer = (context, mount, source, layer, to) => PREPARE[mount.type](context, mount, source, layer, to)

/** The directory of a cache mount, made on first use with what `from` has. */
function cacheFolder(context: SolveContext, mount: RunMount, source: Files | undefined, undo: (() => void)[]): string {
  const { parts, cache } = context
  const key = `sha256:${sha256Hex(JSON.stringify(['cache mount', mount.id]))}`
  const now = timestamp(parts.sys.clock)
  const known = cache.find(key)
  const folder = known?.folder ?? `${parts.places.buildkit}/mounts/${key.slice(7)}`
  undo.push(cache.hold(key))
  if (known && ifExists(() => parts.sys.stat(folder))) {
    cache.touch(known, now)
    return folder
  }
  makeDirectories(parts.sys, folder)
  if (source) copyTree(parts.sys, resolveInRoot(parts.sys, sourceRoot(context, source, undo), mount.source), folder)
  parts.sys.chown(folder, mount.uid ?? 0, mount.gid ?? 0)
  parts.sys.chmod(folder, mount.mode ?? 0o755)
  const description = `cached mount ${mount.target} from exec with id ${JSON.stringify(mount.id)}`
  const id = randomId(parts.sys).slice(0, 25)
  const fields = { id, key, type: 'exec.cachemount' as const, description, chainId: '', parents: [] }
  cache.put({ ...fields, createdAt: now, lastUsedAt: now, usageCount: 1, folder })
  return folder
}

function prepareScript(
  { parts }: SolveContext,
  { name, content }: { name: string; content: string },
  layer: WorkLayer,
  to: Prepared,
): void {
  const folder = `${layer.folder}/script`
  makeDirectories(parts.sys, folder)
  writeBytes(parts.sys, `${folder}/${name}`, content, 0o755)
  parts.sys.chmod(`${folder}/${name}`, 0o755)
  to.mounts.push({ type: 'bind', source: folder, destination: '/dev/pipes', readOnly: true })
}
