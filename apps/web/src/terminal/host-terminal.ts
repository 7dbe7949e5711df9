import { FitAddon } from '@xterm/addon-fit'
import { Terminal } from '@xterm/xterm'
import type { SessionClient } from '../client/session-client.ts'
import { onThemeChange } from '../settings/apply-theme.ts'
import { settings, terminalFontSize } from '../settings/settings-store.ts'
import { keepScreen } from './kept-screen.ts'
import { blinkCursor } from './cursor-blink.ts'
import { type Link, linkTerminal } from './link.ts'
import { terminalTheme } from './look.ts'
import type { Recording } from './recording.ts'
import { handlePageKeys } from './page-keys.ts'

/**
 * A terminal of a host: the screen, its keys and the line to the host's pty. It is drawn in an element of its own and
 * knows nothing of the page around it, so that the first one stands and types before there is a page; whoever lays the
 * page out moves the element where it belongs.
 */
export class HostTerminal {
  readonly xterm: Terminal
  private readonly frame = document.createElement('div')
  private readonly fit = new FitAddon()
  private recording: Recording | undefined
  private readonly leaving: (() => void)[] = []

  /** @param box where it is drawn, filling it */
  constructor(box: HTMLElement) {
    this.frame.className = 'terminal-frame'
    box.append(this.frame)
    this.xterm = new Terminal({
      fontFamily: '"JetBrains Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace',
      ...look(),
      theme: terminalTheme(),
      lineHeight: 1.15,
      scrollback: 5000,
      rightClickSelectsWord: true,
    })
    this.xterm.loadAddon(this.fit)
    this.xterm.open(this.frame)
    this.fit.fit()
    this.xterm.focus()
    this.followPage()
  }

  /** Asks the host for a terminal and shows it. Once only. */
  connect(client: SessionClient, host: string, name: string): Link {
    const link = linkTerminal(client, host, name, this.xterm)
    this.recording = link.recording
    this.leaving.push(() => link.dispose(), keepScreen(this.xterm, client, host, name))
    return link
  }

  /** Puts the screen into another element, as it is: nothing is drawn anew and the focus stays. */
  moveTo(box: HTMLElement): void {
    const focused = this.frame.contains(document.activeElement)
    if (this.frame.parentElement !== box) moveElement(box, this.frame)
    this.refit()
    if (focused) this.xterm.focus()
  }

  refit(): void {
    if (this.frame.offsetParent) this.fit.fit()
  }

  focus(): void {
    this.xterm.focus()
  }

  /** All that it remembers, as text. */
  transcript(): string {
    const { active } = this.xterm.buffer
    let text = ''
    for (let y = 0; y < active.length; y++) {
      const line = active.getLine(y)
      text += (line?.isWrapped || y === 0 ? '' : '\n') + (line?.translateToString(true) ?? '')
    }
    return `${text.trimEnd()}\n`
  }

  /** What was said since the page was opened, as an asciinema cast. */
  cast(title: string): string {
    return this.recording?.cast(this.xterm, title, performance.timeOrigin) ?? ''
  }

  dispose(): void {
    for (const leave of this.leaving) leave()
    this.xterm.dispose()
    this.frame.remove()
  }

  /** Size, colours and keys are the page's. */
  private followPage(): void {
    handlePageKeys({
      terminal: this.xterm,
      toggleFullScreen: () =>
        void (document.fullscreenElement ? document.exitFullscreen() : this.frame.parentElement?.requestFullscreen()),
      changeFontSize: (by) => {
        const { fontSize, change } = settings.getState()
        change({ fontSize: fontSize + by })
      },
    })
    const size = new ResizeObserver(() => this.refit())
    size.observe(this.frame)
    this.leaving.push(
      () => size.disconnect(),
      blinkCursor(this.xterm, this.frame),
      onThemeChange(() => void (this.xterm.options.theme = terminalTheme())),
      settings.subscribe(() => {
        Object.assign(this.xterm.options, look())
        this.refit()
      }),
    )
  }
}

/** What the settings say of terminals. */
function look(): { fontSize: number; screenReaderMode: boolean } {
  const state = settings.getState()
  return { fontSize: terminalFontSize(state), screenReaderMode: state.screenReader }
}

/** Without taking it off the document where the browser can do that. */
function moveElement(box: HTMLElement, element: HTMLElement): void {
  const movable = box as HTMLElement & { moveBefore?: (element: Node, before: Node | null) => void }
  if (movable.moveBefore && element.isConnected && box.isConnected) movable.moveBefore(element, null)
  else box.append(element)
}
