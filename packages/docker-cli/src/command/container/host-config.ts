import type { DeviceMapping, DeviceRequest, HostConfig, PortMap, ThrottleDevice, Ulimit } from '@drydock/docker-api'
import { isErrno } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'
import { type Cli, CliError, parseBytes } from '@drydock/cli-plugin'
import type { ContainerFlags } from './container-config.ts'
import { toRecord } from './key-value-file.ts'
import { csvPairs } from './container-checks.ts'
import { parseMount } from './volume-flags.ts'

const orNull = (words: readonly string[]): string[] | null => (words.length > 0 ? [...words] : null)

/** `net_admin` as `CAP_NET_ADMIN`; `ALL` swallows the others. */
function capabilities(words: readonly string[]): string[] {
  const names = words
    .map((word) => word.trim().toUpperCase())
    .map((name) => (name === 'ALL' || name.startsWith('CAP_') ? name : `CAP_${name}`))
  return names.includes('ALL') ? ['ALL'] : [...new Set(names)].toSorted()
}

/** `no`, `always`, `on-failure:3`. */
export function parseRestart(text: string): { Name: string; MaximumRetryCount: number } {
  if (text === '') return { Name: '', MaximumRetryCount: 0 }
  const [name = '', count] = text.split(':')
  if (name === '') throw new CliError(`invalid restart policy format: no policy provided before colon`)
  if (count !== undefined && !/^[+-]?\d+$/.test(count))
    throw new CliError(`invalid restart policy format: maximum retry count must be an integer`)
  return { Name: name, MaximumRetryCount: Number(count ?? 0) }
}

const parseUlimit = (text: string): Ulimit => {
  const [name = '', limits = ''] = text.split('=')
  const [soft = '', hard = soft] = limits.split(':')
  return { Name: name, Hard: Number(hard), Soft: Number(soft) }
}

function parseDevice(text: string): DeviceMapping {
  const [source = '', second, third] = text.split(':')
  const isMode = (word: string | undefined): boolean => word !== undefined && /^[rwm]{1,3}$/.test(word)
  const target = second === undefined || isMode(second) ? source : second
  if (third !== undefined && !isMode(third)) throw new CliError(`bad mode specified: ${third}`)
  if (!target.startsWith('/')) throw new CliError(`${target} is not an absolute path`)
  return {
    PathOnHost: source,
    PathInContainer: target,
    CgroupPermissions: third ?? (isMode(second) ? (second ?? '') : 'rwm'),
  }
}

function parseGpus(text: string): DeviceRequest {
  const pairs = csvPairs(text)
  const one = (key: string): string | undefined => pairs.find(([each]) => each === key)?.[1]
  const bare = pairs.find(([, value]) => value === undefined)?.[0]
  const count = one('count') ?? bare
  const devices = one('device')?.split(',')
  return {
    Driver: one('driver') ?? '',
    Count: devices ? 0 : count === 'all' ? -1 : Number(count ?? 1),
    DeviceIDs: devices ?? null,
    Capabilities: [
      ['gpu', ...(one('capabilities')?.split(',') ?? [])].filter((each, i, all) => all.indexOf(each) === i),
    ],
    Options: toRecord(one('options')?.split(',') ?? []),
  }
}

const parseThrottle = (text: string): ThrottleDevice => {
  const [path = '', rate = ''] = text.split(':')
  return { Path: path, Rate: parseBytes(rate) }
}
const weightDevice = (text: string): { Path: string; Weight: number } => {
  const [path = '', weight] = text.split(':')
  return { Path: path, Weight: Number(weight) }
}

/** `/run:size=64m` */
const tmpfs = (words: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf(':')
      return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)]
    }),
  )

function storageOptions(words: readonly string[]): Record<string, string> {
  if (words.some((word) => !word.includes('='))) throw new CliError('invalid storage option')
  return toRecord(words)
}

/** `no-new-privileges` needs no value, everything else is `name=value`. */
async function securityOptions(cli: Cli, words: readonly string[]): Promise<string[] | null> {
  for (const word of words)
    if (!/[=:]/.test(word) && word !== 'no-new-privileges' && word !== 'systempaths=unconfined')
      throw new CliError(`Invalid --security-opt: ${JSON.stringify(word)}`)
  return orNull(await Promise.all(words.map((word) => withProfile(cli, word))))
}

/** The engine is sent the profile, not its file. */
async function withProfile(cli: Cli, word: string): Promise<string> {
  const [, file = ''] = /^seccomp[=:](.*)$/.exec(word) ?? []
  if (file === '' || file === 'unconfined' || file === 'builtin') return word
  try {
    return `seccomp=${JSON.stringify(JSON.parse(await readTextFile(cli.sys, file)))}`
  } catch (error) {
    if (isErrno(error))
      throw new CliError(`opening seccomp profile (${file}) failed: open ${file}: ${error.message.toLowerCase()}`)
    if (!(error instanceof SyntaxError)) throw error
    throw new CliError(`compacting json for seccomp profile (${file}) failed: ${error.message}`)
  }
}

function logConfig(flags: ContainerFlags): { Type: string; Config: Record<string, string> } {
  const driver = flags['log-driver']
  if (driver === 'none' && flags['log-opt'].length > 0) throw new CliError('invalid logging opts for driver none')
  return { Type: driver, Config: toRecord(flags['log-opt']) }
}

