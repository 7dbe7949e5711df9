import type { Resources } from '@drydock/docker-api'
import { invalid } from '../../problem.ts'
import { cpuRange, parseCpuList } from './cpu-list.ts'

const MIN_MEMORY = 6 * 1024 * 1024

/** What the machine has. */
export interface Machine {
  readonly cpus: number
}
type Rule = (resources: Resources, machine: Machine) => string | undefined

const when = (bad: boolean, message: string): string | undefined => (bad ? message : undefined)

/** In the order in which moby looks (verifyPlatformContainerResources): the first that says something is told. */
const RULES: readonly Rule[] = [
  ({ Memory = 0 }) => when(Memory !== 0 && Memory < MIN_MEMORY, 'Minimum memory limit allowed is 6MB'),
  ({ Memory = 0, MemorySwap = 0 }) =>
    when(
      Memory > 0 && MemorySwap > 0 && MemorySwap < Memory,
      'Minimum memoryswap limit should be larger than memory limit, see usage',
    ),
  ({ MemorySwappiness }) =>
    when(
      typeof MemorySwappiness === 'number' && (MemorySwappiness < 0 || MemorySwappiness > 100),
      `Invalid value: ${MemorySwappiness}, valid memory swappiness range is 0-100`,
    ),
  ({ MemoryReservation = 0 }) =>
    when(MemoryReservation > 0 && MemoryReservation < MIN_MEMORY, 'Minimum memory reservation allowed is 6MB'),
  ({ Memory = 0, MemoryReservation = 0 }) =>
    when(
      Memory > 0 && MemoryReservation > Memory,
      'Minimum memory limit can not be less than memory reservation limit, see usage',
    ),
  ({ NanoCpus = 0, CpuPeriod = 0 }) =>
    when(NanoCpus > 0 && CpuPeriod > 0, 'Conflicting options: Nano CPUs and CPU Period cannot both be set'),
  ({ NanoCpus = 0, CpuQuota = 0 }) =>
    when(NanoCpus > 0 && CpuQuota > 0, 'Conflicting options: Nano CPUs and CPU Quota cannot both be set'),
  ({ NanoCpus = 0 }, { cpus }) =>
    when(
      NanoCpus < 0 || NanoCpus > cpus * 1e9,
      `range of CPUs is from 0.01 to ${cpus}.00, as there are only ${cpus} CPUs available`,
    ),
  ({ CpuShares = 0 }) => when(CpuShares < 0, `invalid CPU shares (${CpuShares}): value must be a positive integer`),
  ({ CpuPeriod = 0 }) =>
    when(
      CpuPeriod !== 0 && (CpuPeriod < 1000 || CpuPeriod > 1_000_000),
      'CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)',
    ),
  ({ CpuQuota = 0 }) => when(CpuQuota > 0 && CpuQuota < 1000, 'CPU cfs quota can not be less than 1ms (i.e. 1000)'),
  ({ CpusetCpus = '' }, { cpus }) => checkCpuset('cpus', 'CPUs', CpusetCpus, cpus),
  ({ CpusetMems = '' }) => checkCpuset('mems', 'memory nodes', CpusetMems, 1),
  ({ BlkioWeight = 0 }) =>
    when(BlkioWeight !== 0 && (BlkioWeight < 10 || BlkioWeight > 1000), 'Range of blkio weight is from 10 to 1000'),
  ({ IOMaximumBandwidth = 0, IOMaximumIOps = 0 }) =>
    when(
      IOMaximumBandwidth !== 0 || IOMaximumIOps !== 0,
      'Invalid QoS settings: linux does not support Maximum IO Bandwidth or Maximum IO IOps',
    ),
  ({ Ulimits }) => Ulimits?.map(checkUlimit).find((problem) => problem !== undefined),
]

function checkCpuset(kind: string, what: string, text: string, available: number): string | undefined {
  if (text === '') return undefined
  const wanted = parseCpuList(text)
  if (!wanted) return `Invalid value ${text} for cpuset ${kind}: invalid format: ${text}`
  return when(
    wanted.some((n) => n >= available),
    `Requested ${what} are not available - requested ${text}, available: ${cpuRange(available)}`,
  )
}

const ULIMITS: readonly string[] =
  'core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack as'.split(' ')

function checkUlimit({ Name, Soft, Hard }: { Name: string; Soft: number; Hard: number }): string | undefined {
  if (!ULIMITS.includes(Name)) return `invalid ulimit type: ${Name}`
  const within = Hard === -1 || (Soft !== -1 && Soft <= Hard)
  return when(!within, `ulimit soft limit must be less than or equal to hard limit: soft ${Soft} hard ${Hard}`)
}

/** @throws Problem invalid */
export function checkResources(resources: Resources, machine: Machine, update = false): void {
  for (const rule of RULES) {
    const problem = rule(resources, machine)
    if (problem !== undefined) throw invalid(problem)
  }
  if (!update && !resources.Memory && (resources.MemorySwap ?? 0) > 0)
    throw invalid('You should always set the Memory limit when using Memoryswap limit, see usage')
}

/** What this machine's kernel does not do, told and left out. Control groups are of version 2. */
export function dropUnsupported(resources: Resources): { resources: Resources; warnings: string[] } {
  const { MemorySwappiness, OomKillDisable } = resources
  const warnings: string[] = []
  if (typeof MemorySwappiness === 'number' && MemorySwappiness !== -1)
    warnings.push(
      'Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.',
    )
  if (OomKillDisable) warnings.push('Your kernel does not support OomKillDisable. OomKillDisable discarded.')
  const { MemorySwappiness: _, ...rest } = resources
  return { resources: { ...rest, OomKillDisable: false }, warnings }
}
