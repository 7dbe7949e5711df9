import type { ContainerUpdateBody, HostConfig } from '@drydock/docker-api'
import type { DaemonParts } from '../daemon-parts.ts'
import { applyResources, cgroupOf } from '../runtime/cgroups.ts'
import { conflict } from '../problem.ts'
import type { Container } from './container.ts'
import { publishContainer } from './container-events.ts'
import { checkResources } from './settings/resources.ts'
import { checkRestartPolicy } from './settings/validate.ts'

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
    throw conflict(
      cannotUpdate(container, 'Restart policy cannot be updated because AutoRemove is enabled for the container'),
    )
  checkResources(body, parts.sys.sysinfo(), true)
  // A container without a limit of its own has one of nothing here.
  if (body.Memory && !body.MemorySwap && body.Memory > (before.MemorySwap ?? 0))
    throw conflict(
      cannotUpdate(
        container,
        'Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time',
      ),
    )
  checkProcessorUpdate(container, body)
  if (RestartPolicy?.Name)
    after.RestartPolicy = { Name: RestartPolicy.Name, MaximumRetryCount: RestartPolicy.MaximumRetryCount ?? 0 }
  container.hostConfig = after
  parts.containers.save(container)
  if (container.process) applyResources(parts.sys, cgroupOf(container.id, after.CgroupParent), after)
  publishContainer(parts, container, 'update')
}

/** @throws Problem conflict: the two ways to say how much processor time there is do not mix. */
function checkProcessorUpdate(
  container: Container,
  { NanoCpus = 0, CpuQuota = 0, CpuPeriod = 0 }: ContainerUpdateBody,
): void {
  const before = container.hostConfig
  const clash = (what: string, other: string): Error =>
    conflict(cannotUpdate(container, `Conflicting options: ${what} cannot be updated as ${other} has already been set`))
  if (CpuPeriod > 0 && before.NanoCpus) throw clash('CPU Period', 'NanoCPUs')
  if (CpuQuota > 0 && before.NanoCpus) throw clash('CPU Quota', 'NanoCPUs')
  if (NanoCpus > 0 && before.CpuQuota) throw clash('Nano CPUs', 'CPU Quota')
  if (NanoCpus > 0 && before.CpuPeriod) throw clash('Nano CPUs', 'CPU Period')
}

const cannotUpdate = ({ id }: Container, why: string): string => `Cannot update container ${id}: ${why}`

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0
