import { anyArgs, bool, CliError, filter, humanSize, noOperands, shortId, string, tabulate } from '@drydock/cli-plugin'
import type { ContainerSummary } from '@drydock/docker-api'
import { COMPOSE_VERSION, LABEL, labelOf, nameOf, numberOf, serviceOf } from '../engine/labels.ts'
import { splitTag } from './containers-of.ts'
import { composeCommand } from './define.ts'

/** compose's own tables: columns at least 20 wide. */
export const table = (headers: readonly string[], rows: readonly (readonly string[])[]): string =>
  tabulate([headers, ...rows].map((cells) => `${cells.join('\t')}\n`).join(''), 20, 3)

/** @throws CliError for a format that is none */
function printed(format: string, rows: readonly object[], asTable: () => string): string {
  if (format === 'table' || format === '' || format === 'pretty') return asTable()
  if (format === 'json') return `${JSON.stringify(rows)}\n`
  throw new CliError(`format value ${JSON.stringify(format)} could not be parsed: parsing failed`)
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item])
  return groups
}

export const images = composeCommand({
  name: 'images',
  use: '[OPTIONS] [SERVICE...]',
  short: 'List images used by the created containers',
  args: anyArgs,
  flags: {
    format: string('', 'Format the output. Values: [table | json]', 'table'),
    quiet: bool('q', 'Only display IDs'),
  },
  async run({ cli, backend, args, flags }) {
    const containers = await backend.containers(await cli.nameOnly(), { all: true, services: args })
    const rows = await Promise.all(
      containers.map(async (container) => {
        const { Id, RepoTags, Size } = await backend.client.images.inspect(container.ImageID || container.Image)
        const { repository, tag } = splitTag(RepoTags?.[0] ?? container.Image)
        return { ID: Id, ContainerName: nameOf(container), Repository: repository, Tag: tag, Size }
      }),
    )
    if (flags.quiet)
      return cli.print([...new Set(rows.map(({ ID }) => ID.replace('sha256:', '')))].map((id) => `${id}\n`).join(''))
    const sorted = rows.toSorted((a, b) => (a.ContainerName < b.ContainerName ? -1 : 1))
    await cli.print(
      printed(flags.format, sorted, () =>
        table(
          ['CONTAINER', 'REPOSITORY', 'TAG', 'IMAGE ID', 'SIZE'],
          sorted.map((each) => [
            each.ContainerName,
            each.Repository || '<none>',
            each.Tag || '<none>',
            shortId(each.ID),
            humanSize(each.Size, 3),
          ]),
        ),
      ),
    )
  },
})

export const ls = composeCommand({
  name: 'ls',
  use: '[OPTIONS]',
  short: 'List running compose projects',
  args: noOperands('docker compose ls'),
  completes: ['none'],
  flags: {
    all: bool('a', 'Show all stopped Compose projects'),
    filter: filter('', 'Filter output based on conditions provided'),
    format: string('', 'Format the output. Values: [table | json]', 'table'),
    quiet: bool('q', 'Only display project names'),
  },
  async run({ cli, backend, flags }) {
    const names = flags.filter.map((word) => {
      if (!word.startsWith('name=')) throw new CliError(`invalid filter '${word.split('=')[0]}'`)
      return word.slice(5)
    })
    const found = await backend.client.containers.list({
      all: flags.all,
      filters: { label: [LABEL.project, LABEL.configHash] },
    })
    const projects = [...groupBy(found, (each) => labelOf(each, LABEL.project))]
      .filter(([name]) => names.length === 0 || names.some((wanted) => name.includes(wanted)))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([Name, containers]) => ({ Name, Status: statusOf(containers), ConfigFiles: filesOf(containers) }))
    if (flags.quiet) return cli.print(projects.map(({ Name }) => `${Name}\n`).join(''))
    await cli.print(
      printed(flags.format, projects, () =>
        table(
          ['NAME', 'STATUS', 'CONFIG FILES'],
          projects.map(({ Name, Status, ConfigFiles }) => [Name, Status, ConfigFiles]),
        ),
      ),
    )
  },
})
function statusOf(containers: readonly ContainerSummary[]): string {
  const states = [...groupBy(containers, ({ State }) => State)].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return states.map(([state, { length }]) => `${state}(${length})`).join(', ')
}
const filesOf = (containers: readonly ContainerSummary[]): string =>
  [...new Set(containers.flatMap((each) => labelOf(each, LABEL.configFiles).split(',')))].join(',') || 'N/A'