function check(flags: ContainerFlags, changed: ReadonlySet<string>): void {
  const swappiness = flags['memory-swappiness']
  if (swappiness !== -1 && (swappiness < 0 || swappiness > 100))
    throw new CliError(`invalid value: ${swappiness}. Valid memory swappiness range is 0-100`)
  const modes: readonly (readonly [string, string, string])[] = [
    ['pid', flags.pid, '--pid: invalid PID mode'],
    ['uts', flags.uts, '--uts: invalid UTS mode'],
    ['userns', flags.userns, '--userns: invalid USER mode'],
  ]
  for (const [name, value, problem] of modes)
    if (value !== '' && value !== 'host' && !(name === 'pid' && value.startsWith('container:')))
      throw new CliError(problem)
  if (flags.cgroupns !== '' && !['host', 'private'].includes(flags.cgroupns))
    throw new CliError('--cgroupns: invalid CGROUP mode')
  void changed
}

interface Parts {
  readonly binds: string[] | null
  readonly bindings: PortMap
  readonly mode: string
}

/** The half of a container that is about its host. A table of flags and where they go. */
export async function hostConfig(
  cli: Cli,
  flags: ContainerFlags,
  changed: ReadonlySet<string>,
  { binds, bindings, mode }: Parts,
): Promise<HostConfig> {
  check(flags, changed)
  const restart = parseRestart(flags.restart)
  if (flags.rm && !['', 'no'].includes(restart.Name))
    throw new CliError('conflicting options: cannot specify both --restart and --rm')
  const annotations = toRecord(flags.annotation)
  return {
    Binds: binds,
    ContainerIDFile: flags.cidfile,
    LogConfig: logConfig(flags),
    NetworkMode: mode,
    PortBindings: bindings,
    RestartPolicy: restart,
    AutoRemove: flags.rm,
    VolumeDriver: flags['volume-driver'],
    VolumesFrom: orNull(flags['volumes-from']),
    ConsoleSize: consoleSize(cli, flags),
    ...(Object.keys(annotations).length > 0 ? { Annotations: annotations } : {}),
    CapAdd: orNull(capabilities(flags['cap-add'])),
    CapDrop: orNull(capabilities(flags['cap-drop'])),
    CgroupnsMode: flags.cgroupns,
    Dns: [...flags.dns],
    DnsOptions: [...flags['dns-option']],
    DnsSearch: [...flags['dns-search']],
    ExtraHosts: orNull(flags['add-host']),
    GroupAdd: orNull(flags['group-add']),
    IpcMode: flags.ipc,
    Cgroup: '',
    Links: orNull(flags.link),
    OomScoreAdj: flags['oom-score-adj'],
    PidMode: flags.pid,
    Privileged: flags.privileged,
    PublishAllPorts: flags['publish-all'],
    ReadonlyRootfs: flags['read-only'],
    SecurityOpt: await securityOptions(cli, flags['security-opt']),
    ...(flags['storage-opt'].length > 0 ? { StorageOpt: storageOptions(flags['storage-opt']) } : {}),
    ...(flags.tmpfs.length > 0 ? { Tmpfs: tmpfs(flags.tmpfs) } : {}),
    UTSMode: flags.uts,
    UsernsMode: flags.userns,
    ShmSize: flags['shm-size'],
    ...(flags.sysctl.length > 0 ? { Sysctls: toRecord(flags.sysctl) } : {}),
    ...(flags.runtime === '' ? {} : { Runtime: flags.runtime }),
    Isolation: flags.isolation,
    ...limits(flags),
    ...(flags.mount.length > 0 ? { Mounts: flags.mount.map((text) => parseMount(text, cli.sys.getcwd())) } : {}),
    MaskedPaths: null,
    ReadonlyPaths: null,
    ...(changed.has('init') ? { Init: flags.init } : {}),
  }
}

/** [rows, columns] of the terminal in front. */
function consoleSize(cli: Cli, flags: ContainerFlags): [number, number] {
  if (!flags.tty || !cli.isTerminal(1)) return [0, 0]
  const { rows, cols } = cli.sys.getWindowSize(1)
  return [rows, cols]
}

const limits = (flags: ContainerFlags): HostConfig => ({
  CpuShares: flags['cpu-shares'],
  Memory: flags.memory,
  NanoCpus: flags.cpus,
  CgroupParent: flags['cgroup-parent'],
  BlkioWeight: flags['blkio-weight'],
  BlkioWeightDevice: flags['blkio-weight-device'].map(weightDevice),
  BlkioDeviceReadBps: flags['device-read-bps'].map(parseThrottle),
  BlkioDeviceWriteBps: flags['device-write-bps'].map(parseThrottle),
  BlkioDeviceReadIOps: flags['device-read-iops'].map(parseThrottle),
  BlkioDeviceWriteIOps: flags['device-write-iops'].map(parseThrottle),
  CpuPeriod: flags['cpu-period'],
  CpuQuota: flags['cpu-quota'],
  CpuRealtimePeriod: flags['cpu-rt-period'],
  CpuRealtimeRuntime: flags['cpu-rt-runtime'],
  CpusetCpus: flags['cpuset-cpus'],
  CpusetMems: flags['cpuset-mems'],
  Devices: flags.device.map(parseDevice),
  DeviceCgroupRules: orNull(flags['device-cgroup-rule']),
  DeviceRequests: flags.gpus.length > 0 ? flags.gpus.map(parseGpus) : null,
  MemoryReservation: flags['memory-reservation'],
  MemorySwap: flags['memory-swap'],
  MemorySwappiness: flags['memory-swappiness'],
  OomKillDisable: flags['oom-kill-disable'],
  PidsLimit: flags['pids-limit'],
  Ulimits: flags.ulimit.map(parseUlimit),
  CpuCount: flags['cpu-count'],
  CpuPercent: flags['cpu-percent'],
  IOMaximumIOps: flags['io-maxiops'],
  IOMaximumBandwidth: flags['io-maxbandwidth'],
})
