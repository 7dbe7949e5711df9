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
import { defineProgram, flag, list, optional, type ProgramContext, value } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { Names } from '../net/net-tools/service-names.ts'
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
  descriptors: list('d'),
  states: list('s'),
  parents: flag('R'),
  numericUsers: flag('l'),
  version: flag('v'),
  help: flag('h?'),
  fields: optional('F'),
  offsets: flag('o'),
  sizes: flag('S'),
  groups: optional('g'),
  repeat: optional('r'),
  quiet: flag('Q'),
  nfs: flag('N'),
  ignored: flag('bwOVXKECxT'),
  links: value('L'),
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
  readonly offset: string
  readonly links: number | undefined
  readonly node: string
  readonly name: string
}

type EndName = (address: string, port: number, proto: string) => string

/** Addresses and ports by name, unless -n and -P. */
async function endNames(sys: Sys, numericHosts: boolean, numericPorts: boolean): Promise<EndName> {
  const hosts = await Names.read(sys, numericHosts)
  const ports = await Names.read(sys, numericPorts)
  return (address, port, proto) => {
    const name = hosts.host(address)
    const host = address === '0.0.0.0' || address === '::' ? '*' : name.includes(':') ? `[${name}]` : name
    return `${host}:${ports.port(port, proto)}`
  }
}

function socketLine(ino: number, { inet, unix }: Sockets, endOf: EndName): Line {
  const at = inet.get(ino)
  if (at) {
    const peer = at.peerPort === 0 ? '' : `->${endOf(at.peer, at.peerPort, at.proto)}`
    const state = at.proto === 'tcp' ? ` (${stateName(at)})` : ''
    const type = at.local.includes(':') ? 'IPv6' : 'IPv4'
    const name = endOf(at.local, at.localPort, at.proto) + peer + state
    return { type, device: String(ino), size: '', offset: '0t0', node: at.proto.toUpperCase(), name, links: undefined }
  }
  const local = unix.get(ino)
  const words = local ? [local.path, `type=${(local.type ?? 'stream').toUpperCase()}`] : ['socket']
  const type = local ? 'unix' : 'sock'
  return {
    type,
    device: local ? '0x0000000000000000' : '0,8',
    size: '',
    offset: '0t0',
    links: undefined,
    node: String(ino),
    name: words.filter(Boolean).join(' '),
  }
}

function fileLine({ link, stat, offset }: OpenEntry): Line {
  if (stat === undefined)
    return { type: 'unknown', device: '', size: '', offset: '', node: '', name: link, links: undefined }
  const type = KINDS.find(([is]) => is(stat.mode))?.[1] ?? 'a_inode'
  const pipe = link.startsWith('pipe:[')
  const special = type === 'CHR' || type === 'BLK'
  const sized = type === 'REG' || type === 'DIR'
  return {
    type,
    device: device(special ? stat.rdev : stat.dev),
    size: sized ? String(stat.size) : '',
    offset: `0t${offset}`,
    links: stat.nlink,
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

/** `1`, `0-2`, `cwd` */
function isDescriptor(word: string, fd: string): boolean {
  const [, from, to] = /^(\d+)-(\d+)$/.exec(word) ?? []
  return from === undefined ? word === fd : Number(fd) >= Number(from) && Number(fd) <= Number(to)
}

const stateName = ({ state }: SocketInfo): string => (state === 'ESTAB' ? 'ESTABLISHED' : state.replaceAll('-', '_'))

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
  if (o.command.length)
    tests.push(({ process }) =>
      among(o.command, (word) => {
        const pattern = /^\/(.*)\/(i?)$/.exec(word)
        return pattern ? new RegExp(pattern[1] ?? '', pattern[2]).test(process.comm) : process.comm.startsWith(word)
      }),
    )
  if (o.groups) tests.push(({ process }) => among([o.groups ?? ''], (word) => Number(word) === process.pgid))
  if (o.descriptors.length) tests.push(({ fd }) => among(o.descriptors, (word) => isDescriptor(word, fd)))
  if (o.links !== undefined) tests.push(({ stat }) => stat !== undefined && stat.nlink < Number(o.links))
  if (internet !== undefined) {
    const test = internetTest(internet)
    tests.push((entry) => {
      const socket = sockets.inet.get(inoOf(entry) ?? -1)
      if (socket === undefined || !test(socket)) return false
      const states = o.states.flatMap((word) => /^(tcp|udp):(.*)$/i.exec(word)?.slice(1) ?? [])
      return (
        states.length === 0 ||
        socket.proto !== states[0]?.toLowerCase() ||
        among([states[1] ?? ''], (word) => word.toUpperCase() === stateName(socket))
      )
    })
  }
  if (o.unix) tests.push((entry) => sockets.unix.has(inoOf(entry) ?? -1))
  if (trees.length) {
    const folders = trees.map(([folder, deep]) => [context.sys.realpath(folder), deep] as const)
    tests.push(({ link }) => folders.some(([folder, deep]) => below(link, folder, deep)))
  }
  return tests
}

/** Options whose argument may stand behind them, and what is one. */
const WITH_WORD = new Map([
  ['F', /^[a-zA-Z0]+$/],
  ['g', /^[\d,^]+$/],
  ['r', /^\d/],
  ['s', /^[a-z]+:/i],
  ['L', /^$/],
])

/** -i with its condition, +D and +d, which getopt does not know. */
function splitWords(words: readonly string[]) {
  const rest: string[] = []
  const trees: [string, boolean][] = []
  let internet: string | undefined
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const [, letter = '', attached] = /^[+-]([FgrsL])(.*)$/.exec(word) ?? []
    const next = words[at + 1] ?? ''
    const wanted = WITH_WORD.get(letter)
    if (word === '+f' || word === '-f') at++
    else if (wanted) {
      if (word.startsWith('+') && letter === 'L') rest.push(`-L${attached || '0'}`)
      else if (attached === '' && wanted.test(next)) rest.push(`-${letter}${words[++at]}`)
      else if (letter === 's' && attached === '') rest.push('-S')
      else if (letter !== 'L') rest.push(word)
    } else if (word === '+D' || word === '+d') trees.push([words[++at] ?? '', word === '+D'])
    else if (/^-[a-zA-Z]*i/.test(word) && !/^-[pucsdF]/.test(word)) {
      const [, flags = '', condition = ''] = /^-([a-hj-zA-Z]*)i(.*)$/.exec(word) ?? []
      if (/^[nPta]+$/.test(condition)) rest.push(`-${condition}`)
      const taken = condition !== '' && !/^[nPta]+$/.test(condition)
      if (taken) internet = condition
      else if (/^(?:[46]?(?:tcp|udp)|[46]?(?:tcp|udp)?[:@].+)/i.test(next)) internet = words[++at] ?? ''
      else internet = ''
      if (flags) rest.push(`-${flags}`)
    } else rest.push(word)
  }
  return { rest, trees, internet }
}

