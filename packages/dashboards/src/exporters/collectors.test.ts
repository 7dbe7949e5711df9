import { ENOENT } from '@drydock/abi'
import { describe, expect, it } from 'vitest'
import { COLLECTORS, type Machine } from './collectors.ts'
import { exposition } from './exposition.ts'

const PROC: Readonly<Record<string, string>> = {
  stat: 'cpu  300 0 200 5000 1 0 0 0\ncpu0 150 2 100 2500 1 0 0 0\ncpu1 150 0 100 2500 0 0 0 0\nintr 77 1 2\nctxt 1234567\nbtime 1795938000\nprocesses 42\nprocs_running 1\nprocs_blocked 0\n',
  meminfo: 'MemTotal:        2048 kB\nActive(anon):      12 kB\nHugePages_Total:       0\n',
  'net/dev':
    'Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n  eth0: 1500 3 0 1 0 0 0 0 900 2 0 0 0 0 0 0\n',
  '1/mounts':
    '/dev/sda1 / ext4 rw,relatime 0 0\nproc /proc proc rw 0 0\n/dev/sdb /data "x" ext4\n/dev/sda1 /mnt ext4 ro,nosuid 0 0\n/dev/sdc /rootfs/gone ext4 rw 0 0\noverlay /var/lib/docker/overlay2/a/merged overlay rw 0 0\n',
  'net/sockstat': 'sockets: used 5\nTCP: inuse 2 orphan 0\n',
}
const machine: Machine = {
  proc: async (path) => {
    const text = PROC[path]
    if (text === undefined) throw ENOENT
    return text
  },
  rootfs: '/rootfs',
  statfs: (place) => {
    if (place === '/rootfs/gone') throw ENOENT
    return { type: 'ext4', totalBytes: place === '/rootfs/' ? 5e10 : 100, freeBytes: 40, files: 9, freeFiles: 8 }
  },
  nowMs: 1_795_938_000_500,
}
const told = async (name: string): Promise<string> => exposition((await COLLECTORS[name]?.(machine)) ?? [])

describe('what a collector tells', () => {
  const ROWS: readonly (readonly [collector: string, ...lines: string[]])[] = [
    ['cpu', '# TYPE node_cpu_seconds_total counter', 'node_cpu_seconds_total{cpu="0",mode="nice"} 0.02'],
    ['cpu', 'node_cpu_seconds_total{cpu="1",mode="idle"} 25'],
    ['stat', 'node_context_switches_total 1.234567e+06', 'node_boot_time_seconds 1.795938e+09', 'node_forks_total 42'],
    ['meminfo', 'node_memory_MemTotal_bytes 2.097152e+06', 'node_memory_Active_anon_bytes 12288'],
    ['meminfo', 'node_memory_HugePages_Total 0'],
    ['netdev', 'node_network_receive_bytes_total{device="eth0"} 1500'],
    ['netdev', 'node_network_transmit_packets_total{device="eth0"} 2'],
    [
      'filesystem',
      'node_filesystem_size_bytes{device="/dev/sda1",device_error="",fstype="ext4",mountpoint="/"} 5e+10',
      'node_filesystem_readonly{device="/dev/sda1",device_error="",fstype="ext4",mountpoint="/mnt"} 1',
      'node_filesystem_device_error{device="/dev/sdc",device_error="no such file or directory",fstype="ext4",mountpoint="/gone"} 1',
    ],
    ['sockstat', 'node_sockstat_TCP_inuse 2', 'node_sockstat_sockets_used 5'],
    ['time', 'node_time_seconds 1.7959380005e+09'],
  ]
  it.each(ROWS)('%s', async (collector, ...lines) => {
    expect((await told(collector)).split('\n')).toEqual(expect.arrayContaining(lines))
  })

  it('leaves out what is nobody’s files', async () => {
    expect(await told('filesystem')).not.toMatch(/mountpoint="\/(proc|var)/)
  })
})

it('writes what stands in labels so that it can be read again', () => {
  const samples = [[{ b: 'a "quoted"\nline\\', a: '1' }, Number.POSITIVE_INFINITY]] as const
  expect(exposition([{ name: 'm', help: 'A metric.', kind: 'gauge', samples }])).toBe(
    '# HELP m A metric.\n# TYPE m gauge\nm{a="1",b="a \\"quoted\\"\\nline\\\\"} +Inf\n',
  )
})
