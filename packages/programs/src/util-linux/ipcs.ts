import type { Sys, SysvKind } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, value } from '@drydock/libc'
import { strftime } from '../format/strftime.ts'
import { shortSize } from './short-size.ts'
import { cell, keyText, octal, type Owners, readOwners, readSysv, setting, type SysvRow } from './sysv-objects.ts'

const options = {
  shmems: flag('m', 'shmems'),
  queues: flag('q', 'queues'),
  semaphores: flag('s', 'semaphores'),
  all: flag('a', 'all'),
  time: flag('t', 'time'),
  pid: flag('p', 'pid'),
  creator: flag('c', 'creator'),
  limits: flag('l', 'limits'),
  summary: flag('u', 'summary'),
  human: flag('', 'human'),
  bytes: flag('b', 'bytes'),
  id: value('i', 'id'),
}
type Context = ProgramContext<typeof options>

interface Look {
  readonly owners: Owners
  readonly human: boolean
}
/** A table of one kind: its title, its head, and a line for each object. */
interface Sheet {
  readonly title: string
  readonly head: string
  readonly line: (row: SysvRow, look: Look) => string
}
type Sheets = Readonly<Record<SysvKind, Sheet | undefined>>

/** Cells to the left, each as wide as it says, blanks between. */
const cells = (...columns: readonly (readonly [text: string | number, width: number])[]): string =>
  columns.map(([text, width]) => String(text).padEnd(width)).join(' ')
const owner = (row: SysvRow, { owners }: Look): string => owners.user(cell(row, 'uid'))
const size = (bytes: number, { human }: Look): string => (human ? shortSize(bytes) : String(bytes))
const moment = (seconds: number, format: string): string =>
  seconds === 0 ? 'Not set' : strftime(format, seconds * 1000)
const SHORT = '%b %e %H:%M:%S'
const LONG = '%a %b %e %H:%M:%S %Y'
const time = (row: SysvRow, name: string): string => moment(cell(row, name), SHORT)

const PLAIN: Sheets = {
  msg: {
    title: 'Message Queues --------',
    head: cells(['key', 10], ['msqid', 10], ['owner', 10], ['perms', 10], ['used-bytes', 12], ['messages', 12]),
    line: (row, look) =>
      cells(
        [keyText(row), 10],
        [cell(row, 'msqid'), 10],
        [owner(row, look), 10],
        [octal(row), 10],
        [size(cell(row, 'cbytes'), look), 12],
        [cell(row, 'qnum'), 12],
      ),
  },
  shm: {
    title: 'Shared Memory Segments --------',
    head: cells(
      ['key', 10],
      ['shmid', 10],
      ['owner', 10],
      ['perms', 10],
      ['bytes', 10],
      ['nattch', 10],
      ['status', 12],
    ),
    line: (row, look) =>
      cells(
        [keyText(row), 10],
        [cell(row, 'shmid'), 10],
        [owner(row, look), 10],
        [octal(row), 10],
        [size(cell(row, 'size'), look), 10],
        [cell(row, 'nattch'), 10],
        ['', 6],
        ['', 6],
      ),
  },
  sem: {
    title: 'Semaphore Arrays --------',
    head: cells(['key', 10], ['semid', 10], ['owner', 10], ['perms', 10], ['nsems', 10]),
    line: (row, look) =>
      cells(
        [keyText(row), 10],
        [cell(row, 'semid'), 10],
        [owner(row, look), 10],
        [octal(row), 10],
        [cell(row, 'nsems'), 10],
      ),
  },
}

const TIMES: Sheets = {
  msg: {
    title: 'Message Queues Send/Recv/Change Times --------',
    head: cells(['msqid', 8], ['owner', 10], ['send', 20], ['recv', 20], ['change', 20]),
    line: (row, look) =>
      cells(
        [cell(row, 'msqid'), 8],
        [owner(row, look), 10],
        [time(row, 'stime'), 20],
        [time(row, 'rtime'), 20],
        [time(row, 'ctime'), 20],
      ),
  },
  shm: {
    title: 'Shared Memory Attach/Detach/Change Times --------',
    head: cells(['shmid', 10], ['owner', 10], ['attached', 20], ['detached', 20], ['changed', 20]),
    line: (row, look) =>
      cells(
        [cell(row, 'shmid'), 10],
        [owner(row, look), 10],
        [time(row, 'atime'), 20],
        [time(row, 'dtime'), 20],
        [time(row, 'ctime'), 20],
      ),
  },
  sem: {
    title: 'Semaphore Operation/Change Times --------',
    head: cells(['semid', 8], ['owner', 10], ['last-op', 26], ['last-changed', 26]),
    line: (row, look) =>
      `${cells([cell(row, 'semid'), 8], [owner(row, look), 10])}  ${cells([moment(cell(row, 'otime'), LONG), 26], [moment(cell(row, 'ctime'), LONG), 26])}`,
  },
}

