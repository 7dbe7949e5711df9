import { isErrno, type Process } from '@drydock/abi'
import { encodeUtf8 } from '@drydock/codec'
import { flag, getopt, list, type OptionValues, readTextFile, Stdio, value } from '@drydock/libc'
import { DEFAULT_VERSION } from '../server/postgres.ts'
import { type BenchLine, BenchScriptError, Expression, parseScript, withVariables } from './pgbench-script.ts'
import { ConnectionFailure, failureText, Session, SILENT } from './session.ts'
import { CONNECTION, type Target, targetOf } from './target.ts'

const OPTIONS = {
  ...CONNECTION,
  database: value('d', 'dbname'),
  initialize: flag('i', 'initialize'),
  scale: value('s', 'scale'),
  fill: value('F', 'fillfactor'),
  foreignKeys: flag('', 'foreign-keys'),
  noVacuum: flag('n', 'no-vacuum'),
  quiet: flag('q', 'quiet'),
  clients: value('c', 'client'),
  threads: value('j', 'jobs'),
  transactions: value('t', 'transactions'),
  time: value('T', 'time'),
  selectOnly: flag('S', 'select-only'),
  skipUpdates: flag('N', 'skip-some-updates'),
  builtin: list('b', 'builtin'),
  files: list('f', 'file'),
  define: list('D', 'define'),
  mode: value('M', 'protocol'),
  progress: value('P', 'progress'),
  reportLatencies: flag('r', 'report-per-command'),
  connect: flag('C', 'connect'),
  version: flag('V', 'version'),
} as const
type Options = OptionValues<typeof OPTIONS>

const ACCOUNTS = 100_000
const TELLERS = 10
const ACCOUNT = '\\set aid random(1, 100000 * :scale)\n'
const CHOICES = `${ACCOUNT}\\set bid random(1, 1 * :scale)\n\\set tid random(1, 10 * :scale)\n\\set delta random(-5000, 5000)\nBEGIN;\n`
const UPDATE = 'UPDATE pgbench_accounts SET abalance = abalance + :delta WHERE aid = :aid;\n'
const SELECT = 'SELECT abalance FROM pgbench_accounts WHERE aid = :aid;\n'
const HISTORY =
  'INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (:tid, :bid, :aid, :delta, CURRENT_TIMESTAMP);\nEND;\n'
const BRANCHES = `UPDATE pgbench_tellers SET tbalance = tbalance + :delta WHERE tid = :tid;\nUPDATE pgbench_branches SET bbalance = bbalance + :delta WHERE bid = :bid;\n`

interface BenchScript {
  /** As the report names it. */
  readonly title: string
  readonly lines: readonly BenchLine[]
}
const BUILTIN: Readonly<Record<string, readonly [title: string, text: string]>> = {
  'tpcb-like': ['<builtin: TPC-B (sort of)>', CHOICES + UPDATE + SELECT + BRANCHES + HISTORY],
  'simple-update': ['<builtin: simple update>', CHOICES + UPDATE + SELECT + HISTORY],
  'select-only': ['<builtin: select only>', ACCOUNT + SELECT],
}

class BenchError extends Error {}

/** pgbench(1): makes its tables, or says transactions and reports how fast they were. */
export async function pgbench(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  const { options, operands } = getopt(process.argv.slice(1), OPTIONS)
  const named = options.database ?? operands[0]
  const target = await targetOf(process, { ...options, ...(named === undefined ? {} : { database: named }) })
  const version = process.env.get('PG_VERSION')?.split('-')[0] ?? DEFAULT_VERSION
  if (options.version) {
    await io.print(`pgbench (PostgreSQL) ${version}\n`)
    await io.out.flush()
    return 0
  }
  try {
    await (options.initialize
      ? new Initialization(process, io, options).run(target)
      : new Bench(process, io, options, target).run(version))
    await io.out.flush()
    return 0
  } catch (error) {
    const isOwn = error instanceof BenchError || error instanceof BenchScriptError
    if (!isOwn && !(error instanceof ConnectionFailure)) throw error
    await io.out.flush()
    await io.warn(`pgbench: error: ${isOwn ? error.message : failureText(target, error)}\n`)
    return 1
  }
}

