import { describe, expect, it } from 'vitest'
import type { Command, FlagTable } from '@drydock/cli-plugin'
import { type FakeAnswer, runDocker } from '../testing/fake-host.ts'
import { commands } from './index.ts'

const LINES = 20_000
const SEED = 20_270

/** mulberry32: the same lines every time. */
function randomSource(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Leaf {
  readonly words: readonly string[]
  readonly flags: FlagTable
}

const leaves = (rows: readonly Command[], above: readonly string[]): Leaf[] =>
  rows.flatMap((row) => [
    { words: [...above, row.name], flags: row.flags },
    ...leaves(row.children ?? [], [...above, row.name]),
  ])

/** Values that fit somewhere and nowhere. */
const WORDS = [
  '',
  '-',
  '--',
  'web',
  'busybox',
  'Busybox:latest',
  'a@sha256:abc',
  'localhost:5000/x:y',
  '0',
  '-1',
  '1.5',
  '99999999999999999999',
  '512m',
  '1h30m',
  '10s',
  'true',
  'name=value',
  '=',
  'a=b=c',
  'key',
  '80:80',
  '127.0.0.1::80/udp',
  '80-70',
  '/a:/b:ro',
  './x:/y',
  'type=bind,src=/a,dst=/b',
  'type=tmpfs,dst=/t,"',
  'host',
  'container:web',
  'on-failure:3',
  'SIGTERM',
  '{{.}}',
  '{{json .}}',
  '{{range .}}{{end}}',
  '{{',
  'table {{.ID}}\t{{.Names}}',
  'json',
  'label=x',
  'ctrl-p,q',
  'linux/arm64',
  'é\u0000\u001b[31m',
  '../../etc',
  'web:/etc/passwd',
  '8.8.8.8',
  '::1',
]

const REFUSALS = [400, 401, 403, 404, 404, 404, 409, 500, 503]

class Grammar {
  private readonly random = randomSource(SEED)
  private readonly all = leaves(commands, [])

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.random() * from.length)] as T
  }

  line(): string[] {
    const leaf = this.pick(this.all)
    const options = Array.from({ length: Math.floor(this.random() * 4) }, () => this.option(leaf.flags)).flat()
    const operands = Array.from({ length: Math.floor(this.random() * 4) }, () => this.pick(WORDS))
    const rest = this.random() < 0.8 ? [...options, ...operands] : [...operands, ...options]
    return [...leaf.words, ...rest]
  }

  private option(flags: FlagTable): string[] {
    const names = Object.keys(flags)
    if (names.length === 0 || this.random() < 0.05) return [this.pick(['--nosuch', '-Z', '--help', '-h', '--=x'])]
    const name = this.pick(names)
    const flag = flags[name]
    if (flag?.short && this.random() < 0.3) return [`-${flag.short}`, this.pick(WORDS)]
    if (flag?.bare !== undefined && this.random() < 0.8) return [`--${name}`]
    return this.random() < 0.5 ? [`--${name}=${this.pick(WORDS)}`] : [`--${name}`, this.pick(WORDS)]
  }

  /** An engine that has nothing and refuses everything. */
  refusal(): FakeAnswer {
    const status = this.pick(REFUSALS)
    return { status, body: { message: `refused with ${status}` } }
  }
}

const SETTLES_MS = 10_000

/** @returns the status, or what was thrown that no user should see */
async function outcome(line: readonly string[], engine: () => FakeAnswer): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const hang = new Promise((resolve) => (timer = setTimeout(() => resolve('hangs'), SETTLES_MS)))
  try {
    return await Promise.race([runDocker(line, engine).then(({ status }) => status), hang])
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  } finally {
    clearTimeout(timer)
  }
}

describe('random command lines', () => {
  it('end with a status, whatever the engine says', async () => {
    const grammar = new Grammar()
    const wrong: string[] = []
    for (let n = 0; n < LINES; n++) {
      const line = grammar.line()
      const ended = await outcome(line, () => grammar.refusal())
      if (typeof ended !== 'number') wrong.push(`${JSON.stringify(line)}: ${String(ended)}`)
    }
    expect(wrong.slice(0, 20)).toEqual([])
  }, 600_000)
})
