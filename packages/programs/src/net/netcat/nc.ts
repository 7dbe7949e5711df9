import {
  AF_INET,
  isInet,
  inet,
  isErrno,
  POLLIN,
  SIGPIPE,
  SOCK_DGRAM,
  type SocketAddress,
  type Sys,
  unix,
  AF_INET6,
} from '@drydock/abi'
import {
  defineProgram,
  dial,
  flag,
  listen,
  type OptionValues,
  type ProgramContext,
  isAddress,
  ResolveError,
  resolveHost,
  value,
  writeAll,
  AF_UNSPEC,
  type WantedFamily,
} from '@drydock/libc'
import { Names, serviceNames, servicePorts } from '../net-tools/service-names.ts'
import { connect } from '../http/connect.ts'
import { relay } from './relay.ts'

const OPTIONS = {
  listen: flag('l'),
  port: value('p'),
  keep: flag('k'),
  verbose: flag('v'),
  zero: flag('z'),
  numeric: flag('n'),
  udp: flag('u'),
  unix: flag('U'),
  wait: value('w'),
  quit: value('q'),
  shutdown: flag('N'),
  ipv4: flag('4'),
  ipv6: flag('6'),
  source: value('s'),
  noInput: flag('d'),
  interval: value('i'),
  random: flag('r'),
  help: flag('h'),
} as const
type Options = OptionValues<typeof OPTIONS>
type Context = ProgramContext<typeof OPTIONS>

/** What the two families of netcat say. */
interface Words {
  readonly busybox: boolean
  refused(host: string, address: string, port: number, message: string): string
  /** @param service  its name, or a star */
  open(host: string, address: string, port: number, service: string): string
  unknown(host: string, port: string): string
}

const OPENBSD: Words = {
  busybox: false,
  refused: (host, address, port, message) =>
    `nc: connect to ${host}${host === address ? '' : ` (${address})`} port ${port} (tcp) failed: ${message}\n`,
  open: (host, address, port, service) =>
    `Connection to ${host}${host === address ? '' : ` (${address})`} ${port} port [${service}] succeeded!\n`,
  unknown: (host, port) => `nc: getaddrinfo for host "${host}" port ${port}: Name or service not known\n`,
}
const BUSYBOX: Words = {
  busybox: true,
  refused: (_host, address, _port, message) => `nc: can't connect to remote host (${address}): ${message}\n`,
  open: (host, address, port) => `${host} (${address}:${port}) open\n`,
  unknown: (host) => `nc: bad address '${host}'\n`,
}

const USAGE = `usage: nc [-46CDdFhklNnrStUuvZz] [-I length] [-i interval] [-M ttl]
	  [-m minttl] [-O length] [-P proxy_username] [-p source_port]
	  [-q seconds] [-s sourceaddr] [-T keyword] [-V rtable] [-W recvlimit]
	  [-w timeout] [-X proxy_protocol] [-x proxy_address[:port]]
	  [destination] [port]
`

/** A port that is none ends the program. */
class BadPort extends Error {}

const row = {
  covers: 'partial',
  lacks: ['-e', '-x', '-X', '-t', '-s', '-C'],
  summary: 'arbitrary TCP and UDP connections and listens',
  usage: 'nc [-46dhklnNuUvz] [-p source_port] [-q seconds] [-w timeout] [destination] [port]',
  options: OPTIONS,
} as const

/** nc, of OpenBSD. nc(1). */
export const nc = defineProgram({
  name: 'netcat/nc',
  paths: ['/usr/bin/nc', '/usr/bin/netcat', '/bin/nc'],
  ...row,
  hint: () => USAGE,
  main: (context) => run(context, OPENBSD),
})

/** nc, as busybox has it. */
export const busyboxNc = defineProgram({
  name: 'busybox/nc',
  paths: ['/usr/bin/nc'],
  ...row,
  main: (context) => run(context, BUSYBOX),
})

