import { isErrno, O_RDONLY, type Sys } from '@drydock/abi'
import type { HostGauge } from './rpc.ts'

/** Memory in use now, and the processor's part since the last reading. */
export class Gauges {
  private readonly sys: Sys
  private lastCpuMs = 0
  private lastAtMs = 0

  constructor(sys: Sys) {
    this.sys = sys
  }

  read(): HostGauge {
    const { totalMemory, freeMemory } = this.sys.sysinfo()
    return { memoryBytes: totalMemory - freeMemory, memoryLimitBytes: totalMemory, cpuShare: this.cpuShare() }
  }

  private cpuShare(): number {
    const now = this.sys.clock.monotonic()
    const used = this.cpuMs()
    const share = this.lastAtMs === 0 ? 0 : Math.max(0, used - this.lastCpuMs) / Math.max(1, now - this.lastAtMs)
    this.lastCpuMs = used
    this.lastAtMs = now
    return share
  }

  /** Processor time of the whole host, from the root control group. cgroups(7). */
  private cpuMs(): number {
    try {
      const fd = this.sys.open('/sys/fs/cgroup/cpu.stat', O_RDONLY)
      const text = new TextDecoder().decode(this.sys.pread(fd, 4096, 0))
      this.sys.close(fd)
      return Number(/usage_usec (\d+)/.exec(text)?.[1] ?? 0) / 1000
    } catch (error) {
      if (isErrno(error)) return 0
      throw error
    }
  }
}
