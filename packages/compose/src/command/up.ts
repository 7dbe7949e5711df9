import { anyArgs, bool, CliError, int, string } from '@drydock/cli-plugin'
import { attachAndFollow } from '../attach/attached-up.ts'
import { Lifecycle } from '../engine/lifecycle.ts'
import { dependenciesOf, type Project, withServices } from '../load/project.ts'
import { withProgress } from '../progress/printers.ts'
import type { ComposeCli } from '../session/compose-cli.ts'
import { watchProject } from '../watch/watch-project.ts'
import { createWishes, truthy, withScales } from './create-flags.ts'
import { array, composeCommand, timeoutOf } from './define.ts'

export const up = composeCommand({
  name: 'up',
  use: '[OPTIONS] [SERVICE...]',
  short: 'Create and start containers',
  args: anyArgs,
  flags: {
    'abort-on-container-exit': bool('', 'Stops all containers if any container was stopped. Incompatible with -d'),
    'abort-on-container-failure': bool(
      '',
      'Stops all containers if any container exited with failure. Incompatible with -d',
    ),
    'always-recreate-deps': bool('', 'Recreate dependent containers. Incompatible with --no-recreate.'),
    attach: array('', 'Restrict attaching to the specified services. Incompatible with --attach-dependencies.'),
    'attach-dependencies': bool('', 'Automatically attach to log output of dependent services'),
    build: bool('', 'Build images before starting containers'),
    detach: bool('d', 'Detached mode: Run containers in the background'),
    'exit-code-from': string(
      '',
      'Return the exit code of the selected service container. Implies --abort-on-container-exit',
    ),
    'force-recreate': bool('', "Recreate containers even if their configuration and image haven't changed"),
    menu: bool(
      '',
      'Enable interactive shortcuts when running attached. Incompatible with --detach. Can also be enable/disable by setting COMPOSE_MENU environment var.',
    ),
    'no-attach': array('', 'Do not attach (stream logs) to the specified services'),
    'no-build': bool('', "Don't build an image, even if it's policy"),
    'no-color': bool('', 'Produce monochrome output'),
    'no-deps': bool('', "Don't start linked services"),
    'no-log-prefix': bool('', "Don't print prefix in logs"),
    'no-recreate': bool('', "If containers already exist, don't recreate them. Incompatible with --force-recreate."),
    'no-start': bool('', "Don't start the services after creating them"),
    pull: string('', 'Pull image before running ("always"|"missing"|"never")', 'policy'),
    'quiet-pull': bool('', 'Pull without printing progress information'),
    'remove-orphans': bool('', 'Remove containers for services not defined in the Compose file'),
    'renew-anon-volumes': bool(
      'V',
      'Recreate anonymous volumes instead of retrieving data from the previous containers',
    ),
    scale: array('', 'Scale SERVICE to NUM instances. Overrides the `scale` setting in the Compose file if present.'),
    timeout: int(
      't',
      'Use this timeout in seconds for container shutdown when attached or when containers are already running',
    ),
    timestamps: bool('', 'Show timestamps'),
    wait: bool('', 'Wait for services to be running|healthy. Implies detached mode.'),
    'wait-timeout': int('', 'Maximum duration in seconds to wait for the project to be running|healthy'),
    watch: bool('w', 'Watch source code and rebuild/refresh containers when files are updated.'),
    yes: bool('y', 'Assume "yes" as answer to all prompts and run non-interactively'),
  },
  async run({ cli, backend, args, flags, changed }) {
    checkFlags(flags)
    const loaded = await cli.project({ services: args })
    const project = chosen(withScales(loaded, flags.scale), args, flags['no-deps'])
    if (project.services.size === 0) throw new CliError('no service selected')
    checkServices(project, flags)
    const services = args.length > 0 ? args : [...project.services.keys()]
    const wishes = createWishes(flags, {
      services,
      timeout: timeoutOf(flags, changed),
      environmentFiles: cli.root.envFiles,
      env: cli.env,
    })
    const detached = flags.detach || flags.wait
    await withProgress(cli, 'Running', async (progress) => {
      const lifecycle = new Lifecycle(backend, project, progress)
      await lifecycle.create(wishes)
      if (detached && !flags['no-start'])
        await lifecycle.start({ wait: flags.wait, waitTimeout: flags['wait-timeout'] })
    })
    if (detached || flags['no-start']) return 0
    if (cli.root.dryRun) {
      await cli.print("end of 'compose up' output, interactive run is not supported in dry-run mode\n")
      return 0
    }
    const cascade = flags['abort-on-container-failure']
      ? 'fail'
      : flags['abort-on-container-exit'] || flags['exit-code-from'] !== ''
        ? 'stop'
        : 'none'
    return attachAndFollow(backend, project, {
      services,
      attachTo: attachTo(project, args, flags),
      cascade,
      exitCodeFrom: flags['exit-code-from'],
      color: cli.ansiOut && !flags['no-color'],
      prefix: !flags['no-log-prefix'],
      timestamps: flags.timestamps,
      timeout: timeoutOf(flags, changed),
      watch: (log, until) => watchProject(backend, project, services, log, until),
      watchAtOnce: flags.watch,
      menu: wantsMenu(cli, flags.menu, changed)
        ? { canWatch: canWatch(project), canBuild: !flags['no-build'] }
        : undefined,
    })
  },
})