interface Row {
  readonly entry: OpenEntry
  readonly line: Line
  readonly user: string
}

interface Column {
  readonly name: string
  readonly least?: number
  readonly left?: boolean
  readonly cell: (row: Row) => string
}

function columnsOf({ options: o }: Context): readonly Column[] {
  const size: Column = o.offsets
    ? { name: 'OFFSET', cell: ({ line }) => line.offset }
    : o.sizes
      ? { name: 'SIZE', cell: ({ line }) => line.size }
      : { name: 'SIZE/OFF', cell: ({ line }) => line.size || line.offset }
  return [
    { name: 'COMMAND', left: true, cell: ({ entry }) => entry.process.comm.slice(0, 9) },
    { name: 'PID', cell: ({ entry }) => String(entry.process.pid) },
    ...(o.groups === undefined ? [] : [{ name: 'PGID', cell: ({ entry }: Row) => String(entry.process.pgid) }]),
    ...(o.parents ? [{ name: 'PPID', cell: ({ entry }: Row) => String(entry.process.ppid) }] : []),
    { name: 'USER', least: o.numericUsers ? 8 : 4, cell: ({ user }) => user },
    { name: 'FD  ', least: 6, cell: ({ entry: { fd, access } }) => `${fd}${access || ' '} ` },
    { name: 'TYPE', cell: ({ line }) => line.type },
    { name: 'DEVICE', cell: ({ line }) => line.device },
    size,
    ...(o.links === undefined ? [] : [{ name: 'NLINK', cell: ({ line }: Row) => String(line.links ?? '') }]),
    { name: 'NODE', cell: ({ line }) => line.node },
  ]
}

function table(columns: readonly Column[], rows: readonly Row[]): string {
  const cells = [
    [...columns.map(({ name }) => name), 'NAME'],
    ...rows.map((row) => [...columns.map(({ cell }) => cell(row)), row.line.name]),
  ]
  const widths = columns.map(({ least = 0 }, at) => Math.max(least, ...cells.map((row) => row[at]?.length ?? 0)))
  return cells
    .map((row) =>
      row
        .map((cell, at) => {
          const width = widths[at]
          if (width === undefined) return cell
          return columns[at]?.left ? cell.padEnd(width) : cell.padStart(width)
        })
        .join(' '),
    )
    .map((line) => `${line}\n`)
    .join('')
}

