import { AF_INET, AF_INET6, isErrno } from '@drydock/abi'
import { AF_UNSPEC, defineProgram, flag, type ProgramContext, ResolveError, resolveAll, value } from '@drydock/libc'
import { EchoSession } from './echo-session.ts'

const OPTIONS = {
  ipv4: flag('4'),
  ipv6: flag('6'),
  count: value('c'),
  size: value('s'),
  interval: value('i'),
  ttl: value('t'),
  source: value('I'),
  timeout: value('W'),
  deadline: value('w'),
  quiet: flag('q'),
  pattern: value('p'),
  atOnce: flag('A'),
}
type Context = ProgramContext<typeof OPTIONS>

/** ping, as busybox has it. */
export const busyboxPing = defineProgram({
  name: 'busybox/ping',
  paths: ['/bin/ping', '/bin/ping6'],
  covers: 'partial',
  lacks: ['-A', '-I', '-p'],
  summary: 'Send ICMP ECHO_REQUESTs to HOST',
  usage: 'ping [OPTIONS] HOST',
  options: OPTIONS,
  async main(context) {
    const { operands, fail, io } = context
    const [host] = operands
    if (host === undefined) {
      await io.warn('Usage: ping [OPTIONS] HOST\n')
      return 1
    }
    try {
      return await run(context, host)
    } catch (error) {
      if (error instanceof ResolveError) await fail(`bad address '${host}'`)
      else if (isErrno(error)) await fail(`sendto: ${error.message}`)
      else throw error
      return 1
    }
  },
})

async function run({ sys, io, options, fail, name }: Context, host: string): Promise<number> {
  if (options.source !== undefined) {
    await fail('option -I is not supported here')
    return 1
  }
  const family = options.ipv6 || name === 'ping6' ? AF_INET6 : options.ipv4 ? AF_INET : AF_UNSPEC
  const [address = ''] = await resolveAll(sys, host, family)
  const size = Number(options.size ?? 56)
  const session = new EchoSession(sys, {
    address,
    size,
    firstSequence: 0,
    count: Number(options.count ?? 0) || undefined,
    intervalMs: Number(options.interval ?? 1) * 1000,
    lingerMs: Number(options.timeout ?? 10) * 1000,
    deadlineMs: options.deadline === undefined ? undefined : Number(options.deadline) * 1000,
    ttl: options.ttl === undefined ? undefined : Number(options.ttl),
    onAnswer: async (answer) => {
      // busybox is silent about ICMP errors unless -v.
      if (options.quiet || answer.kind === 'error') return
      const { bytes, from, sequence, ttl, rttMs, duplicate } = answer
      const time = `time=${rttMs.toFixed(3)} ms${duplicate ? ' (DUP!)' : ''}`
      await io.print(`${bytes} bytes from ${from}: seq=${sequence} ttl=${ttl} ${time}\n`)
      await io.out.flush()
    },
  })
  await io.print(`PING ${host} (${address}): ${size} data bytes\n`)
  await io.out.flush()
  await session.run()
  await io.print(summary(host, session))
  return session.received > 0 ? 0 : 1
}

function summary(host: string, { sent, received, duplicates, rtts }: EchoSession): string {
  const extra = duplicates ? `${duplicates} duplicates, ` : ''
  const loss = sent === 0 ? '' : `, ${extra}${Math.floor(((sent - received) * 100) / sent)}% packet loss`
  const head = `\n--- ${host} ping statistics ---\n${sent} packets transmitted, ${received} packets received${loss}\n`
  if (rtts.length === 0) return head
  const average = rtts.reduce((sum, each) => sum + each, 0) / rtts.length
  const row = [Math.min(...rtts), average, Math.max(...rtts)].map((each) => each.toFixed(3)).join('/')
  return `${head}round-trip min/avg/max = ${row} ms\n`
}
