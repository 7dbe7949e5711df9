import {
  isBlockDevice,
  isCharDevice,
  isDirectory,
  isErrno,
  isFifo,
  isRegular,
  type SocketInfo,
  type Stat,
  type Sys,
  type UnixSocketInfo,
} from '@drydock/abi'
import { defineProgram, flag, list, type ProgramContext, value } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { type OpenEntry, openEntries } from '../psmisc/open-files.ts'

const options = {
  and: flag('a'),
  internet: flag('i'),
  pid: list('p'),
  user: list('u'),
  command: list('c'),
  terse: flag('t'),
  numeric: flag('n'),
  ports: flag('P'),
  unix: flag('U'),
  directory: value('D'),
  states: list('s'),
  repeat: flag('R'),
  links: flag('l'),
  version: flag('v'),
}
type Context = ProgramContext<typeof options>

interface Sockets {
  readonly inet: ReadonlyMap<number, SocketInfo>
  readonly unix: ReadonlyMap<number, UnixSocketInfo>
}

const socketsOf = (sys: Sys): Sockets => ({
  inet: new Map(sys.netlink({ op: 'socket-list' }).map((each) => [each.ino, each])),
  unix: new Map(sys.netlink({ op: 'unix-list' }).map((each) => [each.ino, each])),
})

const inoOf = ({ link }: OpenEntry): number | undefined => {
  const ino = /^socket:\[(\d+)\]$/.exec(link)?.[1]
  return ino === undefined ? undefined : Number(ino)
}

/** `TCP@host:port` conditions of -i: protocol, version, address and port. */
function internetTest(text: string): (socket: SocketInfo) => boolean {
  const [, version, proto, host, ports] = /^([46])?(tcp|udp)?(?:@([^:]+))?(?::(.+))?$/i.exec(text) ?? []
  const numbers = (ports ?? '').split(',').filter(Boolean)
  const among = (port: number): boolean =>
    numbers.some((each) => {
      const [from, to = from] = each.split('-').map(Number)
      return port >= (from ?? 0) && port <= (to ?? 0)
    })
  return (socket) =>
    (version === undefined || (version === '6') === socket.local.includes(':')) &&
    (proto === undefined || proto.toLowerCase() === socket.proto) &&
    (host === undefined || socket.local === host || socket.peer === host) &&
    (numbers.length === 0 || among(socket.localPort) || among(socket.peerPort))
}

const KINDS: readonly (readonly [(mode: number) => boolean, string])[] = [
  [isDirectory, 'DIR'],
  [isRegular, 'REG'],
  [isCharDevice, 'CHR'],
  [isBlockDevice, 'BLK'],
  [isFifo, 'FIFO'],
]

const device = (dev: number): string => `${Math.floor(dev / 256)},${dev % 256}`

interface Line {
  readonly type: string
  readonly device: string
  readonly size: string
  readonly node: string
  readonly name: string
}

const endOf = (address: string, port: number): string => {
  const host = address === '0.0.0.0' || address === '::' ? '*' : address.includes(':') ? `[${address}]` : address
  return `${host}:${port === 0 ? '*' : port}`
}

function socketLine(ino: number, { inet, unix }: Sockets): Line {
  const at = inet.get(ino)
  if (at) {
    const peer = at.peerPort === 0 ? '' : `->${endOf(at.peer, at.peerPort)}`
    const state = at.proto === 'tcp' ? ` (${at.state === 'ESTAB' ? 'ESTABLISHED' : at.state.replace('-', '_')})` : ''
    const type = at.local.includes(':') ? 'IPv6' : 'IPv4'
    const name = endOf(at.local, at.localPort) + peer + state
    return { type, device: String(ino), size: '0t0', node: at.proto.toUpperCase(), name }
  }
  const local = unix.get(ino)
  const words = local ? [local.path, `type=${(local.type ?? 'stream').toUpperCase()}`] : ['socket']
  const type = local ? 'unix' : 'sock'
  return {
    type,
    device: local ? '0x0000000000000000' : '0,8',
    size: '0t0',
    node: String(ino),
    name: words.filter(Boolean).join(' '),
  }
}

