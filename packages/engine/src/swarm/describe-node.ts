import type { NodeDescription } from '@drydock/docker-api'
import type { DaemonParts } from '../daemon-parts.ts'
import { LOG_DRIVERS } from '../logs/log-options.ts'
import { ENGINE_VERSION } from '../version.ts'

const NETWORKS = ['bridge', 'host', 'ipvlan', 'macvlan', 'null', 'overlay']

/** What a node tells the swarm of itself. */
export function describeNode({ sys, config }: DaemonParts): NodeDescription {
  const { totalMemory, cpus } = sys.sysinfo()
  const labels = config.labels.map((label) => label.split('=')).map(([name = '', ...value]) => [name, value.join('=')])
  const plugins = [
    ...LOG_DRIVERS.map((Name) => ({ Type: 'Log', Name })),
    ...NETWORKS.map((Name) => ({ Type: 'Network', Name })),
    { Type: 'Volume', Name: 'local' },
  ]
  return {
    Hostname: sys.uname().nodename,
    Platform: { Architecture: 'x86_64', OS: 'linux' },
    Resources: { NanoCPUs: cpus * 1e9, MemoryBytes: totalMemory },
    Engine: {
      EngineVersion: ENGINE_VERSION,
      ...(labels.length > 0 ? { Labels: Object.fromEntries(labels) as Record<string, string> } : {}),
      Plugins: plugins,
    },
  }
}
