import type { ContainerUpdateBody, HostConfig } from '@drydock/docker-api'
import type { DaemonParts } from '../daemon-parts.ts'
import { applyResources, cgroupOf } from '../runtime/cgroups.ts'
import { conflict, invalid } from '../problem.ts'
import type { Container } from './container.ts'
import { publishContainer } from './container-events.ts'
import { checkResources, checkRestartPolicy } from './validate.ts'

/** Values that are set in the body win; zero and null mean "as it was". @throws Problem invalid */
export function updateContainer(parts: DaemonParts, container: Container, body: ContainerUpdateBody): void {
  const { RestartPolicy, ...resources } = body
  const before = container.hostConfig
  const set = Object.entries(resources).filter(
    ([, value]) => value !== 0 && value !== null && value !== '' && !isEmpty(value),
  )
  const after: HostConfig = { ...before, ...Object.fromEntries(set) }
  checkRestartPolicy(RestartPolicy, false)
  if (RestartPolicy?.Name && before.AutoRemove && RestartPolicy.Name !== 'no')
    throw conflict('Restart policy cannot be updated because AutoRemove is enabled for the container')
  checkResources({ ...after, NanoCpus: after.NanoCpus ?? 0 }, parts.sys.sysinfo().cpus)
  const swap = before.MemorySwap ?? 0
  if (body.Memory && !body.MemorySwap && swap > 0 && body.Memory > swap)
    throw invalid(
      'Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time',
    )
  if (RestartPolicy?.Name)
    after.RestartPolicy = { Name: RestartPolicy.Name, MaximumRetryCount: RestartPolicy.MaximumRetryCount ?? 0 }
  container.hostConfig = after
  parts.containers.save(container)
  if (container.process) applyResources(parts.sys, cgroupOf(container.id, after.CgroupParent), after)
  publishContainer(parts, container, 'update')
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0
