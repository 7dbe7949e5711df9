import type { ServiceSpec, UpdateConfig } from '@drydock/docker-api'

const UPDATE: UpdateConfig = {
  Parallelism: 1,
  FailureAction: 'pause',
  Monitor: 5_000_000_000,
  MaxFailureRatio: 0,
  Order: 'stop-first',
}

/** What a service does where its spec says nothing. swarmkit api/defaults/service.go */
export function withDefaults(spec: ServiceSpec): ServiceSpec {
  const { TaskTemplate } = spec
  const container = TaskTemplate.ContainerSpec
  return {
    ...spec,
    TaskTemplate: {
      ...TaskTemplate,
      ...(container
        ? { ContainerSpec: { StopGracePeriod: 10_000_000_000, ...container, DNSConfig: container.DNSConfig ?? {} } }
        : {}),
      Resources: { Limits: {}, Reservations: {}, ...TaskTemplate.Resources },
      RestartPolicy: { Condition: 'any', Delay: 5_000_000_000, MaxAttempts: 0, ...TaskTemplate.RestartPolicy },
      Placement: TaskTemplate.Placement ?? {},
    },
    UpdateConfig: { ...UPDATE, ...spec.UpdateConfig },
    RollbackConfig: { ...UPDATE, ...spec.RollbackConfig },
    EndpointSpec: { Mode: 'vip', ...spec.EndpointSpec },
  }
}
