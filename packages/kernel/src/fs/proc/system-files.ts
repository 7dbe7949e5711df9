import type { Sysinfo } from '@drydock/abi'
import { majorOf, minorOf } from '../../vfs/device-number.ts'
import type { PathContext } from '../../vfs/path-context.ts'
import { ticks } from './process-files.ts'
import type { ProcSource } from './proc-source.ts'

const kilobytes = (bytes: number): string => `${String(Math.floor(bytes / 1024)).padStart(8)} kB`

const CPU_FLAGS =
  'fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 ht syscall nx pdpe1gb rdtscp lm constant_tsc rep_good nopl xtopology nonstop_tsc cpuid pni pclmulqdq ssse3 fma cx16 sse4_1 sse4_2 movbe popcnt aes xsave avx hypervisor lahf_lm abm avx2'

const CPU_FIELDS: readonly (readonly [string, (cpu: number, cpus: number) => string | number])[] = [
  ['processor\t', (cpu) => cpu],
  ['vendor_id\t', () => 'GenuineIntel'],
  ['cpu family\t', () => 6],
  ['model\t\t', () => 85],
  ['model name\t', () => 'Drydock Virtual CPU @ 2.50GHz'],
  ['stepping\t', () => 7],
  ['cpu MHz\t\t', () => '2500.000'],
  ['cache size\t', () => '16384 KB'],
  ['physical id\t', () => 0],
  ['siblings\t', (_cpu, cpus) => cpus],
  ['core id\t\t', (cpu) => cpu],
  ['cpu cores\t', (_cpu, cpus) => cpus],
  ['apicid\t\t', (cpu) => cpu],
  ['fpu\t\t', () => 'yes'],
  ['cpuid level\t', () => 13],
  ['wp\t\t', () => 'yes'],
  ['flags\t\t', () => CPU_FLAGS],
  ['bogomips\t', () => '5000.00'],
  ['clflush size\t', () => 64],
  ['cache_alignment\t', () => 64],
  ['address sizes\t', () => '46 bits physical, 48 bits virtual'],
  ['power management', () => ''],
]

/** proc_cpuinfo(5). */
function cpuinfo({ cpus }: Sysinfo): string {
  return Array.from({ length: cpus }, (_, cpu) => {
    const lines = CPU_FIELDS.map(([name, value]) => `${name}: ${value(cpu, cpus)}`)
    return `${lines.join('\n').replace('power management: ', 'power management:')}\n\n`
  }).join('')
}

const swapBytes = (source: ProcSource): number =>
  source
    .blocks()
    ?.swapList()
    .reduce((sum, { bytes }) => sum + bytes, 0) ?? 0

/** proc_meminfo(5). Page cache is nothing that a simulated kernel has; what is not used is free. */
function meminfo({ totalMemory, freeMemory }: Sysinfo, swap: number): string {
  const used = totalMemory - freeMemory
  const lines: readonly (readonly [string, number])[] = [
    ['MemTotal', totalMemory],
    ['MemFree', freeMemory],
    ['MemAvailable', freeMemory],
    ['Buffers', 0],
    ['Cached', 0],
    ['SwapCached', 0],
    ['Active', used],
    ['Inactive', 0],
    ['SwapTotal', swap],
    ['SwapFree', swap],
    ['Dirty', 0],
    ['Writeback', 0],
    ['AnonPages', used],
    ['Mapped', 0],
    ['Shmem', 0],
    ['KReclaimable', 0],
    ['Slab', 0],
    ['SReclaimable', 0],
    ['SUnreclaim', 0],
    ['PageTables', 0],
    ['CommitLimit', totalMemory / 2],
    ['Committed_AS', used],
  ]
  return lines.map(([name, bytes]) => `${`${name}:`.padEnd(15)} ${kilobytes(bytes)}\n`).join('')
}

function uptime(source: ProcSource, { uptimeMs, cpus }: Sysinfo): string {
  const idle = Math.max(0, uptimeMs * cpus - source.cpuMs())
  return `${(uptimeMs / 1000).toFixed(2)} ${(idle / 1000).toFixed(2)}\n`
}

