import { isErrno, parseSignal, type ProcessInfo, type Sys } from '@drydock/abi'
import { defineProgram, flag, list, type ProgramContext, value } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { FullScreen } from '../editors/screen/full-screen.ts'
import { readMeminfo } from '../procps/free.ts'
import { isTerminal } from '../text/terminal.ts'
import { HELP, keyRow, type Line, type Meters, meterRows, processRow, titleRow } from './view.ts'

const options = {
  delay: value('d', 'delay'),
  filter: value('F', 'filter'),
  pid: list('p', 'pid'),
  sort: value('s', 'sort-key'),
  user: value('u', 'user'),
  noColor: flag('C', 'no-color'),
  noMouse: flag('M', 'no-mouse'),
  version: flag('V', 'version'),
}
type Context = ProgramContext<typeof options>

const SORTS = new Map<string, (a: Line, b: Line) => number>([
  ['CPU', (a, b) => b.cpuPercent - a.cpuPercent || a.process.pid - b.process.pid],
  ['MEM', (a, b) => b.process.rssBytes - a.process.rssBytes || a.process.pid - b.process.pid],
  ['TIME', (a, b) => b.process.cpuMs - a.process.cpuMs || a.process.pid - b.process.pid],
  ['PID', (a, b) => a.process.pid - b.process.pid],
  ['USER', (a, b) => (a.user < b.user ? -1 : a.user > b.user ? 1 : a.process.pid - b.process.pid)],
])
const SORT_NAMES = [...SORTS.keys()]

class Htop {
  private readonly sys: Sys
  private readonly screen: FullScreen
  private readonly accounts: Accounts
  private readonly uid: number | undefined
  private readonly pids: ReadonlySet<number>
  private readonly delayMs: number
  private sort: string
  private inverted = false
  private filter: string
  private chosen: number | undefined
  private top = 0
  private lines: Line[] = []
  private busy = 0
  private message = ''
  private sample: { readonly atMs: number; readonly cpu: ReadonlyMap<number, number> } | undefined

  constructor({ sys, options: o }: Context, accounts: Accounts) {
    this.sys = sys
    this.accounts = accounts
    this.screen = new FullScreen(sys)
    this.delayMs = Math.max(100, Number(o.delay ?? 15) * 100)
    this.filter = o.filter ?? ''
    this.uid = o.user === undefined ? undefined : accounts.uid(o.user)
    this.pids = new Set(o.pid.flatMap((text) => text.split(',')).map(Number))
    this.sort = SORT_NAMES.find((name) => (o.sort ?? '').toUpperCase().includes(name)) ?? 'CPU'
  }

  async run(): Promise<void> {
    await this.screen.open()
    try {
      this.measure()
      do await this.paint()
      while (await this.turn())
    } finally {
      await this.screen.close()
    }
  }

  /** @returns false when the user wants to leave */
  private async turn(): Promise<boolean> {
    const key = await this.screen.keyWithin(this.delayMs)
    if (key === undefined) this.measure()
    else if (['q', '<F10>', '\x03', '<Hangup>'].includes(key)) return false
    else {
      this.message = ''
      await KEYS.get(key)?.(this)
      this.order()
    }
    return true
  }

  /** Looks at the processes; their shares are those since the last look. */
  private measure(): void {
    const { sys, sample } = this
    const now = sys.clock.monotonic()
    const all = sys.processes()
    const { totalMemory, cpus } = sys.sysinfo()
    const percent = (p: ProcessInfo): number =>
      sample ? (100 * Math.max(0, p.cpuMs - (sample.cpu.get(p.pid) ?? 0))) / Math.max(1, now - sample.atMs) : 0
    this.lines = all.map((process) => ({
      process,
      user: this.accounts.userName(process.uid) ?? String(process.uid),
      cpuPercent: percent(process),
      memoryPercent: (100 * process.rssBytes) / totalMemory,
    }))
    this.busy = Math.min(100, this.lines.reduce((sum, line) => sum + line.cpuPercent, 0) / Math.max(1, cpus))
    this.sample = { atMs: now, cpu: new Map(all.map((p) => [p.pid, p.cpuMs])) }
    this.order()
  }

  private order(): void {
    const compare = SORTS.get(this.sort) ?? (() => 0)
    this.lines.sort((a, b) => (this.inverted ? -1 : 1) * compare(a, b))
  }

  private shown(): Line[] {
    const wanted = this.filter.toLowerCase()
    return this.lines.filter(
      ({ process: p }) =>
        (this.uid === undefined || p.uid === this.uid) &&
        (this.pids.size === 0 || this.pids.has(p.pid)) &&
        `${p.argv.join(' ')} ${p.comm}`.toLowerCase().includes(wanted),
    )
  }

  private index(lines: readonly Line[]): number {
    const at = lines.findIndex(({ process }) => process.pid === this.chosen)
    return at < 0 ? 0 : at
  }

  private async meters(): Promise<Meters> {
    const get = await readMeminfo(this.sys)
    const { cpus, loads, uptimeMs } = this.sys.sysinfo()
    return {
      // As in /proc/stat: every processor carries the same share.
      cpus: Array.from({ length: cpus }, () => this.busy),
      memory: { used: get('MemTotal') - get('MemAvailable'), total: get('MemTotal') },
      swap: { used: get('SwapTotal') - get('SwapFree'), total: get('SwapTotal') },
      tasks: this.lines.length,
      running: this.lines.filter(({ process }) => process.state === 'R').length,
      loads,
      uptimeMs,
    }
  }

