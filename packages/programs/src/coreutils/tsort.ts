import { isErrno, O_RDONLY } from '@drydock/abi'
import { defineProgram, readAll, UsageError } from '@drydock/libc'
import { decodeText, encodeText } from '../text/encoding.ts'

interface Node {
  readonly name: string
  before: number
  after: Node[]
}

/** The pairs as a graph. @returns undefined when a word is left over */
function graphOf(words: readonly string[]): Map<string, Node> | undefined {
  if (words.length % 2) return undefined
  const nodes = new Map<string, Node>()
  const node = (name: string): Node => {
    const known = nodes.get(name) ?? { name, before: 0, after: [] }
    nodes.set(name, known)
    return known
  }
  for (let i = 0; i < words.length; i += 2) {
    const [first, second] = [node(words[i] ?? ''), node(words[i + 1] ?? '')]
    if (first === second) continue
    // The last pair named comes first, as in the real one's lists.
    first.after.unshift(second)
    second.before++
  }
  return nodes
}

/** A cycle among nodes that all wait for another. */
function findCycle(waiting: readonly Node[]): Node[] {
  const path: Node[] = []
  const predecessor = (node: Node): Node | undefined => waiting.find((each) => each.after.includes(node))
  for (let at = waiting[0]; at && !path.includes(at); at = predecessor(at)) path.push(at)
  const last = path.at(-1)
  const entry = last && predecessor(last)
  return entry ? path.slice(path.indexOf(entry)).reverse() : path
}

/** tsort: topological sort. GNU coreutils 9. */
export const tsort = defineProgram({
  name: 'coreutils/tsort',
  paths: ['/usr/bin/tsort'],
  covers: 'full',
  summary: 'perform topological sort',
  sizeBytes: 43888,
  usage: 'tsort [OPTION] [FILE]',
  options: {},
  async main({ sys, io, operands, fail }) {
    if (operands[1] !== undefined) throw new UsageError(`extra operand '${operands[1]}'`)
    const path = operands[0] ?? '-'
    let text: string
    try {
      text = decodeText(await readAll(sys, path === '-' ? 0 : sys.open(path, O_RDONLY)))
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`${path}: ${error.message}`)
      return 1
    }
    const nodes = graphOf(text.split(/[ \t\n]+/).filter(Boolean))
    if (!nodes) {
      await fail(`${path}: input contains an odd number of tokens`)
      return 1
    }
    const left = new Set([...nodes.values()].sort((a, b) => (a.name < b.name ? -1 : 1)))
    let status = 0
    while (left.size) {
      const ready = [...left].filter((node) => node.before === 0)
      for (let node = ready.shift(); node; node = ready.shift()) {
        left.delete(node)
        await io.print(encodeText(`${node.name}\n`))
        for (const next of node.after) if (--next.before === 0) ready.push(next)
      }
      if (left.size === 0) break
      status = 1
      const cycle = findCycle([...left])
      await fail(`${path}: input contains a loop:`)
      for (const node of cycle) await fail(node.name)
      const [first, second] = cycle
      if (!first) break
      const target = second ?? first
      first.after = first.after.filter((each) => each !== target || (target.before--, false))
    }
    return status
  },
})
