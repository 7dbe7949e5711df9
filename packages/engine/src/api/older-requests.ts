import type { ContainerCreateBody } from '@drydock/docker-api'
import { invalid } from '../problem.ts'
import { speaksBefore } from './api-version.ts'
import type { Call } from './route.ts'

/**
 * What a client of an older version wishes for a container: what came later is passed over, or refused where passing it
 * over would do harm. moby postContainersCreate @throws Problem invalid
 */
export function createWish(call: Call, body: ContainerCreateBody): ContainerCreateBody {
  return RULES.reduce((wish, { before, apply }) => (speaksBefore(call, before) ? apply(wish) : wish), body)
}

interface Rule {
  readonly before: string
  readonly apply: (body: ContainerCreateBody) => ContainerCreateBody
}

const RULES: readonly Rule[] = [
  { before: '1.42', apply: (body) => withHost(body, ({ ConsoleSize: _later, ...host }) => host) },
  { before: '1.43', apply: (body) => withHost(body, ({ Annotations: _later, ...host }) => host) },
  { before: '1.44', apply: withoutStartInterval },
  { before: '1.44', apply: onOneNetwork },
  { before: '1.45', apply: withoutSubpath },
  { before: '1.48', apply: withoutImageMounts },
]

type Host = NonNullable<ContainerCreateBody['HostConfig']>

const withHost = (body: ContainerCreateBody, change: (host: Host) => Host): ContainerCreateBody =>
  body.HostConfig ? { ...body, HostConfig: change(body.HostConfig) } : body

function withoutStartInterval(body: ContainerCreateBody): ContainerCreateBody {
  if (!body.Healthcheck) return body
  const { StartInterval: _later, ...Healthcheck } = body.Healthcheck
  return { ...body, Healthcheck }
}

function onOneNetwork(body: ContainerCreateBody): ContainerCreateBody {
  const names = Object.keys(body.NetworkingConfig?.EndpointsConfig ?? {})
  if (names.length > 1)
    throw invalid(`Container cannot be created with multiple network endpoints: ${names.join(', ')}`)
  return body
}

function withoutSubpath(body: ContainerCreateBody): ContainerCreateBody {
  if (body.HostConfig?.Mounts?.some(({ VolumeOptions }) => VolumeOptions?.Subpath))
    throw invalid('VolumeOptions.Subpath needs API v1.45 or newer')
  return body
}

function withoutImageMounts(body: ContainerCreateBody): ContainerCreateBody {
  if (body.HostConfig?.Mounts?.some(({ Type }) => String(Type) === 'image'))
    throw invalid('Mount type "Image" needs API v1.48 or newer')
  return body
}
