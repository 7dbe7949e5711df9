import { O_CREAT, O_TRUNC, O_WRONLY } from '@drydock/abi'
import {
  atLeast,
  bool,
  CliError,
  exactly,
  int,
  list,
  maximumNArgs,
  minimumNArgs,
  rangeArgs,
  string,
} from '@drydock/cli-plugin'
import { writeAll } from '@drydock/libc'
import { nameOf, numberOf } from '../engine/labels.ts'
import { Lifecycle } from '../engine/lifecycle.ts'
import { allOf } from '../engine/backend.ts'
import { joinPath } from '../load/resolve-paths.ts'
import { withProgress } from '../progress/printers.ts'
import type { ComposeCli } from '../session/compose-cli.ts'
import { becomeDocker, runDocker } from '../session/docker-program.ts'
import { DRY_RUN_PREFIX } from '../session/dry-run.ts'
import { oneContainer, splitTag } from './containers-of.ts'
import { composeCommand, projectOrLabels, array } from './define.ts'

const INDEX = int('', 'index of the container if service has multiple replicas.')

export const attach = composeCommand({
  name: 'attach',
  use: '[OPTIONS] SERVICE',
  short: "Attach local standard input, output, and error streams to a service's running container",
  args: minimumNArgs(1),
  flags: {
    'detach-keys': string('', 'Override the key sequence for detaching from a container.'),
    index: INDEX,
    'no-stdin': bool('', 'Do not attach STDIN'),
    'sig-proxy': bool('', 'Proxy all received signals to the process', true),
  },
  async run({ cli, backend, args, flags }) {
    const container = await oneContainer(backend, await cli.nameOnly(), args[0] ?? '', flags.index)
    return becomeDocker(cli, [
      'attach',
      ...(flags['detach-keys'] === '' ? [] : ['--detach-keys', flags['detach-keys']]),
      ...(flags['no-stdin'] ? ['--no-stdin'] : []),
      `--sig-proxy=${flags['sig-proxy']}`,
      container.Id,
    ])
  },
})

export const exec = composeCommand({
  name: 'exec',
  use: '[OPTIONS] SERVICE COMMAND [ARGS...]',
  short: 'Execute a command in a running container',
  interspersed: false,
  args: minimumNArgs(2),
  flags: {
    detach: bool('d', 'Detached mode: Run command in the background'),
    env: array('e', 'Set environment variables'),
    index: int('', 'Index of the container if service has multiple replicas'),
    interactive: { ...bool('i', 'Keep STDIN open even if not attached', true), hidden: true },
    'no-TTY': {
      ...bool('T', 'Disable pseudo-TTY allocation. By default `docker compose exec` allocates a TTY.'),
      shown: 'true',
    },
    privileged: bool('', 'Give extended privileges to the process'),
    tty: { ...bool('t', 'Allocate a pseudo-TTY', true), hidden: true },
    user: string('u', 'Run the command as this user'),
    workdir: string('w', 'Path to workdir directory for this command'),
  },
  async run({ cli, backend, args, flags, changed }) {
    const [service = '', ...command] = args
    const container = await oneContainer(backend, await cli.nameOnly(), service, flags.index)
    if (cli.root.dryRun) return pretendExec(cli, nameOf(container), command, flags.detach)
    const wantsTty = changed.has('no-TTY') ? !flags['no-TTY'] : cli.isTerminal(1)
    return becomeDocker(cli, [
      'exec',
      ...(flags.detach ? ['--detach'] : flags.interactive ? ['--interactive'] : []),
      ...(wantsTty && !flags.detach && cli.isTerminal(0) ? ['--tty'] : []),
      ...(flags.privileged ? ['--privileged'] : []),
      ...(flags.user === '' ? [] : ['--user', flags.user]),
      ...(flags.workdir === '' ? [] : ['--workdir', flags.workdir]),
      ...flags.env.flatMap((word) => ['--env', word]),
      container.Id,
      ...command,
    ])
  },
})

/** @throws CliError when it would have to be looked at */
function pretendExec(cli: ComposeCli, name: string, command: readonly string[], detached: boolean): Promise<void> {
  if (!detached) throw new CliError('interactive exec is not supported in dry-run mode')
  const words = command.map((word) => JSON.stringify(word)).join(' ')
  return cli.print(`${DRY_RUN_PREFIX}Executing command [${words}] in ${name} (detached mode)\n`)
}