const PIDS: Sheets = {
  msg: {
    title: 'Message Queues PIDs --------',
    head: cells(['msqid', 10], ['owner', 10], ['lspid', 10], ['lrpid', 10]),
    line: (row, look) =>
      `${cells([cell(row, 'msqid'), 8], [owner(row, look), 10])}   ${String(cell(row, 'lspid')).padStart(5)}     ${String(cell(row, 'lrpid')).padStart(5)}`,
  },
  shm: {
    title: 'Shared Memory Creator/Last-op PIDs --------',
    head: cells(['shmid', 10], ['owner', 10], ['cpid', 10], ['lpid', 10]),
    line: (row, look) =>
      cells([cell(row, 'shmid'), 10], [owner(row, look), 10], [cell(row, 'cpid'), 10], [cell(row, 'lpid'), 10]),
  },
  sem: undefined,
}

const creators = (kind: SysvKind, title: string): Sheet => ({
  title,
  head: cells([`${ID_NAMES[kind]}`, 10], ['perms', 10], ['cuid', 10], ['cgid', 10], ['uid', 10], ['gid', 10]),
  line: (row, { owners }) =>
    cells(
      [cell(row, ID_NAMES[kind]), 10],
      [octal(row), 10],
      [owners.user(cell(row, 'cuid')), 10],
      [owners.group(cell(row, 'cgid')), 10],
      [owners.user(cell(row, 'uid')), 10],
      [owners.group(cell(row, 'gid')), 10],
    ),
})
const ID_NAMES: Readonly<Record<SysvKind, string>> = { msg: 'msqid', shm: 'shmid', sem: 'semid' }
const CREATORS: Sheets = {
  msg: creators('msg', 'Message Queues Creators/Owners --------'),
  shm: creators('shm', 'Shared Memory Segment Creators/Owners --------'),
  sem: creators('sem', 'Semaphore Arrays Creators/Owners --------'),
}

async function sheet(sys: Sys, kind: SysvKind, sheets: Sheets, look: Look): Promise<string> {
  const shown = sheets[kind]
  if (!shown) return ''
  const lines = (await readSysv(sys, kind)).map((row) => `${shown.line(row, look)}\n`)
  return `\n------ ${shown.title}\n${shown.head}\n${lines.join('')}`
}

/** -l */
const LIMITS: Readonly<Record<SysvKind, (sys: Sys) => Promise<string>>> = {
  async msg(sys) {
    const [most, message, queue] = await Promise.all(['msgmni', 'msgmax', 'msgmnb'].map((name) => setting(sys, name)))
    return `\n------ Messages Limits --------\nmax queues system wide = ${most?.[0]}\nmax size of message (bytes) = ${message?.[0]}\ndefault max size of queue (bytes) = ${queue?.[0]}\n`
  },
  async shm(sys) {
    const [segments = []] = [await setting(sys, 'shmmni')]
    return `\n------ Shared Memory Limits --------\nmax number of segments = ${segments[0]}\nmax seg size (kbytes) = 18014398509465599\nmax total shared memory (kbytes) = 18014398509481980\nmin seg size (bytes) = 1\n`
  },
  async sem(sys) {
    const [each, all, operations, arrays] = await setting(sys, 'sem')
    return `\n------ Semaphore Limits --------\nmax number of arrays = ${arrays}\nmax semaphores per array = ${each}\nmax semaphores system wide = ${all}\nmax ops per semop call = ${operations}\nsemaphore max value = 32767\n`
  },
}