function fileLine({ link, stat, offset }: OpenEntry): Line {
  if (stat === undefined) return { type: 'unknown', device: '', size: '', node: '', name: link }
  const type = KINDS.find(([is]) => is(stat.mode))?.[1] ?? 'a_inode'
  const pipe = link.startsWith('pipe:[')
  const special = type === 'CHR' || type === 'BLK'
  const sized = type === 'REG' || type === 'DIR'
  return {
    type,
    device: device(special ? stat.rdev : stat.dev),
    size: sized ? String(stat.size) : `0t${offset}`,
    node: String(stat.ino),
    name: pipe ? 'pipe' : link,
  }
}

type Test = (entry: OpenEntry) => boolean

/** `^NAME` leaves out. */
const among = (words: readonly string[], is: (word: string) => boolean): boolean => {
  const all = words.flatMap((word) => word.split(','))
  const [not, yes] = [all.filter((word) => word.startsWith('^')), all.filter((word) => !word.startsWith('^'))]
  return !not.some((word) => is(word.slice(1))) && (yes.length === 0 || yes.some(is))
}

const below = (path: string, folder: string, deep: boolean): boolean => {
  const base = folder.replace(/\/+$/, '')
  if (path === base || (base === '' && path === '/')) return true
  return path.startsWith(`${base}/`) && (deep || !path.slice(base.length + 1).includes('/'))
}

function selection(
  context: Context,
  internet: string | undefined,
  trees: readonly (readonly [string, boolean])[],
  accounts: Accounts,
  sockets: Sockets,
): Test[] {
  const { options: o } = context
  const tests: Test[] = []
  if (o.pid.length) tests.push(({ process }) => among(o.pid, (word) => Number(word) === process.pid))
  if (o.user.length)
    tests.push(({ process }) => among(o.user, (word) => (accounts.uid(word) ?? Number(word)) === process.uid))
  if (o.command.length) tests.push(({ process }) => among(o.command, (word) => process.comm.startsWith(word)))
  if (internet !== undefined) {
    const test = internetTest(internet)
    tests.push((entry) => {
      const socket = sockets.inet.get(inoOf(entry) ?? -1)
      return socket !== undefined && test(socket)
    })
  }
  if (o.unix) tests.push((entry) => sockets.unix.has(inoOf(entry) ?? -1))
  if (trees.length) {
    const folders = trees.map(([folder, deep]) => [context.sys.realpath(folder), deep] as const)
    tests.push(({ link }) => folders.some(([folder, deep]) => below(link, folder, deep)))
  }
  return tests
}

/** -i with its condition, +D and +d, which getopt does not know. */
function splitWords(words: readonly string[]) {
  const rest: string[] = []
  const trees: [string, boolean][] = []
  let internet: string | undefined
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '+D' || word === '+d') trees.push([words[++at] ?? '', word === '+D'])
    else if (/^-[a-zA-Z]*i/.test(word) && !/^-[pucsD]/.test(word)) {
      const [, flags = '', condition = ''] = /^-([a-hj-zA-Z]*)i(.*)$/.exec(word) ?? []
      const next = words[at + 1]
      if (/^[nPta]+$/.test(condition)) rest.push(`-${condition}`)
      const taken = condition !== '' && !/^[nPta]+$/.test(condition)
      if (taken) internet = condition
      else if (next !== undefined && /^(?:[46]?(?:tcp|udp)|[46]?(?:tcp|udp)?[:@].+)/i.test(next))
        internet = words[++at] ?? ''
      else internet = ''
      if (flags) rest.push(`-${flags}`)
    } else rest.push(word)
  }
  return { rest, trees, internet }
}

