import type { Sys } from '@drydock/abi'
import type { Settings } from './options.ts'
import { type Ended, otherBytes, sum } from './summary.ts'

/** The output of -J. iperf3(1) */
export function jsonOf(sys: Sys, host: string, settings: Settings, startedMs: number, ended: Ended): string {
  const { streams, seconds, intervals, sending } = ended
  const part = (start: number, end: number, bytes: number, sender: boolean): object => ({
    start,
    end,
    seconds: end - start,
    bytes,
    bits_per_second: end > start ? (bytes * 8) / (end - start) : 0,
    sender,
  })
  const { sysname, nodename, release, version, machine } = sys.uname()
  const sent = streams.map(({ bytes }, at) => (sending ? bytes : otherBytes(ended, at)))
  const received = streams.map(({ bytes }, at) => (sending ? otherBytes(ended, at) : bytes))
  const whole = {
    start: {
      connected: streams.map(({ id, local, peer }) => ({
        socket: id,
        local_host: local.address,
        local_port: local.port,
        remote_host: peer.address,
        remote_port: peer.port,
      })),
      version: 'iperf 3.18',
      system_info: [sysname, nodename, release, version, machine].join(' '),
      timestamp: { time: new Date(startedMs).toUTCString(), timesecs: Math.floor(startedMs / 1000) },
      connecting_to: { host, port: settings.port },
      test_start: {
        protocol: 'TCP',
        num_streams: streams.length,
        blksize: settings.blockBytes,
        omit: 0,
        duration: settings.bytes === undefined ? settings.seconds : 0,
        bytes: settings.bytes ?? 0,
        blocks: 0,
        reverse: settings.reverse ? 1 : 0,
        tos: 0,
      },
    },
    intervals: intervals.map(({ from, to, bytes }) => ({
      streams: streams.map(({ id }, at) => ({
        socket: id,
        ...part(from, to, bytes[at] ?? 0, sending),
        omitted: false,
      })),
      sum: { ...part(from, to, sum(bytes), sending), omitted: false },
    })),
    end: {
      streams: streams.map(({ id }, at) => ({
        sender: { socket: id, ...part(0, seconds, sent[at] ?? 0, sending) },
        receiver: { socket: id, ...part(0, seconds, received[at] ?? 0, sending) },
      })),
      sum_sent: part(0, seconds, sum(sent), sending),
      sum_received: part(0, seconds, sum(received), sending),
    },
  }
  return `${JSON.stringify(whole, null, '\t')}\n`
}
