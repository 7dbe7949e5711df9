import { CommandError } from './resp/reply.ts'
import { globMatcher } from './store/glob.ts'

/** Directives and what they are until somebody sets them. `!` before a default: fixed once the server runs. */
const DEFAULTS: readonly (readonly [name: string, value: string])[] = [
  ['bind', '* -::*'],
  ['port', '!6379'],
  ['protected-mode', 'yes'],
  ['tcp-backlog', '!511'],
  ['timeout', '0'],
  ['tcp-keepalive', '300'],
  ['unixsocket', '!'],
  ['unixsocketperm', '!0'],
  ['daemonize', '!no'],
  ['supervised', '!no'],
  ['pidfile', '!'],
  ['loglevel', 'notice'],
  ['logfile', '!'],
  ['databases', '!16'],
  ['always-show-logo', '!no'],
  ['set-proc-title', 'yes'],
  ['save', '3600 1 300 100 60 10000'],
  ['stop-writes-on-bgsave-error', 'yes'],
  ['rdbcompression', 'yes'],
  ['rdbchecksum', 'yes'],
  ['dbfilename', 'dump.rdb'],
  ['dir', ''],
  ['requirepass', ''],
  ['masterauth', ''],
  ['masteruser', ''],
  ['replicaof', ''],
  ['replica-read-only', 'yes'],
  ['replica-serve-stale-data', 'yes'],
  ['replica-priority', '100'],
  ['repl-diskless-sync', 'yes'],
  ['repl-timeout', '60'],
  ['repl-backlog-size', '1048576'],
  ['min-replicas-to-write', '0'],
  ['min-replicas-max-lag', '10'],
  ['maxclients', '10000'],
  ['maxmemory', '0'],
  ['maxmemory-policy', 'noeviction'],
  ['maxmemory-samples', '5'],
  ['lazyfree-lazy-eviction', 'no'],
  ['lazyfree-lazy-expire', 'no'],
  ['appendonly', 'no'],
  ['appendfilename', '!appendonly.aof'],
  ['appenddirname', '!appendonlydir'],
  ['appendfsync', 'everysec'],
  ['no-appendfsync-on-rewrite', 'no'],
  ['auto-aof-rewrite-percentage', '100'],
  ['auto-aof-rewrite-min-size', '67108864'],
  ['aof-load-truncated', 'yes'],
  ['aof-use-rdb-preamble', 'yes'],
  ['slowlog-log-slower-than', '10000'],
  ['slowlog-max-len', '128'],
  ['latency-monitor-threshold', '0'],
  ['notify-keyspace-events', ''],
  ['hash-max-listpack-entries', '512'],
  ['hash-max-listpack-value', '64'],
  ['list-max-listpack-size', '-2'],
  ['set-max-intset-entries', '512'],
  ['zset-max-listpack-entries', '128'],
  ['zset-max-listpack-value', '64'],
  ['activerehashing', 'yes'],
  ['client-output-buffer-limit', 'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60'],
  ['hz', '10'],
  ['proto-max-bulk-len', '536870912'],
  ['io-threads', '!1'],
  ['cluster-enabled', '!no'],
  ['cluster-port', '!0'],
  ['cluster-node-timeout', '15000'],
  ['lazyfree-lazy-server-del', 'no'],
  ['lazyfree-lazy-user-del', 'no'],
  ['lazyfree-lazy-user-flush', 'no'],
  ['replica-lazy-flush', 'no'],
  ['replica-ignore-maxmemory', 'yes'],
  ['replica-announce-ip', ''],
  ['replica-announce-port', '0'],
  ['replica-announced', 'yes'],
  ['repl-backlog-ttl', '3600'],
  ['repl-diskless-load', 'disabled'],
  ['repl-diskless-sync-delay', '5'],
  ['repl-disable-tcp-nodelay', 'no'],
  ['repl-ping-replica-period', '10'],
  ['lfu-log-factor', '10'],
  ['lfu-decay-time', '1'],
  ['lua-time-limit', '5000'],
  ['busy-reply-threshold', '5000'],
  ['stream-node-max-bytes', '4096'],
  ['stream-node-max-entries', '100'],
  ['list-compress-depth', '0'],
  ['hll-sparse-max-bytes', '3000'],
  ['active-expire-effort', '1'],
  ['activedefrag', 'no'],
  ['jemalloc-bg-thread', 'yes'],
  ['dynamic-hz', 'yes'],
  ['maxmemory-eviction-tenacity', '10'],
  ['maxmemory-clients', '0'],
  ['client-query-buffer-limit', '1073741824'],
  ['latency-tracking', 'yes'],
  ['latency-tracking-info-percentiles', '50 99 99.9'],
  ['rdb-save-incremental-fsync', 'yes'],
  ['rdb-del-sync-files', 'no'],
  ['aof-rewrite-incremental-fsync', 'yes'],
  ['aof-timestamp-enabled', 'no'],
  ['acllog-max-len', '128'],
  ['acl-pubsub-default', 'resetchannels'],
  ['aclfile', '!'],
  ['sanitize-dump-payload', '!no'],
  ['enable-protected-configs', '!no'],
  ['enable-debug-command', '!no'],
  ['enable-module-command', '!no'],
  ['io-threads-do-reads', '!no'],
  ['syslog-enabled', '!no'],
  ['oom-score-adj', 'no'],
  ['shutdown-timeout', '10'],
  ['slave-announce-ip', ''],
  ['tracking-table-max-keys', '1000000'],
  ['tls-port', '0'],
]

