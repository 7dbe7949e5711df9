import { type BuildTrace, errorLogs, isCancelled, type TracedVertex, transferred } from './build-trace.ts'

export interface ScreenSize {
  readonly columns: number
  readonly rows: number
}

/** One line of the view. */
interface Row {
  readonly name: string
  readonly status: string
  /** Milliseconds it has taken. */
  readonly took: number
  readonly done: boolean
  readonly color: string
  /** Whose output may be shown below. */
  readonly traced: TracedVertex | undefined
}

const BLUE = '\u001b[34m'
const RED = '\u001b[31m'
const YELLOW = '\u001b[33m'
const FAINT = '\u001b[2m'
const RESET = '\u001b[0m'
const WINDOW_ROWS = 6
/** Columns that a window of output is narrower than the screen. */
const WINDOW_PAD = 10

/** The view of a build on a terminal: a header with the time, a line a step, redrawn in place. */
export class TtyPrinter {
  private readonly trace: BuildTrace
  private readonly label: string
  private readonly colored: boolean
  private height = 0
  private drawn = false

  /** @param label at the right of the header: `docker:default` */
  constructor(trace: BuildTrace, label: string, colored: boolean) {
    this.trace = trace
    this.label = label
    this.colored = colored
  }

  draw(now: number, size: ScreenSize, last: boolean): string {
    const up = this.drawn ? this.height + 1 : 0
    const head = `${up > 0 ? `\u001b[${up}A` : ''}\u001b[0G\u001b[?25l${this.header(now, size.columns, last)}\n`
    const rows = this.rows(now)
    const shown = last ? rows : wrap(rows, size.rows - 2)
    const free = size.rows - 2 - rows.filter(({ done }) => !done).length
    const lines = shown.flatMap((row) => this.lines(row, size, last ? 0 : free))
    const surplus = Math.max(0, this.height - lines.length)
    const blanks = `${' '.repeat(size.columns)}\n`.repeat(surplus) + (surplus > 0 ? `\u001b[${surplus}A\u001b[0G` : '')
    this.height = lines.length
    this.drawn = true
    return `${head}${lines.join('')}${blanks}\u001b[?25h`
  }

  finish(now: number, size: ScreenSize): string {
    return this.draw(now, size, true) + errorLogs(this.trace, Number.POSITIVE_INFINITY)
  }

  private header(now: number, columns: number, last: boolean): string {
    const all = this.trace.started()
    const done = all.filter(({ vertex }) => vertex.completed !== undefined).length
    const finished = last && done > 0 && done === all.length ? 'FINISHED' : ''
    const seconds = ((now - (this.trace.startedAt ?? now)) / 1000).toFixed(1)
    return align(`[+] Building ${seconds}s (${done}/${all.length}) ${finished}`, this.label, columns - 1).slice(
      0,
      columns,
    )
  }

  private rows(now: number): Row[] {
    return this.trace.started().flatMap((traced) => {
      const { vertex, statuses } = traced
      const failed = vertex.error !== '' && !isCancelled(vertex)
      const mark = isCancelled(vertex) ? 'CANCELED ' : failed ? 'ERROR ' : vertex.cached ? 'CACHED ' : ''
      const color = isCancelled(vertex) ? YELLOW : failed ? RED : BLUE
      const step: Row = {
        name: mark + vertex.name.replaceAll('\t', ' '),
        status: '',
        took: (vertex.completed ?? now) - (vertex.started ?? now),
        done: vertex.completed !== undefined,
        color,
        traced,
      }
      const inner = [...statuses.values()].map(
        (status): Row => ({
          name: `=> ${status.id}`,
          status: transferred(status),
          took: (status.completed ?? now) - (status.started ?? now),
          done: status.completed !== undefined,
          color: BLUE,
          traced: undefined,
        }),
      )
      return [step, ...inner]
    })
  }

  private lines(row: Row, { columns }: ScreenSize, free: number): string[] {
    const seconds = row.took < 50 ? 0 : row.took / 1000
    const timer = ` ${seconds.toFixed(1)}s`
    let left = columns - ' => '.length - timer.length - 2
    const shows = row.status !== '' && left + row.status.length > 20
    if (shows) left -= row.status.length + 1
    if (left < 12) return []
    const text = align(` => ${row.name.slice(0, left)}${shows ? ` ${row.status}` : ''}`, timer, columns - 1)
    const line = row.done && this.colored ? `${row.color}${text}${RESET}\n` : `${text}\n`
    return [line, ...this.window(row, columns, free)]
  }

  /** The last lines that a step wrote, while it runs and there is room. */
  private window({ traced, done }: Row, columns: number, free: number): string[] {
    if (!traced || done || traced.raw === '' || free <= WINDOW_ROWS + 3) return []
    const plain = traced.raw.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replaceAll('\r', '')
    const lines = plain.replace(/\n$/, '').split('\n').slice(-WINDOW_ROWS)
    return lines
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const text = ` => => # ${line.slice(0, columns - WINDOW_PAD)}`
        return this.colored ? `${FAINT}${text.padEnd(columns - 1)}${RESET}\n` : `${text.padEnd(columns - 1)}\n`
      })
  }
}

const align = (left: string, right: string, width: number): string =>
  `${left.padEnd(Math.max(0, width - right.length - 1))} ${right}`

/** The last rows that fit; rows that go on stay in view. */
function wrap(rows: readonly Row[], limit: number): readonly Row[] {
  if (rows.length <= limit) return rows
  const visible = rows.slice(rows.length - Math.max(0, limit))
  const hidden = rows.slice(0, rows.length - visible.length).filter(({ done }) => !done)
  const room = visible.filter(({ done }) => done).length
  const kept = hidden.slice(-room)
  let drop = kept.length
  return [...kept, ...visible.filter(({ done }) => !done || drop-- <= 0)]
}
