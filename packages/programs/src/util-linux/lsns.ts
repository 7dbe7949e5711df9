import { isErrno, type ProcessInfo, type Sys } from '@drydock/abi'
import { defineProgram, flag, type OptionValues, optional, readTextFile, UsageError, value } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { readMountInfo } from './mounts.ts'
import { NAMESPACE_FILES } from './namespace-files.ts'
import { type Head, print, type Shown } from './smartcols.ts'

const options = {
  json: flag('J', 'json'),
  list: flag('l', 'list'),
  noHeadings: flag('n', 'noheadings'),
  output: value('o', 'output'),
  outputAll: flag('', 'output-all'),
  task: value('p', 'task'),
  raw: flag('r', 'raw'),
  noTruncate: flag('u', 'notruncate'),
  noWrap: flag('W', 'nowrap'),
  type: value('t', 'type'),
  tree: optional('T', 'tree'),
} as const
type Options = OptionValues<typeof options>

/** A process and what lsns(8) tells of it. */
interface Member {
  readonly process: ProcessInfo
  readonly user: string
  readonly command: string
}
interface Namespace {
  readonly id: string
  readonly kind: string
  /** The one of the lowest number first. */
  readonly members: readonly Member[]
  /** Where the file system has it. */
  readonly mounts: readonly string[]
  readonly userNamespace: string
}

interface Column {
  readonly right?: boolean
  readonly number?: boolean
  readonly cell: (namespace: Namespace) => string | readonly string[]
}
const first = ({ members: [member] }: Namespace): Member | undefined => member
const COLUMNS = new Map<string, Column>([
  ['NS', { right: true, number: true, cell: ({ id }) => id }],
  ['TYPE', { cell: ({ kind }) => kind }],
  ['PATH', { cell: (each) => `/proc/${first(each)?.process.pid ?? 0}/ns/${each.kind}` }],
  ['NPROCS', { right: true, number: true, cell: ({ members }) => String(members.length) }],
  ['PID', { right: true, number: true, cell: (each) => String(first(each)?.process.pid ?? 0) }],
  ['PPID', { right: true, number: true, cell: (each) => String(first(each)?.process.ppid ?? 0) }],
  ['COMMAND', { cell: (each) => first(each)?.command ?? '' }],
  ['UID', { right: true, number: true, cell: (each) => String(first(each)?.process.uid ?? 0) }],
  ['USER', { cell: (each) => first(each)?.user ?? '' }],
  ['NETNSID', { right: true, cell: ({ kind }) => (kind === 'net' ? 'unassigned' : '') }],
  ['NSFS', { cell: ({ mounts }) => mounts }],
  ['PNS', { right: true, number: true, cell: () => '0' }],
  [
    'ONS',
    { right: true, number: true, cell: ({ kind, id, userNamespace }) => (kind === 'user' ? '0' : userNamespace || id) },
  ],
])
const DEFAULT = ['NS', 'TYPE', 'NPROCS', 'PID', 'USER', 'COMMAND']
/** The columns of the processes in one namespace. */
const PROCESS_COLUMNS = ['PID', 'PPID', 'USER', 'COMMAND']
const PROCESS_RIGHT: ReadonlySet<string> = new Set(['PID', 'PPID'])

function namespacesOf(sys: Sys, pid: number): [string, string][] {
  return NAMESPACE_FILES.flatMap((kind): [string, string][] => {
    try {
      const id = /\[(\d+)\]/.exec(sys.readlink(`/proc/${pid}/ns/${kind}`))?.[1]
      return id === undefined ? [] : [[id, kind]]
    } catch (error) {
      if (isErrno(error)) return []
      throw error
    }
  })
}

async function commandOf(sys: Sys, { pid, comm }: ProcessInfo): Promise<string> {
  try {
    const words = (await readTextFile(sys, `/proc/${pid}/cmdline`)).split('\0').filter(Boolean)
    return words.join(' ') || comm
  } catch (error) {
    if (isErrno(error)) return comm
    throw error
  }
}

async function members(sys: Sys): Promise<Member[]> {
  const accounts = await Accounts.read(sys)
  const processes = sys.processes().toSorted((a, b) => a.pid - b.pid)
  return Promise.all(
    processes.map(async (process) => ({
      process,
      user: accounts.userName(process.uid) ?? String(process.uid),
      command: await commandOf(sys, process),
    })),
  )
}

