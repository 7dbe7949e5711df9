import type { ContainerConfig, HostConfig } from '@drydock/docker-api'
import { checkCapabilities } from './capabilities.ts'
import { checkHealth } from './health.ts'
import { checkHostConfig } from './host-config.ts'
import { checkNetworkMode } from './network-mode.ts'
import { checkResources, dropUnsupported, type Machine } from './resources.ts'
import { checkConfig, checkRestartPolicy } from './validate.ts'

/**
 * Holds a container's settings against what can be had, in moby's order. verifyContainerSettings
 * @returns the settings without what this machine does not do, and what to tell the user of that
 * @throws Problem invalid
 */
export function checkSettings(
  config: ContainerConfig,
  wish: HostConfig,
  machine: Machine,
): { host: HostConfig; warnings: string[] } {
  checkNetworkMode(config, wish)
  checkConfig(config)
  checkHealth(config.Healthcheck)
  const { resources, warnings } = dropUnsupported(wish)
  checkResources({ ...wish, ...swappiness(wish) }, machine)
  checkRestartPolicy(wish.RestartPolicy, wish.AutoRemove)
  checkCapabilities(wish)
  checkHostConfig(wish)
  if (wish.NetworkMode === 'host' && Object.keys(wish.PortBindings ?? {}).length > 0)
    warnings.push('Published ports are discarded when using host network mode')
  const { MemorySwappiness: _, ...host } = { ...wish, ...resources }
  return { host, warnings }
}

/** -1 means that nothing was asked for. */
const swappiness = ({ MemorySwappiness }: HostConfig): Pick<HostConfig, 'MemorySwappiness'> => ({
  MemorySwappiness: MemorySwappiness === -1 ? null : (MemorySwappiness ?? null),
})
