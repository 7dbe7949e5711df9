import { bool, CliError, list, minimumNArgs, string } from '@drydock/cli-plugin'
import type { Backend } from '../engine/backend.ts'
import { LABEL } from '../engine/labels.ts'
import { Lifecycle } from '../engine/lifecycle.ts'
import { Waiting } from '../engine/waiting.ts'
import { parsePortSpec } from '../load/port-spec.ts'
import { readEnvFiles } from '../load/loader.ts'
import { type Project, withService, withServices } from '../load/project.ts'
import { joinPath } from '../load/resolve-paths.ts'
import { parseVolumeSpec } from '../load/volume-spec.ts'
import { serviceCodec, type Service } from '../model/types.ts'
import { toHex } from '@drydock/codec'
import { shellWords } from '../model/codec.ts'
import type { Tree } from '@drydock/cli-plugin/compose-file'
import { withProgress } from '../progress/printers.ts'
import type { ComposeCli } from '../session/compose-cli.ts'
import { runDocker } from '../session/docker-program.ts'
import { array, composeCommand } from './define.ts'

const runFlags = {
  build: bool('', 'Build image before starting container'),
  'cap-add': list('', 'Add Linux capabilities'),
  'cap-drop': list('', 'Drop Linux capabilities'),
  detach: bool('d', 'Run container in background and print container ID'),
  entrypoint: string('', 'Override the entrypoint of the image'),
  env: array('e', 'Set environment variables'),
  'env-from-file': array('', 'Set environment variables from file'),
  interactive: bool('i', 'Keep STDIN open even if not attached', true),
  label: array('l', 'Add or override a label'),
  name: string('', 'Assign a name to the container'),
  'no-TTY': { ...bool('T', 'Disable pseudo-TTY allocation (default: auto-detected)'), shown: 'true' },
  'no-deps': bool('', "Don't start linked services"),
  publish: array('p', "Publish a container's port(s) to the host"),
  pull: string('', 'Pull image before running ("always"|"missing"|"never")', 'policy'),
  quiet: bool('q', "Don't print anything to STDOUT"),
  'quiet-build': bool('', 'Suppress progress output from the build process'),
  'quiet-pull': bool('', 'Pull without printing progress information'),
  'remove-orphans': bool('', 'Remove containers for services not defined in the Compose file'),
  rm: bool('', 'Automatically remove the container when it exits'),
  'service-ports': bool('P', "Run command with all service's ports enabled and mapped to the host"),
  tty: { ...bool('t', 'Allocate a pseudo-TTY', true), hidden: true },
  'use-aliases': bool('', "Use the service's network useAliases in the network(s) the container connects to"),
  user: string('u', 'Run as specified username or uid'),
  volume: array('v', 'Bind mount a volume'),
  workdir: string('w', 'Working directory inside the container'),
} as const

interface RunWishes {
  readonly name: string
  readonly command: readonly string[]
  readonly tty: boolean
  readonly environment: ReadonlyMap<string, string | null>
}
type Flags = {
  readonly [K in keyof typeof runFlags]: (typeof runFlags)[K] extends { initial: infer T }
    ? T extends boolean
      ? boolean
      : T extends string
        ? string
        : readonly string[]
    : never
}

export const run = composeCommand({
  name: 'run',
  use: '[OPTIONS] SERVICE [COMMAND] [ARGS...]',
  short: 'Run a one-off command on a service',
  interspersed: false,
  args: minimumNArgs(1),
  flags: runFlags,
  async run({ cli, backend, args, flags, changed }) {
    const [name = '', ...command] = args
    if (flags.publish.length > 0 && flags['service-ports'])
      throw new CliError('--service-ports and --publish are incompatible')
    if (changed.has('tty') && changed.has('no-TTY')) throw new CliError("--tty and --no-TTY can't be used together")
    if (flags.quiet) cli.root = { ...cli.root, progress: 'quiet' }
    const loaded = await cli.project({ services: [name] })
    const project = flags['no-deps'] ? withServices(loaded, (each) => each === name) : loaded
    const tty = changed.has('no-TTY')
      ? !flags['no-TTY']
      : changed.has('tty')
        ? flags.tty
        : cli.isTerminal(1) && cli.isTerminal(0)
    const wishes = { name, command, tty, environment: await environmentOf(cli, flags) }
    const changedProject = withService(project, name, (service) => oneOffService(cli, service, wishes, flags))
    await startDependencies(backend, project, name, flags)
    const id = await createOneOff(backend, changedProject, wishes, flags)
    if (flags.detach) {
      await backend.client.containers.start(id)
      return cli.print(`${id}\n`)
    }
    if (cli.root.dryRun) throw new CliError('interactive run is not supported in dry-run mode')
    return runDocker(cli, ['start', '--attach', ...(flags.interactive ? ['--interactive'] : []), id])
  },
})

async function environmentOf(cli: ComposeCli, flags: Flags): Promise<Map<string, string | null>> {
  const files = flags['env-from-file'].map((path) => joinPath(cli.sys.getcwd(), path))
  const found = new Map<string, string | null>(await readEnvFiles(cli.files, files, cli.env))
  for (const word of flags.env) {
    const at = word.indexOf('=')
    const value = at < 0 ? cli.env.get(word) : word.slice(at + 1)
    if (value !== undefined) found.set(at < 0 ? word : word.slice(0, at), value)
  }
  return found
}

