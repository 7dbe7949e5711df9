import { isErrno, type Process } from '@drydock/abi'
import { type LineEditor, readLines, Stdio, writeFile } from '@drydock/libc'
import type { Connection } from './connection.ts'
import { dotCommand } from './dot-commands.ts'
import { type Look, MODES, type Table } from './output-modes.ts'
import type { LibraryAnswer, LibraryProblem } from './protocol.ts'
import { queryPlan } from './query-plan.ts'
import { isComplete, statementsOf } from './statements.ts'

/** What sqlite3 keeps between commands. */
export class Shell {
  readonly process: Process
  readonly io: Stdio
  readonly connection: Connection
  readonly look: Look
  readonly interactive: boolean
  bail = false
  echo = false
  timer = false
  countsChanges = false
  /** Where results go: a file, or standard output. */
  output: { readonly path: string; readonly once: boolean } | undefined
  private collected = ''
  private errors = 0

  constructor(process: Process, io: Stdio, connection: Connection, look: Look, interactive: boolean) {
    this.process = process
    this.io = io
    this.connection = connection
    this.look = look
    this.interactive = interactive
  }

  /** Sets a mode with the separators that go with it. */
  setMode(mode: string): void {
    const { look } = this
    look.mode = mode
    look.separator = MODES[mode]?.separator ?? look.separator
    look.rowSeparator = MODES[mode]?.rows ?? look.rowSeparator
    if (mode === 'column' && !look.headersSaid) look.headers = true
  }

  /** Results, to where they are to go. */
  async print(text: string): Promise<void> {
    if (this.output) this.collected += text
    else await this.io.print(text)
  }

  /** Writes what was meant for a file. @throws Errno */
  async settleOutput(): Promise<void> {
    const { output, collected } = this
    this.output = undefined
    this.collected = ''
    if (output) await writeFile(this.process.sys, output.path, collected, 0o644)
  }

  async warn(text: string): Promise<void> {
    await this.io.warn(text)
  }

  /** Standard input or a file, line by line. @returns how many commands failed */
  async lines(lines: AsyncIterable<string>): Promise<number> {
    const before = this.errors
    let text = ''
    let start = 0
    let number = 0
    for await (const line of lines) {
      number++
      if (this.echo && (text !== '' || line.trim() !== '')) await this.print(`${line}\n`)
      if (text === '' && /^\s*$/.test(line)) continue
      if (text === '' && /^[.#]/.test(line)) {
        if (line.startsWith('.') && !(await dotCommand(this, line))) this.errors++
        if (this.bail && this.errors > before) break
        continue
      }
      if (text === '') start = number
      text += `${text === '' ? '' : '\n'}${/^\s*(go|\/)\s*$/i.test(line) ? ';' : line}`
      if (!isComplete(text)) continue
      await this.statements(text, start)
      text = ''
      if (this.bail && this.errors > before) return this.errors - before
    }
    if (text.trim() !== '') await this.statements(text, start)
    return this.errors - before
  }

  private async statements(text: string, line: number): Promise<void> {
    const problem = await this.run(text)
    if (this.output?.once) await this.settleOutput()
    if (!problem) return
    this.errors++
    await this.io.out.flush()
    const type = problem.when === 'prepare' ? 'Parse error' : 'Runtime error'
    const place = this.interactive ? '' : ` near line ${line}`
    await this.warn(`${type}${place}: ${problemText(problem, problem.sql)}\n`)
  }

  /** Runs statements one after another, up to the first that fails. */
  async run(text: string): Promise<(LibraryProblem & { readonly sql: string }) | undefined> {
    for (const sql of statementsOf(text)) {
      const { sys } = this.process
      const start = sys.clock.monotonic()
      const answer = await this.connection.run(sql.trim())
      await this.show(sql, answer)
      if (this.timer)
        await this.print(
          `Run Time: real ${((sys.clock.monotonic() - start) / 1000).toFixed(3)} user 0.000000 sys 0.000000\n`,
        )
      if (answer.problem) return { ...answer.problem, sql: sql.trim() }
      if (this.countsChanges && answer.columns.length === 0)
        await this.print(`changes: ${answer.changes}   total_changes: ${answer.totalChanges}\n`)
    }
    return undefined
  }

  private async show(sql: string, { columns, rows }: LibraryAnswer): Promise<void> {
    if (columns.length === 0) return
    if (/^\s*explain\s+query\s+plan\b/i.test(sql)) return this.print(queryPlan(rows))
    await this.print(this.text({ columns, rows }))
  }

  private text(table: Table): string {
    const { look } = this
    // Where nothing was found the heads of lists are not printed either.
    if (table.rows.length === 0) return ''
    return MODES[look.mode]?.print(table, look) ?? ''
  }

  /** A prompt, and lines typed behind it. */
  async interact(editor: LineEditor): Promise<number> {
    let text = ''
    for (;;) {
      const typed = await editor.read(text === '' ? 'sqlite> ' : '   ...> ')
      if (typed.kind === 'end') return 0
      if (typed.kind === 'interrupt') text = ''
      else if (text === '' && typed.text.startsWith('.')) await dotCommand(this, typed.text)
      else {
        text += `${text === '' ? '' : '\n'}${typed.text}`
        if (!isComplete(text)) {
          if (text.trim() === '') text = ''
          continue
        }
        await this.statements(text, 1)
        text = ''
      }
      await this.io.out.flush()
    }
  }

  /** .read. @returns whether all went well */
  async readFile(path: string): Promise<boolean> {
    const { sys } = this.process
    try {
      const fd = sys.open(path, 0)
      const failed = await this.lines(readLines(sys, fd))
      sys.close(fd)
      return failed === 0
    } catch (error) {
      if (!isErrno(error)) throw error
      await this.warn(`Error: cannot open "${path}"\n`)
      return false
    }
  }
}

/** The words, the code where it says more, and the place in the statement. save_err_msg, shell_error_context */
export function problemText({ message, code, offset }: LibraryProblem, sql: string): string {
  const words = `${message}${code > 1 ? ` (${code})` : ''}`
  if (offset < 0 || offset >= sql.length) return words
  const cut = Math.max(0, offset - 50)
  const shown = sql.slice(cut, cut + 78).replace(/\s/g, ' ')
  const at = offset - cut
  const arrow = at < 25 ? `${' '.repeat(at)}^--- error here` : `${' '.repeat(at - 14)}error here ---^`
  return `${words}\n  ${shown}\n  ${arrow}`
}
