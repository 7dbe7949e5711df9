import { exitStatus, O_WRONLY } from '@drydock/abi'
import { hashHex } from '@drydock/codec'
import { searchPath } from '@drydock/libc'
import { imageOf, type Project } from '../load/project.ts'
import { ComposeError } from '@drydock/cli-plugin/compose-file'
import type { Build } from '../model/types.ts'
import { done, type Progress } from '../progress/tasks.ts'
import type { Backend } from './backend.ts'

export interface BuildWishes {
  readonly quiet?: boolean
  readonly noCache?: boolean
  readonly pull?: boolean
  readonly push?: boolean
  readonly args?: readonly string[]
  readonly builder?: string
  readonly check?: boolean
  readonly progress?: string
}

/** A build of the project as `docker buildx bake` reads it. docs.docker.com/build/bake/reference */
interface BakeTarget {
  context?: string
  dockerfile?: string
  'dockerfile-inline'?: string
  args?: Record<string, string>
  labels?: Record<string, string>
  tags?: string[]
  target?: string
  platforms?: string[]
  contexts?: Record<string, string>
  secret?: string[]
  'cache-from'?: string[]
  'no-cache'?: boolean
  pull?: boolean
  network?: string
  output?: string[]
}

export function bakeFile(
  project: Project,
  names: readonly string[],
  wishes: BuildWishes,
): { group: object; target: Record<string, BakeTarget> } {
  const targets = names.map((name) => [targetName(name), bakeTarget(project, name, wishes)] as const)
  return { group: { default: { targets: names.map(targetName) } }, target: Object.fromEntries(targets) }
}
/** Bake's names have no dots. */
const targetName = (name: string): string => name.replaceAll('.', '_')

function bakeTarget(project: Project, name: string, wishes: BuildWishes): BakeTarget {
  const service = project.services.get(name) ?? {}
  const build: Build = service.build ?? {}
  const args = new Map(
    [...(build.args ?? [])].flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])),
  )
  for (const word of wishes.args ?? []) {
    const [key = '', ...rest] = word.split('=')
    args.set(key, rest.length > 0 ? rest.join('=') : (project.environment.get(key) ?? ''))
  }
  const secrets = (build.secrets ?? []).map(({ source = '', target }) => {
    const object = project.secrets.get(source) ?? {}
    const from = object.environment === undefined ? `src=${object.file ?? ''}` : `env=${object.environment}`
    return `id=${target ?? source},${from}`
  })
  const target: BakeTarget = {
    context: build.context ?? '.',
    tags: [imageOf(project, name, service), ...(build.tags ?? [])],
  }
  if (build.dockerfile_inline) target['dockerfile-inline'] = build.dockerfile_inline
  else if (build.dockerfile) target.dockerfile = build.dockerfile
  if (args.size > 0) target.args = Object.fromEntries(args)
  if (build.labels) target.labels = Object.fromEntries(build.labels)
  if (build.target) target.target = build.target
  if (build.platforms ?? service.platform) target.platforms = build.platforms ?? [service.platform ?? '']
  if (build.additional_contexts) target.contexts = contexts(build.additional_contexts)
  if (secrets.length > 0) target.secret = secrets
  if (build.cache_from) target['cache-from'] = build.cache_from
  if (build.no_cache || wishes.noCache) target['no-cache'] = true
  if (build.pull || wishes.pull) target.pull = true
  if (build.network) target.network = build.network
  return target
}
const contexts = (places: ReadonlyMap<string, string>): Record<string, string> =>
  Object.fromEntries(
    [...places].map(([key, place]) => [
      key,
      place.startsWith('service:') ? `target:${targetName(place.slice(8))}` : place,
    ]),
  )

/** Builds by `docker buildx bake`, one target a service. @throws ComposeError when it fails */
export async function buildServices(
  backend: Backend,
  project: Project,
  progress: Progress,
  names: readonly string[],
  wishes: BuildWishes,
): Promise<void> {
  if (backend.cli.root.dryRun) return pretendBuilt(project, progress, names)
  const file = bakeFile(project, inOrder(project, names), wishes)
  const status = await bake(backend, project, file, wishes)
  if (status !== 0) throw new ComposeError(wishes.quiet ? `failed to solve: exit status ${status}` : '', [], status)
  if (!wishes.check) for (const name of names) progress.on(done(name, 'Built'))
}

/** What a dry run says of builds. docker/compose pkg/compose/build_buildkit.go */
function pretendBuilt(project: Project, progress: Progress, names: readonly string[]): void {
  for (const name of names) {
    const image = imageOf(project, name, project.services.get(name) ?? {})
    progress.on({ id: '==>', text: `==> writing image dryRun-${hashHex('sha1', name)}`, state: 'done' })
    progress.on({ id: '==> ==>', text: `naming to ${image}`, state: 'done' })
  }
  for (const name of names) progress.on(done(name, 'Built'))
}

/** Those that others build upon come first. */
function inOrder(project: Project, names: readonly string[]): string[] {
  const ordered = new Set<string>()
  const add = (name: string): void => {
    for (const place of project.services.get(name)?.build?.additional_contexts?.values() ?? [])
      if (place.startsWith('service:')) add(place.slice(8))
    ordered.add(name)
  }
  for (const name of names) add(name)
  return [...ordered]
}

async function bake(backend: Backend, project: Project, file: object, wishes: BuildWishes): Promise<number> {
  const { cli } = backend
  const words = ['docker', 'buildx', 'bake', '--file', '-', '--progress', bakeProgress(cli.progressMode, wishes)]
  if (wishes.push) words.push('--push')
  else words.push('--load')
  if (wishes.check) words.push('--check')
  if (wishes.builder) words.push('--builder', wishes.builder)
  const [from, to] = cli.sys.pipe()
  const quiet = wishes.quiet ? cli.sys.open('/dev/null', O_WRONLY) : undefined
  await cli.io.out.flush()
  const pid = await cli.sys.spawn(searchPath(cli.sys, 'docker', cli.env.get('PATH')), {
    argv: words,
    env: new Map(project.environment.size > 0 ? project.environment : cli.env),
    cwd: project.workingDir,
    fds: new Map([
      [0, from],
      [1, quiet ?? 1],
      [2, quiet ?? 2],
    ]),
  })
  cli.sys.close(from)
  if (quiet !== undefined) cli.sys.close(quiet)
  await cli.sys.write(to, new TextEncoder().encode(JSON.stringify(file)))
  cli.sys.close(to)
  const ended = await cli.sys.wait(pid)
  return ended ? exitStatus(ended.status) : 1
}
const bakeProgress = (mode: string, wishes: BuildWishes): string =>
  wishes.quiet || mode === 'quiet' ? 'quiet' : mode === 'tty' ? 'tty' : mode === 'json' ? 'rawjson' : 'plain'
