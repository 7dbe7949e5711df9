export interface CpuStats {
  cpu_usage: {
    total_usage: number
    percpu_usage?: number[]
    usage_in_kernelmode: number
    usage_in_usermode: number
  }
  system_cpu_usage?: number
  online_cpus?: number
  throttling_data?: { periods: number; throttled_periods: number; throttled_time: number }
}
export interface NetworkStats {
  rx_bytes: number
  rx_packets: number
  rx_errors: number
  rx_dropped: number
  tx_bytes: number
  tx_packets: number
  tx_errors: number
  tx_dropped: number
}
/** One line of GET /containers/{id}/stats. Times of processors in nanoseconds, sizes in bytes. */
export interface Stats {
  id: string
  name: string
  read: string
  preread: string
  pids_stats: { current?: number; limit?: number }
  blkio_stats: {
    io_service_bytes_recursive: { major: number; minor: number; op: string; value: number }[] | null
    [more: string]: unknown
  }
  num_procs: number
  storage_stats: object
  cpu_stats: CpuStats
  precpu_stats: CpuStats
  memory_stats: { usage?: number; limit?: number; max_usage?: number; stats?: Record<string, number> }
  networks?: Record<string, NetworkStats>
}
