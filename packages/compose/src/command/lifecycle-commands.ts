import { anyArgs, bool, CliError, hidden, int, minimumNArgs, string } from '@drydock/cli-plugin'
import { allOf } from '../engine/backend.ts'
import { nameOf, serviceOf, taskOf } from '../engine/labels.ts'
import { Lifecycle } from '../engine/lifecycle.ts'
import { inDependencyOrder } from '../engine/graph.ts'
import { type Project, withSelected, withServices } from '../load/project.ts'
import { withProgress } from '../progress/printers.ts'
import { done, failed, working } from '../progress/tasks.ts'
import { createWishes, withScales } from './create-flags.ts'
import { array, composeCommand, projectOrLabels, timeoutOf } from './define.ts'

/** @throws CliError */
function checkServices(project: Project, names: readonly string[]): void {
  const unknown = names.find((name) => !project.services.has(name) && !project.disabled.has(name))
  if (unknown !== undefined) throw new CliError(`no such service: ${unknown}`)
}

export const create = composeCommand({
  name: 'create',
  use: '[OPTIONS] [SERVICE...]',
  short: 'Creates containers for a service',
  args: anyArgs,
  flags: {
    build: bool('', 'Build images before starting containers'),
    'force-recreate': bool('', "Recreate containers even if their configuration and image haven't changed"),
    'no-build': bool('', "Don't build an image, even if it's policy"),
    'no-recreate': bool('', "If containers already exist, don't recreate them. Incompatible with --force-recreate."),
    pull: string('', 'Pull image before running ("always"|"missing"|"never"|"build")', 'policy'),
    'quiet-pull': bool('', 'Pull without printing progress information'),
    'remove-orphans': bool('', 'Remove containers for services not defined in the Compose file'),
    scale: array('', 'Scale SERVICE to NUM instances. Overrides the `scale` setting in the Compose file if present.'),
    yes: bool('y', 'Assume "yes" as answer to all prompts and run non-interactively'),
  },
  async run({ cli, backend, args, flags }) {
    const project = withScales(await cli.project({ services: args }), flags.scale)
    const wishes = createWishes(flags, {
      services: args.length > 0 ? args : [...project.services.keys()],
      environmentFiles: cli.root.envFiles,
      env: cli.env,
    })
    await withProgress(cli, 'Creating', async (progress) => {
      await new Lifecycle(backend, project, progress).create(wishes)
    })
  },
})

export const start = composeCommand({
  name: 'start',
  use: '[SERVICE...]',
  short: 'Start services',
  args: anyArgs,
  flags: {},
  async run({ cli, backend, args }) {
    const { project } = await projectOrLabels(backend)
    checkServices(project, args)
    const chosen = withSelected(project, args)
    for (const name of args.length > 0 ? args : [])
      if ((await backend.containers(project.name, { all: true, services: [name] })).length === 0)
        throw new CliError(`service ${JSON.stringify(name)} has no container to start`)
    await withProgress(cli, 'Running', (progress) => new Lifecycle(backend, chosen, progress).start())
  },
})

export const stop = composeCommand({
  name: 'stop',
  use: '[OPTIONS] [SERVICE...]',
  short: 'Stop services',
  args: anyArgs,
  flags: { timeout: int('t', 'Specify a shutdown timeout in seconds') },
  async run({ cli, backend, args, flags, changed }) {
    const { project } = await projectOrLabels(backend)
    checkServices(project, args)
    const containers = await backend.containers(project.name, { services: args })
    await withProgress(cli, 'Stopping', (progress) =>
      new Lifecycle(backend, project, progress).stop(containers, timeoutOf(flags, changed), args),
    )
  },
})

export const restart = composeCommand({
  name: 'restart',
  use: '[OPTIONS] [SERVICE...]',
  short: 'Restart service containers',
  args: anyArgs,
  flags: {
    'no-deps': bool('', "Don't restart dependent services"),
    timeout: int('t', 'Specify a shutdown timeout in seconds'),
  },
  async run({ cli, backend, args, flags, changed }) {
    const { project } = await projectOrLabels(backend)
    checkServices(project, args)
    const chosen = restarted(project, args, flags['no-deps'])
    const containers = await backend.containers(project.name, { all: true })
    await withProgress(cli, 'Restarting', (progress) =>
      inDependencyOrder(chosen, (name) =>
        allOf(
          containers.filter((each) => serviceOf(each) === name),
          async (container) => {
            progress.on(working(taskOf(container), 'Restarting'))
            await backend.client.containers.restart(container.Id, { t: timeoutOf(flags, changed) })
            progress.on(done(taskOf(container), 'Started'))
          },
        ),
      ),
    )
  },
})

/** The named services, and those that asked to be restarted with them. */
export function restarted(project: Project, names: readonly string[], alone: boolean): Project {
  if (names.length === 0) return project
  if (alone) return withServices(project, (name) => names.includes(name))
  const wanted = new Set(names)
  for (const [name, service] of project.services)
    for (const [other, { restart: together }] of service.depends_on ?? [])
      if (together && wanted.has(other)) wanted.add(name)
  return withServices(project, (name) => wanted.has(name))
}

