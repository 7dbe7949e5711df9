import { joinPath } from '@drydock/dockerfile'
import { byKey } from '../go-json/shape.ts'
import type { ContainerConfig, HealthConfig, ImageConfig } from '@drydock/docker-api'

const nameOf = (pair: string): string => pair.split('=', 1)[0] ?? ''

/** The user's pairs, then those of the image that the user did not set. */
function mergeEnv(user: readonly string[], image: readonly string[]): string[] {
  const set = new Set(user.map(nameOf))
  return [...user, ...image.filter((pair) => !set.has(nameOf(pair)))]
}

/** What the image says, where the user says nothing. moby daemon.merge */
export function mergeConfig(user: ContainerConfig, image: ImageConfig): ContainerConfig {
  return {
    ...user,
    ...mergeCommand(user, image),
    User: user.User || image.User || '',
    Env: mergeEnv(user.Env ?? [], image.Env ?? []),
    ...optional('ExposedPorts', merged(image.ExposedPorts, user.ExposedPorts)),
    Volumes: merged(image.Volumes, user.Volumes) ?? null,
    Labels: Object.fromEntries(byKey(Object.entries({ ...image.Labels, ...user.Labels }))),
    WorkingDir: cleanPath(user.WorkingDir || image.WorkingDir || ''),
    ...optional('StopSignal', user.StopSignal || image.StopSignal),
    ...optional('Shell', user.Shell ?? image.Shell ?? undefined),
    ...optional('Healthcheck', mergeHealth(user.Healthcheck, image.Healthcheck)),
    OnBuild: user.OnBuild ?? null,
  }
}

/** An absolute path without `.`, `..` and a slash at its end; others are refused later. */
const cleanPath = (path: string): string => (path.startsWith('/') ? joinPath(path, '').replace(/(.)\/$/, '$1') : path)

const optional = <K extends string, V>(name: K, value: V | undefined): { [key in K]?: V } =>
  (value === undefined ? {} : { [name]: value }) as { [key in K]?: V }

function merged(
  image: Record<string, object> | null | undefined,
  user: Record<string, object> | null | undefined,
): Record<string, object> | undefined {
  const all = { ...image, ...user }
  return Object.keys(all).length > 0 ? Object.fromEntries(byKey(Object.entries(all))) : undefined
}

function mergeCommand(user: ContainerConfig, image: ImageConfig): Pick<ContainerConfig, 'Cmd' | 'Entrypoint'> {
  const cmd = user.Cmd ?? null
  const entrypoint = user.Entrypoint ?? null
  // [""] is how a client takes the image's entrypoint away.
  if (entrypoint?.length === 1 && entrypoint[0] === '') return { Cmd: cmd, Entrypoint: null }
  if (entrypoint && entrypoint.length > 0) return { Cmd: cmd, Entrypoint: entrypoint }
  return {
    Cmd: cmd && cmd.length > 0 ? cmd : (image.Cmd ?? null),
    Entrypoint: image.Entrypoint ?? null,
  }
}

function mergeHealth(user: HealthConfig | undefined, image: HealthConfig | undefined): HealthConfig | undefined {
  if (!user || !image) return user ?? image
  return user.Test && user.Test.length > 0 ? user : { ...image, ...user, Test: image.Test ?? [] }
}
