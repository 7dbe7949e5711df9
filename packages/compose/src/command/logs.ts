import { anyArgs, bool, CliError, inBackground, int, parseTimestamp, string } from '@drydock/cli-plugin'
import type { ContainerSummary } from '@drydock/docker-api'
import { LogConsumer } from '../attach/log-consumer.ts'
import { followLogs, logName } from '../attach/streams.ts'
import { allOf, type Backend } from '../engine/backend.ts'
import { LABEL, numberOf, projectFilter } from '../engine/labels.ts'
import { composeCommand, projectOrLabels } from './define.ts'

export const logs = composeCommand({
  name: 'logs',
  use: '[OPTIONS] [SERVICE...]',
  short: 'View output from containers',
  args: anyArgs,
  flags: {
    follow: bool('f', 'Follow log output'),
    index: int('', 'index of the container if service has multiple replicas'),
    'no-color': bool('', 'Produce monochrome output'),
    'no-log-prefix': bool('', "Don't print prefix in logs"),
    since: string('', 'Show logs since timestamp (e.g. 2013-01-02T13:23:37Z) or relative (e.g. 42m for 42 minutes)'),
    tail: string('n', 'Number of lines to show from the end of the logs for each container', 'all'),
    timestamps: bool('t', 'Show timestamps'),
    until: string('', 'Show logs before a timestamp (e.g. 2013-01-02T13:23:37Z) or relative (e.g. 42m for 42 minutes)'),
  },
  async run({ cli, backend, args, flags }) {
    const { project, fromFiles } = await projectOrLabels(backend)
    const unknown = args.find((name) => !project.services.has(name) && !project.disabled.has(name))
    if (unknown !== undefined && fromFiles) throw new CliError(`no such service: ${unknown}`)
    if (flags.index > 0 && args.length !== 1) throw new CliError('--index requires one service to be selected')
    const found = await backend.containers(project.name, { all: true, services: args, oneOff: 'exclude' })
    const containers = flags.index > 0 ? found.filter((each) => numberOf(each) === flags.index) : found
    const consumer = new LogConsumer(cli, {
      color: cli.ansiOut && !flags['no-color'],
      prefix: !flags['no-log-prefix'],
      timestamps: false,
    })
    for (const each of containers) consumer.register(logName(each))
    const nowMs = cli.sys.clock.now()
    const query = {
      follow: flags.follow,
      timestamps: flags.timestamps,
      tail: flags.tail,
      ...(flags.since === '' ? {} : { since: parseTimestamp(flags.since, nowMs) }),
      ...(flags.until === '' ? {} : { until: parseTimestamp(flags.until, nowMs) }),
    }
    if (!flags.follow) {
      for (const each of containers) await followLogs(backend, each, consumer, query)
      return consumer.settle()
    }
    await followAll(backend, project.name, args, containers, (each) => followLogs(backend, each, consumer, query))
    await consumer.settle()
  },
})

/** Those that are there now, and those that start while somebody follows; ends when none runs any more. */
async function followAll(
  backend: Backend,
  project: string,
  services: readonly string[],
  containers: readonly ContainerSummary[],
  follow: (container: ContainerSummary) => Promise<void>,
): Promise<void> {
  const more: Promise<void>[] = []
  const known = new Set(containers.map(({ Id }) => Id))
  const watch = async (): Promise<void> => {
    const events = backend.client.system.events({
      filters: { type: ['container'], event: ['start'], ...projectFilter(project, `${LABEL.oneOff}=False`) },
    })
    for await (const { Actor } of events) {
      const service = Actor.Attributes[LABEL.service] ?? ''
      if (services.length > 0 && !services.includes(service)) continue
      const [container] = (await backend.containers(project, { services: [service] })).filter(
        ({ Id }) => Id === Actor.ID,
      )
      if (container && !known.has(container.Id)) more.push(follow(container))
      known.add(Actor.ID)
    }
  }
  inBackground(watch())
  await allOf(containers, follow)
  for (let at = 0; at < more.length; at++) await more[at]
}
