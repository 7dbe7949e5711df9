import { isErrno, type StatFs } from '@drydock/abi'
import { type Family, type Sample, single } from './exposition.ts'

/** What collectors look at. */
export interface Machine {
  /** A file below /proc, as `net/dev`. @throws errno when it can't be read */
  readonly proc: (path: string) => Promise<string>
  /** Where the machine's root is mounted, as `/rootfs`; '' for the root itself. */
  readonly rootfs: string
  /** @throws errno */
  readonly statfs: (path: string) => StatFs
  readonly nowMs: number
}
type Collector = (machine: Machine) => Promise<readonly Family[]>

const USER_HZ = 100
const words = (line: string): string[] => line.trim().split(/\s+/)
const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '')

const CPU_MODES = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal']

/** Ticks of each processor. proc_stat(5) */
async function cpu({ proc }: Machine): Promise<readonly Family[]> {
  const rows = linesOf(await proc('stat')).filter((line) => /^cpu\d/.test(line))
  const samples = rows.flatMap((row) => {
    const [name = '', ...ticks] = words(row)
    return CPU_MODES.map((mode, at): Sample => [{ cpu: name.slice(3), mode }, Number(ticks[at] ?? 0) / USER_HZ])
  })
  return [{ name: 'node_cpu_seconds_total', help: 'Seconds the CPUs spent in each mode.', kind: 'counter', samples }]
}

/** Words of /proc/stat that become metrics of their own. */
const STAT: readonly (readonly [word: string, kind: Family['kind'], name: string, help: string])[] = [
  ['btime', 'gauge', 'node_boot_time_seconds', 'Node boot time, in unixtime.'],
  ['ctxt', 'counter', 'node_context_switches_total', 'Total number of context switches.'],
  ['processes', 'counter', 'node_forks_total', 'Total number of forks.'],
  ['intr', 'counter', 'node_intr_total', 'Total number of interrupts serviced.'],
  ['procs_running', 'gauge', 'node_procs_running', 'Number of processes in runnable state.'],
  ['procs_blocked', 'gauge', 'node_procs_blocked', 'Number of processes blocked waiting for I/O to complete.'],
]

async function stat({ proc }: Machine): Promise<readonly Family[]> {
  const values = new Map(linesOf(await proc('stat')).map((line) => [words(line)[0], Number(words(line)[1])]))
  return STAT.flatMap(([word, kind, name, help]) => {
    const value = values.get(word)
    return value === undefined ? [] : [single(kind, name, help, value)]
  })
}

async function meminfo({ proc }: Machine): Promise<readonly Family[]> {
  return linesOf(await proc('meminfo')).map((row) => {
    const [field = '', amount = '', unit] = words(row)
    const name = field.replace(':', '').replace(/\((.*)\)/, '_$1') + (unit === 'kB' ? '_bytes' : '')
    const value = Number(amount) * (unit === 'kB' ? 1024 : 1)
    return single('gauge', `node_memory_${name}`, `Memory information field ${name}.`, value)
  })
}

async function loadavg({ proc }: Machine): Promise<readonly Family[]> {
  const loads = words(await proc('loadavg'))
  return ['1', '5', '15'].map((minutes, at) =>
    single('gauge', `node_load${minutes}`, `${minutes}m load average.`, Number(loads[at])),
  )
}

/** What is no place for anybody's files. */
const PSEUDO_TYPES =
  /^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs)$/
const PSEUDO_PLACES =
  /^\/(dev|proc|run\/credentials\/.+|sys|var\/lib\/docker\/.+|var\/lib\/containers\/storage\/.+)($|\/)/

const FILESYSTEM: readonly (readonly [what: string, help: string, value: (found: StatFs) => number])[] = [
  ['size_bytes', 'Filesystem size in bytes.', ({ totalBytes }) => totalBytes],
  ['free_bytes', 'Filesystem free space in bytes.', ({ freeBytes }) => freeBytes],
  ['avail_bytes', 'Filesystem space available to non-root users in bytes.', ({ freeBytes }) => freeBytes],
  ['files', 'Filesystem total file nodes.', ({ files }) => files],
  ['files_free', 'Filesystem total free file nodes.', ({ freeFiles }) => freeFiles],
]

