import { defineProgram } from '@drydock/libc'
import { Client } from './client.ts'
import { OPTIONS } from './options.ts'
import { Server } from './server.ts'

/** iperf3: how much goes over a connection. It speaks the protocol of the real one. iperf3(1), 3.18 */
export const iperf3 = defineProgram({
  name: 'iperf3/iperf3',
  paths: ['/usr/bin/iperf3'],
  covers: 'partial',
  lacks: [
    '-u',
    '--bidir',
    'retransmissions and the congestion window',
    'a word for who comes while a test runs: he waits',
    '-D, -b, -w, -Z, -O',
  ],
  summary: 'measures the bandwidth of TCP connections',
  sizeBytes: 18_000,
  usage: 'iperf3 [-s|-c host] [options]',
  usageStatus: 1,
  options: OPTIONS,
  async main(context) {
    const { io, options } = context
    if (options.version) {
      await io.print('iperf 3.18 (cJSON 1.7.15)\n')
      return 0
    }
    const absent = options.udp ? '-u' : options.bidirectional ? '--bidir' : undefined
    if (absent !== undefined) {
      await io.warn(`iperf3: parameter error - there is no ${absent} here\n`)
      return 1
    }
    if (options.server) return new Server(context).run()
    if (options.client !== undefined) return new Client(context, options.client).run()
    await io.warn(
      'iperf3: parameter error - must either be a client (-c) or server (-s)\n\nUsage: iperf3 [-s|-c host] [options]\n       iperf3 [-h|--help] [-v|--version]\n\n',
    )
    return 1
  },
})
