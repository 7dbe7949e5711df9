import { AF_INET, AF_INET6, isErrno } from '@drydock/abi'
import {
  defineProgram,
  flag,
  AF_UNSPEC,
  isAddress,
  type ProgramContext,
  ResolveError,
  resolveAll,
  reverseHost,
  value,
  type WantedFamily,
} from '@drydock/libc'
import { type Answer, EchoSession } from './echo-session.ts'

const OPTIONS = {
  count: value('c'),
  interval: value('i'),
  deadline: value('w'),
  timeout: value('W'),
  size: value('s'),
  ttl: value('t'),
  quiet: flag('q'),
  numeric: flag('n'),
  stamps: flag('D'),
  flood: flag('f'),
  ipv4: flag('4'),
  ipv6: flag('6'),
  version: flag('V'),
  adaptive: flag('A'),
  bell: flag('a'),
  outstanding: flag('O'),
  verbose: flag('v'),
  broadcast: flag('b'),
  source: value('I'),
}
type Context = ProgramContext<typeof OPTIONS>

/** ping, as iputils has it. ping(8). */
export const ping = defineProgram({
  name: 'iputils/ping',
  paths: ['/usr/bin/ping', '/usr/bin/ping4', '/usr/bin/ping6'],
  covers: 'partial',
  lacks: ['-a', '-A', '-b', '-f', '-I', '-l', '-M', '-p', '-Q', '-R', '-T'],
  summary: 'send ICMP ECHO_REQUEST to network hosts',
  usage: 'ping [options] <destination>',
  usageStatus: 2,
  sizeBytes: 90568,
  options: OPTIONS,
  async main(context) {
    const { io, name, options, operands, fail } = context
    if (options.version) {
      await io.print('ping from iputils 20221126\n')
      return 0
    }
    const host = operands.at(-1)
    if (host === undefined) {
      await io.warn(`${name}: usage error: Destination address required\n`)
      return 1
    }
    const refusal = refuse(options)
    if (refusal) {
      await io.warn(`${name}: ${refusal}\n`)
      return 2
    }
    try {
      return await run(context, host)
    } catch (error) {
      if (error instanceof ResolveError) await fail(`${host}: ${error.message}`)
      else if (isErrno(error)) await fail(`connect: ${error.message}`)
      else throw error
      return 2
    }
  },
})

function refuse(options: Context['options']): string | undefined {
  if (options.flood || options.adaptive || options.bell) return 'options -f, -A and -a are not supported here'
  if (options.source !== undefined) return 'option -I is not supported here'
  const numbers = [options.count, options.size, options.ttl, options.deadline]
  const wrong = numbers.find((each) => each !== undefined && !/^\d+$/.test(each))
  if (wrong !== undefined) return `invalid argument: '${wrong}'`
  if (options.count === '0') return "invalid argument: '0': out of range: 1 <= value <= 9223372036854775807"
  const floats = [options.interval, options.timeout].find((each) => each !== undefined && !/^\d*\.?\d+$/.test(each))
  return floats === undefined ? undefined : `bad timing interval: ${floats}`
}

async function run(context: Context, host: string): Promise<number> {
  const { sys, io, options } = context
  const numeric = options.numeric > 0 || isAddress(host)
  const [address = ''] = await resolveAll(sys, host, familyOf(context))
  const six = address.includes(':')
  const size = Number(options.size ?? 56)
  const names = new Map<string, string>()
  const nameOf = async (from: string): Promise<string> => {
    if (numeric) return from
    const known = names.get(from) ?? (await reverseHost(sys, from)) ?? ''
    names.set(from, known)
    return known === '' ? from : `${known} (${from})`
  }
  const session = new EchoSession(sys, {
    address,
    size,
    firstSequence: 1,
    count: options.count === undefined ? undefined : Number(options.count),
    intervalMs: Number(options.interval ?? 1) * 1000,
    lingerMs: Number(options.timeout ?? 10) * 1000,
    deadlineMs: options.deadline === undefined ? undefined : Number(options.deadline) * 1000,
    ttl: options.ttl === undefined ? undefined : Number(options.ttl),
    onAnswer: async (answer) => {
      if (options.quiet) return
      const stamp = options.stamps ? `[${(sys.clock.now() / 1000).toFixed(6)}] ` : ''
      await io.print(`${stamp}${answerLine(answer, await nameOf(answer.from), size)}\n`)
      await io.out.flush()
    },
    onQuit: async (each) => io.err.write(quitLine(each)),
  })
  await io.print(
    six
      ? `PING ${host}(${host === address ? address : `${host} (${address})`}) ${size} data bytes\n`
      : `PING ${host} (${address}) ${size}(${size + 28}) bytes of data.\n`,
  )
  await io.out.flush()
  await session.run()
  await io.print(summary(host, session))
  return session.received > 0 && !(options.deadline !== undefined && session.received < Number(options.count ?? 0))
    ? 0
    : 1
}

