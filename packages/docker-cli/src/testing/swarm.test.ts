import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type FakeAnswer, type FakeEngine, runDocker, type SeenRequest } from './fake-host.ts'

/** What the real CLI did against an engine with fixed answers, recorded by tools/record-swarm.mjs. */
interface Recorded {
  readonly argv: readonly string[]
  readonly stdin: string
  readonly files: Readonly<Record<string, string>>
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  readonly requests: readonly SeenRequest[]
}
interface World {
  readonly world: Readonly<Record<string, { status?: number; body?: unknown; raw?: string }>>
  readonly recordedMs: number
  readonly work: string
}
const [first = '', ...rest] = readFileSync(new URL('swarm.golden', import.meta.url), 'utf8')
  .trim()
  .split('\n')
const { world, recordedMs, work } = JSON.parse(first) as World
const recorded = rest.map((line) => JSON.parse(line) as Recorded)

const engine: FakeEngine = ({ method, path, query }): FakeAnswer => {
  const key = `${method} ${path}`
  const answer = world[`${key}?${query['filters'] ?? ''}`] ?? world[key]
  if (!answer) return { status: 404, body: { message: `no answer for ${key}` } }
  const { raw, ...plain } = answer
  return raw === undefined ? plain : { bytes: Uint8Array.from(atob(raw), (c) => c.charCodeAt(0)) }
}

/** Go walks maps in an order of its own: where the order means nothing, it is no difference. */
const UNORDERED = ['Env', 'Secrets', 'Configs', 'GenericResources', 'Ports']
const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
const settled = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (name, each: unknown) =>
      UNORDERED.includes(name) && Array.isArray(each) ? each.toSorted(byText) : each,
    ),
  )
/** Services of one stack are made in any order. */
const manyServices = (run: Recorded): boolean =>
  run.argv[0] === 'stack' && run.requests.filter(({ path }) => path === '/services/create').length > 1
const lines = (text: string, any: boolean): string => {
  const plain = text.replace(/^time="[^"]*" /gm, '')
  return any ? plain.split('\n').toSorted().join('\n') : plain
}
const comparable = (run: Omit<Recorded, 'argv' | 'stdin' | 'files'>, any: boolean) => ({
  status: run.status,
  stdout: lines(run.stdout, any),
  stderr: lines(run.stderr, false),
  requests: any ? (settled(run.requests) as unknown[]).toSorted(byText) : settled(run.requests),
})

describe('docker in swarm mode, as the real one', () => {
  it('has many command lines', () => expect(recorded.length).toBeGreaterThan(480))
  it.each(recorded.map((run) => [run.argv.join(' '), run] as const))('docker %s', async (_, run) => {
    const { argv, stdin, files } = run
    const env = { TAG: '1.2', EMPTY: '' }
    const ping = { Ostype: 'linux', Swarm: 'active/manager' }
    const ours = await runDocker(argv, engine, { stdin, files, env, ping, cwd: work, nowMs: recordedMs })
    const any = manyServices(run)
    expect(comparable(ours, any)).toEqual(comparable(run, any))
  })
})