async function filesystem({ proc, statfs, rootfs }: Machine): Promise<readonly Family[]> {
  const mounts = linesOf(await proc('1/mounts'))
    .map(words)
    .map(([device = '', place = '', fstype = '', options = '']) => ({
      labels: { device, mountpoint: place.slice(isBelow(rootfs, place) ? rootfs.length : 0) || '/', fstype },
      readonly: options.split(',').includes('ro'),
    }))
    .filter(({ labels }) => !PSEUDO_TYPES.test(labels.fstype) && !PSEUDO_PLACES.test(labels.mountpoint))
    .map((mount) => ({ ...mount, found: orErrno(() => statfs(rootfs + mount.labels.mountpoint)) }))
  const family = (
    what: string,
    help: string,
    value: (mount: (typeof mounts)[number]) => number | undefined,
  ): Family => {
    const samples = mounts.flatMap((mount): Sample[] => {
      const number = value(mount)
      const device_error = typeof mount.found === 'string' ? mount.found : ''
      return number === undefined ? [] : [[{ ...mount.labels, device_error }, number]]
    })
    return { name: `node_filesystem_${what}`, help, kind: 'gauge', samples }
  }
  return [
    ...FILESYSTEM.map(([what, help, value]) =>
      family(what, help, ({ found }) => (typeof found === 'string' ? undefined : value(found))),
    ),
    family('readonly', 'Filesystem read-only status.', ({ readonly }) => (readonly ? 1 : 0)),
    family('device_error', 'Whether an error occurred while getting statistics for the given device.', ({ found }) =>
      typeof found === 'string' ? 1 : 0,
    ),
  ]
}

const isBelow = (folder: string, path: string): boolean => path === folder || path.startsWith(`${folder}/`)

/** What was found, or in words why it can't be. */
function orErrno<T>(find: () => T): T | string {
  try {
    return find()
  } catch (error) {
    if (!isErrno(error)) throw error
    return error.message.toLowerCase()
  }
}

/** Columns of /proc/net/dev. proc_pid_net(5) */
const RECEIVED = ['bytes', 'packets', 'errs', 'drop', 'fifo', 'frame', 'compressed', 'multicast']
const SENT = ['bytes', 'packets', 'errs', 'drop', 'fifo', 'colls', 'carrier', 'compressed']

async function netdev({ proc }: Machine): Promise<readonly Family[]> {
  const rows = linesOf(await proc('net/dev'))
    .slice(2)
    .map((line) => line.trim().split(/[:\s]+/))
  const columns = [...RECEIVED.map((what) => `receive_${what}`), ...SENT.map((what) => `transmit_${what}`)]
  return columns.map((what, at) => ({
    name: `node_network_${what}_total`,
    help: `Network device statistic ${what}.`,
    kind: 'counter',
    samples: rows.map(([device = '', ...counts]): Sample => [{ device }, Number(counts[at])]),
  }))
}

async function uname({ proc }: Machine): Promise<readonly Family[]> {
  const kernel = async (what: string): Promise<string> => (await proc(`sys/kernel/${what}`)).trim()
  const labels = {
    sysname: await kernel('ostype'),
    release: await kernel('osrelease'),
    version: await kernel('version'),
    machine: 'x86_64',
    nodename: await kernel('hostname'),
    domainname: await kernel('domainname'),
  }
  const help = 'Labeled system information as provided by the uname system call.'
  return [{ name: 'node_uname_info', help, kind: 'gauge', samples: [[labels, 1]] }]
}

const time: Collector = async ({ nowMs }) => [
  single('gauge', 'node_time_seconds', 'System time in seconds since epoch (1970).', nowMs / 1000),
]

async function filefd({ proc }: Machine): Promise<readonly Family[]> {
  const [allocated, , maximum] = words(await proc('sys/fs/file-nr')).map(Number)
  return [
    single('gauge', 'node_filefd_allocated', 'File descriptor statistics: allocated.', allocated ?? 0),
    single('gauge', 'node_filefd_maximum', 'File descriptor statistics: maximum.', maximum ?? 0),
  ]
}

async function sockstat({ proc }: Machine): Promise<readonly Family[]> {
  return linesOf(await proc('net/sockstat')).flatMap((line) => {
    const [protocol = '', ...pairs] = words(line)
    return pairs.flatMap((what, at) => {
      if (at % 2 === 1) return []
      const name = `${protocol.replace(':', '')}_${what}`
      const help = `Number of ${protocol.replace(':', '')} sockets in state ${what}.`
      return [single('gauge', `node_sockstat_${name}`, help, Number(pairs[at + 1]))]
    })
  })
}

async function entropy({ proc }: Machine): Promise<readonly Family[]> {
  const bits = Number(await proc('sys/kernel/random/entropy_avail'))
  return [single('gauge', 'node_entropy_available_bits', 'Bits of available entropy.', bits)]
}

/** By the names that `--collector.NAME` and `--no-collector.NAME` switch them with. */
export const COLLECTORS: Readonly<Record<string, Collector>> = {
  ...{ cpu, entropy, filefd, filesystem, loadavg, meminfo, netdev, sockstat, stat, time, uname },
}
