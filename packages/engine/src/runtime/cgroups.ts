import type { Resources } from '@drydock/docker-api'
import { isErrno, type Sys } from '@drydock/abi'
import { exists, makeDirectories, quietly, readText, writeBytes } from '../state/files.ts'

const MOUNT = '/sys/fs/cgroup'
/** Microseconds of cpu.max when only a share of processors was asked for. */
const CPU_PERIOD = 100_000

/** The control group of a container, below /sys/fs/cgroup. */
export const cgroupOf = (id: string, parent = ''): string => `${parent || '/docker'}/${id}`

export function makeCgroup(sys: Sys, cgroup: string, resources: Resources): void {
  if (!exists(sys, MOUNT + parentOf(cgroup))) makeParents(sys, cgroup)
  if (exists(sys, MOUNT + cgroup)) return applyResources(sys, cgroup, resources)
  sys.mkdir(MOUNT + cgroup, 0o755)
  for (const [file, value] of limitsOf(resources)) if (!UNLIMITED.includes(value)) writeLimit(sys, cgroup, file, value)
}

/** What the files of a new group say. */
const UNLIMITED: readonly string[] = ['max', `max ${CPU_PERIOD}`]
const parentOf = (cgroup: string): string => cgroup.slice(0, cgroup.lastIndexOf('/'))

/** The groups above, which hand their controllers down. */
export function makeParents(sys: Sys, cgroup: string): void {
  makeDirectories(sys, MOUNT + parentOf(cgroup))
  for (const above of parentsOf(cgroup))
    quietly(() => writeBytes(sys, `${MOUNT}${above}/cgroup.subtree_control`, '+cpuset +cpu +io +memory +pids\n'))
}

/** The groups above, the topmost first: each hands its controllers down. */
const parentsOf = (cgroup: string): string[] => {
  const names = cgroup.split('/').slice(1, -1)
  return names.map((_, at) => `/${names.slice(0, at + 1).join('/')}`)
}

/** Writes the limits that docker run and docker update set. cgroup-v2.rst */
export function applyResources(sys: Sys, cgroup: string, resources: Resources): void {
  for (const [file, value] of limitsOf(resources)) writeLimit(sys, cgroup, file, value)
}

const writeLimit = (sys: Sys, cgroup: string, file: string, value: string): void =>
  quietly(() => writeBytes(sys, `${MOUNT}${cgroup}/${file}`, `${value}\n`))

function limitsOf(resources: Resources): [string, string][] {
  const {
    Memory = 0,
    MemorySwap = 0,
    MemoryReservation = 0,
    BlkioWeight = 0,
    CpusetCpus = '',
    CpusetMems = '',
  } = resources
  const { NanoCpus, CpuQuota, CpuPeriod, PidsLimit, CpuShares } = resources
  const limits: [string, string][] = [['memory.max', Memory ? String(Memory) : 'max']]
  // Docker counts memory and swap together.
  if (Memory > 0 && MemorySwap > 0) limits.push(['memory.swap.max', String(MemorySwap - Memory)])
  if (MemorySwap < 0) limits.push(['memory.swap.max', 'max'])
  if (MemoryReservation > 0) limits.push(['memory.low', String(MemoryReservation)])
  if (BlkioWeight > 0) limits.push(['io.weight', String(1 + Math.floor(((BlkioWeight - 10) * 9999) / 990))])
  if (CpusetCpus !== '') limits.push(['cpuset.cpus', CpusetCpus])
  if (CpusetMems !== '') limits.push(['cpuset.mems', CpusetMems])
  const period = CpuPeriod || CPU_PERIOD
  const quota = NanoCpus ? Math.round((NanoCpus / 1e9) * period) : (CpuQuota ?? 0)
  limits.push(['cpu.max', `${quota > 0 ? quota : 'max'} ${period}`])
  limits.push(['pids.max', PidsLimit && PidsLimit > 0 ? String(PidsLimit) : 'max'])
  if (CpuShares) limits.push(['cpu.weight', String(Math.max(1, Math.floor(1 + ((CpuShares - 2) * 9999) / 262142)))])
  return limits
}

export const removeCgroup = (sys: Sys, cgroup: string): void => quietly(() => sys.rmdir(MOUNT + cgroup))

/** Ends all that is left in a group, which may be gone. cgroup-v2.rst "cgroup.kill" */
export const killAll = (sys: Sys, cgroup: string): void =>
  quietly(() => writeBytes(sys, `${MOUNT}${cgroup}/cgroup.kill`, '1\n'))

/** cgroup.freeze: stops all members, or lets them go on. */
export const freeze = (sys: Sys, cgroup: string, on: boolean): void =>
  writeBytes(sys, `${MOUNT}${cgroup}/cgroup.freeze`, on ? '1\n' : '0\n')

/** A control file; undefined when the group or the file is not there. */
export function readControl(sys: Sys, cgroup: string, file: string): string | undefined {
  try {
    return readText(sys, `${MOUNT}${cgroup}/${file}`).trim()
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

/** The numbers of a file of `name value` lines such as cpu.stat. */
export const readCounters = (sys: Sys, cgroup: string, file: string): ReadonlyMap<string, number> =>
  new Map(
    (readControl(sys, cgroup, file) ?? '').split('\n').map((line): [string, number] => {
      const [name = '', value = '0'] = line.split(' ')
      return [name, Number(value)]
    }),
  )

/** A file of one number; `max` and a missing file are undefined. */
export function readNumber(sys: Sys, cgroup: string, file: string): number | undefined {
  const text = readControl(sys, cgroup, file)
  return text === undefined || text === 'max' || text === '' ? undefined : Number(text)
}
