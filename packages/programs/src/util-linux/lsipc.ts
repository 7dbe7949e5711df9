import type { Sys, SysvKind } from '@drydock/abi'
import { defineProgram, flag, type OptionValues, UsageError, value } from '@drydock/libc'
import { modeString } from '../format/mode-string.ts'
import { strftime } from '../format/strftime.ts'
import { shortSize } from './short-size.ts'
import { print, type Shown } from './smartcols.ts'
import { cell, keyText, type Owners, readOwners, readSysv, setting, type SysvRow } from './sysv-objects.ts'

const options = {
  shmems: flag('m', 'shmems'),
  queues: flag('q', 'queues'),
  semaphores: flag('s', 'semaphores'),
  global: flag('g', 'global'),
  bytes: flag('b', 'bytes'),
  json: flag('J', 'json'),
  list: flag('l', 'list'),
  noHeadings: flag('', 'noheadings'),
  numericPerms: flag('P', 'numeric-perms'),
  output: value('o', 'output'),
  pairs: flag('e', 'export'),
  raw: flag('r', 'raw'),
  newline: flag('n', 'newline'),
  notruncate: flag('', 'notruncate'),
} as const
type Options = OptionValues<typeof options>

interface Column {
  readonly name: string
  readonly right?: boolean
  readonly text: (row: SysvRow, owners: Owners, o: Options) => string
}
const number = (name: string, from: string): Column => ({ name, right: true, text: (row) => String(cell(row, from)) })
const bytes = (name: string, from: string): Column => ({
  name,
  right: true,
  text: (row, _, o) => (o.bytes ? String(cell(row, from)) : shortSize(cell(row, from))),
})
const START: readonly Column[] = [
  { name: 'KEY', text: keyText },
  { name: 'ID', text: (row) => String(cell(row, 'msqid') || cell(row, 'semid') || cell(row, 'shmid')) },
  {
    name: 'PERMS',
    right: true,
    text: (row, _, o) =>
      o.numericPerms ? `0${cell(row, 'perms').toString(8)}` : modeString(cell(row, 'perms')).slice(1),
  },
  { name: 'OWNER', text: (row, { user }) => user(cell(row, 'uid')) },
]
const clock = (row: SysvRow): string => strftime('%H:%M', cell(row, 'ctime') * 1000)

const COLUMNS: Readonly<Record<SysvKind, readonly Column[]>> = {
  msg: [
    ...START,
    bytes('USEDBYTES', 'cbytes'),
    { name: 'MSGS', text: (row) => String(cell(row, 'qnum')) },
    number('LSPID', 'lspid'),
    number('LRPID', 'lrpid'),
  ],
  shm: [
    ...START,
    bytes('SIZE', 'size'),
    number('NATTCH', 'nattch'),
    { name: 'STATUS', text: () => '' },
    { name: 'CTIME', right: true, text: clock },
    number('CPID', 'cpid'),
    number('LPID', 'lpid'),
    { name: 'COMMAND', text: () => '' },
  ],
  sem: [...START, number('NSEMS', 'nsems')],
}
const TITLES: Readonly<Record<SysvKind, string>> = {
  msg: 'messages',
  shm: 'sharedmemory',
  sem: 'semaphores',
}

