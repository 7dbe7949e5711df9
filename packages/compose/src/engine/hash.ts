import { sha256Hex } from '@drydock/codec'
import { jsonText, toJson } from '../model/marshal.ts'
import type { NetworkSpec, Service, VolumeSpec } from '../model/types.ts'

const hash = (value: unknown): string => sha256Hex(new TextEncoder().encode(jsonText(toJson(value))))

/** Of what makes a container what it is: how it is built, how many there are and in which order they start is left out. */
export function serviceHash(service: Service): string {
  const {
    build: _build,
    pull_policy: _policy,
    scale: _scale,
    depends_on: _needs,
    profiles: _profiles,
    ...rest
  } = service
  if (!rest.deploy) return hash(rest)
  const { replicas: _replicas, ...deploy } = rest.deploy
  return hash({ ...rest, deploy })
}
export const networkHash = (network: NetworkSpec): string => hash(network)
export const volumeHash = ({ name, driver = 'local', ...rest }: VolumeSpec): string => hash({ name, driver, ...rest })