function table(rows: readonly (readonly string[])[]): string {
  const head = ['COMMAND', 'PID', 'USER', 'FD', 'TYPE', 'DEVICE', 'SIZE/OFF', 'NODE']
  const widths = head.map((title, at) =>
    Math.max(at === 3 ? 4 : title.length, ...rows.map((row) => row[at]?.trimEnd().length ?? 0)),
  )
  const shown = [[...head, 'NAME'], ...rows].map((row) =>
    row
      .map((cell, at) => {
        const width = widths[at]
        if (width === undefined) return cell
        if (at === 3) return cell === 'FD' ? 'FD  '.padStart(width + 2) : cell.padStart(width + 2)
        return at === 0 ? cell.padEnd(width) : cell.padStart(width)
      })
      .join(' '),
  )
  return shown.map((line) => `${line}\n`).join('')
}

async function main(
  context: Context,
  internet: string | undefined,
  trees: readonly (readonly [string, boolean])[],
): Promise<number> {
  const { sys, io, options: o, fail } = context
  if (o.version) {
    await io.warn('lsof version information:\n    revision: 4.95.0\n')
    return 0
  }
  const accounts = await Accounts.read(sys)
  const sockets = socketsOf(sys)
  const operands: { path: string; stat: Stat }[] = []
  let status = 0
  for (const path of context.operands)
    try {
      operands.push({ path, stat: sys.stat(path) })
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`status error on ${path}: ${error.message}`)
      status = 1
    }
  if (context.operands.length > 0 && operands.length === 0) return 1
  const tests = selection(context, internet, trees, accounts, sockets)
  const same = (stat: Stat | undefined, other: Stat): boolean => stat?.ino === other.ino && stat.dev === other.dev
  if (operands.length) tests.push(({ stat }) => operands.some((each) => same(stat, each.stat)))
  const entries: OpenEntry[] = []
  for (const process of sys.processes()) {
    // It has closed what it was started with, but for the first three.
    const own = process.pid === sys.getpid()
    for (const entry of await openEntries(sys, process)) {
      if (own && Number(entry.fd) > 2) continue
      if (tests.length === 0 || (o.and ? tests.every((test) => test(entry)) : tests.some((test) => test(entry))))
        entries.push(entry)
    }
    const pause = sys.tick()
    if (pause) await pause
  }
  const missing = operands.some(({ stat }) => !entries.some((entry) => same(entry.stat, stat)))
  if (o.terse) {
    for (const pid of new Set(entries.map(({ process }) => process.pid))) await io.print(`${pid}\n`)
    return entries.length && !missing ? status : 1
  }
  const rows = entries.map((entry) => {
    const { process, fd, access } = entry
    const ino = inoOf(entry)
    const line = ino === undefined ? fileLine(entry) : socketLine(ino, sockets)
    const user = o.links ? String(process.uid) : (accounts.userName(process.uid) ?? String(process.uid))
    return [
      process.comm.slice(0, 9),
      String(process.pid),
      user,
      `${fd}${access || ' '} `,
      line.type,
      line.device,
      line.size,
      line.node,
      line.name,
    ]
  })
  if (rows.length) await io.print(table(rows))
  return rows.length && !missing ? status : 1
}

const program = (internet: string | undefined, trees: readonly (readonly [string, boolean])[]) =>
  defineProgram({
    name: 'lsof/lsof',
    paths: ['/usr/bin/lsof'],
    covers: 'partial',
    lacks: ['libraries mapped into memory', '-r', '-F', '-s', '+L', '-K', 'names of services and hosts'],
    summary: 'list open files',
    sizeBytes: 167_584,
    usage: 'lsof [-?abhKlnNoOPRtUvVX] [-c c] [+|-d s] [+D D] [-i [i]] [-p s] [-u s] [names]',
    options,
    main: (context) => main(context, internet, trees),
  })

/** lsof: list open files. lsof 4.95. */
export const lsof = {
  ...program(undefined, []),
  main: (process: Parameters<ReturnType<typeof program>['main']>[0]) => {
    const [name = 'lsof', ...words] = process.argv
    const { rest, trees, internet } = splitWords(words)
    return program(internet, trees).main({ ...process, argv: [name, ...rest] })
  },
}
export const lsofPrograms = [lsof]
