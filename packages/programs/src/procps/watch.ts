import type { Sys, WindowSize } from '@drydock/abi'
import { defineProgram, flag, optional, type ProgramContext, readAll, value } from '@drydock/libc'
import { FullScreen } from '../editors/screen/full-screen.ts'
import { strftime } from '../format/strftime.ts'
import { isTerminal, windowSize } from '../text/terminal.ts'

const options = {
  interval: value('n', 'interval'),
  noTitle: flag('t', 'no-title'),
  exec: flag('x', 'exec'),
  errorExit: flag('e', 'errexit'),
  changeExit: flag('g', 'chgexit'),
  beep: flag('b', 'beep'),
  colour: flag('c', 'color'),
  precise: flag('p', 'precise'),
  differences: optional('d', 'differences'),
}
type Context = ProgramContext<typeof options>

/** watch's own status when the command of -e failed. */
const COMMAND_FAILED = 8
/** 128 + SIGINT. */
const INTERRUPTED = 130
const SHORTEST_MS = 100
const LONGEST_MS = 2 ** 32 * 1000

/** A character of the screen, with the colours that stood before it. */
interface Cell {
  readonly text: string
  readonly style: string
}
const BLANK: Cell = { text: ' ', style: '' }
const PIECE = /\x1b\[[0-9;]*m|\x1b\[[0-9;?]*[A-Za-z]|[^]/gu

/** Output as rows of cells no wider than the screen; tabs filled, other control characters left out. */
function cellsOf(text: string, { rows, cols }: WindowSize, colour: boolean): Cell[][] {
  const screen: Cell[][] = [[]]
  let style = ''
  const put = (piece: string): void => {
    if ((screen.at(-1)?.length ?? 0) >= cols) screen.push([])
    screen.at(-1)?.push({ text: piece, style })
  }
  for (const [piece] of text.replace(/\n$/, '').matchAll(PIECE)) {
    if (screen.length > rows) break
    if (piece === '\n') screen.push([])
    else if (piece === '\t') for (let n = 8 - ((screen.at(-1)?.length ?? 0) % 8); n > 0; n--) put(' ')
    else if (piece.startsWith('\x1b[')) style = colour && piece.endsWith('m') ? after(style, piece) : style
    else if (piece >= ' ' && piece !== '\x7f') put(piece)
  }
  return screen.slice(0, rows)
}
const after = (style: string, piece: string): string => (/^\x1b\[0*m$/.test(piece) ? '' : style + piece)

/** Which cells differ from what stood there before. */
class Differences {
  private before: readonly (readonly Cell[])[] | undefined
  private readonly marked = new Set<string>()
  private readonly permanent: boolean

  /** @param permanent  what changed once stays marked */
  constructor(permanent: boolean) {
    this.permanent = permanent
  }

  /** @returns whether the cell at row and column is marked */
  next(screen: readonly (readonly Cell[])[]): (row: number, col: number) => boolean {
    const { before, marked } = this
    if (!this.permanent) marked.clear()
    if (before)
      for (const [row, cells] of screen.entries())
        for (const [col, cell] of cells.entries())
          if (cell.text !== (before[row]?.[col] ?? BLANK).text) marked.add(`${row},${col}`)
    this.before = screen
    return (row, col) => marked.has(`${row},${col}`)
  }
}

function paintRow(cells: readonly Cell[], isMarked: (col: number) => boolean): string {
  let out = ''
  let current = ''
  for (const [col, { text, style }] of cells.entries()) {
    const wanted = `${style}${isMarked(col) ? '\x1b[7m' : ''}`
    if (wanted !== current) out += `${current === '' ? '' : '\x1b[0m'}${wanted}`
    current = wanted
    out += text
  }
  return current === '' ? out : `${out}\x1b[0m`
}

async function runOnce({ sys, env, operands, options: o }: Context): Promise<{ text: string; failed: boolean }> {
  const argv = o.exec ? ['/usr/bin/env', ...operands] : ['/bin/sh', '-c', operands.join(' ')]
  const [reader, writer] = sys.pipe()
  sys.setFdFlags(reader, { cloexec: true })
  const fds = new Map([
    [0, 0],
    [1, writer],
    [2, writer],
  ])
  const pid = await sys.spawn(argv[0] ?? '', { argv, env, fds })
  sys.close(writer)
  const text = new TextDecoder().decode(await readAll(sys, reader))
  sys.close(reader)
  const result = await sys.wait(pid)
  return { text, failed: result?.status.kind !== 'exited' || result.status.code !== 0 }
}

function title(sys: Sys, ms: number, command: string, cols: number): string[] {
  const left = `Every ${(ms / 1000).toFixed(1)}s: ${command}`
  const right = `${sys.uname().nodename}: ${strftime('%a %b %e %H:%M:%S %Y', sys.clock.now())}`
  const room = Math.max(0, cols - right.length - 1)
  const fitting = left.length > room ? `${left.slice(0, Math.max(0, room - 3))}...` : left
  return [`${fitting.padEnd(room)} ${right}`, '']
}

/** Where the frames go. */
interface Surface {
  show(lines: readonly string[], bell: boolean): Promise<void>
  /** @returns whether the user wants no more */
  wait(ms: number): Promise<boolean>
  close(): Promise<void>
}

/** Frames one after another, where no terminal can be taken over. */
const plainSurface = ({ sys, io }: Context): Surface => ({
  async show(lines, bell) {
    await io.print(`${bell ? '\x07' : ''}\x1b[H${lines.map((line) => `${line}\x1b[K`).join('\r\n')}\x1b[J`)
    await io.out.flush()
  },
  async wait(ms) {
    await sys.sleep(ms)
    return false
  },
  close: async () => undefined,
})

async function openScreen({ sys }: Context): Promise<Surface> {
  const screen = new FullScreen(sys, { signals: true })
  await screen.open()
  return {
    async show(lines, bell) {
      if (bell) await screen.write('\x07')
      await screen.paint(lines, { row: screen.rows - 1, col: screen.cols - 1 })
    },
    async wait(ms) {
      const end = sys.clock.monotonic() + ms
      for (let left = ms; left > 0; left = end - sys.clock.monotonic()) {
        const key = await screen.keyWithin(left)
        if (key === '<Interrupt>' || key === '<Hangup>') return true
        if (key === '<Suspend>') await screen.suspend()
        if (key === '<Resize>' || key === '<Suspend>') return false
      }
      return false
    },
    close: () => screen.close(),
  }
}

async function watchIt(context: Context, ms: number, surface: Surface): Promise<number> {
  const { sys, operands, options: o } = context
  const differences = new Differences((o.differences ?? '') !== '' && context.order.includes('differences'))
  const marking = context.order.includes('differences')
  let before: string | undefined
  for (;;) {
    const began = sys.clock.monotonic()
    const { text, failed } = await runOnce(context)
    const size = windowSize(sys)
    const above = o.noTitle ? [] : title(sys, ms, operands.join(' '), size.cols)
    const screen = cellsOf(text, { ...size, rows: Math.max(0, size.rows - above.length) }, o.colour > 0)
    const changed = differences.next(screen)
    const shown = screen.map((cells, row) => paintRow(cells, (col) => marking && changed(row, col)))
    await surface.show([...above, ...shown], failed && o.beep > 0)
    if (failed && o.errorExit) return COMMAND_FAILED
    if (o.changeExit && before !== undefined && before !== text) return 0
    before = text
    const spent = o.precise ? sys.clock.monotonic() - began : 0
    if (await surface.wait(Math.max(0, ms - spent))) return INTERRUPTED
  }
}

/** watch: a command's output again and again, full screen. procps-ng 4.0. */
export const watch = defineProgram({
  name: 'procps/watch',
  paths: ['/usr/bin/watch'],
  covers: 'partial',
  lacks: ['-q', '-w', 'double-width characters in columns', 'the pause after -e'],
  summary: 'execute a program periodically, showing output fullscreen',
  sizeBytes: 31184,
  usage: 'watch [options] command',
  stopAtOperand: true,
  options,
  async main(context) {
    const { io, env, operands, options: o, fail } = context
    if (operands.length === 0) {
      await io.warn('Usage:\n watch [options] command\n')
      return 1
    }
    const wanted = o.interval ?? env.get('WATCH_INTERVAL') ?? '2'
    const seconds = Number(wanted.replace(',', '.'))
    if (wanted.trim() === '' || Number.isNaN(seconds)) {
      await fail(`failed to parse argument: '${wanted}': Invalid argument`)
      return 1
    }
    const ms = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, seconds * 1000))
    const seen = isTerminal(context.sys, 0) && isTerminal(context.sys, 1)
    const surface = seen ? await openScreen(context) : plainSurface(context)
    try {
      return await watchIt(context, ms, surface)
    } finally {
      await surface.close()
    }
  },
})