/** All that some process is in, in the order of their numbers. */
async function namespaces(sys: Sys): Promise<Namespace[]> {
  const found = new Map<string, { kind: string; user: string; members: Member[] }>()
  for (const member of await members(sys)) {
    const own = namespacesOf(sys, member.process.pid)
    const user = own.find(([, kind]) => kind === 'user')?.[0] ?? ''
    for (const [id, kind] of own) {
      const known = found.get(id) ?? { kind, user, members: [] }
      known.members.push(member)
      found.set(id, known)
    }
  }
  const mounted = (await readMountInfo(sys)).filter(({ type }) => type === 'nsfs')
  return [...found]
    .map(([id, { kind, user, members: inside }]) => ({
      ...{ id, kind, members: inside, userNamespace: user },
      mounts: mounted.filter(({ root }) => root.includes(`[${id}]`)).map(({ target }) => target),
    }))
    .toSorted((a, b) => Number(a.id) - Number(b.id))
}

/** @throws UsageError */
function columnsOf(o: Options): readonly string[] {
  if (o.outputAll) return [...COLUMNS.keys()]
  if (o.output === undefined)
    return o.type === 'net' ? ['NS', 'TYPE', 'NPROCS', 'PID', 'USER', 'NETNSID', 'NSFS', 'COMMAND'] : DEFAULT
  const words = o.output.replace(/^\+/, '').toUpperCase().split(',')
  const unknown = words.find((name) => !COLUMNS.has(name))
  if (unknown !== undefined) throw new UsageError(`unknown column: ${unknown.toLowerCase()}`)
  return o.output.startsWith('+') ? [...DEFAULT, ...words] : words
}

const formOf = (o: Options) =>
  o.json ? 'json' : o.raw ? 'raw' : o.tree !== undefined && o.tree !== 'process' ? 'tree' : 'list'

/** The user namespace stands at the top, what it owns below. */
const rowOf = (each: Namespace, columns: readonly string[]): Shown => ({
  name: each.id,
  parent: each.kind === 'user' ? undefined : each.userNamespace,
  cells: columns.map((name) => {
    const cell = COLUMNS.get(name)?.cell(each) ?? ''
    return typeof cell === 'string' ? [cell] : cell.length > 0 ? cell : ['']
  }),
})

/** Those of one namespace, children below their parents. */
function processTree({ members: inside }: Namespace, o: Options): string {
  const heads: Head[] = PROCESS_COLUMNS.map((name) => ({ name, right: PROCESS_RIGHT.has(name), plain: undefined }))
  const rows = inside.map(({ process: { pid, ppid }, user, command }) => ({
    ...{ name: String(pid), parent: String(ppid) },
    cells: [[String(pid)], [String(ppid)], [user], [command]],
  }))
  const form = o.json ? 'json' : o.raw ? 'raw' : o.list ? 'list' : 'tree'
  return print(heads, rows, { ...LOOK, branches: 'COMMAND', title: 'processes', form, headings: o.noHeadings === 0 })
}

const LOOK = { ascii: false, shell: true } as const

/** lsns: list namespaces. util-linux 2.38. */
export const lsns = defineProgram({
  name: 'util-linux/lsns',
  paths: ['/usr/bin/lsns'],
  covers: 'partial',
  lacks: ['parents and owners of namespaces beyond the user namespace of their members', 'NETNSID'],
  summary: 'list namespaces',
  sizeBytes: 51976,
  usage: 'lsns [options] [<namespace>]',
  options,
  async main({ sys, io, options: o, operands: [operand], fail }) {
    const columns = columnsOf(o)
    if (o.type !== undefined && !TYPES.has(o.type)) {
      await fail(`unknown namespace type: ${o.type}`)
      return 1
    }
    const all = await namespaces(sys)
    if (operand !== undefined) {
      const found = all.find(({ id }) => id === operand)
      if (found) await io.print(processTree(found, o))
      else await fail(`not found namespace: ${operand}`)
      return found ? 0 : 1
    }
    const shown = all.filter(
      ({ kind, members: inside }) =>
        (o.type === undefined || kind === o.type) &&
        (o.task === undefined || inside.some(({ process }) => process.pid === Number(o.task))),
    )
    if (shown.length === 0) return 0
    const heads = columns.map((name) => ({
      name,
      plain: undefined,
      ...COLUMNS.get(name),
      right: COLUMNS.get(name)?.right,
    }))
    const form = formOf(o)
    const look = { ...LOOK, branches: 'NS', title: 'namespaces', form, headings: o.noHeadings === 0 } as const
    const inTree = heads.map((head) => (form === 'tree' && head.name === 'NS' ? { ...head, right: undefined } : head))
    await io.print(
      print(
        inTree,
        shown.map((each) => rowOf(each, columns)),
        look,
      ),
    )
    return 0
  },
})
const TYPES: ReadonlySet<string> = new Set([...NAMESPACE_FILES, 'time'])
