import type { ServiceSpec, TaskSpec } from '@drydock/docker-api'
import { ingressOf } from '../allocator/networks.ts'
import { isIngress } from '../allocator/ports.ts'
import { isJob } from '../orchestrator/mode.ts'
import { failedPrecondition, invalidArgument, SwarmError } from '../problem.ts'
import { parseConstraint } from '../scheduler/constraint.ts'
import type { ClusterStore } from '../store/store.ts'

const MOST_NAME = 63
const LEAST_MEMORY = 4 * 1024 * 1024

/** What swarmkit's controlapi refuses in a service. @throws SwarmError */
export function checkService(store: ClusterStore, spec: ServiceSpec): void {
  checkName(spec.Name)
  checkTask(spec.TaskTemplate)
  checkMode(spec)
  checkEndpoint(spec)
  checkReferences(store, spec.TaskTemplate)
  for (const { Target } of spec.TaskTemplate.Networks ?? [])
    if (Target && store.get('network', Target)?.Spec.Ingress)
      throw invalidArgument(
        `Service cannot be explicitly attached to the ingress network ${JSON.stringify(store.get('network', Target)?.Spec.Name)}`,
      )
  if ((spec.EndpointSpec?.Ports ?? []).some(isIngress) && !ingressOf(store))
    throw failedPrecondition('service needs ingress network, but no ingress network is present')
}

export const isDnsName = (name: string): boolean => /^[a-zA-Z0-9]+(?:[a-zA-Z0-9-_]*[A-Za-z0-9])?$/.test(name)

function checkName(name = ''): void {
  if (name === '') throw invalidArgument('meta: name must be provided')
  if (name.length > MOST_NAME) throw invalidArgument(`name must be ${MOST_NAME} characters or fewer`)
  if (!isDnsName(name)) throw invalidArgument('name must be valid as a DNS name component')
}

function checkTask({ Resources, RestartPolicy, Placement, ContainerSpec }: TaskSpec): void {
  for (const part of [Resources?.Limits, Resources?.Reservations]) {
    const { NanoCPUs = 0, MemoryBytes = 0 } = part ?? {}
    if (NanoCPUs !== 0 && NanoCPUs < 1e6)
      throw invalidArgument(`invalid cpu value ${NanoCPUs / 1e9}: Must be at least 0.001`)
    if (MemoryBytes !== 0 && MemoryBytes < LEAST_MEMORY)
      throw invalidArgument(`invalid memory value ${MemoryBytes}: Must be at least 4MiB`)
  }
  if ((RestartPolicy?.Delay ?? 0) < 0) throw invalidArgument('TaskSpec: restart-delay cannot be negative')
  if ((RestartPolicy?.Window ?? 0) < 0) throw invalidArgument('TaskSpec: restart-window cannot be negative')
  for (const constraint of Placement?.Constraints ?? []) parseConstraint(constraint)
  if (!ContainerSpec) throw new SwarmError('InvalidArgument', 'TaskSpec: missing runtime')
  if (!ContainerSpec.Image) throw invalidArgument('ContainerSpec: image reference must be provided')
  if (
    !/^[\w./:@-]+$/.test(ContainerSpec.Image) ||
    /[A-Z]/.test(ContainerSpec.Image.split(/[:@]/)[0]?.replace(/^[^/]*[.:][^/]*\//, '') ?? '')
  )
    throw invalidArgument(`ContainerSpec: ${JSON.stringify(ContainerSpec.Image)} is not a valid repository/tag`)
  const targets = new Set<string>()
  for (const { Target } of ContainerSpec.Mounts ?? []) {
    if (targets.has(Target)) throw invalidArgument(`ContainerSpec: duplicate mount point: ${Target}`)
    targets.add(Target)
  }
}

function checkMode(spec: ServiceSpec): void {
  const { Replicated, ReplicatedJob } = spec.Mode ?? {}
  if ((Replicated?.Replicas ?? 0) < 0) throw invalidArgument('Number of replicas must be non-negative')
  if ((ReplicatedJob?.MaxConcurrent ?? 0) < 0) throw invalidArgument('Maximum concurrent jobs must not be negative')
  if ((ReplicatedJob?.TotalCompletions ?? 0) < 0) throw invalidArgument('Total completed jobs must not be negative')
  if (isJob(spec) && spec.UpdateConfig) throw invalidArgument('Jobs may not have an update config')
  const { Delay = 0, Monitor = 0, MaxFailureRatio = 0 } = spec.UpdateConfig ?? {}
  if (Delay < 0) throw invalidArgument('TaskSpec: update-delay cannot be negative')
  if (Monitor < 0) throw invalidArgument('TaskSpec: update-monitor cannot be negative')
  if (MaxFailureRatio < 0 || MaxFailureRatio > 1)
    throw invalidArgument('TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1')
}

function checkEndpoint({ EndpointSpec }: ServiceSpec): void {
  const seen = new Set<string>()
  for (const port of EndpointSpec?.Ports ?? []) {
    if (EndpointSpec?.Mode === 'dnsrr' && isIngress(port))
      throw invalidArgument("EndpointSpec: port published with ingress mode can't be used with dnsrr mode")
    if (!port.PublishedPort) continue
    const key = `${port.PublishedPort}/${port.Protocol || 'tcp'}`
    if (seen.has(key)) throw invalidArgument('EndpointSpec: duplicate published ports provided')
    seen.add(key)
  }
}

interface Reference {
  readonly id: string
  readonly name: string
  readonly file: string | undefined
}

function checkReferences(store: ClusterStore, { ContainerSpec }: TaskSpec): void {
  const secrets = (ContainerSpec?.Secrets ?? []).map(({ SecretID, SecretName, File }) => ({
    id: SecretID,
    name: SecretName,
    file: File?.Name,
  }))
  const configs = (ContainerSpec?.Configs ?? []).map(({ ConfigID, ConfigName, File }) => ({
    id: ConfigID,
    name: ConfigName,
    file: File?.Name,
  }))
  checkTargets('secret', secrets)
  checkTargets('config', configs)
  checkExistence(
    'secret',
    secrets.filter(({ id, name }) => store.get('secret', id)?.Spec.Name !== name),
  )
  checkExistence(
    'config',
    configs.filter(({ id, name }) => store.get('config', id)?.Spec.Name !== name),
  )
}

function checkTargets(kind: string, references: readonly Reference[]): void {
  const names = new Map<string, string>()
  for (const { id, name, file } of references) {
    if (id === '' || name === '') throw invalidArgument(`malformed ${kind} reference`)
    if (file === undefined) continue
    const other = names.get(file)
    if (other !== undefined)
      throw invalidArgument(`${kind} references '${other}' and '${name}' have a conflicting target: '${file}'`)
    names.set(file, name)
  }
}

function checkExistence(kind: string, missing: readonly Reference[]): void {
  if (missing.length === 0) return
  const names = missing.map(({ name }) => name).join(', ')
  throw invalidArgument(`${kind}${missing.length > 1 ? 's' : ''} not found: ${names}`)
}
