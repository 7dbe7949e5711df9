import { AF_INET, isErrno, SOCK_RAW } from '@drydock/abi'
import { defineProgram, flag, ResolveError, resolveHost, reverseHost, value } from '@drydock/libc'
import { probe } from './hop-probe.ts'

const WAIT_MS = 1000
const TRIES = 3
const MTU = 1500

/** tracepath: the route to a host and what fits through it; every link here takes 1500 bytes. iputils 20221126. */
export const tracepath = defineProgram({
  name: 'iputils/tracepath',
  paths: ['/usr/bin/tracepath'],
  covers: 'partial',
  lacks: ['UDP probes: it asks by ICMP echo', '-6', 'asymmetric routes'],
  summary: 'trace path to a network host discovering MTU along this path',
  sizeBytes: 18_736,
  usage: 'tracepath [options] <destination>',
  usageStatus: 2,
  options: {
    ipv4: flag('4'),
    both: flag('b'),
    length: value('l'),
    hops: value('m'),
    numeric: flag('n'),
    port: value('p'),
    version: flag('V'),
  },
  async main({ sys, io, operands, options: o }) {
    if (o.version) {
      await io.print('tracepath from iputils 20221126\n')
      return 0
    }
    const host = operands[0]?.replace(/\/\d+$/, '')
    if (host === undefined) {
      await io.warn('tracepath: usage error: Destination address required\n')
      return 1
    }
    let address: string
    try {
      address = (await resolveHost(sys, host))[0] ?? ''
    } catch (error) {
      if (!(error instanceof ResolveError)) throw error
      await io.warn(`tracepath: ${host}: ${error.message}\n`)
      return 2
    }
    const nameOf = async (from: string): Promise<string> => {
      const name = o.numeric ? undefined : await reverseHost(sys, from)
      return name === undefined ? from : o.both ? `${name} (${from})` : name
    }
    const fd = sys.socket(AF_INET, SOCK_RAW)
    const most = Number(o.hops ?? 30)
    await io.print(` 1?: [LOCALHOST]                      pmtu ${o.length ?? MTU}\n`)
    let sequence = 0
    let reached = 0
    try {
      for (let ttl = 1; ttl <= most && reached === 0; ttl++) {
        const head = `${String(ttl).padStart(2)}: `
        for (let attempt = 1; attempt <= TRIES; attempt++) {
          const reply = await probe(sys, fd, address, ttl, ++sequence, WAIT_MS)
          if (!reply && attempt < TRIES) continue
          if (!reply) await io.print(`${head} no reply\n`)
          else {
            const arrived = reply.type !== 11
            const shown = (await nameOf(reply.from)).padEnd(53)
            await io.print(`${head} ${shown} ${reply.rttMs.toFixed(3).padStart(3)}ms ${arrived ? 'reached' : ''}\n`)
            if (arrived) reached = ttl
          }
          await io.out.flush()
          break
        }
      }
    } catch (error) {
      if (!isErrno(error)) throw error
      await io.warn(`tracepath: ${error.message}\n`)
      return 1
    } finally {
      sys.close(fd)
    }
    if (reached === 0) await io.print(`     Too many hops: pmtu ${o.length ?? MTU}\n`)
    await io.print(`     Resume: pmtu ${o.length ?? MTU} ${reached === 0 ? '' : `hops ${reached} back ${reached} `}\n`)
    return 0
  },
})
