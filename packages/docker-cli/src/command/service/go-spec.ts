import type { ServiceSpec } from '@drydock/docker-api'

/** Fields that Go's structs write even when they say nothing; everything else empty is left out. */
const ALWAYS = new Set([
  'Labels',
  'Limits',
  'Reservations',
  'DNSConfig',
  'Placement',
  'Resources',
  'EndpointSpec',
  'Global',
  'GlobalJob',
  'Replicated',
  'ReplicatedJob',
  'Init',
  'ForceUpdate',
  'Replicas',
  'MaxConcurrent',
  'TotalCompletions',
  'Parallelism',
  'MaxFailureRatio',
  'Delay',
  'MaxAttempts',
  'Window',
  'Order',
  'Runtime',
  'StopGracePeriod',
  'ContainerSpec',
  'Mode',
  'Healthcheck',
  'CredentialSpec',
  'SELinuxContext',
  'NoNewPrivileges',
  'Config',
  'File',
  'Registry',
  'Soft',
  'Hard',
  'Spread',
  'DiscreteResourceSpec',
  'DriverConfig',
])
/** Maps whose names and values are the user's own. */
const USERS = new Set(['Labels', 'Options', 'Sysctls', 'DriverOpts'])

/** A specification as the real client writes it after it read and changed it. */
export const asGoWrites = (spec: ServiceSpec): ServiceSpec => clean(spec) as ServiceSpec

function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .map(
      ([name, each]) =>
        [name, USERS.has(name) ? each : name === 'Privileges' ? privileges(each) : clean(each)] as const,
    )
    .filter(([name, each]) => !isEmpty(each) || (ALWAYS.has(name) && each !== undefined && !isInner(name, value)))
  return Object.fromEntries(entries)
}

/** A container's own labels are left out when there are none; a service's are not. */
const isInner = (name: string, owner: object): boolean => name === 'Labels' && 'Image' in owner

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  value === 0 ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0)

const privileges = (value: unknown): unknown =>
  value === null || value === undefined
    ? undefined
    : { CredentialSpec: null, SELinuxContext: null, NoNewPrivileges: false, ...(value as object) }