async function run(context: Context, words: Words): Promise<number> {
  const { sys, io, options } = context
  sys.sigaction(SIGPIPE, 'SIG_IGN')
  if (options.help && !words.busybox) {
    await io.warn(`OpenBSD netcat (Debian patchlevel 1.219-1)\n${USAGE}`)
    return 0
  }
  try {
    return await start(context, words)
  } catch (error) {
    if (!(error instanceof BadPort)) throw error
    await io.warn(`nc: ${error.message}\n`)
    return 1
  }
}

async function start(context: Context, words: Words): Promise<number> {
  const { sys, io, options, operands } = context
  if (options.listen) return serve(context, words)
  const [host, ports] = operands
  if (options.unix && host !== undefined) return talk(sys, options, (await dial(sys, unix(host))).fd, words)
  if (host !== undefined && ports === undefined && !words.busybox) throw new BadPort('missing port number')
  if (host === undefined || ports === undefined) {
    await io.warn(words.busybox ? 'Usage: nc [OPTIONS] HOST PORT\n' : USAGE)
    return 1
  }
  const wanted = portsOf(ports, await servicePorts(sys))
  let address: string
  try {
    if (options.numeric && !isAddress(host)) throw new ResolveError('EAI_NONAME')
    ;[address = ''] = await resolveHost(sys, host, familyOf(options))
  } catch (error) {
    if (!(error instanceof ResolveError)) throw error
    await io.warn(words.unknown(host, ports))
    return 1
  }
  if (options.udp && options.zero) return probeUdp(context, words, host, address, wanted)
  if (options.udp) return talkUdp(sys, address, wanted[0] ?? 0, idleOf(options))
  let status = 1
  for (const port of wanted) status = Math.min(status, await call(context, words, host, address, port))
  return status
}

const familyOf = ({ ipv4, ipv6 }: Options): WantedFamily => (ipv6 ? AF_INET6 : ipv4 ? AF_INET : AF_UNSPEC)

/** `80`, `80-90`, or a service's name. @throws BadPort */
function portsOf(text: string, services: ReadonlyMap<string, number>): number[] {
  const known = services.get(text)
  if (known !== undefined) return [known]
  const [first = 0, last = first] = (/^\d+-\d+$/.test(text) ? text.split('-') : [text]).map(portOf)
  return Array.from({ length: Math.max(0, last - first) + 1 }, (_, index) => first + index)
}

function portOf(text: string): number {
  if (!/^\d+$/.test(text)) throw new BadPort(`port number invalid: ${text}`)
  const port = Number(text)
  if (port > 65535 || port < 1) throw new BadPort(`port number too ${port < 1 ? 'small' : 'large'}: ${text}`)
  return port
}

const serviceOf = async (sys: Sys, port: number, proto: string): Promise<string> =>
  `${proto}/${(await serviceNames(sys)).get(`${port}/${proto}`) ?? '*'}`

/** A datagram port is taken for open as long as nothing says that it is closed. */
async function probeUdp(
  { sys, io, options }: Context,
  words: Words,
  host: string,
  address: string,
  ports: readonly number[],
): Promise<number> {
  let status = 1
  for (const port of ports) {
    const fd = sys.socket(inet(address, port).family, SOCK_DGRAM)
    try {
      await sys.connect(fd, inet(address, port))
      for (let probe = 0; probe < UDP_PROBES; probe++) {
        await sys.sleep(UDP_PAUSE_MS)
        await sys.write(fd, Uint8Array.of(0x58))
      }
      status = 0
      if (options.verbose) await io.warn(words.open(host, address, port, await serviceOf(sys, port, 'udp')))
    } catch (error) {
      if (!isErrno(error)) throw error
    } finally {
      sys.close(fd)
    }
  }
  return status
}
const UDP_PROBES = 4
const UDP_PAUSE_MS = 250

async function call(
  { sys, io, options }: Context,
  words: Words,
  host: string,
  address: string,
  port: number,
): Promise<number> {
  try {
    const stream = await connect(
      sys,
      address,
      port,
      options.wait === undefined ? undefined : Number(options.wait) * 1000,
    )
    if (options.verbose) await io.warn(words.open(host, address, port, await serviceOf(sys, port, 'tcp')))
    if (!options.zero) return await talk(sys, options, stream.fd, words)
    stream.close()
    return 0
  } catch (error) {
    if (!isErrno(error)) throw error
    if (options.verbose || words.busybox) await io.warn(words.refused(host, address, port, error.message))
    return 1
  }
}

