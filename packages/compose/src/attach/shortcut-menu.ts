import { rawTermios } from '@drydock/abi'
import { inBackground } from '@drydock/cli-plugin'
import { visibleLength } from '../progress/task-list.ts'
import type { ComposeCli } from '../session/compose-cli.ts'

/** What the keys do. */
export interface Shortcuts {
  /** Undefined where no file says what is watched. */
  readonly toggleWatch: (() => void) | undefined
  /** A watch builds; --no-build forbids it. */
  readonly canBuild: boolean
  readonly interrupt: () => void
}

const KEY = '\x1b[1;38;2;0;0;0;48;2;255;255;255m'
const FAINT = '\x1b[2m'
const CYAN = '\x1b[1;36m'
const OFF = '\x1b[0m'
const DOCS = 'https://docs.docker.com/compose/file-watch/'
/** How long a problem stands above the menu. */
const PROBLEM_MS = 10_000

/**
 * The line of shortcuts at the bottom of the terminal while `up` shows what containers say. Keys that lead to Docker
 * Desktop, v and o, do nothing where that is not. docker/compose cmd/formatter/shortcut.go
 */
export class ShortcutMenu {
  private watching = false
  private problem: { readonly text: string; readonly untilMs: number } | undefined
  private readonly cli: ComposeCli
  private readonly shortcuts: Shortcuts
  private readonly before: ReturnType<ComposeCli['sys']['tcgetattr']>
  private over = false

  constructor(cli: ComposeCli, shortcuts: Shortcuts) {
    this.cli = cli
    this.shortcuts = shortcuts
    const before = cli.sys.tcgetattr(0)
    this.before = { ...before, cc: { ...before.cc } }
    cli.sys.tcsetattr(0, { ...rawTermios(this.before), opost: this.before.opost })
    inBackground(this.readKeys())
  }

  /** What takes the menu off the screen, before something is printed. */
  clear(): string {
    const down = '\x1b[1B\x1b[2K'.repeat(this.cli.sys.getWindowSize(1).rows)
    return this.over ? '' : `\x1b[0G\x1b7${down}\x1b8`
  }

  /** What draws it again. */
  draw(): string {
    if (this.over) return ''
    const { rows, cols } = this.cli.sys.getWindowSize(1)
    const menu = this.text()
    const problem = this.problem && this.problem.untilMs > this.cli.sys.clock.now() ? this.problem.text : ''
    const extra = (text: string): number => Math.floor(visibleLength(text) / Math.max(cols, 1))
    const lines = 2 + extra(menu) + (problem === '' ? 0 : extra(problem) + 1)
    const room = '\x1b[2K\n\x1b[0G'.repeat(lines) + `\x1b[${lines}A`
    const above = problem === '' ? '' : `\x1b[${rows - 1 - extra(menu) - extra(problem)};0H\x1b[2K${problem}`
    return `${this.clear()}${room}\x1b[0G\x1b7${above}\x1b[${rows - extra(menu)};0H\x1b[2K${menu}\x1b[0G\x1b8`
  }

  /** Whether files are being watched, as the menu says it. */
  set watches(watching: boolean) {
    this.watching = watching
  }

  /** Puts the terminal back. */
  async close(): Promise<void> {
    if (this.over) return
    const clear = this.clear()
    this.over = true
    this.cli.sys.tcsetattr(0, this.before)
    await this.print(`${clear}\x1b[?25h`)
  }

  private text(): string {
    return `${KEY}w${OFF}${FAINT} ${this.watching ? 'Disable' : 'Enable'} Watch${OFF}`
  }

  private async readKeys(): Promise<void> {
    while (!this.over) {
      const bytes = await this.cli.sys.read(0, 16)
      if (bytes.length === 0) return
      for (const key of new TextDecoder().decode(bytes)) await KEYS[key]?.(this)
    }
  }

  async toggleWatch(): Promise<void> {
    const { toggleWatch, canBuild } = this.shortcuts
    if (toggleWatch && canBuild) toggleWatch()
    else if (toggleWatch) this.complain('cannot run watch mode with flag --no-build')
    else this.complain(`watch is not yet configured. Learn more: \x1b[36m${DOCS}${OFF}`)
    await this.print(this.draw())
  }

  async newLine(): Promise<void> {
    await this.print(`\n${this.draw()}`)
  }

  async interrupt(): Promise<void> {
    await this.close()
    this.shortcuts.interrupt()
  }

  private complain(text: string): void {
    this.problem = { text: `${CYAN}Watch →${OFF}  ${text}`, untilMs: this.cli.sys.clock.now() + PROBLEM_MS }
    const later = async (): Promise<void> => {
      await this.cli.sys.sleep(PROBLEM_MS + 1000)
      await this.print(this.draw())
    }
    inBackground(later())
  }

  private async print(text: string): Promise<void> {
    await this.cli.print(text)
    await this.cli.io.out.flush()
  }
}

const KEYS: Readonly<Record<string, (menu: ShortcutMenu) => Promise<void>>> = {
  w: (menu) => menu.toggleWatch(),
  '\r': (menu) => menu.newLine(),
  '\x03': (menu) => menu.interrupt(),
}
