import {
  type Cli,
  ellipsis,
  familiarName,
  formatList,
  humanDuration,
  isProblem,
  type ListFormat,
  parseReference,
  row,
  type Row,
  secondsOf,
  shortId,
} from '@drydock/cli-plugin'
import type { Task } from '@drydock/docker-api'
import { naturalOrder } from '../command/natural-order.ts'
import type { NameResolver } from '../session/name-resolver.ts'
import { capital } from './pretty-words.ts'

/** `docker service ps`, `docker node ps` and `docker stack ps`. */
const taskFormat: ListFormat = {
  table: '{{.ID}}\t{{.Name}}\t{{.Image}}\t{{.Node}}\t{{.DesiredState}}\t{{.CurrentState}}\t{{.Error}}\t{{.Ports}}',
  raw: 'id: {{.ID}}\nname: {{.Name}}\nimage: {{.Image}}\nnode: {{.Node}}\ndesired_state: {{.DesiredState}}\ncurrent_state: {{.CurrentState}}\nerror: {{.Error}}\nports: {{.Ports}}\n',
  rawQuiet: 'id: {{.ID}}',
  headers: {
    ID: 'ID',
    Name: 'NAME',
    Image: 'IMAGE',
    Node: 'NODE',
    DesiredState: 'DESIRED STATE',
    CurrentState: 'CURRENT STATE',
    Error: 'ERROR',
    Ports: 'PORTS',
  },
  typeName: '*task.taskContext',
}
const MOST_ERROR = 30

export interface TaskListing {
  readonly format: string
  readonly quiet: boolean
  readonly truncate: boolean
}

/** Earlier tasks of a slot stand indented below it. */
export async function printTasks(
  cli: Cli,
  tasks: readonly Task[],
  resolver: NameResolver,
  { format, quiet, truncate }: TaskListing,
): Promise<void> {
  const source = format || (quiet ? '' : (cli.config.values.tasksFormat ?? ''))
  const isTable = source === '' || source.startsWith('table')
  const named: { task: Task; name: string }[] = []
  for (const task of tasks) named.push({ task, name: await taskName(task, resolver) })
  const sorted = named.toSorted((a, b) => naturalOrder(a.name, b.name) || newestFirst(a.task, b.task))
  const shown = new Map<string, { name: string; node: string }>()
  for (const [i, { task, name }] of sorted.entries()) {
    const indent = isTable && name === (sorted[i - 1]?.name ?? '') ? ' \\_ ' : ''
    shown.set(task.ID, { name: indent + name, node: await resolver.node(task.NodeID ?? '') })
  }
  const rows = sorted.map(({ task }) => taskRow(cli, task, shown.get(task.ID), truncate))
  await cli.print(formatList(taskFormat, source, quiet, rows))
}

const newestFirst = (a: Task, b: Task): number => (a.CreatedAt > b.CreatedAt ? -1 : a.CreatedAt < b.CreatedAt ? 1 : 0)

/** `web.1`; a global service's tasks are told apart by node. */
async function taskName(task: Task, resolver: NameResolver): Promise<string> {
  return `${await resolver.service(task.ServiceID)}.${task.Slot || (task.NodeID ?? '')}`
}

/** Without its digest, when it has a tag. */
export function imageWithoutDigest(image: string): string {
  try {
    const reference = parseReference(image)
    return reference.tag === undefined ? image : `${familiarName(reference)}:${reference.tag}`
  } catch (error) {
    if (!isProblem(error)) throw error
    return image
  }
}

function taskRow(cli: Cli, task: Task, shown: { name: string; node: string } | undefined, truncate: boolean): Row {
  const { Timestamp = '', State, Err = '', PortStatus } = task.Status
  const image = task.Spec.ContainerSpec?.Image ?? ''
  const problem = truncate ? ellipsis(Err, MOST_ERROR) : Err
  const age = humanDuration(cli.sys.clock.now() / 1000 - secondsOf(Timestamp)).toLowerCase()
  return row({
    CurrentState: `${capital(State)} ${age} ago`,
    DesiredState: capital(task.DesiredState),
    Error: problem === '' ? '' : `"${problem}"`,
    ID: truncate ? shortId(task.ID) : task.ID,
    Image: truncate ? imageWithoutDigest(image) : image,
    Name: shown?.name ?? '',
    Node: shown?.node ?? '',
    Ports: (PortStatus?.Ports ?? [])
      .map((port) => `*:${port.PublishedPort ?? 0}->${port.TargetPort ?? 0}/${port.Protocol ?? ''}`)
      .join(','),
  })
}