/** @throws BenchError in the server's words */
async function say(session: Session, sql: string): Promise<void> {
  const { error } = await session.query(sql)
  if (error) throw new BenchError(`query failed: ERROR:  ${error.get('M')}\npgbench: detail: Query was: ${sql}`)
}

const seconds = (ms: number): string => (ms / 1000).toFixed(2)

/** The tables of TPC-B, filled. */
class Initialization {
  private readonly process: Process
  private readonly io: Stdio
  private readonly options: Options
  private readonly scale: number

  constructor(process: Process, io: Stdio, options: Options) {
    this.process = process
    this.io = io
    this.options = options
    this.scale = positive(options.scale, '-s/--scale', 1)
  }

  async run(target: Target): Promise<void> {
    const session = await Session.open(this.process.sys, target, 'pgbench')
    const steps: readonly (readonly [title: string, short: string, work: () => Promise<void>])[] = [
      ['dropping old tables', 'drop tables', () => this.drop(session)],
      ['creating tables', 'create tables', () => this.create(session)],
      ['generating data (client-side)', 'client-side generate', () => this.fill(session)],
      ...(this.options.noVacuum ? [] : [['vacuuming', 'vacuum', () => this.vacuum(session)] as const]),
      ['creating primary keys', 'primary keys', () => this.keys(session)],
      ...(this.options.foreignKeys
        ? [['creating foreign keys', 'foreign keys', () => this.foreignKeys(session)] as const]
        : []),
    ]
    const { clock } = this.process.sys
    const begun = clock.monotonic()
    const told: string[] = []
    for (const [title, short, work] of steps) {
      const from = clock.monotonic()
      await this.io.warn(`${title}...\n`)
      await work()
      told.push(`${short} ${seconds(clock.monotonic() - from)} s`)
    }
    await this.io.warn(`done in ${seconds(clock.monotonic() - begun)} s (${told.join(', ')}).\n`)
    session.close()
  }

  private async drop(session: Session): Promise<void> {
    const notice = async (fields: ReadonlyMap<string, string>): Promise<void> =>
      this.io.warn(`NOTICE:  ${fields.get('M')}\n`)
    const tables = ['accounts', 'branches', 'history', 'tellers'].map((name) => `pgbench_${name}`)
    await session.run(`drop table if exists ${tables.join(', ')}`, { ...SILENT, notice })
  }

  private async create(session: Session): Promise<void> {
    const fill = positive(this.options.fill, '-F/--fillfactor', 100)
    const packed = ` with (fillfactor=${fill})`
    await say(
      session,
      'create table pgbench_history(tid int,bid int,aid    int,delta int,mtime timestamp,filler char(22))',
    )
    await say(session, `create table pgbench_tellers(tid int not null,bid int,tbalance int,filler char(84))${packed}`)
    await say(
      session,
      `create table pgbench_accounts(aid    int not null,bid int,abalance int,filler char(84))${packed}`,
    )
    await say(session, `create table pgbench_branches(bid int not null,bbalance int,filler char(88))${packed}`)
  }

  private async fill(session: Session): Promise<void> {
    const { scale } = this
    await say(session, 'begin')
    await say(session, 'truncate table pgbench_accounts, pgbench_branches, pgbench_history, pgbench_tellers')
    await this.copy(session, 'pgbench_branches', scale, (i) => `${i + 1}\t0\t\\N\n`)
    await this.copy(
      session,
      'pgbench_tellers',
      scale * TELLERS,
      (i) => `${i + 1}\t${Math.floor(i / TELLERS) + 1}\t0\t\\N\n`,
    )
    const from = this.process.sys.clock.monotonic()
    await this.copy(
      session,
      'pgbench_accounts',
      scale * ACCOUNTS,
      (i) => `${i + 1}\t${Math.floor(i / ACCOUNTS) + 1}\t0\t\n`,
    )
    const total = scale * ACCOUNTS
    if (!this.options.quiet)
      await this.io.warn(
        `${total} of ${total} tuples (100%) of pgbench_accounts done (elapsed ${seconds(this.process.sys.clock.monotonic() - from)} s, remaining 0.00 s)\n`,
      )
    await say(session, 'commit')
  }