/** ping4 and ping6 are asked for by their names. */
function familyOf({ name, options }: Context): WantedFamily {
  if (options.ipv6 || name.endsWith('6')) return AF_INET6
  return options.ipv4 || name.endsWith('4') ? AF_INET : AF_UNSPEC
}

const ERRORS_6: ReadonlyMap<string, string> = new Map([
  ['1 0', 'Destination unreachable: No route'],
  ['1 3', 'Destination unreachable: Address unreachable'],
  ['1 4', 'Destination unreachable: Port unreachable'],
  ['3 0', 'Time exceeded: Hop limit'],
])
const ERRORS: ReadonlyMap<string, string> = new Map([
  ['3 0', 'Destination Net Unreachable'],
  ['3 1', 'Destination Host Unreachable'],
  ['3 3', 'Destination Port Unreachable'],
  ['11 0', 'Time to live exceeded'],
])

function answerLine(answer: Answer, from: string, size: number): string {
  const head = `icmp_seq=${answer.sequence}`
  if (answer.kind === 'error')
    return `From ${from} ${head} ${(from.includes(':') ? ERRORS_6 : ERRORS).get(`${answer.type} ${answer.code}`) ?? 'Bad ICMP'}`
  const time = size >= 16 ? ` time=${milliseconds(answer.rttMs)} ms` : ''
  return `${answer.bytes} bytes from ${from}: ${head} ttl=${answer.ttl}${time}${answer.duplicate ? ' (DUP!)' : ''}`
}

/** Three digits that count, as ping prints them. */
function milliseconds(ms: number): string {
  return ms >= 99.95 ? String(Math.round(ms)) : ms.toFixed(ms >= 9.995 ? 1 : ms >= 0.9995 ? 2 : 3)
}

function summary(host: string, session: EchoSession): string {
  const { sent, received, errors, duplicates, elapsedMs } = session
  const loss = sent === 0 ? '' : `, ${percent((sent - received) / sent)}% packet loss`
  const extra = `${duplicates ? `, +${duplicates} duplicates` : ''}${errors ? `, +${errors} errors` : ''}`
  const head = `\n--- ${host} ping statistics ---\n${sent} packets transmitted, ${received} received${extra}${loss}, time ${Math.floor(elapsedMs)}ms\n`
  const { min, average, max, deviation } = statistics(session.rtts)
  const tail = [min, average, max, deviation].map((each) => each.toFixed(3)).join('/')
  const pipe = errors > 1 ? `pipe ${Math.min(errors, 4)}\n` : ''
  return session.rtts.length === 0 ? `${head}${pipe || '\n'}` : `${head}rtt min/avg/max/mdev = ${tail} ms\n`
}

/** At most six digits that count, as %g prints. */
const percent = (share: number): string => String(Number((share * 100).toPrecision(6)))

function quitLine(session: EchoSession): string {
  const { min, average, max } = statistics(session.rtts)
  const { sent, received } = session
  const rates = `min/avg/ewma/max = ${min.toFixed(3)}/${average.toFixed(3)}/${average.toFixed(3)}/${max.toFixed(3)} ms`
  const loss = Math.round(((sent - received) * 100) / Math.max(1, sent))
  return `\r${received}/${sent} packets, ${loss}% loss${received ? `, ${rates}` : ''}\n`
}

function statistics(rtts: readonly number[]) {
  if (rtts.length === 0) return { min: 0, average: 0, max: 0, deviation: 0 }
  const average = rtts.reduce((sum, each) => sum + each, 0) / rtts.length
  const squares = rtts.reduce((sum, each) => sum + each * each, 0) / rtts.length
  const deviation = Math.sqrt(Math.max(0, squares - average * average))
  return { min: Math.min(...rtts), average, max: Math.max(...rtts), deviation }
}