/** -w is for connections that nothing comes by, too. */
const idleOf = ({ wait }: Options): number | undefined => (wait === undefined ? undefined : Number(wait) * 1000)

async function talk(sys: Sys, options: Options, fd: number, words: Words): Promise<number> {
  const shutdown = words.busybox || options.shutdown > 0
  await relay(sys, fd, { shutdown, endWithInput: options.quit !== undefined, idleMs: idleOf(options) })
  sys.close(fd)
  return 0
}

const show = (address: SocketAddress): string =>
  isInet(address) ? `${address.address} ${address.port}` : 'path' in address ? address.path : ''

/** By name where it has one. */
async function caller(sys: Sys, peer: SocketAddress, numeric: boolean): Promise<string> {
  if (numeric || !isInet(peer)) return show(peer)
  const names = await Names.read(sys, false)
  return `${names.host(peer.address)} ${peer.port}`
}

/** Busybox's -w is for those too who wait to be called; in OpenBSD's nc it is not. */
async function timedOut({ sys, io, options }: Context, words: Words, listener: number): Promise<boolean> {
  if (options.wait === undefined || !words.busybox) return false
  const [events = 0] = await sys.poll([{ fd: listener, events: POLLIN }], Number(options.wait) * 1000)
  if (events === 0) await io.warn('nc: timed out\n')
  return events === 0
}

async function serve(context: Context, words: Words): Promise<number> {
  const { sys, io, options, operands } = context
  const [first, second] = operands
  const wanted = options.port ?? second ?? first
  if (wanted === undefined && !words.busybox) throw new BadPort('missing port number')
  const port =
    words.busybox || options.unix ? Number(wanted ?? 0) : (portsOf(wanted ?? '', await servicePorts(sys))[0] ?? 0)
  const any = options.ipv6 ? '::' : '0.0.0.0'
  const address = second === undefined ? any : (first ?? any)
  if (options.udp) return serveUdp(sys, address, port)
  try {
    const listener = options.unix ? listen(sys, unix(first ?? '')) : listen(sys, inet(address, port), 1)
    if (options.verbose) await io.warn(`Listening on ${address} ${port}\n`)
    do {
      if (await timedOut(context, words, listener)) return 1
      const { fd, peer } = await sys.accept(listener)
      if (!options.keep) sys.close(listener)
      if (options.verbose) await io.warn(`Connection received on ${await caller(sys, peer, options.numeric > 0)}\n`)
      await relay(sys, fd, { shutdown: options.shutdown > 0 })
      sys.close(fd)
    } while (options.keep)
    return 0
  } catch (error) {
    if (!isErrno(error)) throw error
    await io.warn(`nc: ${error.message}\n`)
    return 1
  }
}

async function talkUdp(sys: Sys, address: string, port: number, idleMs: number | undefined): Promise<number> {
  const fd = sys.socket(inet(address, port).family, SOCK_DGRAM)
  await sys.connect(fd, inet(address, port))
  await relay(sys, fd, { shutdown: false, idleMs })
  return 0
}

/** Answers go to whoever spoke last. */
async function serveUdp(sys: Sys, address: string, port: number): Promise<number> {
  const fd = sys.socket(inet(address, port).family, SOCK_DGRAM)
  sys.bind(fd, inet(address, port))
  let peer: SocketAddress | undefined
  for (;;) {
    const [heard = 0, typed = 0] = await sys.poll(
      [
        { fd, events: POLLIN },
        { fd: 0, events: peer ? POLLIN : 0 },
      ],
      -1,
    )
    if (heard) {
      const { data, from } = await sys.recvfrom(fd)
      peer = from
      await writeAll(sys, 1, data)
    } else if (typed && peer) {
      const bytes = await sys.read(0, 65536)
      if (bytes.length === 0) return 0
      await sys.sendto(fd, bytes, peer)
    }
  }
}
