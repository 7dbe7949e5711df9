import { FitAddon } from '@xterm/addon-fit'
import { Terminal } from '@xterm/xterm'
import { terminalFontSize, useSettings } from '../settings/settings-store.ts'
import { terminalTheme } from './terminal-look.ts'

export interface Screen {
  readonly terminal: Terminal
  readonly fit: FitAddon
  /** What is put into the page. */
  readonly frame: HTMLElement
}

/**
 * Makes terminals. The first one is drawn out of sight while the worker still starts, since measuring fonts and building
 * rows takes as long as booting a host.
 */
export class Screens {
  private spare: Screen | undefined

  prepare(): void {
    this.spare = makeScreen()
  }

  /** A terminal inside `box`, filling it. */
  take(box: HTMLElement): Screen {
    const screen = this.spare ?? makeScreen()
    this.spare = undefined
    screen.frame.className = 'terminal-frame'
    box.append(screen.frame)
    screen.fit.fit()
    return screen
  }
}

function makeScreen(): Screen {
  const frame = document.createElement('div')
  frame.className = 'terminal-frame out-of-sight'
  document.body.append(frame)
  const terminal = new Terminal({
    fontFamily: '"JetBrains Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace',
    fontSize: terminalFontSize(useSettings.getState()),
    theme: terminalTheme(),
    cursorBlink: true,
    lineHeight: 1.15,
    scrollback: 5000,
    rightClickSelectsWord: true,
  })
  const fit = new FitAddon()
  terminal.loadAddon(fit)
  terminal.open(frame)
  return { terminal, fit, frame }
}
