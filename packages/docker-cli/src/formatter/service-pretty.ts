import { type Cli, bytesSize, goDuration } from '@drydock/cli-plugin'
import type { ContainerSpec, Placement, Service, TaskSpec, UpdateConfig } from '@drydock/docker-api'
import { ago } from './age.ts'
import { pairLines } from './pretty-words.ts'

/** `docker service inspect --pretty`: a block a matter, each left out when there is nothing to say. @param networks by id */
export function prettyService(cli: Cli, service: Service, networks: ReadonlyMap<string, string>): string {
  const { Spec, ID } = service
  const task = Spec.TaskTemplate
  const container = task.ContainerSpec ?? {}
  const labels = pairLines(Spec.Labels, ' ')
  const attached = (task.Networks ?? []).map(({ Target = '' }) => ` ${networks.get(Target) ?? Target}`)
  const lines = [
    '',
    `ID:\t\t${ID}`,
    `Name:\t\t${Spec.Name ?? ''}`,
    ...(labels.length > 0 ? ['Labels:', ...labels] : []),
    ...modeLines(service),
    ...statusLines(cli, service),
    ...placementLines(task.Placement),
    ...updateLines('Update', Spec.UpdateConfig),
    ...updateLines('Rollback', Spec.RollbackConfig),
    ...containerLines(container),
    ...logLines(task),
    ...resourceLines(task),
    ...(attached.length > 0 ? [`Networks:${attached.join('')} `] : []),
    `Endpoint Mode:\t${Spec.EndpointSpec?.Mode ?? ''}`,
  ]
  return `${lines.join('\n')}${portText(service)}${healthText(container)}\n`
}

function modeLines({ Spec: { Mode } }: Service): string[] {
  if (Mode?.Global) return ['Service Mode:\tGlobal']
  if (!Mode?.Replicated) return ['Service Mode:']
  const { Replicas } = Mode.Replicated
  return ['Service Mode:\tReplicated', ...(Replicas === undefined ? [] : [` Replicas:\t${Replicas}`])]
}

function statusLines(cli: Cli, { UpdateStatus: status }: Service): string[] {
  if (!status?.State) return []
  return [
    'UpdateStatus:',
    ` State:\t\t${status.State}`,
    ...(status.StartedAt ? [` Started:\t${ago(cli, status.StartedAt)}`] : []),
    ...(status.State === 'completed' && status.CompletedAt ? [` Completed:\t${ago(cli, status.CompletedAt)}`] : []),
    ` Message:\t${status.Message ?? ''}`,
  ]
}

function placementLines(placement: Placement | null | undefined): string[] {
  const constraints = placement?.Constraints ?? []
  const preferences = (placement?.Preferences ?? []).flatMap(({ Spread }) =>
    Spread ? [`spread=${Spread.SpreadDescriptor}`] : [],
  )
  return [
    'Placement:',
    ...(constraints.length > 0 ? [` Constraints:\t[${constraints.join(' ')}]`] : []),
    ...(preferences.length > 0 ? [` Preferences:   [${preferences.join(' ')}]`] : []),
    ...(placement?.MaxReplicas ? [` Max Replicas Per Node:   ${placement.MaxReplicas}`] : []),
  ]
}

function updateLines(kind: 'Update' | 'Rollback', config: UpdateConfig | null | undefined): string[] {
  if (!config) return []
  return [
    `${kind}Config:`,
    ` Parallelism:\t${config.Parallelism}`,
    ...(config.Delay ? [` Delay:\t\t${goDuration(config.Delay)}`] : []),
    ` On failure:\t${config.FailureAction ?? ''}`,
    ...(config.Monitor ? [` Monitoring Period: ${goDuration(config.Monitor)}`] : []),
    ` Max failure ratio: ${config.MaxFailureRatio}`,
    `${` ${kind} order:`.padEnd(20)}${config.Order}`,
  ]
}

const words = (list: readonly string[] | null | undefined): string => (list ?? []).map((word) => `${word} `).join('')