export const commit = composeCommand({
  name: 'commit',
  use: '[OPTIONS] SERVICE [REPOSITORY[:TAG]]',
  short: "Create a new image from a service container's changes",
  args: rangeArgs(1, 2),
  flags: {
    author: string('a', 'Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")'),
    change: list('c', 'Apply Dockerfile instruction to the created image'),
    index: INDEX,
    message: string('m', 'Commit message'),
    pause: bool('p', 'Pause container during commit', true),
  },
  async run({ cli, backend, args, flags }) {
    const [service = '', reference = ''] = args
    const container = await oneContainer(backend, await cli.nameOnly(), service, flags.index)
    const { repository, tag } = splitTag(reference)
    const id = nameOf(container)
    const text = `Commit ${id}`
    await withProgress(cli, 'Committing', async (progress) => {
      progress.on({ id, text, status: 'Committing', state: 'working' })
      if (cli.root.dryRun) return progress.on({ id, text, status: 'Committed', state: 'done' })
      const { Id } = await backend.client.containers.commit({
        container: container.Id,
        repo: repository,
        tag,
        author: flags.author,
        comment: flags.message,
        changes: flags.change,
        pause: flags.pause,
      })
      progress.on({ id, text, status: `Committed as ${Id}`, state: 'done' })
    })
  },
})

export const exportFiles = composeCommand({
  name: 'export',
  use: '[OPTIONS] SERVICE',
  short: "Export a service container's filesystem as a tar archive",
  args: minimumNArgs(1),
  flags: { index: INDEX, output: string('o', 'Write to a file, instead of STDOUT') },
  async run({ cli, backend, args, flags }) {
    if (flags.output === '' && cli.isTerminal(1))
      throw new CliError('output option is required when exporting to terminal')
    const container = await oneContainer(backend, await cli.nameOnly(), args[0] ?? '', flags.index, { all: true })
    const id = nameOf(container)
    await withProgress(cli, 'Exporting', async (progress) => {
      const text = `export ${id} to ${flags.output}`
      progress.on({ id, text, status: 'Exporting', state: 'working' })
      if (cli.root.dryRun) return progress.on({ id, text, status: 'Exported', state: 'done' })
      const toFile = flags.output !== ''
      const path = joinPath(cli.sys.getcwd(), flags.output)
      const fd = toFile ? cli.sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600) : 1
      for await (const part of backend.client.containers.export(container.Id)) await writeAll(cli.sys, fd, part)
      if (toFile) cli.sys.close(fd)
    })
  },
})

interface CopyEnd {
  readonly service: string
  readonly path: string
}
function copyEnd(word: string): CopyEnd {
  const at = word.indexOf(':')
  if (word.startsWith('/') || at < 0 || word.startsWith('.')) return { service: '', path: word }
  return { service: word.slice(0, at), path: word.slice(at + 1) }
}

export const cp = composeCommand({
  name: 'cp',
  use: '[OPTIONS] SERVICE:SRC_PATH DEST_PATH|-\n\tdocker compose cp [OPTIONS] SRC_PATH|- SERVICE:DEST_PATH',
  short: 'Copy files/folders between a service container and the local filesystem',
  args: exactly(2),
  completes: ['files'],
  flags: {
    all: bool('', 'Include containers created by the run command'),
    archive: bool('a', 'Archive mode (copy all uid/gid information)'),
    'follow-link': bool('L', 'Always follow symbol link in SRC_PATH'),
    index: int('', 'Index of the container if service has multiple replicas'),
  },
  async run({ cli, backend, args, flags }) {
    const [from, to] = [copyEnd(args[0] ?? ''), copyEnd(args[1] ?? '')]
    if (from.service !== '' && to.service !== '') throw new CliError('copying between services is not supported')
    const service = from.service || to.service
    if (service === '') throw new CliError('unknown copy direction')
    const found = await backend.containers(await cli.nameOnly(), {
      all: true,
      services: [service],
      oneOff: flags.all ? 'include' : 'exclude',
    })
    const wanted = flags.index > 0 ? found.filter((each) => numberOf(each) === flags.index) : found
    if (wanted.length === 0) throw new CliError(`no container found for service ${JSON.stringify(service)}`)
    const chosen = from.service === '' ? wanted : wanted.slice(0, 1)
    const options = [
      ...(flags.archive ? ['--archive'] : []),
      ...(flags['follow-link'] ? ['--follow-link'] : []),
      '--quiet',
    ]
    await withProgress(cli, 'Copying', async (progress) => {
      for (const container of chosen) {
        const name = nameOf(container)
        const source = from.service === '' ? from.path : `${name}:${from.path}`
        const target = to.service === '' ? to.path : `${name}:${to.path}`
        const text = `copy ${source} to ${target}`
        progress.on({ id: name, text, status: 'Copying', state: 'working' })
        const status = cli.root.dryRun ? 0 : await runDocker(cli, ['cp', ...options, source, target])
        if (status !== 0) throw new CliError('', status)
        progress.on({ id: name, text, status: 'Copied', state: 'done' })
      }
    })
  },
})

