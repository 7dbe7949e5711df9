import { inBackground, isProblem } from '@drydock/cli-plugin'
import { type LogConsumer, WATCH_LOGGER } from '../attach/log-consumer.ts'
import { allOf, type Backend } from '../engine/backend.ts'
import { buildServices } from '../engine/building.ts'
import { runHooks } from '../engine/hooks.ts'
import { serviceOf } from '../engine/labels.ts'
import { Lifecycle } from '../engine/lifecycle.ts'
import { type Project, withSelected, withServices } from '../load/project.ts'
import { SILENT } from '../progress/tasks.ts'
import type { WatchTrigger } from '../model/types.ts'
import { below, watchRules, type WatchRule } from './rules.ts'
import { Sync, type SyncMapping } from './sync.ts'
import { TreeWatcher } from './tree-watcher.ts'

/** Changes that come within this time are one: an editor saves many files at once. */
const QUIET_MS = 500

/** Tells whoever works beside that it is enough. */
export interface Until {
  over: boolean
}

/** Follows the files that `develop.watch` names, until it is enough. docker/compose pkg/compose/watch.go. @throws ComposeError */
export async function watchProject(
  backend: Backend,
  whole: Project,
  services: readonly string[],
  log: LogConsumer,
  until: Until = { over: false },
): Promise<void> {
  const project = withSelected(whole, services)
  const rules = await watchRules(project, backend.cli.files)
  const watch = new Watch(backend, project, rules, log)
  await watch.initialSync()
  return watch.run(until)
}

class Watch {
  private readonly backend: Backend
  private readonly project: Project
  private readonly rules: readonly WatchRule[]
  private readonly log: LogConsumer
  private readonly changed = new Set<string>()
  private readonly sync: Sync

  constructor(backend: Backend, project: Project, rules: readonly WatchRule[], log: LogConsumer) {
    this.backend = backend
    this.project = project
    this.rules = rules
    this.log = log
    this.sync = new Sync(backend, project.name)
  }

  /** What is there already goes in first, where a rule asks for it. */
  async initialSync(): Promise<void> {
    for (const { service, trigger } of this.rules)
      if (trigger.initial_sync && trigger.action?.startsWith('sync'))
        await this.sync.apply(service, [{ host: trigger.path ?? '', container: trigger.target ?? '/' }])
  }

  async run(until: Until): Promise<void> {
    const watcher = new TreeWatcher(this.backend.cli.sys, (path) => this.changed.add(path))
    for (const { trigger, service } of this.rules)
      if (!this.isMounted(service, trigger)) watcher.add(trigger.path ?? '')
    this.log.register(WATCH_LOGGER)
    this.say('Watch enabled')
    while (!until.over) {
      await this.backend.cli.sys.sleep(QUIET_MS)
      if (this.changed.size > 0 && !until.over) await this.handle(await this.batch())
    }
    watcher.close()
    this.say('Watch disabled')
  }

  /** What a container sees anyhow need not be brought there. */
  private isMounted(service: string, { action = '', path = '' }: WatchTrigger): boolean {
    if (action !== 'sync' && action !== 'sync+restart') return false
    const volumes = this.project.services.get(service)?.volumes ?? []
    const found = volumes.some(({ type, source = '' }) => type === 'bind' && contains(source, path))
    if (found)
      this.backend.cli.warning(`path '${path}' also declared by a bind mount volume, this path won't be monitored!\n`)
    return found
  }

  /** Waits until nothing more comes. */
  private async batch(): Promise<string[]> {
    for (let size = 0; size !== this.changed.size; ) {
      size = this.changed.size
      await this.backend.cli.sys.sleep(QUIET_MS / 5)
    }
    const paths = [...this.changed]
    this.changed.clear()
    return paths
  }

  private say(text: string): void {
    this.log.log(WATCH_LOGGER, text)
  }

  private async handle(paths: readonly string[]): Promise<void> {
    try {
      await this.react(paths)
    } catch (error) {
      if (!isProblem(error)) throw error
      this.backend.cli.warning(`Error handling changed files: ${error.message}`)
    }
  }

  private async react(paths: readonly string[]): Promise<void> {
    const rebuild = new Set<string>()
    const restart = new Set<string>()
    const synced = new Map<string, SyncMapping[]>()
    const hooks = new Set<WatchRule>()
    for (const path of paths)
      for (const rule of this.rules) {
        const inside = below(rule.trigger, path)
        if (inside === undefined || !rule.matches(inside)) continue
        const { action = '', target = '' } = rule.trigger
        if (action === 'rebuild') rebuild.add(rule.service)
        if (action.endsWith('restart')) restart.add(rule.service)
        if (action.startsWith('sync')) {
          const mapping = { host: path, container: inside === '' ? target : `${target.replace(/\/+$/, '')}/${inside}` }
          synced.set(rule.service, [...(synced.get(rule.service) ?? []), mapping])
        }
        if (action === 'sync+exec') hooks.add(rule)
      }
    if (rebuild.size > 0) await this.rebuild([...rebuild])
    for (const [service, mappings] of synced) {
      this.say(`Syncing service ${JSON.stringify(service)} after ${mappings.length} changes were detected`)
      await this.sync.apply(service, mappings)
    }
    if (restart.size > 0) await this.restart([...restart])
    for (const rule of hooks) await this.runHook(rule)
  }

  private async rebuild(services: readonly string[]): Promise<void> {
    const words = quoted(services)
    this.say(`Rebuilding service(s) ${words} after changes were detected...`)
    try {
      await buildServices(this.backend, this.project, SILENT, services, { quiet: true })
    } catch (error) {
      if (!isProblem(error)) throw error
      this.say(`Build failed. Error: ${error.message}`)
      return
    }
    this.say(`service(s) ${words} successfully built`)
    const lifecycle = new Lifecycle(this.backend, this.project, SILENT)
    await lifecycle.create({
      services,
      recreate: 'force',
      recreateDependencies: 'diverged',
      inherit: true,
      environmentFiles: this.backend.cli.root.envFiles,
      build: 'never',
      ignoreOrphans: true,
    })
    await new Lifecycle(
      this.backend,
      withServices(this.project, (name) => services.includes(name)),
      SILENT,
    ).start()
  }

  private async restart(services: readonly string[]): Promise<void> {
    const containers = await this.backend.containers(this.project.name, { services, all: true })
    await allOf(containers, ({ Id }) => this.backend.client.containers.restart(Id))
    this.say(`service(s) ${quoted(services)} restarted`)
  }

  private async runHook({ service, trigger }: WatchRule): Promise<void> {
    const containers = await this.backend.containers(this.project.name, { services: [service] })
    await allOf(
      containers.filter((each) => serviceOf(each) === service),
      (each) => runHooks(this.backend, each, [trigger.exec ?? {}]),
    )
  }
}

const contains = (folder: string, path: string): boolean =>
  path === folder || path.startsWith(`${folder.replace(/\/+$/, '')}/`)

const quoted = (names: readonly string[]): string => `[${names.map((name) => JSON.stringify(name)).join(' ')}]`

/** As {@link watchProject}, beside other work. @param onFailure told once, when nothing can be watched */
export function watchBeside(work: Promise<void>, onFailure: (error: Error) => void): void {
  inBackground(
    work.catch((error: unknown) => {
      if (!isProblem(error)) throw error
      onFailure(error)
    }),
  )
}