function containerLines(container: ContainerSpec): string[] {
  const { Args, Env, Dir, User, Init } = container
  return [
    'ContainerSpec:',
    ` Image:\t\t${container.Image ?? ''}`,
    ...((Args ?? []).length > 0 ? [` Args:\t\t${words(Args)}`] : []),
    ...((Env ?? []).length > 0 ? [` Env:\t\t${words(Env)}`] : []),
    ...(Dir ? [` Dir:\t\t${Dir}`] : []),
    ...(Init === undefined || Init === null ? [] : [` Init:\t\t${Init}`]),
    ...(User ? [` User: ${User}`] : []),
    ...capabilityLines(container),
    ...titled('SysCtls:', pairLines(container.Sysctls, ' ', ': ')),
    ...titled('Ulimits:', pairLines(limits(container), ' ', ': ')),
    ...titled('Mounts:', mountLines(container)),
    ...titled(
      'Configs:',
      (container.Configs ?? []).flatMap((each) => sourceLines(each.File?.Name, each.ConfigName)),
    ),
    ...titled(
      'Secrets:',
      (container.Secrets ?? []).flatMap((each) => sourceLines(each.File?.Name, each.SecretName)),
    ),
  ]
}

const titled = (title: string, lines: readonly string[]): string[] => (lines.length > 0 ? [title, ...lines] : [])
const limits = ({ Ulimits }: ContainerSpec): Record<string, string> =>
  Object.fromEntries((Ulimits ?? []).map(({ Name, Soft, Hard }) => [Name, `${Soft}:${Hard}`]))
const sourceLines = (target = '', source: string): string[] => [` Target:\t${target}`, `  Source:\t${source}`]

function capabilityLines({ CapabilityAdd, CapabilityDrop }: ContainerSpec): string[] {
  const [add, drop] = [CapabilityAdd ?? [], CapabilityDrop ?? []]
  return titled('Capabilities:', [
    ...(add.length > 0 ? [` Add: ${add.join(', ')}`] : []),
    ...(drop.length > 0 ? [` Drop: ${drop.join(', ')}`] : []),
  ])
}

const mountLines = ({ Mounts }: ContainerSpec): string[] =>
  (Mounts ?? []).flatMap(({ Target, Source = '', ReadOnly = false, Type }) => [
    ...sourceLines(Target, Source),
    `  ReadOnly:\t${ReadOnly}`,
    `  Type:\t\t${Type}`,
  ])

function logLines({ LogDriver: driver }: TaskSpec): string[] {
  if (!driver) return []
  const options = pairLines(driver.Options, '  ', ':       ')
  return ['Log Driver:', ...(driver.Name ? [` Name:\t\t${driver.Name}`] : []), ...titled(' LogOpts:', options), '']
}

function resourceLines({ Resources: resources }: TaskSpec): string[] {
  if (!resources) return []
  const { NanoCPUs = 0, MemoryBytes = 0, Pids = 0 } = resources.Limits ?? {}
  const reserved = resources.Reservations ?? {}
  return [
    'Resources:',
    ...titled(' Reservations:', amountLines(reserved.NanoCPUs ?? 0, reserved.MemoryBytes ?? 0)),
    ...(NanoCPUs + MemoryBytes + Pids > 0 ? [' Limits:', ...amountLines(NanoCPUs, MemoryBytes)] : []),
    ...(Pids > 0 ? [`  PIDs:\t\t${Pids}`] : []),
  ]
}
const amountLines = (nanoCpus: number, bytes: number): string[] => [
  ...(nanoCpus > 0 ? [`  CPU:\t\t${nanoCpus / 1e9}`] : []),
  ...(bytes > 0 ? [`  Memory:\t${bytesSize(bytes)}`] : []),
]

function portText({ Endpoint }: Service): string {
  const lines = (Endpoint?.Ports ?? []).flatMap((port) => [
    ` PublishedPort = ${port.PublishedPort ?? 0}`,
    `  Protocol = ${port.Protocol ?? ''}`,
    `  TargetPort = ${port.TargetPort ?? 0}`,
    `  PublishMode = ${port.PublishMode ?? ''}`,
  ])
  return lines.length > 0 ? `\nPorts:\n${lines.join('\n')} ` : ''
}

function healthText({ Healthcheck: check }: ContainerSpec): string {
  if (!check) return ''
  const tests = (check.Test ?? []).map((test) => `\n\t Test = ${test}`)
  const lines = [
    ' Healthcheck:',
    `  Interval = ${goDuration(check.Interval ?? 0)}`,
    `  Retries = ${check.Retries ?? 0}`,
    `  StartPeriod =\t${goDuration(check.StartPeriod ?? 0)}`,
    `  Timeout =\t${goDuration(check.Timeout ?? 0)}`,
  ]
  return `\n${lines.join('\n')}${tests.length > 0 ? `\n  Tests:${tests.join('')} ` : ''}`
}