export const pause = composeCommand({
  name: 'pause',
  use: '[SERVICE...]',
  short: 'Pause services',
  args: anyArgs,
  flags: {},
  async run({ cli, backend, args }) {
    const { project } = await projectOrLabels(backend)
    const containers = await backend.containers(project.name, { services: args })
    await withProgress(cli, 'Pausing', (progress) =>
      allOf(containers, async (container) => {
        await backend.client.containers.pause(container.Id)
        progress.on(done(taskOf(container), 'Paused'))
      }),
    )
  },
})

export const unpause = composeCommand({
  name: 'unpause',
  use: '[SERVICE...]',
  short: 'Unpause services',
  args: anyArgs,
  flags: {},
  async run({ cli, backend, args }) {
    const { project } = await projectOrLabels(backend)
    const containers = await backend.containers(project.name, { services: args })
    await withProgress(cli, 'Running', (progress) =>
      allOf(containers, async (container) => {
        await backend.client.containers.unpause(container.Id)
        progress.on(done(taskOf(container), 'Unpaused'))
      }),
    )
  },
})

export const kill = composeCommand({
  name: 'kill',
  use: '[OPTIONS] [SERVICE...]',
  short: 'Force stop service containers',
  args: anyArgs,
  flags: {
    'remove-orphans': bool('', 'Remove containers for services not defined in the Compose file'),
    signal: string('s', 'SIGNAL to send to the container', 'SIGKILL'),
  },
  async run({ cli, backend, args, flags }) {
    const { project } = await projectOrLabels(backend)
    const all = await backend.containers(project.name, { oneOff: 'include', services: args })
    const containers = flags['remove-orphans'] ? all : all.filter((each) => project.services.has(serviceOf(each)))
    if (containers.length === 0) return cli.warn('no container to kill')
    await withProgress(cli, 'Killing', (progress) =>
      allOf(containers, async (container) => {
        const task = taskOf(container)
        progress.on(working(task, 'Killing'))
        try {
          await backend.client.containers.kill(container.Id, flags.signal)
        } catch (error) {
          progress.on(failed(task, 'Error while Killing'))
          throw error
        }
        progress.on(done(task, 'Killed'))
      }),
    )
  },
})

export const rm = composeCommand({
  name: 'rm',
  use: '[OPTIONS] [SERVICE...]',
  short: 'Removes stopped service containers',
  long: `Removes stopped service containers

By default, anonymous volumes attached to containers will not be removed. You can override this with -v. To list all
volumes, use "docker volume ls".

Any data which is not in a volume will be lost.`,
  args: anyArgs,
  flags: {
    all: hidden(bool('a', 'Deprecated - no effect')),
    force: bool('f', "Don't ask to confirm removal"),
    stop: bool('s', 'Stop the containers, if required, before removing'),
    volumes: bool('v', 'Remove any anonymous volumes attached to containers'),
  },
  async run({ cli, backend, args, flags }) {
    const { project } = await projectOrLabels(backend)
    checkServices(project, args)
    if (flags.stop) {
      const running = await backend.containers(project.name, { services: args })
      await withProgress(cli, 'Stopping', (progress) =>
        new Lifecycle(backend, project, progress).stop(running, undefined, args),
      )
    }
    const all = await backend.containers(project.name, { all: true, services: args })
    const pretends = flags.stop && cli.root.dryRun
    const stopped = all.filter(({ State }) => pretends || !['running', 'paused', 'restarting'].includes(State))
    if (stopped.length === 0) return cli.warn('No stopped containers\n')
    const words = `Going to remove ${stopped.map(nameOf).join(', ')}`
    if (flags.force) await cli.print(`${words}\n`)
    else if (!(await agreed(cli, words))) return
    await cli.io.out.flush()
    await withProgress(cli, 'Removing', (progress) =>
      allOf(stopped, async (container) => {
        progress.on(working(taskOf(container), 'Removing'))
        await backend.client.containers.remove(container.Id, { v: flags.volumes, force: flags.force })
        progress.on(done(taskOf(container), 'Removed'))
      }),
    )
  },
})

/** Asks on the terminal; no is the default. */
async function agreed(cli: Parameters<typeof withProgress>[0], question: string): Promise<boolean> {
  await cli.print(`? ${question} (y/N) `)
  await cli.io.out.flush()
  const { value } = await cli.io.lines(0).next()
  return typeof value === 'string' && /^y(es)?$/i.test(value.trim())
}

export const scale = composeCommand({
  name: 'scale',
  use: '[SERVICE=REPLICAS...]',
  short: 'Scale services',
  args: minimumNArgs(1),
  flags: { 'no-deps': bool('', "Don't start linked services") },
  async run({ cli, backend, args, flags }) {
    const names = args.map((word) => {
      const [name = '', count = ''] = word.split('=')
      if (!word.includes('=') || name === '' || count === '') throw new CliError(`invalid scale specifier: ${word}`)
      if (!/^\d+$/.test(count)) throw new CliError(`invalid scale specifier: can't parse replica value as int: ${word}`)
      return name
    })
    const loaded = await cli.project({ services: names })
    const chosen = flags['no-deps'] ? withServices(loaded, (name) => names.includes(name)) : loaded
    const project = withScales(chosen, args)
    await withProgress(cli, 'Running', async (progress) => {
      const lifecycle = new Lifecycle(backend, project, progress)
      await lifecycle.create({
        services: names,
        recreate: 'diverged',
        recreateDependencies: 'diverged',
        inherit: true,
        environmentFiles: cli.root.envFiles,
        build: 'missing',
        ignoreOrphans: true,
      })
      await lifecycle.start()
    })
  },
})