export const port = composeCommand({
  name: 'port',
  use: '[OPTIONS] SERVICE PRIVATE_PORT',
  short: 'Print the public port for a port binding',
  args: minimumNArgs(2),
  flags: {
    index: int('', 'Index of the container if service has multiple replicas'),
    protocol: string('', 'tcp or udp', 'tcp'),
  },
  async run({ cli, backend, args, flags }) {
    const [service = '', word = ''] = args
    if (!/^\d+$/.test(word)) throw new CliError(`strconv.ParseUint: parsing ${JSON.stringify(word)}: invalid syntax`)
    const container = await oneContainer(backend, await cli.nameOnly(), service, flags.index)
    const protocol = flags.protocol.toLowerCase()
    const found = container.Ports.find(({ PrivatePort, Type }) => PrivatePort === Number(word) && Type === protocol)
    if (found) return cli.print(`${found.IP ?? ''}:${found.PublicPort ?? 0}\n`)
    const known = container.Ports.map(({ Type, PublicPort }) => `${PublicPort ?? 0}/${Type}`)
    throw new CliError(`no port ${word}/${protocol} for container ${nameOf(container)}: ${known.join(', ')}`)
  },
})

export const stats = composeCommand({
  name: 'stats',
  use: '[OPTIONS] [SERVICE]',
  short: 'Display a live stream of container(s) resource usage statistics',
  args: maximumNArgs(1),
  flags: {
    all: bool('a', 'Show all containers (default shows just running)'),
    format: string('', 'Format output using a custom template'),
    'no-stream': bool('', 'Disable streaming stats and only pull the first result'),
    'no-trunc': bool('', 'Do not truncate output'),
  },
  async run({ cli, backend, args, flags }) {
    const containers = await backend.containers(await cli.nameOnly(), { all: flags.all, services: args })
    if (containers.length === 0) return
    return becomeDocker(cli, [
      'stats',
      ...(flags.format === '' ? [] : ['--format', flags.format]),
      ...(flags['no-stream'] ? ['--no-stream'] : []),
      ...(flags['no-trunc'] ? ['--no-trunc'] : []),
      ...containers.map(nameOf),
    ])
  },
})

export const wait = composeCommand({
  name: 'wait',
  use: 'SERVICE [SERVICE...] [OPTIONS]',
  short: 'Block until containers of all (or specified) services stop.',
  args: atLeast(1),
  flags: { 'down-project': bool('', 'Drops project when the first container stops') },
  async run({ cli, backend, args, flags }) {
    const { project } = await projectOrLabels(backend)
    const containers = await backend.containers(project.name, { services: args, oneOff: 'include' })
    if (containers.length === 0) throw new CliError(`no containers for project ${JSON.stringify(project.name)}`)
    let status = 0
    await allOf(containers, async ({ Id }) => {
      const { result } = await backend.client.containers.wait(Id)
      const { StatusCode: code } = await result
      await cli.print(`container ${JSON.stringify(Id)} exited with status code ${code}\n`)
      status = code
    })
    if (flags['down-project'])
      await withProgress(cli, 'Running', (progress) =>
        new Lifecycle(backend, project, progress).down({
          services: [],
          removeOrphans: true,
          volumes: false,
          images: '',
        }),
      )
    return status
  },
})
