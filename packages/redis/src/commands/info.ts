import type { Server } from '../server.ts'

type Section = readonly [title: string, rows: readonly (readonly [name: string, value: string | number])[]]

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(2)}M`
const human = (bytes: number): string =>
  bytes < 1024 * 1024
    ? `${(bytes / 1024).toFixed(2)}K`
    : bytes < 1024 ** 3
      ? megabytes(bytes)
      : `${(bytes / 1024 ** 3).toFixed(2)}G`

const serverSection = ({ version, runId, startedMs, sys, config, configFile }: Server, ms: number): Section => [
  'Server',
  [
    ['redis_version', version],
    ['redis_git_sha1', '00000000'],
    ['redis_git_dirty', 0],
    ['redis_build_id', runId.slice(0, 16)],
    ['redis_mode', 'standalone'],
    ['os', `Linux ${sys.uname().release} x86_64`],
    ['arch_bits', 64],
    ['multiplexing_api', 'epoll'],
    ['process_id', sys.getpid()],
    ['process_supervised', 'no'],
    ['run_id', runId],
    ['tcp_port', config.get('port')],
    ['server_time_usec', `${ms}000`],
    ['uptime_in_seconds', Math.floor((ms - startedMs) / 1000)],
    ['uptime_in_days', Math.floor((ms - startedMs) / 86_400_000)],
    ['hz', config.get('hz')],
    ['configured_hz', config.get('hz')],
    ['executable', '/usr/local/bin/redis-server'],
    ['config_file', configFile],
    ['io_threads_active', 0],
  ],
]

function clientsSection({ clients, config }: Server): Section {
  const all = [...clients.values()]
  return [
    'Clients',
    [
      ['connected_clients', all.length],
      ['cluster_connections', 0],
      ['maxclients', config.get('maxclients')],
      ['blocked_clients', all.filter(({ wait }) => wait).length],
      ['pubsub_clients', all.filter(({ subscriptions }) => subscriptions > 0).length],
      ['watching_clients', all.filter(({ watched }) => watched.size > 0).length],
    ],
  ]
}

function memorySection({ persistence, config }: Server): Section {
  const used = persistence.usedBytes()
  return [
    'Memory',
    [
      ['used_memory', used],
      ['used_memory_human', human(used)],
      ['used_memory_rss', used + 8_388_608],
      ['used_memory_rss_human', human(used + 8_388_608)],
      ['used_memory_peak', used],
      ['used_memory_peak_human', human(used)],
      ['total_system_memory_human', '4.00G'],
      ['maxmemory', config.get('maxmemory')],
      ['maxmemory_human', human(config.number('maxmemory'))],
      ['maxmemory_policy', config.get('maxmemory-policy')],
      ['mem_allocator', 'jemalloc-5.3.0'],
    ],
  ]
}

const persistenceSection = ({ dirty, persistence, config }: Server): Section => [
  'Persistence',
  [
    ['loading', 0],
    ['rdb_changes_since_last_save', dirty],
    ['rdb_bgsave_in_progress', 0],
    ['rdb_last_save_time', persistence.lastSave],
    ['rdb_last_bgsave_status', persistence.lastSaveFailed ? 'err' : 'ok'],
    ['aof_enabled', config.is('appendonly') ? 1 : 0],
    ['aof_rewrite_in_progress', 0],
    ['aof_last_bgrewrite_status', 'ok'],
    ['aof_last_write_status', 'ok'],
  ],
]

const statsSection = ({ stats, pubSub }: Server): Section => [
  'Stats',
  [
    ['total_connections_received', stats.connections],
    ['total_commands_processed', stats.commands],
    ['rejected_connections', 0],
    ['expired_keys', stats.expired],
    ['evicted_keys', stats.evicted],
    ['keyspace_hits', stats.hits],
    ['keyspace_misses', stats.misses],
    ['pubsub_channels', pubSub.channels.size],
    ['pubsub_patterns', pubSub.patterns.size],
    ['total_error_replies', [...stats.errors.values()].reduce((sum, count) => sum + count, 0)],
  ],
]

const replicationSection = ({ replication }: Server): Section => ['Replication', replication.rows()]

function cpuSection({ sys }: Server): Section {
  const { systemMs, userMs } = sys.times()
  return [
    'CPU',
    [
      ['used_cpu_sys', (systemMs / 1000).toFixed(6)],
      ['used_cpu_user', (userMs / 1000).toFixed(6)],
    ],
  ]
}

const commandSection = ({ stats }: Server): Section => [
  'Commandstats',
  [...stats.perCommand].map(([name, { calls, microseconds }]) => [
    `cmdstat_${name}`,
    `calls=${calls},usec=${Math.round(microseconds)},usec_per_call=${(microseconds / calls).toFixed(2)},rejected_calls=0,failed_calls=0`,
  ]),
]

const errorSection = ({ stats }: Server): Section => [
  'Errorstats',
  [...stats.errors].map(([kind, count]) => [`errorstat_${kind}`, `count=${count}`]),
]

const keyspaceSection = ({ databases }: Server): Section => [
  'Keyspace',
  databases
    .filter(({ size }) => size > 0)
    .map(({ index, size, deadlines }) => [
      `db${index}`,
      `keys=${size},expires=${deadlines.size},avg_ttl=0,subexpiry=0`,
    ]),
]

type Make = (server: Server, nowMs: number) => Section
const SECTIONS: readonly (readonly [name: string, make: Make, byDefault: boolean])[] = [
  ['server', serverSection, true],
  ['clients', clientsSection, true],
  ['memory', memorySection, true],
  ['persistence', persistenceSection, true],
  ['stats', statsSection, true],
  ['replication', replicationSection, true],
  ['cpu', cpuSection, true],
  ['modules', () => ['Modules', []], true],
  ['commandstats', commandSection, false],
  ['errorstats', errorSection, true],
  ['cluster', () => ['Cluster', [['cluster_enabled', 0]]], true],
  ['keyspace', keyspaceSection, true],
]

/** INFO's text. @param wanted sections; none for the default ones */
export function infoText(server: Server, wanted: readonly string[]): string {
  const names = wanted.map((name) => name.toLowerCase())
  const everything = names.includes('all') || names.includes('everything')
  const standard = names.length === 0 || names.includes('default')
  return SECTIONS.filter(([name, , byDefault]) => everything || names.includes(name) || (standard && byDefault))
    .map(([, make]) => make(server, server.now()))
    .map(([title, rows]) => `# ${title}\r\n${rows.map(([name, value]) => `${name}:${value}\r\n`).join('')}`)
    .join('\r\n')
}