export const top = composeCommand({
  name: 'top',
  use: '[SERVICES...]',
  short: 'Display the running processes',
  args: anyArgs,
  flags: {},
  async run({ cli, backend, args }) {
    const containers = await backend.containers(await cli.nameOnly(), { services: args })
    const titles = ['SERVICE', '#']
    const rows: Map<string, string>[] = []
    for (const container of containers.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))) {
      const { Titles, Processes } = await backend.client.containers.top(container.Id)
      for (const title of Titles) if (!titles.includes(title)) titles.push(title)
      for (const process of Processes ?? [])
        rows.push(
          new Map([
            ['SERVICE', serviceOf(container)],
            ['#', String(numberOf(container))],
            ...Titles.map((title, i): [string, string] => [title, process[i] ?? '']),
          ]),
        )
    }
    if (rows.length === 0) return
    const ordered = [...titles.filter((title) => title !== 'CMD'), ...(titles.includes('CMD') ? ['CMD'] : [])]
    const lines = [ordered, ...rows.map((row) => ordered.map((title) => row.get(title) ?? '-'))]
    await cli.print(tabulate(lines.map((cells) => `${cells.join('\t')}\n`).join(''), 4, 2))
  },
})

export const events = composeCommand({
  name: 'events',
  use: '[OPTIONS] [SERVICE...]',
  short: 'Receive real time events from containers',
  args: anyArgs,
  flags: { json: bool('', 'Output events as a stream of json objects') },
  async run({ cli, backend, args, flags }) {
    const project = await cli.nameOnly()
    const filters = { type: ['container'], label: [`${LABEL.project}=${project}`] }
    for await (const { Action, Actor, timeNano } of backend.client.system.events({ filters })) {
      const service = Actor.Attributes[LABEL.service] ?? ''
      if (Actor.Attributes[LABEL.oneOff] === 'True' || (args.length > 0 && !args.includes(service))) continue
      const attributes = Object.fromEntries(
        Object.entries(Actor.Attributes)
          .filter(([key]) => !key.startsWith('com.docker.compose.'))
          .toSorted(([a], [b]) => (a < b ? -1 : 1)),
      )
      const iso = new Date(timeNano / 1e6).toISOString()
      const micros = String(Math.floor(timeNano / 1000) % 1_000_000).padStart(6, '0')
      const line = flags.json
        ? JSON.stringify({
            action: Action,
            attributes,
            id: Actor.ID,
            service,
            time: `${iso.slice(0, 19)}.${micros}Z`,
            type: 'container',
          })
        : `${iso.slice(0, 10)} ${iso.slice(11, 19)}.${micros} container ${Action} ${Actor.ID} (${Object.entries(
            attributes,
          )
            .map(([key, value]) => `${key}=${value}`)
            .join(', ')})\n`
      await cli.print(`${line}\n`)
      await cli.io.out.flush()
    }
  },
})

export const version = composeCommand({
  name: 'version',
  use: '[OPTIONS]',
  short: 'Show the Docker Compose version information',
  args: noOperands('docker compose version'),
  completes: ['none'],
  flags: {
    format: string('f', 'Format the output. Values: [pretty | json]. (Default: pretty)'),
    short: bool('', "Shows only Compose's version number"),
  },
  run({ cli, flags }) {
    if (flags.short) return cli.print(`${COMPOSE_VERSION}\n`)
    if (flags.format === 'json') return cli.print(`{"version":"v${COMPOSE_VERSION}"}\n`)
    return cli.print(`Docker Compose version v${COMPOSE_VERSION}\n`)
  },
})