const sum = (rows: readonly SysvRow[], name: string): number => rows.reduce((total, row) => total + cell(row, name), 0)
const PAGE = 4096
/** -u */
const SUMMARIES: Readonly<Record<SysvKind, (rows: readonly SysvRow[]) => string>> = {
  msg: (rows) =>
    `\n------ Messages Status --------\nallocated queues = ${rows.length}\nused headers = ${sum(rows, 'qnum')}\nused space = ${sum(rows, 'cbytes')} bytes\n`,
  shm(rows) {
    const pages = rows.reduce((total, row) => total + Math.ceil(cell(row, 'size') / PAGE), 0)
    return `\n------ Shared Memory Status --------\nsegments allocated ${rows.length}\npages allocated ${pages}\npages resident  0\npages swapped   0\nSwap performance: 0 attempts\t 0 successes\n`
  },
  sem: (rows) =>
    `\n------ Semaphore Status --------\nused arrays = ${rows.length}\nallocated semaphores = ${sum(rows, 'nsems')}\n`,
}

const when = (row: SysvRow, name: string): string => moment(cell(row, name), LONG).padEnd(26)
const ids = (row: SysvRow, gap: string): string =>
  ['uid', 'gid', 'cuid', 'cgid'].map((name) => `${name}=${cell(row, name)}`).join(gap)
/** -i */
const DETAILS: Readonly<Record<SysvKind, (row: SysvRow) => string>> = {
  msg: (row) =>
    `\nMessage Queue msqid=${cell(row, 'msqid')}\n${ids(row, '\t')}\tmode=0${octal(row)}\ncbytes=${cell(row, 'cbytes')}\tqbytes=16384\tqnum=${cell(row, 'qnum')}\tlspid=0\tlrpid=0\nsend_time=${when(row, 'stime')}\nrcv_time=${when(row, 'rtime')}\nchange_time=${when(row, 'ctime')}\n\n`,
  shm: (row) =>
    `\nShared memory Segment shmid=${cell(row, 'shmid')}\n${ids(row, '\t')}\nmode=0${octal(row)}\taccess_perms=0${octal(row)}\nbytes=${cell(row, 'size')}\tlpid=${cell(row, 'lpid')}\tcpid=${cell(row, 'cpid')}\tnattch=${cell(row, 'nattch')}\natt_time=${when(row, 'atime')}\ndet_time=${when(row, 'dtime')}\nchange_time=${when(row, 'ctime')}\n\n`,
  sem(row) {
    const values = Array.from(
      { length: cell(row, 'nsems') },
      (_, at) => `${cells([at, 10], [0, 10], [0, 10], [0, 10], [0, 10])}\n`,
    )
    return `\nSemaphore Array semid=${cell(row, 'semid')}\n${ids(row, '\t ')}\nmode=0${octal(row)}, access_perms=0${octal(row)}\nnsems = ${cell(row, 'nsems')}\notime = ${when(row, 'otime')}\nctime = ${when(row, 'ctime')}\n${cells(['semnum', 10], ['value', 10], ['ncount', 10], ['zcount', 10], ['pid', 10])}\n${values.join('')}\n`
  },
}

const KINDS = [
  ['queues', 'msg'],
  ['shmems', 'shm'],
  ['semaphores', 'sem'],
] as const

async function details({ sys, io, options: o, fail }: Context, kinds: readonly SysvKind[]): Promise<number> {
  const [kind, second] = kinds
  if (kind === undefined || second !== undefined) {
    await fail('when using an ID, a single resource must be specified')
    return 1
  }
  const row = (await readSysv(sys, kind)).find((each) => cell(each, ID_NAMES[kind]) === Number(o.id))
  if (row) await io.print(DETAILS[kind](row))
  else await fail(`id ${o.id} not found`)
  return row ? 0 : 1
}

/** ipcs: queues, shared memory and semaphores of System V. util-linux 2.38. */
export const ipcs = defineProgram({
  name: 'util-linux/ipcs',
  paths: ['/usr/bin/ipcs'],
  covers: 'full',
  summary: 'show information on IPC facilities',
  sizeBytes: 43_480,
  usage: 'ipcs [resource-option...] [output-option]',
  options,
  async main(context) {
    const { sys, io, options: o } = context
    const named = KINDS.filter(([name]) => o[name] > 0).map(([, kind]) => kind)
    const kinds = named.length > 0 ? named : KINDS.map(([, kind]) => kind)
    if (o.id !== undefined) return details(context, kinds)
    const look = { owners: await readOwners(sys), human: o.human > 0 }
    const sheets = o.time ? TIMES : o.pid ? PIDS : o.creator ? CREATORS : PLAIN
    for (const kind of kinds)
      await io.print(
        o.limits
          ? await LIMITS[kind](sys)
          : o.summary
            ? SUMMARIES[kind](await readSysv(sys, kind))
            : await sheet(sys, kind, sheets, look),
      )
    await io.print('\n')
    return 0
  },
})