const SIZES: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['k', 1000],
  ['kb', 1024],
  ['m', 1000 ** 2],
  ['mb', 1024 ** 2],
  ['g', 1000 ** 3],
  ['gb', 1024 ** 3],
])
const MEMORY = new Set(['maxmemory', 'auto-aof-rewrite-min-size', 'proto-max-bulk-len'])
const CHOICES: ReadonlyMap<string, readonly string[]> = new Map([
  ['appendfsync', ['always', 'everysec', 'no']],
  ['loglevel', ['debug', 'verbose', 'notice', 'warning', 'nothing']],
  [
    'maxmemory-policy',
    [
      'volatile-lru',
      'volatile-lfu',
      'volatile-random',
      'volatile-ttl',
      'allkeys-lru',
      'allkeys-lfu',
      'allkeys-random',
      'noeviction',
    ],
  ],
])
const NUMBER = /^-?\d+$/

/** Each as the check that a value passes; directives without a kind take any text. */
function problemOf(name: string, value: string, normal: string): string | undefined {
  const choices = CHOICES.get(name) ?? (normal === 'yes' || normal === 'no' ? ['yes', 'no'] : undefined)
  if (choices && !choices.includes(value))
    return choices.length === 2
      ? "argument must be 'yes' or 'no'"
      : `argument(s) must be one of the following: ${choices.join(', ')}`
  if (MEMORY.has(name)) return memory(value) === undefined ? 'argument must be a memory value' : undefined
  if (normal !== '' && NUMBER.test(normal) && !NUMBER.test(value)) return "argument couldn't be parsed into an integer"
  return undefined
}

function memory(value: string): number | undefined {
  const found = /^(\d+)([a-z]*)$/i.exec(value)
  const unit = SIZES.get((found?.[2] ?? '-').toLowerCase())
  return found && unit !== undefined ? Number(found[1]) * unit : undefined
}

/** Letters of notify-keyspace-events, as the server writes them. @throws CommandError for one that is none */
function eventClasses(value: string, failed: (reason: string) => CommandError): string {
  if (/[^Ag$lshzxeKEtmdn]/.test(value)) throw failed("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.")
  const all = value.includes('A') || [...'g$lshzxetd'].every((letter) => value.includes(letter))
  const classes = all ? 'A' : [...'g$lshzxetd'].filter((letter) => value.includes(letter)).join('')
  return classes + [...'KEmn'].filter((letter) => value.includes(letter)).join('')
}

