import { humanSize, inBackground } from '@drydock/cli-plugin'
import type { ComposeCli } from '../session/compose-cli.ts'
import { DRY_RUN_PREFIX } from '../session/dry-run.ts'
import type { Progress, TaskEvent } from './tasks.ts'

/** A task as the list knows it. */
interface Task extends TaskEvent {
  readonly startedMs: number
  endedMs: number | undefined
  turn: number
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const PERCENT = ['⠀', '⡀', '⣀', '⣄', '⣤', '⣦', '⣶', '⣷', '⣿']
const TICK_MS = 100
const HIDE = '\x1b[?25l'
const SHOW = '\x1b[?25h'

const paint =
  (code: string) =>
  (text: string): string =>
    `\x1b[${code}m${text}\x1b[0m`
const blue = paint('34')
const green = paint('32')
const yellow = paint('33')
const bold: Readonly<Record<string, (text: string) => string>> = { warning: paint('33;1'), error: paint('31;1') }
const plain = (text: string): string => text

/** The list that is drawn over and over on a terminal: `[+] Running 2/2` and a line a task with its time. */
export class TaskList implements Progress {
  private readonly tasks = new Map<string, Task>()
  private lines = 0
  private drawn = false
  private finished = false
  private tail: Promise<void> = Promise.resolve()
  private readonly cli: ComposeCli
  private readonly title: string
  private readonly ticking: Promise<void>

  constructor(cli: ComposeCli, title: string) {
    this.cli = cli
    this.title = title
    this.ticking = this.tick()
    inBackground(this.ticking)
  }

  on(event: TaskEvent): void {
    const before = this.tasks.get(event.id)
    const now = this.cli.sys.clock.now()
    const over = event.state !== 'working'
    const most = (key: 'current' | 'total' | 'percent') => Math.max(before?.[key] ?? 0, event[key] ?? 0)
    this.tasks.set(event.id, {
      ...event,
      ...(before?.parent === undefined ? {} : { parent: before.parent }),
      current: most('current'),
      total: most('total'),
      percent: most('percent'),
      startedMs: before?.startedMs ?? now,
      endedMs: over ? (before?.endedMs ?? now) : undefined,
      turn: before?.turn ?? 0,
    })
  }

  async finish(): Promise<void> {
    if (this.finished) return
    this.finished = true
    this.draw()
    await this.tail
  }

  private async tick(): Promise<void> {
    while (!this.finished) {
      this.draw()
      await this.cli.sys.sleep(TICK_MS)
    }
  }

  private draw(): void {
    if (this.tasks.size === 0) return
    const { rows, cols } = this.size()
    const lines = this.render(rows, cols)
    const up = this.drawn ? `\x1b[${this.lines + 1}A` : ''
    for (let i = lines.length; i < this.lines && i < rows - 2; i++) lines.push(' '.repeat(cols))
    this.drawn = true
    const text = `${up}\r${HIDE}${[this.head(), ...lines].map((line) => `${line}\n`).join('')}${SHOW}`
    this.lines = lines.length
    this.tail = this.tail.then(() => this.cli.warn(text))
    inBackground(this.tail)
  }

  private size(): { rows: number; cols: number } {
    const { rows, cols } = this.cli.sys.getWindowSize(2)
    return { rows: rows > 0 ? rows : 24, cols: cols > 0 ? cols : 80 }
  }

  private head(): string {
    const over = [...this.tasks.values()].filter(({ state }) => state !== 'working').length
    const text = `[+] ${this.title} ${over}/${this.tasks.size}`
    return this.lines !== 0 && over === this.lines ? this.color(blue, text) : text
  }

  private render(rows: number, cols: number): string[] {
    const all = [...this.tasks.values()]
    const padding = all.reduce(
      (width, { id, text = '', parent }) => Math.max(width, `${id} ${text}`.length) - (parent === undefined ? 0 : 2),
      0,
    )
    const flat = all.length > rows - 2
    return all
      .filter(({ parent }) => parent === undefined)
      .flatMap((task) => [
        this.line(task, '', cols, padding),
        ...(flat
          ? []
          : all.filter(({ parent }) => parent === task.id).map((child) => this.line(child, '  ', cols, padding))),
      ])
  }

  private line(task: Task, margin: string, cols: number, padding: number): string {
    const name = this.name(task)
    const width = visibleLength(name)
    const room = cols - width - padding - 15
    const status = task.status ?? ''
    const shown = room > 0 && status.length > room ? `${status.slice(0, room)}...` : status
    const left = `${margin} ${this.mark(task)}${this.cli.root.dryRun ? this.color(paint('36'), DRY_RUN_PREFIX) : ''} ${name}${' '.repeat(Math.max(padding - width, 0))} `
    const elapsed =
      ((task.endedMs ?? (task.state === 'working' ? this.cli.sys.clock.now() : task.startedMs)) - task.startedMs) / 1000
    const timer = `${elapsed.toFixed(1)}s `
    const text = `${left}${this.statusColor(task)(shown)}`
    const gap = Math.max(cols - visibleLength(text) - timer.length, 0)
    return `${text}${' '.repeat(gap)}${this.color(blue, timer)}`
  }

  private name({ id, text = '', state }: Task): string {
    const children = state === 'working' ? [...this.tasks.values()].filter(({ parent }) => parent === id) : []
    if (children.length === 0) return `${id} ${text}`
    const bar = children
      .map(({ percent = 0 }) => PERCENT[Math.floor((8 * Math.min(percent, 100)) / 100)] ?? '')
      .join('')
    const total = children.reduce((sum, { total: each = 0 }) => sum + each, 0)
    const current = children.reduce((sum, { current: each = 0 }) => sum + each, 0)
    const unsure = total === 0 || children.some((child) => child.state === 'working' && !child.total)
    const details = unsure ? '' : ` ${humanSize(current).padStart(7)} / ${humanSize(total).padEnd(7)}`
    return `${id} [${this.color(green, bar)}]${details} ${text}`
  }

  private mark(task: Task): string {
    if (task.state === 'done') return this.color(green, '✔')
    if (task.state === 'warning') return this.color(bold['warning'] ?? plain, '!')
    if (task.state === 'error') return this.color(bold['error'] ?? plain, '✘')
    const turn = task.turn++ % SPINNER.length
    return this.color(yellow, SPINNER[turn] ?? '')
  }

  private statusColor(task: Task): (text: string) => string {
    const color = task.state === 'done' ? green : bold[task.state]
    return color ? (text) => this.color(color, text) : plain
  }

  private color(color: (text: string) => string, text: string): string {
    return this.cli.ansi ? color(text) : text
  }
}

/** Characters that take room. */
export const visibleLength = (text: string): number => [...text.replaceAll(/\x1b\[[\d;]*m/g, '')].length
