import type { ProcessInfo, Sys } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'

const options = {
  arguments: flag('a', 'arguments'),
  ascii: flag('A', 'ascii'),
  compactNot: flag('c', 'compact-not'),
  long: flag('l', 'long'),
  numeric: flag('n', 'numeric-sort'),
  pids: flag('p', 'show-pids'),
  pgids: flag('g', 'show-pgids'),
  parents: flag('s', 'show-parents'),
  threads: flag('T', 'hide-threads'),
  unicode: flag('U', 'unicode'),
  uids: flag('u', 'uid-changes'),
}
type Context = ProgramContext<typeof options>

interface Node {
  readonly label: string
  readonly children: readonly Node[]
  readonly count: number
}

/** Joints: of an only child, of the first, of one between, of the last, and beside those. */
interface Lines {
  readonly only: string
  readonly first: string
  readonly next: string
  readonly last: string
  readonly beside: string
}
const ASCII: Lines = { only: '---', first: '-+-', next: ' |-', last: ' `-', beside: ' | ' }
const UTF8: Lines = { only: '───', first: '─┬─', next: ' ├─', last: ' └─', beside: ' │ ' }

class Forest {
  private readonly byParent = new Map<number, ProcessInfo[]>()
  private readonly context: Context
  private readonly accounts: Accounts

  constructor(context: Context, accounts: Accounts, processes: readonly ProcessInfo[]) {
    this.context = context
    this.accounts = accounts
    for (const process of processes) {
      const siblings = this.byParent.get(process.ppid) ?? []
      siblings.push(process)
      this.byParent.set(process.ppid, siblings)
    }
  }

  node(process: ProcessInfo, parent?: ProcessInfo): Node {
    const { options: o } = this.context
    const children = (this.byParent.get(process.pid) ?? []).toSorted((a, b) =>
      o.numeric ? a.pid - b.pid : a.comm < b.comm ? -1 : a.comm > b.comm ? 1 : a.pid - b.pid,
    )
    const nodes = children.map((child) => this.node(child, process))
    return {
      label: this.label(process, parent),
      children: o.compactNot || o.arguments ? nodes : compacted(nodes),
      count: 1,
    }
  }

  private label({ comm, pid, pgid, uid, argv }: ProcessInfo, parent: ProcessInfo | undefined): string {
    const { options: o } = this.context
    const changed = o.uids > 0 && parent !== undefined && parent.uid !== uid
    const notes = [
      ...(o.pids ? [String(pid)] : []),
      ...(o.pgids ? [String(pgid)] : []),
      ...(changed ? [this.accounts.userName(uid) ?? String(uid)] : []),
    ]
    const numbered = o.arguments ? notes.map((note) => `,${note}`).join('') : notes.length ? `(${notes.join(',')})` : ''
    return (
      comm +
      numbered +
      (o.arguments
        ? argv
            .slice(1)
            .map((word) => ` ${word}`)
            .join('')
        : '')
    )
  }
}

/** Subtrees that look the same are shown once, with their number. */
function compacted(nodes: readonly Node[]): Node[] {
  const result: Node[] = []
  const at = new Map<string, number>()
  for (const node of nodes) {
    const key = JSON.stringify(node)
    const known = at.get(key)
    const same = known === undefined ? undefined : result[known]
    if (known !== undefined && same) result[known] = { ...same, count: same.count + 1 }
    else at.set(key, result.push(node) - 1)
  }
  return result
}

function draw({ label, children, count }: Node, lines: Lines): string[] {
  const times = count > 1 ? `${count}*[` : ''
  const below = children.flatMap((child, at): string[] => {
    const last = at === children.length - 1
    const joint = children.length === 1 ? lines.only : at === 0 ? lines.first : last ? lines.last : lines.next
    const [first = '', ...rest] = draw(child, lines)
    return [joint + first, ...rest.map((line) => (last ? '   ' : lines.beside) + line)]
  })
  const indent = ' '.repeat(times.length + label.length)
  const [first = '', ...rest] = below
  const all = [times + label + first, ...rest.map((line) => indent + line)]
  if (times) all[all.length - 1] += ']'
  return all
}

/** -a: one process a line, with its arguments. */
function drawWide({ label, children, count }: Node, lines: Lines): string[] {
  const below = children.flatMap((child, at) => {
    const last = at === children.length - 1
    const [first = '', ...rest] = drawWide(child, lines)
    return [`${last ? lines.last : lines.next}${first}`, ...rest.map((line) => `${last ? '   ' : lines.beside}${line}`)]
  })
  return [count > 1 ? `${count}*[${label}]` : label, ...below.map((line) => ` ${line}`)]
}

const isUtf8 = (env: ReadonlyMap<string, string>): boolean =>
  /utf-?8/i.test(env.get('LC_ALL') ?? env.get('LC_CTYPE') ?? env.get('LANG') ?? '')

/** The process, or the parents it came from one after the other with nothing beside. */
function withParents(sys: Sys, process: ProcessInfo): ProcessInfo[] {
  const all = sys.processes()
  const line = [process]
  for (let at = all.find(({ pid }) => pid === process.ppid); at; at = all.find(({ pid }) => pid === line[0]?.ppid))
    line.unshift(at)
  return line
}

/** pstree: processes as a tree. psmisc 23.6. */
export const pstree = defineProgram({
  name: 'psmisc/pstree',
  paths: ['/usr/bin/pstree'],
  covers: 'partial',
  lacks: ['-h, -H, -N, -S, -t, -C, -G, -Z', 'a cut at the width of the screen'],
  summary: 'display a tree of processes',
  sizeBytes: 39_792,
  usage: 'pstree [-acglpsStuZ] [ -h | -H PID ] [ -n | -N type ] [ -A | -G | -U ] [ PID | USER ]',
  options,
  async main(context) {
    const { sys, io, env, operands, options: o } = context
    const [word = '1'] = operands
    const accounts = await Accounts.read(sys)
    const processes = sys.processes()
    const uid = /^\d+$/.test(word) ? undefined : accounts.uid(word)
    if (!/^\d+$/.test(word) && uid === undefined) {
      await io.warn(`No such user name: ${word}\n`)
      return 1
    }
    const parentOf = (process: ProcessInfo): ProcessInfo | undefined =>
      processes.find(({ pid }) => pid === process.ppid)
    const roots = processes.filter((process) =>
      uid === undefined ? process.pid === Number(word) : process.uid === uid && parentOf(process)?.uid !== uid,
    )
    const lines = !o.ascii && (o.unicode || (isUtf8(env) && sys.isatty(1))) ? UTF8 : ASCII
    const forest = new Forest(context, accounts, processes)
    const shown = roots.map((root) => {
      const tree = forest.node(root)
      if (!o.parents) return tree
      const above = new Forest(context, accounts, [])
      return withParents(sys, root)
        .slice(0, -1)
        .reduceRight<Node>((child, parent) => ({ ...above.node(parent), children: [child] }), tree)
    })
    const drawn = shown.map((tree) => (o.arguments ? drawWide(tree, lines) : draw(tree, lines)))
    if (drawn.length) await io.print(drawn.map((tree) => tree.map((line) => `${line}\n`).join('')).join('\n'))
    return 0
  },
})