function runningOf(source: ProcSource): number {
  return source.pids().filter((pid) => source.task(pid)?.info().state === 'R').length
}

function loadavg(source: ProcSource, { loads, processes }: Sysinfo): string {
  const last = Math.max(0, ...source.pids())
  return `${loads.map((load) => load.toFixed(2)).join(' ')} ${runningOf(source)}/${processes} ${last}\n`
}

/** proc_stat(5): all processor time counts as user time. */
function stat(source: ProcSource, { uptimeMs, cpus }: Sysinfo): string {
  const user = ticks(source.cpuMs())
  const idle = Math.max(0, ticks(uptimeMs * cpus) - user)
  const line = (name: string, share: number): string =>
    `${name} ${Math.floor(user / share)} 0 0 ${Math.floor(idle / share)} 0 0 0 0 0 0\n`
  const each = Array.from({ length: cpus }, (_, cpu) => line(`cpu${cpu}`, cpus)).join('')
  const boot = Math.floor(source.bootTimeMs() / 1000)
  const tail = `btime ${boot}\nprocesses ${source.forks()}\nprocs_running ${runningOf(source)}\nprocs_blocked 0\n`
  return `${line('cpu ', 1)}${each}intr 0\nctxt 0\n${tail}softirq 0 0 0 0 0 0 0 0 0 0 0\n`
}

function version(source: ProcSource, reader: PathContext): string {
  const { sysname, release, version: build } = source.uname(reader)
  return `${sysname} version ${release} (drydock@drydock) (TypeScript) ${build}\n`
}

const FILE_SYSTEMS = [
  ...['sysfs', 'tmpfs', 'proc', 'cgroup2', 'devtmpfs', 'sockfs', 'pipefs', 'devpts'].map((name) => `nodev\t${name}\n`),
  ...['ext3', 'ext2', 'ext4'].map((name) => `\t${name}\n`),
  'nodev\toverlay\n',
  '\txfs\n',
].join('')

const DEVICES = `Character devices:
  1 mem
  5 /dev/tty
  5 /dev/console
  5 /dev/ptmx
136 pts

Block devices:
  7 loop
  8 sd
259 blkext
`

const PARTITIONS = `major minor  #blocks  name

   8        0   52428800 sda
   8        1   52427776 sda1
`

/** proc_vmstat(5): counters of what this kernel has. */
function vmstat({ totalMemory, freeMemory }: Sysinfo): string {
  const page = 4096
  const used = Math.floor((totalMemory - freeMemory) / page)
  const rows: readonly (readonly [string, number])[] = [
    ['nr_free_pages', Math.floor(freeMemory / page)],
    ['nr_zone_active_anon', used],
    ['nr_active_anon', used],
    ['nr_anon_pages', used],
    ['nr_mapped', 0],
    ['nr_file_pages', 0],
    ['nr_dirty', 0],
    ['nr_writeback', 0],
    ['nr_shmem', 0],
    ['pgpgin', 0],
    ['pgpgout', 0],
    ['pswpin', 0],
    ['pswpout', 0],
    ['pgfault', 0],
    ['pgmajfault', 0],
    ['oom_kill', 0],
  ]
  return rows.map(([name, value]) => `${name} ${value}\n`).join('')
}

const SOFTIRQS = ['HI', 'TIMER', 'NET_TX', 'NET_RX', 'BLOCK', 'IRQ_POLL', 'TASKLET', 'SCHED', 'HRTIMER', 'RCU']
function softirqs({ cpus }: Sysinfo): string {
  const head = `${' '.repeat(20)}${Array.from({ length: cpus }, (_, cpu) => `CPU${cpu}`.padEnd(11)).join('')}\n`
  const zeros = Array.from({ length: cpus }, () => '0'.padStart(11)).join('')
  return head + SOFTIRQS.map((name) => `${name.padStart(12)}:${zeros}\n`).join('')
}