  private async copy(session: Session, table: string, rows: number, row: (i: number) => string): Promise<void> {
    const source = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < rows; at += 5000)
        yield encodeUtf8(Array.from({ length: Math.min(5000, rows - at) }, (_, i) => row(at + i)).join(''))
    }
    let problem: string | undefined
    await session.run(`copy ${table} from stdin`, {
      ...SILENT,
      copyIn: source,
      result: ({ error }) => void (problem ??= error?.get('M')),
    })
    if (problem !== undefined) throw new BenchError(`query failed: ERROR:  ${problem}`)
  }

  private async vacuum(session: Session): Promise<void> {
    for (const name of ['branches', 'tellers', 'accounts', 'history'])
      await say(session, `vacuum analyze pgbench_${name}`)
  }

  private async keys(session: Session): Promise<void> {
    for (const [table, column] of [
      ['branches', 'bid'],
      ['tellers', 'tid'],
      ['accounts', 'aid'],
    ])
      await say(session, `alter table pgbench_${table} add primary key (${column})`)
  }

  private async foreignKeys(session: Session): Promise<void> {
    for (const [table, column, other] of [
      ['tellers', 'bid', 'branches'],
      ['accounts', 'bid', 'branches'],
      ['history', 'bid', 'branches'],
      ['history', 'tid', 'tellers'],
      ['history', 'aid', 'accounts'],
    ])
      await say(
        session,
        `alter table pgbench_${table} add constraint pgbench_${table}_${column}_fkey foreign key (${column}) references pgbench_${other}`,
      )
  }
}

/** @throws BenchError when it is no whole number above nought */
function positive(word: string | undefined, option: string, standing: number): number {
  if (word === undefined) return standing
  if (!/^\d+$/.test(word)) throw new BenchError(`invalid value "${word}" for option ${option}`)
  if (Number(word) < 1) throw new BenchError(`${option} must be in range 1..2147483647`)
  return Number(word)
}

/** A run, and its report. */
class Bench {
  private readonly process: Process
  private readonly io: Stdio
  private readonly options: Options
  private readonly target: Target
  private done = 0
  private failed = 0
  private busyMs = 0
  private readonly variables = new Map<string, number>()
  private deadline = Number.POSITIVE_INFINITY

  constructor(process: Process, io: Stdio, options: Options, target: Target) {
    this.process = process
    this.io = io
    this.options = options
    this.target = target
  }

  async run(version: string): Promise<void> {
    const clients = positive(this.options.clients, '-c/--clients', 1)
    const threads = Math.min(positive(this.options.threads, '-j/--jobs', 1), clients)
    const { time, transactions } = this.options
    if (time !== undefined && transactions !== undefined)
      throw new BenchError('specify either a number of transactions (-t) or a duration (-T), not both')
    const each = time === undefined ? positive(transactions, '-t/--transactions', 10) : Number.POSITIVE_INFINITY
    await this.io.print(`pgbench (${version})\n`)
    await this.io.out.flush()
    const scripts = await this.scripts()
    const first = await this.prepare()
    const { clock } = this.process.sys
    const begun = clock.monotonic()
    const sessions = [first]
    while (sessions.length < clients) sessions.push(await this.open())
    const connecting = clock.monotonic() - begun
    const from = clock.monotonic()
    if (time !== undefined) this.deadline = from + positive(time, '-T/--time', 1) * 1000
    await Promise.all(sessions.map((session, i) => this.client(session, i, scripts, each)))
    const elapsed = clock.monotonic() - from
    for (const session of sessions) session.close()
    await this.report(scripts, { clients, threads, each, elapsed, connecting })
  }

  private open(): Promise<Session> {
    return Session.open(this.process.sys, this.target, 'pgbench')
  }

  /** Which scale the tables have, and the vacuum before a run. */
  private async prepare(): Promise<Session> {
    const session = await this.open()
    const { files, noVacuum, define } = this.options
    this.variables.set('scale', positive(this.options.scale, '-s/--scale', 1))
    if (files.length === 0) {
      const { rows, error } = await session.query('select count(*) from pgbench_branches')
      if (error)
        throw new BenchError(
          `could not count number of branches: ERROR:  ${error.get('M')}\npgbench: hint: Perhaps you need to do initialization ("pgbench -i") in database "${this.target.database}".`,
        )
      this.variables.set('scale', Number(rows[0]?.[0] ?? 1))
      if (!noVacuum) await this.vacuum(session)
    }
    for (const word of define) {
      const [name = '', value = ''] = word.split('=')
      this.variables.set(name, Number(value))
    }
    return session
  }

