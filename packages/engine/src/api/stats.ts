import { CLONE_NEWNET, isErrno } from '@drydock/abi'
import type { CpuStats, NetworkStats, Stats } from '@drydock/docker-api'
import type { ServerResponse } from '@drydock/http'
import type { Container } from '../containers/container.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import { cgroupOf, readCounters, readNumber } from '../runtime/cgroups.ts'
import { insideNamespaces } from '../runtime/launch.ts'
import { NEVER, timestamp } from '../timestamps.ts'
import { type Call, flag, flagOr, param, type Route, route } from './route.ts'

const NO_LIMIT = 2 ** 64
/** Go's largest uint64 is no double: the one above it stands for it until it is printed. */
const print = (stats: Stats): string =>
  `${JSON.stringify(stats).replaceAll(String(NO_LIMIT), (2n ** 64n - 1n).toString())}\n`
const answer = (stats: Stats): ServerResponse => ({
  status: 200,
  headers: { 'Content-Type': 'application/json' },
  body: print(stats),
})

const NO_CPU: CpuStats = {
  cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 },
  throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
}

function cpuStats({ sys }: DaemonParts, cgroup: string): CpuStats {
  const counters = readCounters(sys, cgroup, 'cpu.stat')
  const nanoseconds = (name: string): number => (counters.get(name) ?? 0) * 1000
  const { cpus } = sys.sysinfo()
  return {
    cpu_usage: {
      total_usage: nanoseconds('usage_usec'),
      usage_in_kernelmode: nanoseconds('system_usec'),
      usage_in_usermode: nanoseconds('user_usec'),
    },
    system_cpu_usage: Math.round(sys.sysinfo().uptimeMs * 1e6 * cpus),
    online_cpus: cpus,
    throttling_data: {
      periods: counters.get('nr_periods') ?? 0,
      throttled_periods: counters.get('nr_throttled') ?? 0,
      throttled_time: nanoseconds('throttled_usec'),
    },
  }
}

function networkStats({ sys }: DaemonParts, pid: number): Record<string, NetworkStats> {
  try {
    const links = insideNamespaces(sys, [{ pid, flags: CLONE_NEWNET }], () => sys.netlink({ op: 'link-list' }))
    return Object.fromEntries(
      links
        .filter(({ name }) => name !== 'lo')
        .map(({ name, rxBytes, rxPackets, txBytes, txPackets }) => [
          name,
          {
            rx_bytes: rxBytes,
            rx_packets: rxPackets,
            rx_errors: 0,
            rx_dropped: 0,
            tx_bytes: txBytes,
            tx_packets: txPackets,
            tx_errors: 0,
            tx_dropped: 0,
          },
        ]),
    )
  } catch (error) {
    if (isErrno(error)) return {}
    throw error
  }
}

/** One reading; of a container that does not run everything is zero. */
function read(parts: DaemonParts, container: Container, before: Stats | undefined): Stats {
  const { sys } = parts
  const cgroup = cgroupOf(container.id, container.hostConfig.CgroupParent)
  const pid = container.process?.pid
  const frame = {
    id: container.id,
    name: container.record.Name,
    num_procs: 0,
    storage_stats: {},
    blkio_stats: { io_service_bytes_recursive: null },
  }
  const preread = before?.read ?? NEVER
  const precpu_stats = before?.cpu_stats ?? NO_CPU
  if (pid === undefined)
    return { ...frame, read: NEVER, preread, pids_stats: {}, cpu_stats: NO_CPU, precpu_stats, memory_stats: {} }
  const usage = readNumber(sys, cgroup, 'memory.current') ?? 0
  return {
    ...frame,
    read: timestamp(sys.clock),
    preread,
    pids_stats: {
      current: readNumber(sys, cgroup, 'pids.current') ?? 0,
      limit: readNumber(sys, cgroup, 'pids.max') ?? NO_LIMIT,
    },
    cpu_stats: cpuStats(parts, cgroup),
    precpu_stats,
    memory_stats: {
      usage,
      limit: readNumber(sys, cgroup, 'memory.max') ?? sys.sysinfo().totalMemory,
      stats: { inactive_file: 0 },
    },
    networks: networkStats(parts, pid),
  }
}

/** @returns whether it came true within `ms` */
function within({ sys }: DaemonParts, event: Promise<boolean>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = sys.clock.after(ms, () => resolve(false))
    void event.then((value) => {
      timer.cancel()
      resolve(value)
    })
  })
}

/** One reading, two a second apart, or one a second until the client goes. */
async function stats(call: Call): Promise<ServerResponse> {
  const { parts, request } = call
  const container = parts.containers.find(param(call, 'id'))
  if (!flagOr(call, 'stream', true)) {
    const first = read(parts, container, undefined)
    if (flag(call, 'one-shot') || !container.process) return answer(first)
    await parts.sys.sleep(1000)
    return answer(read(parts, container, first))
  }
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json' },
    body: async (writer) => {
      let last: Stats | undefined
      const gone = request.disconnected().then(() => true)
      while (!container.removed) {
        last = read(parts, container, last)
        await writer.write(print(last))
        if (await within(parts, gone, 1000)) return
      }
    },
  }
}

export const statsRoutes: readonly Route[] = [route('GET', '/containers/{id}/stats', stats)]
