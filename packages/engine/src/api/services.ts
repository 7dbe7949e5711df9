import type { Service, ServiceSpec } from '@drydock/docker-api'
import type { ServerResponse } from '@drydock/http'
import { type ClusterStore, isGlobal, isJob, modeOf, type ServiceObject } from '@drydock/swarm'
import { Filters } from '../filters.ts'
import { invalid, notFound, Problem } from '../problem.ts'
import { checkTemplates } from './check-templates.ts'
import { type Call, flag, json, requireJson, type Route, route } from './route.ts'
import { findObject, fitsIdAndName, versionOf } from './swarm-objects.ts'
import { SERVICE_SPEC } from './swarm-shapes.ts'
import { streamTaskLogs } from './task-logs.ts'
import { convertService } from './service-words.ts'
import { isNodeLocal } from '../swarm/node-networks.ts'
import { withDefaults } from './service-defaults.ts'

const FILTERS: readonly string[] = ['id', 'name', 'label', 'mode', 'runtime']

function describe({ SpecVersion: _version, PreviousSpecVersion: _before, ...service }: ServiceObject): Service {
  const { PreviousSpec, UpdateStatus, registryAuth: _auth, previousRegistryAuth: _previous, ...rest } = service
  return {
    ...rest,
    ...(PreviousSpec ? { PreviousSpec } : {}),
    ...(UpdateStatus ? { UpdateStatus } : {}),
  }
}

function list(call: Call): ServerResponse {
  const { store } = call.parts.swarm.requireManager()
  const filters = Filters.parse(call.query.get('filters'), FILTERS)
  const found = store
    .all('service')
    .filter(
      (service) =>
        fitsIdAndName(filters, service.ID, service.Spec.Name ?? '') &&
        filters.labels(service.Spec.Labels) &&
        filters.any('mode', (value) => value === modeOf(service.Spec)),
    )
  const withStatus = flag(call, 'status')
  return json(
    found.map((service) => ({
      ...describe(service),
      ...(withStatus ? { ServiceStatus: statusOf(store, service) } : {}),
    })),
  )
}

/** swarmkit controlapi ListServiceStatuses. */
function statusOf(store: ClusterStore, { ID, Spec, JobStatus }: ServiceObject): Service['ServiceStatus'] {
  const tasks = store
    .all('task')
    .filter(
      ({ ServiceID, JobIteration }) =>
        ServiceID === ID && (!JobStatus || (JobIteration?.Index ?? 0) === (JobStatus.JobIteration.Index ?? 0)),
    )
  const complete = tasks.filter(({ Status }) => Status.State === 'complete')
  const wanted = tasks.filter(
    ({ DesiredState, Status }) =>
      DesiredState === 'running' || (DesiredState === 'complete' && Status.State !== 'complete'),
  )
  const { Replicated, ReplicatedJob } = Spec.Mode ?? {}
  return {
    RunningTasks: tasks.filter(({ Status }) => Status.State === 'running').length,
    DesiredTasks: isGlobal(Spec) ? wanted.length : (ReplicatedJob?.MaxConcurrent ?? Replicated?.Replicas ?? 1),
    CompletedTasks: isJob(Spec) ? complete.length : 0,
  }
}

/** Networks by name or id, as the store knows them. moby daemon/cluster/networks.go, populateNetworkID @throws Problem */
function withNetworkIds(call: Call, spec: ServiceSpec): ServiceSpec {
  const resolve = (networks: ServiceSpec['Networks']): ServiceSpec['Networks'] =>
    networks?.map((each) => ({ ...each, Target: networkId(call, each.Target ?? '') }))
  const { Networks } = spec.TaskTemplate
  return {
    ...spec,
    ...(spec.Networks ? { Networks: resolve(spec.Networks) ?? null } : {}),
    TaskTemplate: { ...spec.TaskTemplate, ...(Networks ? { Networks: resolve(Networks) ?? null } : {}) },
  }
}

function networkId(call: Call, target: string): string {
  const { store } = call.parts.swarm.requireManager()
  const known = store.get('network', target) ?? store.all('network').find(({ Spec }) => Spec.Name === target)
  if (known) return known.ID
  const local = call.parts.networks.store.all().find(({ id, name }) => id === target || name === target)
  if (!local || local.name === 'none') throw notFound(`network ${local?.name ?? target} not found`)
  // What every node has of its own is known by its name.
  if (isNodeLocal(local.name)) return local.name
  throw new Problem(
    'forbidden',
    `The network ${local.name} cannot be used with services. Only networks scoped to the swarm can be used, such as those created with the overlay driver.`,
  )
}

/** `--with-registry-auth`: kept for the nodes, and told nobody else. */
function credentials({ headers }: Call): { auth?: string } {
  const auth = headers.get('x-registry-auth')
  return auth && auth !== NO_CREDENTIALS ? { auth } : {}
}
/** `{}` in base64. */
const NO_CREDENTIALS = 'e30='

async function create(call: Call): Promise<ServerResponse> {
  call.parts.swarm.requireManager()
  const spec = withNetworkIds(call, convertService(await requireJson<ServiceSpec>(call, SERVICE_SPEC)))
  checkTemplates(spec)
  return json({ ID: await call.parts.swarm.control('createService', { spec, ...credentials(call) }) }, 201)
}

function inspect(call: Call): ServerResponse {
  const shown = describe(findObject(call, 'service'))
  return json(flag(call, 'insertDefaults') ? { ...shown, Spec: withDefaults(shown.Spec) } : shown)
}

async function update(call: Call): Promise<ServerResponse> {
  const version = versionOf(call, 'service')
  const spec = withNetworkIds(call, convertService(await requireJson<ServiceSpec>(call, SERVICE_SPEC)))
  checkTemplates(spec)
  const { ID } = findObject(call, 'service')
  const rollback = call.query.get('rollback') ?? ''
  if (!['', 'none', 'previous'].includes(rollback)) throw invalid(`unrecognized rollback option ${rollback}`)
  await call.parts.swarm.control('updateService', {
    ...{ id: ID, version, spec, rollback: rollback === 'previous' },
    ...credentials(call),
    ...(call.query.get('registryAuthFrom') === 'previous-spec' ? { authFrom: 'previous-spec' as const } : {}),
  })
  return json({})
}

async function remove(call: Call): Promise<ServerResponse> {
  await call.parts.swarm.control('removeService', { id: findObject(call, 'service').ID })
  return { status: 200 }
}

function logs(call: Call): ServerResponse {
  const service = findObject(call, 'service')
  const { store } = call.parts.swarm.requireManager()
  return streamTaskLogs(call, () => store.all('task').filter(({ ServiceID }) => ServiceID === service.ID))
}

export const serviceRoutes: readonly Route[] = [
  route('GET', '/services', list),
  route('POST', '/services/create', create),
  route('GET', '/services/{id}', inspect),
  route('DELETE', '/services/{id}', remove),
  route('POST', '/services/{id}/update', update),
  route('GET', '/services/{id}/logs', logs),
]