  private async vacuum(session: Session): Promise<void> {
    await this.io.warn('starting vacuum...')
    for (const sql of ['vacuum pgbench_branches', 'vacuum pgbench_tellers', 'truncate pgbench_history'])
      await session.query(sql)
    await this.io.warn('end.\n')
  }

  private async scripts(): Promise<BenchScript[]> {
    const { builtin, selectOnly, skipUpdates, files } = this.options
    const names = [...builtin, ...(selectOnly ? ['select-only'] : []), ...(skipUpdates ? ['simple-update'] : [])]
    const scripts: BenchScript[] = []
    for (const name of names) scripts.push(builtinScript(name))
    for (const path of files) scripts.push({ title: path, lines: parseScript(await this.read(path)) })
    return scripts.length > 0 ? scripts : [builtinScript('tpcb-like')]
  }

  private async read(path: string): Promise<string> {
    try {
      return await readTextFile(this.process.sys, path)
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new BenchError(`could not open file "${path}": ${error.message}`)
    }
  }

  private random(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.process.sys.entropy.bytes(4)
    return (a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) / 2 ** 32
  }

  private async client(session: Session, number: number, scripts: readonly BenchScript[], each: number): Promise<void> {
    const { clock } = this.process.sys
    const variables = new Map([...this.variables, ['client_id', number]])
    for (let i = 0; i < each && clock.monotonic() < this.deadline; i++) {
      const script = scripts[Math.floor(this.random() * scripts.length)]
      const from = clock.monotonic()
      const error = await this.transaction(session, script?.lines ?? [], variables)
      if (error !== undefined) {
        await this.io.warn(
          `pgbench: error: client ${number} script 0 aborted in command ${error.command} query 0: ERROR:  ${error.text}\n`,
        )
        this.failed++
        return
      }
      this.busyMs += clock.monotonic() - from
      this.done++
    }
  }

  private async transaction(
    session: Session,
    lines: readonly BenchLine[],
    variables: Map<string, number>,
  ): Promise<{ readonly command: number; readonly text: string } | undefined> {
    for (const [command, line] of lines.entries()) {
      if (line.kind === 'set')
        variables.set(line.name, new Expression(line.expression, variables, () => this.random()).value())
      else {
        const { error } = await session.query(withVariables(line.text, variables))
        if (error) return { command, text: error.get('M') ?? '' }
      }
    }
    return undefined
  }

  private async report(
    scripts: readonly BenchScript[],
    run: {
      readonly clients: number
      readonly threads: number
      readonly each: number
      readonly elapsed: number
      readonly connecting: number
    },
  ): Promise<void> {
    const timed = !Number.isFinite(run.each)
    const total = timed ? '' : `/${run.each * run.clients}`
    const lines = [
      `transaction type: ${scripts.length > 1 ? 'multiple scripts' : scripts[0]?.title}`,
      `scaling factor: ${this.variables.get('scale')}`,
      'query mode: simple',
      `number of clients: ${run.clients}`,
      `number of threads: ${run.threads}`,
      'maximum number of tries: 1',
      timed ? `duration: ${this.options.time} s` : `number of transactions per client: ${run.each}`,
      `number of transactions actually processed: ${this.done}${total}`,
      `number of failed transactions: 0 (0.000%)`,
      ...(this.done === 0
        ? []
        : [
            `latency average = ${((run.elapsed * run.clients) / this.done).toFixed(3)} ms`,
            `initial connection time = ${run.connecting.toFixed(3)} ms`,
            `tps = ${((this.done * 1000) / Math.max(run.elapsed, 1)).toFixed(6)} (without initial connection time)`,
          ]),
    ]
    await this.io.print(lines.map((line) => `${line}\n`).join(''))
    await this.io.out.flush()
    if (this.failed > 0) throw new BenchError('Run was aborted; the above results are incomplete.')
  }
}

/** By the beginning of its name. @throws BenchError */
function builtinScript(word: string): BenchScript {
  const found = Object.entries(BUILTIN).filter(([name]) => name.startsWith(word.replace(/@\d+$/, '')))
  const [only] = found
  if (only === undefined || found.length > 1)
    throw new BenchError(
      `${found.length > 1 ? 'ambiguous builtin name' : 'no builtin script found for name'} "${word}"`,
    )
  return { title: only[1][0], lines: parseScript(only[1][1]) }
}