/** Old names. */
const ALIASES: Readonly<Record<string, string>> = {
  slaveof: 'replicaof',
  'slave-read-only': 'replica-read-only',
  'slave-serve-stale-data': 'replica-serve-stale-data',
  'slave-priority': 'replica-priority',
}

/** A line of a configuration file, or an option, that is not understood. */
export class ConfigError extends Error {}

/** redis.conf(5), as far as it has a meaning here; the rest is kept and shown. */
export class Config {
  private readonly values = new Map<string, string>()
  private readonly fixed = new Set<string>()
  private readonly normal = new Map<string, string>()
  /** Lines `user NAME RULE…`. */
  readonly users: (readonly string[])[] = []

  constructor() {
    for (const [name, value] of DEFAULTS) {
      const plain = value.replace(/^!/, '')
      if (plain !== value) this.fixed.add(name)
      this.values.set(name, plain)
      this.normal.set(name, plain)
    }
  }

  get(name: string): string {
    return this.values.get(name) ?? ''
  }

  is(name: string): boolean {
    return this.get(name) === 'yes'
  }

  number(name: string): number {
    return Number(this.get(name))
  }

  /** From the configuration file or the command line. @throws ConfigError */
  directive(name: string, words: readonly string[]): void {
    const lower = name.toLowerCase()
    if (lower === 'rename-command' || lower === 'loadmodule' || lower === 'include') return
    if (lower === 'user') return void this.users.push(words)
    if (ALIASES[lower] !== undefined) return this.directive(ALIASES[lower], words)
    if (!this.values.has(lower) || words.length === 0)
      throw new ConfigError('Bad directive or wrong number of arguments')
    if (lower === 'save' && words.join('') !== '' && this.saveGiven) words = [this.get('save'), ...words]
    if (lower === 'save') this.saveGiven = true
    const value = words.join(' ').trim()
    const problem = problemOf(lower, value, this.normal.get(lower) ?? '')
    if (problem !== undefined) throw new ConfigError(problem)
    this.values.set(lower, MEMORY.has(lower) ? String(memory(value) ?? 0) : value)
  }

  private saveGiven = false

  /** CONFIG SET. @throws CommandError */
  set(name: string, value: string): void {
    const lower = name.toLowerCase()
    const failed = (reason: string): CommandError =>
      new CommandError(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`)
    if (!this.values.has(lower))
      throw new CommandError(`ERR Unknown option or number of arguments for CONFIG SET - '${name}'`)
    if (lower === 'notify-keyspace-events') return void this.values.set(lower, eventClasses(value, failed))
    if (this.fixed.has(lower)) throw failed("can't set immutable config")
    const problem = problemOf(lower, value, this.normal.get(lower) ?? '')
    if (problem !== undefined) throw failed(problem)
    this.values.set(lower, MEMORY.has(lower) ? String(memory(value) ?? 0) : value)
  }

  matching(patterns: readonly string[]): (readonly [string, string])[] {
    const matchers = patterns.map((pattern) => globMatcher(pattern.toLowerCase()))
    return [...this.values].filter(([name]) => matchers.some((matches) => matches(name)))
  }

  /** What differs from the defaults, as lines of a file. */
  lines(): string[] {
    return [...this.values]
      .filter(([name, value]) => value !== this.normal.get(name))
      .map(([name, value]) => `${name} ${value === '' ? '""' : value}`)
  }

  /** Seconds and changes after which the data are saved. */
  savePoints(): readonly { readonly seconds: number; readonly changes: number }[] {
    const numbers = this.get('save').replace(/"/g, '').split(/\s+/).filter(Boolean).map(Number)
    return Array.from({ length: Math.floor(numbers.length / 2) }, (_, i) => ({
      seconds: numbers[2 * i] ?? 0,
      changes: numbers[2 * i + 1] ?? 0,
    }))
  }
}