/** The service as the one container of `run` has it. */
function oneOffService(cli: ComposeCli, service: Service, wishes: RunWishes, flags: Flags): Service {
  const { container_name: _name, restart: _restart, ports, ...rest } = service
  const { restart_policy: _policy, ...deploy } = rest.deploy ?? {}
  const entrypoint = flags.entrypoint === '' ? undefined : shellWords(flags.entrypoint)
  const command = wishes.command.length > 0 ? [...wishes.command] : entrypoint ? [] : undefined
  const environment = new Map([...(service.environment ?? []), ...wishes.environment])
  return {
    ...rest,
    ...(rest.deploy ? { deploy } : {}),
    ...(command === undefined ? {} : { command }),
    ...(entrypoint === undefined ? {} : { entrypoint }),
    scale: 1,
    tty: wishes.tty,
    stdin_open: flags.interactive,
    ...(environment.size > 0 ? { environment } : {}),
    ...(flags.user === '' ? {} : { user: flags.user }),
    ...(flags.workdir === '' ? {} : { working_dir: flags.workdir }),
    cap_add: [...(service.cap_add ?? []).filter((each) => !flags['cap-drop'].includes(each)), ...flags['cap-add']],
    cap_drop: [...(service.cap_drop ?? []).filter((each) => !flags['cap-add'].includes(each)), ...flags['cap-drop']],
    ...portsOf(ports, flags),
    ...volumesOf(cli, service, flags),
    labels: new Map([...(service.labels ?? []), ...flags.label.map(labelOf)]),
  }
}
function labelOf(word: string): [string, string] {
  const at = word.indexOf('=')
  if (at < 0) throw new CliError('label must be set as KEY=VALUE')
  return [word.slice(0, at), word.slice(at + 1)]
}
function portsOf(ports: Service['ports'], flags: Flags): Pick<Service, 'ports'> {
  if (flags['service-ports']) return ports ? { ports } : {}
  if (flags.publish.length === 0) return {}
  const list: Tree = flags.publish.flatMap((word) => parsePortSpec(word))
  return { ports: serviceCodec.read(new Map([['ports', list]]), [])?.ports ?? [] }
}
function volumesOf(cli: ComposeCli, service: Service, flags: Flags): Pick<Service, 'volumes'> {
  if (flags.volume.length === 0) return service.volumes ? { volumes: service.volumes } : {}
  const more = flags.volume.map((word) => {
    const mount = parseVolumeSpec(word)
    const source = mount.get('source')
    if (mount.get('type') === 'bind' && typeof source === 'string')
      mount.set('source', joinPath(cli.sys.getcwd(), source))
    return mount
  })
  const added = serviceCodec.read(new Map([['volumes', more as Tree]]), [])?.volumes ?? []
  const targets = added.map(({ target }) => target)
  return { volumes: [...(service.volumes ?? []).filter(({ target }) => !targets.includes(target)), ...added] }
}

async function startDependencies(backend: Backend, project: Project, name: string, flags: Flags): Promise<void> {
  const others = withServices(project, (each) => each !== name)
  await withProgress(backend.cli, 'Running', async (progress) => {
    const lifecycle = new Lifecycle(backend, others, progress)
    await lifecycle.create({
      services: [...others.services.keys()],
      recreate: 'diverged',
      recreateDependencies: 'diverged',
      inherit: true,
      environmentFiles: backend.cli.root.envFiles,
      build: 'missing',
      quietPull: flags['quiet-pull'],
      removeOrphans: flags['remove-orphans'],
      ignoreOrphans: !flags['remove-orphans'],
    })
    await lifecycle.start()
  })
}

async function createOneOff(backend: Backend, project: Project, wishes: RunWishes, flags: Flags): Promise<string> {
  const { name } = wishes
  const alone = withServices(project, (each) => each === name)
  const service = project.services.get(name) ?? {}
  return withProgress(backend.cli, 'Creating', async (progress) => {
    const containers = await backend.containers(project.name, { all: true })
    const lifecycle = new Lifecycle(backend, alone, progress)
    const convergence = await lifecycle.prepare({
      services: [],
      recreate: 'never',
      recreateDependencies: 'never',
      inherit: true,
      environmentFiles: backend.cli.root.envFiles,
      build: flags.build ? 'always' : 'missing',
      pull: flags.pull === 'policy' ? undefined : flags.pull,
      quietPull: flags['quiet-pull'],
      ignoreOrphans: true,
    })
    if (!flags['no-deps']) await new Waiting(backend, project, progress).dependencies(name, containers)
    const slug = toHex(backend.cli.sys.entropy.bytes(32))
    const containerName = flags.name || [project.name, name, 'run', slug.slice(0, 12)].join(backend.cli.separator)
    const created = await convergence.createContainer(name, convergence.resolveReferences(service), containerName, {
      number: 0,
      oneOff: true,
      attachStdin: flags.interactive && !flags.detach,
      aliases: flags['use-aliases'],
      autoRemove: flags.rm,
      labels: new Map([[LABEL.slug, slug]]),
    })
    return created.Id
  })
}