/** -g: each limit with what is used of it. */
async function limits(sys: Sys, o: Options): Promise<readonly (readonly string[])[]> {
  const [queues, segments, arrays] = await Promise.all(
    (['msg', 'shm', 'sem'] as const).map((kind) => readSysv(sys, kind)),
  )
  const [each, all, operations, sets] = await setting(sys, 'sem')
  const one = async (name: string): Promise<string> => (await setting(sys, name))[0] ?? ''
  const size = async (name: string): Promise<string> =>
    o.bytes ? one(name) : shortSize(Number(await one(name))).replace(/^18446744073.*/, '16E')
  const pages = (segments ?? []).reduce((sum, row) => sum + Math.floor(cell(row, 'size') / 4096), 0)
  const semaphores = (arrays ?? []).reduce((sum, row) => sum + cell(row, 'nsems'), 0)
  const row = (name: string, told: string, limit: string | undefined, used?: number): readonly string[] => [
    name,
    told,
    limit ?? '',
    used === undefined ? '-' : String(used),
    used === undefined ? '-' : `${((100 * used) / Number(limit)).toFixed(2)}%`,
  ]
  return [
    row('MSGMNI', 'Number of message queues', await one('msgmni'), queues?.length ?? 0),
    row('MSGMAX', 'Max size of message (bytes)', await size('msgmax')),
    row('MSGMNB', 'Default max size of queue (bytes)', await size('msgmnb')),
    row('SHMMNI', 'Shared memory segments', await one('shmmni'), segments?.length ?? 0),
    row('SHMALL', 'Shared memory pages', await one('shmall'), pages),
    row('SHMMAX', 'Max size of shared memory segment (bytes)', o.bytes ? await one('shmmax') : '16E'),
    row('SHMMIN', 'Min size of shared memory segment (bytes)', o.bytes ? '1' : '1B'),
    row('SEMMNI', 'Number of semaphore identifiers', sets, arrays?.length ?? 0),
    row('SEMMNS', 'Total number of semaphores', all, semaphores),
    row('SEMMSL', 'Max semaphores per semaphore set.', each),
    row('SEMOPM', 'Max number of operations per semop(2)', operations),
    row('SEMVMX', 'Semaphore max value', '32767'),
  ]
}
const GLOBAL = [
  { name: 'RESOURCE' },
  { name: 'DESCRIPTION' },
  { name: 'LIMIT', right: true },
  { name: 'USED', right: true },
  { name: 'USE%', right: true },
]

/** lsipc: what there is of System V's objects. util-linux 2.38. */
export const lsipc = defineProgram({
  name: 'util-linux/lsipc',
  paths: ['/usr/bin/lsipc'],
  covers: 'partial',
  lacks: ['-i, -c, -t, -p', 'columns beyond the usual ones'],
  summary: 'show information on IPC facilities currently employed in the system',
  sizeBytes: 76_248,
  usage: 'lsipc [options]',
  options,
  async main({ sys, io, options: o }) {
    const kinds = (['queues', 'shmems', 'semaphores'] as const).filter((name) => o[name] > 0)
    const kind = KINDS.get(kinds[0] ?? '')
    const form = o.json ? 'json' : o.pairs ? 'pairs' : o.raw ? 'raw' : 'list'
    const look = { branches: '', form, headings: o.noHeadings === 0, ascii: false, shell: true } as const
    const shown = (cells: readonly string[], at: number): Shown => ({
      name: String(at),
      parent: undefined,
      cells: cells.map((text) => [text]),
    })
    if (kind === undefined) {
      const heads = GLOBAL.map(({ name, right }) => ({ name, right, plain: undefined }))
      await io.print(print(heads, (await limits(sys, o)).map(shown), { ...look, title: 'ipclimits' }))
      return 0
    }
    const owners = await readOwners(sys)
    const columns = chosen(COLUMNS[kind], o)
    const rows = (await readSysv(sys, kind)).map((row) => columns.map(({ text }) => text(row, owners, o)))
    const heads = columns.map(({ name, right }) => ({ name, right, plain: undefined }))
    await io.print(print(heads, rows.map(shown), { ...look, title: TITLES[kind] }))
    return 0
  },
})
const KINDS: ReadonlyMap<string, SysvKind> = new Map([
  ['queues', 'msg'],
  ['shmems', 'shm'],
  ['semaphores', 'sem'],
])

/** @throws UsageError */
function chosen(columns: readonly Column[], { output }: Options): readonly Column[] {
  if (output === undefined) return columns
  return output
    .toUpperCase()
    .split(',')
    .map((name) => {
      const found = columns.find((column) => column.name === name)
      if (!found) throw new UsageError(`unknown column: ${name}`)
      return found
    })
}
