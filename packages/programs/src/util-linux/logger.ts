import { AF_UNIX, isErrno, O_APPEND, O_CREAT, O_RDONLY, O_RDWR, O_WRONLY, SOCK_DGRAM, type Sys } from '@drydock/abi'
import { decodeUtf8 } from '@drydock/codec'
import { defineProgram, flag, optional, type ProgramContext, readAll, value, writeAll } from '@drydock/libc'
import { strftime } from '../format/strftime.ts'

const options = {
  id: optional('', 'id'),
  ownId: flag('i'),
  file: value('f', 'file'),
  skipEmpty: flag('e', 'skip-empty'),
  noAct: flag('', 'no-act'),
  priority: value('p', 'priority'),
  octetCount: flag('', 'octet-count'),
  prefix: flag('', 'prio-prefix'),
  stderr: flag('s', 'stderr'),
  size: value('S', 'size'),
  tag: value('t', 'tag'),
  server: value('n', 'server'),
  port: value('P', 'port'),
  tcp: flag('T', 'tcp'),
  udp: flag('d', 'udp'),
  rfc3164: flag('', 'rfc3164'),
  rfc5424: optional('', 'rfc5424'),
  messageId: value('', 'msgid'),
  socket: value('u', 'socket'),
  socketErrors: optional('', 'socket-errors'),
  journald: optional('', 'journald'),
} as const
type Context = ProgramContext<typeof options>

/** syslog(3) */
const FACILITIES = new Map(
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp'
    .split(' ')
    .map((name, at): [string, number] => [name, at])
    .concat(Array.from({ length: 8 }, (_, at) => [`local${at}`, 16 + at])),
)
FACILITIES.set('security', 4)
const LEVELS = new Map(
  'emerg alert crit err warning notice info debug'.split(' ').map((name, at): [string, number] => [name, at]),
)
for (const [alias, name] of [
  ['panic', 'emerg'],
  ['error', 'err'],
  ['warn', 'warning'],
] as const)
  LEVELS.set(alias, LEVELS.get(name) ?? 0)

const USER = 1
const NOTICE = 5
const named = (table: ReadonlyMap<string, number>, word: string, most: number): number | undefined =>
  table.get(word) ?? (/^\d+$/.test(word) && Number(word) <= most ? Number(word) : undefined)

/** `facility.level`, or a level alone. @returns what is wrong with it */
function priorityOf(text: string): number | string {
  const [first = '', second] = text.split('.')
  const level = named(LEVELS, second ?? first, 7)
  const facility = second === undefined ? USER : named(FACILITIES, first, 23)
  if (facility === undefined) return `unknown facility name: ${first}`
  if (level === undefined) return `unknown priority name: ${second ?? first}`
  return facility * 8 + level
}

/** The head of a message, in the form of RFC 5424, of RFC 3164, or as a local log gets it. */
function headOf({ sys, options: o }: Context, priority: number, tag: string, pid: string): string {
  const now = sys.clock.now()
  const { nodename } = sys.uname()
  if (o.rfc5424 !== undefined) {
    const without = new Set(o.rfc5424.split(','))
    const time = without.has('notime') ? '-' : strftime('%Y-%m-%dT%H:%M:%S.%6N%:z', now)
    const host = without.has('nohost') ? '-' : nodename
    const quality = without.has('notq') || without.has('notime') ? '-' : '[timeQuality tzKnown="1" isSynced="0"]'
    return `<${priority}>1 ${time} ${host} ${tag} ${pid || '-'} ${o.messageId ?? '-'} ${quality} `
  }
  const id = pid === '' ? '' : `[${pid}]`
  const host = o.rfc3164 ? `${nodename} ` : ''
  return `<${priority}>${strftime('%b %e %H:%M:%S', now)} ${host}${tag}${id}: `
}

/** Facilities whose messages Debian keeps in a file of their own. rsyslog.conf(5) */
const AUTH: ReadonlySet<number> = new Set([4, 10])

/** @returns whether somebody listens at the socket */
async function toSocket(sys: Sys, path: string, text: string): Promise<boolean> {
  try {
    const fd = sys.socket(AF_UNIX, SOCK_DGRAM)
    try {
      await sys.sendto(fd, new TextEncoder().encode(text), { family: AF_UNIX, path })
      return true
    } finally {
      sys.close(fd)
    }
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

/** A machine keeps its log itself, where no syslog listens; a container, which has no /dev/kmsg, keeps none. */
async function toFile(sys: Sys, priority: number, line: string): Promise<void> {
  try {
    sys.close(sys.open('/dev/kmsg', O_RDWR))
    const path = AUTH.has(Math.floor(priority / 8)) ? '/var/log/auth.log' : '/var/log/syslog'
    const fd = sys.open(path, O_WRONLY | O_APPEND | O_CREAT, 0o640)
    await writeAll(sys, fd, new TextEncoder().encode(line))
    sys.close(fd)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

async function log(context: Context, given: number, message: string): Promise<void> {
  const { sys, io, env, options: o } = context
  const [, own, text = message] = (o.prefix ? /^<(\d+)>([^]*)$/.exec(message) : undefined) ?? []
  const priority = own === undefined ? given : Number(own)
  const id = o.id === undefined ? (o.ownId ? String(sys.getpid()) : '') : o.id || String(sys.getpid())
  const tag = o.tag ?? env.get('LOGNAME') ?? env.get('USER') ?? 'root'
  const limit = o.size === undefined ? 1024 : Number(o.size)
  const whole = `${headOf(context, priority, tag, id)}${text.slice(0, limit)}`
  if (o.stderr) await io.warn(`${whole}\n`)
  if (o.noAct) return
  if (await toSocket(sys, o.socket ?? '/dev/log', whole)) return
  if (o.socket !== undefined || o.server !== undefined) return
  const local = `${strftime('%b %e %H:%M:%S', sys.clock.now())} ${sys.uname().nodename} ${tag}${id && `[${id}]`}: ${text}\n`
  await toFile(sys, priority, local)
}

/** logger: enter messages into the system log. util-linux 2.38. */
export const logger = defineProgram({
  name: 'util-linux/logger',
  paths: ['/usr/bin/logger'],
  covers: 'partial',
  lacks: ['the network (-n, -P, -T, -d)', 'journald'],
  summary: 'enter messages into the system log',
  sizeBytes: 51_760,
  usage: 'logger [options] [<message>]',
  stopAtOperand: true,
  options,
  async main(context) {
    const { sys, io, operands, options: o, fail } = context
    const priority = priorityOf(o.priority ?? `user.${[...LEVELS.keys()][NOTICE]}`)
    if (typeof priority === 'string') {
      await fail(priority)
      return 1
    }
    if (operands.length > 0) {
      await log(context, priority, operands.join(' '))
      return 0
    }
    if (o.file === undefined) {
      for await (const line of io.lines()) if (line !== '' || !o.skipEmpty) await log(context, priority, line)
      return 0
    }
    try {
      const text = decodeUtf8(await readAll(sys, sys.open(o.file, O_RDONLY)))
      for (const line of text.replace(/\n$/, '').split('\n'))
        if (line !== '' || !o.skipEmpty) await log(context, priority, line)
      return 0
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`file ${o.file}: ${error.message}`)
      return 1
    }
  },
})