/** proc_interrupts(5): nothing interrupts these processors but themselves. */
function interrupts({ cpus }: Sysinfo): string {
  const head = `           ${Array.from({ length: cpus }, (_, cpu) => `CPU${cpu}`.padEnd(11)).join('')}\n`
  const zeros = Array.from({ length: cpus }, () => '0'.padStart(10)).join(' ')
  const row = (name: string, what: string): string => `${name.padStart(3)}: ${zeros}   ${what}\n`
  return head + INTERRUPTS.map(([name, what]) => row(name, what)).join('')
}
const INTERRUPTS: readonly (readonly [string, string])[] = [
  ['NMI', 'Non-maskable interrupts'],
  ['LOC', 'Local timer interrupts'],
  ['RES', 'Rescheduling interrupts'],
  ['CAL', 'Function call interrupts'],
  ['TLB', 'TLB shootdowns'],
]

/** proc_locks(5). */
function locks(source: ProcSource): string {
  const hex = (part: number): string => part.toString(16).padStart(2, '0')
  return source
    .locks()
    .map(({ kind, type, pid, dev, ino, start, end }, at) => {
      const device = `${hex(majorOf(dev))}:${hex(minorOf(dev))}:${ino}`
      const range = `${start} ${Number.isFinite(end) ? end : 'EOF'}`
      return `${at + 1}: ${kind.padEnd(6)} ADVISORY  ${type.padEnd(5)} ${pid} ${device} ${range}\n`
    })
    .join('')
}

type SystemText = (source: ProcSource, reader: PathContext, sysinfo: () => Sysinfo) => string

const ZERO_STATS = Array.from({ length: 17 }, () => '0').join(' ')

/** Files of /proc itself. proc(5). */
export const SYSTEM_FILES: ReadonlyMap<string, SystemText> = new Map<string, SystemText>([
  ['cgroups', () => '#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t0\t1\t1\nmemory\t0\t1\t1\npids\t0\t1\t1\n'],
  ['cmdline', () => 'BOOT_IMAGE=/boot/vmlinuz root=/dev/sda1 ro quiet\n'],
  ['cpuinfo', (_source, _reader, sysinfo) => cpuinfo(sysinfo())],
  ['devices', () => DEVICES],
  ['diskstats', () => `   8       0 sda ${ZERO_STATS}\n   8       1 sda1 ${ZERO_STATS}\n`],
  ['filesystems', () => FILE_SYSTEMS],
  ['interrupts', (_source, _reader, sysinfo) => interrupts(sysinfo())],
  [
    'kmsg',
    (source) =>
      source
        .dmesg()
        .map((line) => `${line}\n`)
        .join(''),
  ],
  ['loadavg', (source, _reader, sysinfo) => loadavg(source, sysinfo())],
  ['meminfo', (source, _reader, sysinfo) => meminfo(sysinfo(), swapBytes(source))],
  ['modules', () => ''],
  ['partitions', (source) => source.blocks()?.partitionsText() ?? PARTITIONS],
  ['stat', (source, _reader, sysinfo) => stat(source, sysinfo())],
  ['swaps', (source) => `Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n${source.blocks()?.swapsText() ?? ''}`],
  ['uptime', (source, _reader, sysinfo) => uptime(source, sysinfo())],
  ['version', version],
  ['vmstat', (_source, _reader, sysinfo) => vmstat(sysinfo())],
  [
    'buddyinfo',
    () => 'Node 0, zone   Normal      1      1      1      1      1      1      1      1      1      1    900 \n',
  ],
  ['consoles', () => 'ttyS0                -W- (EC  p a)    4:64\n'],
  ['crypto', () => ''],
  ['execdomains', () => '0-0\tLinux           \t[kernel]\n'],
  ['fb', () => ''],
  ['iomem', () => '00000000-00000000 : System RAM\n'],
  ['ioports', () => '0000-0000 : PCI Bus 0000:00\n'],
  ['key-users', () => '    0:     1 0/0 1/1000000 0/25000000\n'],
  ['keys', () => ''],
  ['locks', locks],
  ['sysrq-trigger', () => ''],
  [
    'slabinfo',
    () =>
      'slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n',
  ],
  ['kallsyms', () => ''],
  ['dma', () => ' 4: cascade\n'],
  ['misc', () => '229 fuse\n237 loop-control\n'],
  ['sched_debug', () => ''],
  ['softirqs', (_source, _reader, sysinfo) => softirqs(sysinfo())],
  ['timer_list', () => ''],
])
