import {
  anyArgs,
  bool,
  CliError,
  displayPorts,
  ellipsis,
  formatList,
  goTime,
  humanDuration,
  labelList,
  type ListFormat,
  labelOf as labelMethod,
  quoted,
  row,
  type Row,
  shortId,
  string,
} from '@drydock/cli-plugin'
import type { ContainerSummary } from '@drydock/docker-api'
import { isOneOff, LABEL, labelOf, nameOf, serviceOf } from '../engine/labels.ts'
import { array, composeCommand, projectOrLabels } from './define.ts'

const FORMAT: ListFormat = {
  table: '{{.Name}}\t{{.Image}}\t{{.Command}}\t{{.Service}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}',
  headers: {
    ID: 'CONTAINER ID',
    Name: 'NAME',
    Project: 'PROJECT',
    Service: 'SERVICE',
    Image: 'IMAGE',
    Command: 'COMMAND',
    CreatedAt: 'CREATED AT',
    RunningFor: 'CREATED',
    Ports: 'PORTS',
    State: 'STATE',
    Status: 'STATUS',
    Health: 'HEALTH',
    ExitCode: 'EXIT CODE',
    Labels: 'LABELS',
    LocalVolumes: 'LOCAL VOLUMES',
    Mounts: 'MOUNTS',
    Names: 'NAMES',
    Networks: 'NETWORKS',
    Publishers: 'PUBLISHERS',
    Size: 'SIZE',
  },
  typeName: '*formatter.ContainerContext',
}

const publishers = ({ Ports: ports }: ContainerSummary): object[] =>
  ports
    .toSorted((a, b) => a.PrivatePort - b.PrivatePort)
    .map(({ IP: ip, PrivatePort: inside, PublicPort: outside, Type: type }) => ({
      URL: ip ?? '',
      TargetPort: inside,
      PublishedPort: outside ?? 0,
      Protocol: type,
    }))

/** @param now seconds since the epoch */
function containerRow(container: ContainerSummary, truncate: boolean, now: number): Row {
  const words = /\((healthy|unhealthy|health: starting)\)/.exec(container.Status)?.[1] ?? ''
  return row({
    Command: quoted(truncate ? ellipsis(container.Command, 20) : container.Command),
    CreatedAt: goTime(container.Created),
    ExitCode: Number(/^Exited \((\d+)\)/.exec(container.Status)?.[1] ?? 0),
    Health: words === 'health: starting' ? 'starting' : words,
    ID: truncate ? shortId(container.Id) : container.Id,
    Image: container.Image,
    Label: labelMethod(container.Labels),
    Labels: labelList(container.Labels),
    LocalVolumes: String(container.Mounts.filter(({ Driver }) => Driver === 'local').length),
    Mounts: container.Mounts.map(({ Name, Source }) => Name || Source)
      .map((name) => (truncate ? ellipsis(name, 15) : name))
      .join(','),
    Name: nameOf(container),
    Names: nameOf(container),
    Networks: Object.keys(container.NetworkSettings?.Networks ?? {}).join(','),
    Ports: displayPorts(container.Ports),
    Project: labelOf(container, LABEL.project),
    Publishers: publishers(container),
    RunningFor: `${humanDuration(now - container.Created)} ago`,
    Service: serviceOf(container),
    Size: '0B',
    State: container.State,
    Status: container.Status,
  })
}

const STATES = ['paused', 'restarting', 'removing', 'running', 'dead', 'created', 'exited']

function wantedStates(filter: string, states: readonly string[]): readonly string[] {
  if (filter === '') return states
  const [key, value = ''] = filter.split('=')
  if (key === 'source') throw new CliError('ERROR: not implemented')
  if (key !== 'status' || !filter.includes('='))
    throw new CliError(
      filter.includes('=') ? `unknown filter ${key}` : 'arguments to --filter should be in form KEY=VAL',
    )
  return [...states, value]
}

export const ps = composeCommand({
  name: 'ps',
  use: '[OPTIONS] [SERVICE...]',
  short: 'List containers',
  args: anyArgs,
  flags: {
    all: bool('a', 'Show all stopped containers (including those created by the run command)'),
    filter: string('', 'Filter services by a property (supported filters: status)'),
    format: string(
      '',
      "Format output using a custom template:\n'table':            Print output in table format with column headers (default)\n'table TEMPLATE':   Print output in table format using the given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates",
      'table',
    ),
    'no-trunc': bool('', "Don't truncate output"),
    orphans: bool('', 'Include orphaned services (not declared by project)', true),
    quiet: bool('q', 'Only display IDs'),
    services: bool('', 'Display services'),
    status: array('', `Filter services by status. Values: [${STATES.join(' | ')}]`),
  },
  async run({ cli, backend, args, flags }) {
    const { project, fromFiles } = await projectOrLabels(backend)
    const states = wantedStates(flags.filter, flags.status)
    const unknown = args.find((name) => !project.services.has(name) && !project.disabled.has(name))
    if (unknown !== undefined && fromFiles) throw new CliError(`no such service: ${unknown}`)
    const services = args.length > 0 ? args : flags.orphans ? [] : [...project.services.keys()]
    const all = flags.all || states.length > 0
    const found = (await backend.containers(project.name, { all, oneOff: flags.all ? 'include' : 'exclude', services }))
      .filter((each) => states.length === 0 || states.includes(each.State))
      .filter((each) => flags.all || !isOneOff(each))
      .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
    if (flags.quiet) return cli.print(found.map(({ Id }) => `${Id}\n`).join(''))
    if (flags.services) return cli.print(`${[...new Set(found.map(serviceOf))].join('\n')}\n`)
    const format = flags.format === 'table' ? (cli.config.values.psFormat ?? 'table') : flags.format
    const now = Math.floor(cli.sys.clock.now() / 1000)
    await cli.print(
      formatList(
        FORMAT,
        format,
        false,
        found.map((each) => containerRow(each, !flags['no-trunc'], now)),
      ),
    )
  },
})