interface UpFlags {
  readonly detach: boolean
  readonly wait: boolean
  readonly watch: boolean
  readonly 'abort-on-container-exit': boolean
  readonly 'abort-on-container-failure': boolean
  readonly 'attach-dependencies': boolean
  readonly attach: readonly string[]
  readonly 'exit-code-from': string
  readonly build: boolean
  readonly 'no-build': boolean
  readonly 'no-recreate': boolean
  readonly 'force-recreate': boolean
  readonly 'always-recreate-deps': boolean
  readonly 'renew-anon-volumes': boolean
}

/** @throws CliError for flags that don't go together */
function checkFlags(flags: UpFlags): void {
  const cascades =
    flags['abort-on-container-exit'] || (flags['exit-code-from'] !== '' && !flags['abort-on-container-failure'])
  const shown = flags['attach-dependencies'] || flags.attach.length > 0
  const wrong = WRONG_TOGETHER.find(([, when]) => when(flags, { cascades, shown }))
  if (wrong) throw new CliError(wrong[0])
}

/** @throws CliError for a service that is not among those that go up */
function checkServices(project: Project, flags: UpFlags): void {
  const from = flags['exit-code-from']
  if (from !== '' && !project.services.has(from)) throw new CliError(`no such service: ${from}: not found`)
  const strange = flags.attach.filter((name) => !project.services.has(name))
  if (strange.length > 0) throw new CliError(`cannot attach to services not included in up: ${strange.join(', ')}`)
}

interface Facts {
  /** One container that ends ends all. */
  readonly cascades: boolean
  /** It is said whose output is shown. */
  readonly shown: boolean
}

/** In the order in which compose looks. docker/compose cmd/compose/up.go */
const WRONG_TOGETHER: readonly (readonly [string, (flags: UpFlags, facts: Facts) => boolean])[] = [
  [
    '--abort-on-container-failure cannot be combined with --abort-on-container-exit',
    (flags, { cascades }) => cascades && flags['abort-on-container-failure'],
  ],
  [
    '--wait cannot be combined with --abort-on-container-exit, --attach or --attach-dependencies',
    ({ wait }, { cascades, shown }) => wait && (shown || cascades),
  ],
  ['--build and --no-build are incompatible', (flags) => flags.build && flags['no-build']],
  [
    '--wait cannot be combined with --abort-on-container-exit, --abort-on-container-failure, --attach, --attach-dependencies or --watch',
    (flags) => flags.wait && (flags['abort-on-container-failure'] || flags.watch),
  ],
  [
    '--detach cannot be combined with --abort-on-container-exit, --abort-on-container-failure, --attach, --attach-dependencies or --watch',
    (flags, { cascades, shown }) =>
      flags.detach && (shown || cascades || flags['abort-on-container-failure'] || flags.watch),
  ],
  [
    '--no-recreate and --renew-anon-volumes are incompatible',
    (flags) => flags['renew-anon-volumes'] && flags['no-recreate'],
  ],
  ['--force-recreate and --no-recreate are incompatible', (flags) => flags['force-recreate'] && flags['no-recreate']],
  [
    '--always-recreate-deps and --no-recreate are incompatible',
    (flags) => flags['always-recreate-deps'] && flags['no-recreate'],
  ],
  ['--no-build and --watch are incompatible', (flags) => flags['no-build'] && flags.watch],
  [
    'cannot combine --attach and --attach-dependencies',
    (flags) => flags.attach.length > 0 && flags['attach-dependencies'],
  ],
]

/** --menu, else COMPOSE_MENU, else yes; where somebody sees it. */
function wantsMenu(cli: ComposeCli, wanted: boolean, changed: ReadonlySet<string>): boolean {
  if (!cli.isTerminal(1) || !cli.isTerminal(0) || cli.root.progress === 'plain') return false
  const variable = cli.env.get('COMPOSE_MENU')
  if (changed.has('menu') || variable === undefined) return wanted || !changed.has('menu')
  return truthy(variable)
}

const canWatch = (project: Project): boolean =>
  [...project.services.values()].some(({ develop }) => (develop?.watch ?? []).length > 0)

const chosen = (project: Project, names: readonly string[], noDependencies: boolean): Project =>
  noDependencies && names.length > 0 ? withServices(project, (name) => names.includes(name)) : project

/** Services whose output is shown. */
function attachTo(
  project: Project,
  names: readonly string[],
  flags: UpFlags & { readonly 'no-attach': readonly string[] },
): string[] {
  const wanted = flags.attach.length > 0 ? flags.attach : names.length > 0 ? names : [...project.services.keys()]
  const more = flags['attach-dependencies']
    ? wanted.flatMap((name) => [...dependenciesOf(project.services.get(name) ?? {}).keys()])
    : []
  return [...new Set([...wanted, ...more])].filter(
    (name) => !flags['no-attach'].includes(name) && project.services.get(name)?.attach !== false,
  )
}