/** -F: a line for each field, processes before their files. lsof(8), "OUTPUT FOR OTHER PROGRAMS" */
function fields(wanted: string, rows: readonly Row[], sockets: Sockets): string {
  const has = (letter: string): boolean => wanted === '' || wanted.includes(letter)
  const end = wanted.includes('0') ? '\0' : '\n'
  const lines: string[] = []
  let last: number | undefined
  for (const { entry, line, user } of rows) {
    const { process, fd, access, stat } = entry
    const say = (letter: string, text: string | number): void =>
      void (has(letter) && lines.push(`${letter}${text}${end}`))
    if (process.pid !== last) {
      lines.push(`p${process.pid}${end}`)
      say('g', process.pgid)
      say('R', process.ppid)
      say('c', process.comm)
      say('u', process.uid)
      say('L', user)
      last = process.pid
    }
    if (/^[p0]*$/.test(wanted) && wanted !== '') continue
    const socket = sockets.inet.get(inoOf(entry) ?? -1)
    lines.push(`f${fd}${end}`)
    say('a', access || ' ')
    say('l', ' ')
    say('t', line.type)
    if (socket) say('d', line.device)
    else if (stat) say('D', `0x${stat.dev.toString(16)}`)
    if (line.size === '') say('o', line.offset)
    else say('s', line.size)
    if (!socket && stat) {
      say('i', stat.ino)
      say('k', stat.nlink)
    }
    if (socket) say('P', line.node)
    say('n', line.name.replace(/ \([A-Z_0-9]+\)$/, ''))
    if (socket?.proto === 'tcp' && has('T'))
      lines.push(
        `TST=${stateName(socket)}${end}`,
        `TQR=${socket.receiveQueue}${end}`,
        `TQS=${socket.state === 'LISTEN' ? 0 : socket.sendQueue}${end}`,
      )
  }
  return lines.join('')
}

const USAGE = `lsof 4.95.0
 latest revision: https://github.com/lsof-org/lsof
 latest FAQ: https://github.com/lsof-org/lsof/blob/master/00FAQ
 latest (non-formatted) man page: https://github.com/lsof-org/lsof/blob/master/Lsof.8
 usage: [-?abhKlnNoOPRtUvVX] [+|-c c] [+|-d s] [+D D] [+|-E] [+|-e s] [+|-f[gG]]
 [-F [f]] [-g [s]] [-i [i]] [+|-L [l]] [+m [m]] [+|-M] [-o [o]] [-p s]
 [+|-r [t]] [-s [p:s]] [-S [t]] [-T [t]] [-u s] [+|-w] [-x [fl]] [--] [names]
Use the \`\`-h'' option to get more help information.
`

async function main(
  context: Context,
  internet: string | undefined,
  trees: readonly (readonly [string, boolean])[],
): Promise<number> {
  const { sys, io, options: o, fail } = context
  if (o.version || o.help) {
    await io.warn(o.help ? USAGE : 'lsof version information:\n    revision: 4.95.0\n')
    return 0
  }
  const accounts = await Accounts.read(sys)
  for (const word of o.user.flatMap((text) => text.split(',')))
    if (accounts.uid(word.replace('^', '')) === undefined && !/^\^?\d+$/.test(word)) {
      await io.warn(`lsof: can't get UID for ${word}\n${USAGE}`)
      return 1
    }
  if (o.repeat === undefined) return listOnce(context, accounts, internet, trees, fail)
  const [, seconds, times] = /^(\d*)(?:c(\d+))?/.exec(o.repeat) ?? []
  for (let at = 0; at < Number(times ?? Infinity); at++) {
    if (at > 0) await sys.sleep(Number(seconds || 15) * 1000)
    await listOnce(context, accounts, internet, trees, fail)
    await io.print(o.fields === undefined ? '=======\n' : 'm\n')
    await io.out.flush()
  }
  return 0
}

async function listOnce(
  context: Context,
  accounts: Accounts,
  internet: string | undefined,
  trees: readonly (readonly [string, boolean])[],
  fail: (text: string) => Promise<void>,
): Promise<number> {
  const { sys, io, options: o } = context
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
  if (o.nfs) tests.push(() => false)
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
  const found = (entries.length && !missing) || o.quiet ? status : 1
  if (o.terse) {
    for (const pid of new Set(entries.map(({ process }) => process.pid))) await io.print(`${pid}\n`)
    return found
  }
  const names = await endNames(sys, o.numeric > 0, o.ports > 0)
  const rows = entries.map((entry): Row => {
    const ino = inoOf(entry)
    const line = ino === undefined ? fileLine(entry) : socketLine(ino, sockets, names)
    const { uid } = entry.process
    return { entry, line, user: o.numericUsers ? String(uid) : (accounts.userName(uid) ?? String(uid)) }
  })
  if (o.fields !== undefined) await io.print(fields(o.fields, rows, sockets))
  else if (rows.length) await io.print(table(columnsOf(context), rows))
  return found
}

const program = (internet: string | undefined, trees: readonly (readonly [string, boolean])[]) =>
  defineProgram({
    name: 'lsof/lsof',
    paths: ['/usr/bin/lsof'],
    covers: 'partial',
    lacks: ['libraries mapped into memory', '-K, -E, -f, +c, -x', 'flags of open files in -F'],
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
