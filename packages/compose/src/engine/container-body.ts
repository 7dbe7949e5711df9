import type { ContainerConfig, HealthConfig } from '@drydock/docker-api'
import { imageOf, type Project } from '../load/project.ts'
import { ComposeError } from '@drydock/cli-plugin/compose-file'
import type { Dependency, Healthcheck, Service } from '../model/types.ts'
import { serviceHash } from './hash.ts'
import { exposedPorts, seconds } from './host-config.ts'
import { COMPOSE_VERSION, LABEL } from './labels.ts'

export interface ContainerWishes {
  readonly serviceName: string
  /** Nought for a container of `run`. */
  readonly number: number
  readonly oneOff?: boolean
  /** Identity of the image, when known. */
  readonly imageId?: string | undefined
  readonly environmentFiles: readonly string[]
  readonly attachStdin?: boolean
  readonly labels?: ReadonlyMap<string, string>
}

const omitUndefined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T

/** The engine's configuration of a service's container. */
export function containerConfig(project: Project, service: Service, wishes: ContainerWishes): ContainerConfig {
  const config: { -readonly [K in keyof ContainerConfig]?: ContainerConfig[K] | undefined } = {
    Hostname: service.hostname,
    Domainname: service.domainname,
    User: service.user,
    ExposedPorts: exposedPorts(service),
    Tty: service.tty ?? false,
    OpenStdin: service.stdin_open ?? false,
    StdinOnce: (wishes.attachStdin && service.stdin_open) ?? false,
    AttachStdin: wishes.attachStdin ?? false,
    AttachStdout: true,
    AttachStderr: true,
    Cmd: service.command ?? undefined,
    Image: imageOf(project, wishes.serviceName, service),
    WorkingDir: service.working_dir,
    Entrypoint: service.entrypoint ?? undefined,
    Labels: Object.fromEntries(containerLabels(project, service, wishes)),
    StopSignal: service.stop_signal,
    Env: environmentWords(service.environment),
    Healthcheck: healthConfig(service.healthcheck),
    StopTimeout: seconds(service.stop_grace_period),
  }
  return omitUndefined(config) as ContainerConfig
}

export const environmentWords = (environment: ReadonlyMap<string, string | null> | undefined): string[] =>
  [...(environment ?? [])].map(([name, value]) => (value === null ? name : `${name}=${value}`))

function containerLabels(project: Project, service: Service, wishes: ContainerWishes): Map<string, string> {
  const labels = new Map(service.labels ?? [])
  const set = (label: string, value: string): void => void labels.set(label, value)
  set(LABEL.project, project.name)
  set(LABEL.service, wishes.serviceName)
  set(LABEL.version, COMPOSE_VERSION)
  set(LABEL.workingDir, project.workingDir)
  set(LABEL.configFiles, project.files.join(','))
  set(LABEL.oneOff, wishes.oneOff ? 'True' : 'False')
  if (wishes.environmentFiles.length > 0) set(LABEL.environmentFile, wishes.environmentFiles.join(','))
  if (wishes.imageId) set(LABEL.image, wishes.imageId)
  set(LABEL.configHash, serviceHash(service))
  if (wishes.number > 0) set(LABEL.containerNumber, String(wishes.number))
  set(LABEL.dependencies, dependencyWords(service.depends_on))
  for (const [label, value] of wishes.labels ?? []) set(label, value)
  return labels
}
const dependencyWords = (dependencies: ReadonlyMap<string, Dependency> | undefined): string =>
  [...(dependencies ?? [])]
    .map(([name, { condition, restart }]) => `${name}:${condition}:${restart ?? false}`)
    .join(',')

function healthConfig(check: Healthcheck | undefined): HealthConfig | undefined {
  if (!check) return undefined
  if (check.disable) {
    return { Test: ['NONE'] }
  }
  if (check.start_interval && !check.start_period && !check.interval)
    throw new ComposeError('healthcheck.start_interval requires healthcheck.start_period to be set')
  return omitUndefined({
    Test: check.test,
    Interval: check.interval?.nanoseconds,
    Timeout: check.timeout?.nanoseconds,
    StartPeriod: check.start_period?.nanoseconds,
    StartInterval: check.start_interval?.nanoseconds,
    Retries: check.retries,
  }) as HealthConfig
}