  private async paint(): Promise<void> {
    const { rows, cols } = this.screen
    const above = [...meterRows(await this.meters(), cols), titleRow(this.sort, cols)]
    const lines = this.shown()
    const at = this.index(lines)
    this.chosen = lines[at]?.process.pid
    const room = Math.max(1, rows - above.length - 1)
    this.top = Math.max(Math.min(this.top, at, Math.max(0, lines.length - room)), at - room + 1)
    const body = Array.from({ length: room }, (_, row) => {
      const line = lines[this.top + row]
      return line ? processRow(line, cols, this.top + row === at) : ''
    })
    const last = this.message === '' ? keyRow() : this.message
    await this.screen.paint([...above, ...body, last], { row: rows - 1, col: 0 })
  }

  // what keys do ------------------------------------------------------------------------------------------------------

  move(by: number): void {
    const lines = this.shown()
    const to = Math.max(0, Math.min(lines.length - 1, this.index(lines) + by))
    this.chosen = lines[to]?.process.pid
  }

  page(by: number): void {
    this.move(by * Math.max(1, this.screen.rows - 12))
  }

  sortBy(column: string): void {
    this.sort = column
    this.inverted = false
  }

  nextSort(): void {
    this.sortBy(SORT_NAMES[(SORT_NAMES.indexOf(this.sort) + 1) % SORT_NAMES.length] ?? 'CPU')
  }

  invert(): void {
    this.inverted = !this.inverted
  }

  renice(by: number): void {
    const line = this.lines.find(({ process }) => process.pid === this.chosen)
    if (line) this.attempt(() => this.sys.setpriority(line.process.pid, line.process.nice + by))
    this.measure()
  }

  async kill(): Promise<void> {
    const pid = this.chosen
    if (pid === undefined) return
    const answer = await this.ask('Send signal: ', '15')
    const signal = answer === undefined ? undefined : parseSignal(answer)
    if (signal !== undefined) this.attempt(() => this.sys.kill(pid, signal))
    this.measure()
  }

  async search(): Promise<void> {
    await this.ask('Search: ', '', (text) => {
      const found = this.shown().find(({ process: p }) => p.argv.join(' ').toLowerCase().includes(text.toLowerCase()))
      if (found && text !== '') this.chosen = found.process.pid
    })
  }

  async narrow(): Promise<void> {
    const typed = await this.ask('Filter: ', this.filter, (text) => {
      this.filter = text
    })
    if (typed === undefined) this.filter = ''
  }

  async help(): Promise<void> {
    await this.screen.paint(HELP, { row: HELP.length - 1, col: 0 })
    await this.screen.nextKey()
  }

  suspend(): Promise<void> {
    return this.screen.suspend()
  }

  /** A line of input in the last row. @returns undefined when ESC left it */
  private async ask(question: string, first: string, each?: (text: string) => void): Promise<string | undefined> {
    let text = first
    try {
      for (;;) {
        each?.(text)
        this.message = `\x1b[30;46m${question}\x1b[0m${text}`
        await this.paint()
        const key = await this.screen.nextKey()
        if (key === '\r' || key === '\n') return text
        if (key === '\x1b' || key === '\x03' || key === '<Hangup>') return undefined
        if (key === '\x7f' || key === '\b') text = text.slice(0, -1)
        else if (key >= ' ' && !key.startsWith('<')) text += key
      }
    } finally {
      this.message = ''
    }
  }

  private attempt(act: () => void): void {
    try {
      act()
    } catch (error) {
      if (!isErrno(error)) throw error
      this.message = error.message
    }
  }
}

const KEYS = new Map<string, (htop: Htop) => void | Promise<void>>([
  ['<Up>', (htop) => htop.move(-1)],
  ['<Down>', (htop) => htop.move(1)],
  ['<PageUp>', (htop) => htop.page(-1)],
  ['<PageDown>', (htop) => htop.page(1)],
  ['<Home>', (htop) => htop.move(-Infinity)],
  ['<End>', (htop) => htop.move(Infinity)],
  ['P', (htop) => htop.sortBy('CPU')],
  ['M', (htop) => htop.sortBy('MEM')],
  ['T', (htop) => htop.sortBy('TIME')],
  ['N', (htop) => htop.sortBy('PID')],
  ['<F6>', (htop) => htop.nextSort()],
  ['>', (htop) => htop.nextSort()],
  ['I', (htop) => htop.invert()],
  ['<F7>', (htop) => htop.renice(-1)],
  [']', (htop) => htop.renice(-1)],
  ['<F8>', (htop) => htop.renice(1)],
  ['[', (htop) => htop.renice(1)],
  ['<F9>', (htop) => htop.kill()],
  ['k', (htop) => htop.kill()],
  ['<F3>', (htop) => htop.search()],
  ['/', (htop) => htop.search()],
  ['<F4>', (htop) => htop.narrow()],
  ['\\', (htop) => htop.narrow()],
  ['<F1>', (htop) => htop.help()],
  ['h', (htop) => htop.help()],
  ['?', (htop) => htop.help()],
  ['\x1a', (htop) => htop.suspend()],
])

/** htop: processes to choose from. htop 3.2. */
export const htop = defineProgram({
  name: 'htop/htop',
  paths: ['/usr/bin/htop'],
  covers: 'partial',
  lacks: ['F2 (setup)', 'F5 (tree)', 'tagging', 'the mouse', 'threads', 'the I/O tab', 'a menu of signals', '-t', '-C'],
  summary: 'interactive process viewer',
  sizeBytes: 342_120,
  usage: 'htop [options]',
  options,
  async main(context) {
    const { io, sys, options: o } = context
    if (o.version) {
      await io.print('htop 3.2.2\n')
      return 0
    }
    if (!isTerminal(sys, 0) || !isTerminal(sys, 1)) {
      await io.warn('Error opening terminal: unknown.\n')
      return 1
    }
    await new Htop(context, await Accounts.read(sys)).run()
    return 0
  },
})
