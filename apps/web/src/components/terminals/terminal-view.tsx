import type { FitAddon } from '@xterm/addon-fit'
import type { SerializeAddon } from '@xterm/addon-serialize'
import type { Terminal } from '@xterm/xterm'
import { createContext, useContext, useEffect, useLayoutEffect, useRef } from 'react'
import { lastTranscript } from '../../client/screen-transcript.ts'
import type { SessionClient } from '../../client/session-client.ts'
import { Screens } from '../../client/screens.ts'
import { handlePageKeys } from '../../client/terminal-keys.ts'
import { linkTerminal } from '../../client/terminal-link.ts'
import { type Hint, hintFor } from '../../hints/rules.ts'
import { terminalTheme } from '../../client/terminal-look.ts'
import { useLayout } from '../../layout/layout-context.ts'
import { onThemeChange } from '../../settings/apply-theme.ts'
import { terminalFontSize, useSettings } from '../../settings/settings-store.ts'

/** Where terminals come from; the page's own has one drawn already. */
export const ScreensContext = createContext(new Screens())

interface Props {
  readonly client: SessionClient
  readonly host: string
  readonly name: string
  readonly visible: boolean
  readonly onHint: (hint: Hint | undefined) => void
}

/** A terminal of a host. Its screen is kept with the session and comes back after a reload. */
export function TerminalView({ client, host, name, visible, onHint }: Props) {
  const screens = useContext(ScreensContext)
  const box = useRef<HTMLDivElement>(null)
  const opened = useRef<{ terminal: Terminal; fit: FitAddon }>(undefined)
  const fontSize = useSettings(terminalFontSize)
  const screenReaderMode = useSettings(({ screenReader }) => screenReader)
  const takeErrand = useLayout((layout) => layout.takeErrand)

  // Before the first paint, not after it: the shell starts that much earlier.
  useLayoutEffect(() => {
    if (!box.current) return
    return openTerminal({
      screens,
      box: box.current,
      client,
      host,
      name,
      errand: () => takeErrand(host, name),
      onHint,
      opened: (terminal, fit) => {
        opened.current = { terminal, fit }
      },
    })
  }, [client, host, name])

  useEffect(() => {
    if (!opened.current) return
    Object.assign(opened.current.terminal.options, { fontSize, screenReaderMode })
    opened.current.fit.fit()
  }, [fontSize, screenReaderMode])

  useEffect(() => {
    if (!visible) return
    opened.current?.fit.fit()
    opened.current?.terminal.focus()
  }, [visible])

  return <div className="terminal" ref={box} />
}

interface Opening {
  readonly screens: Screens
  readonly box: HTMLDivElement
  readonly client: SessionClient
  readonly host: string
  readonly name: string
  /** A command that waits for the terminal's first prompt. */
  readonly errand: () => string | undefined
  readonly onHint: (hint: Hint | undefined) => void
  readonly opened: (terminal: Terminal, fit: FitAddon) => void
}

function openTerminal({ screens, box, client, host, name, errand, onHint, opened }: Opening): () => void {
  const { terminal, fit, frame } = screens.take(box)
  opened(terminal, fit)
  handlePageKeys({
    terminal,
    toggleFullScreen: () => void (document.fullscreenElement ? document.exitFullscreen() : box.requestFullscreen()),
    changeFontSize: (by) => {
      const { fontSize, change } = useSettings.getState()
      change({ fontSize: fontSize + by })
    },
  })
  const watchSize = new ResizeObserver(() => box.offsetParent && fit.fit())
  watchSize.observe(box)
  const stopColours = onThemeChange(() => void (terminal.options.theme = terminalTheme()))
  const unlink = linkTerminal(client, host, name, terminal)
  const stopKeeping = keepScreen(terminal, client, host, name)
  const stopHints = watchForHints(terminal, onHint)
  const stopErrand = runErrand(terminal, errand)
  terminal.focus()
  return () => {
    stopColours()
    stopErrand()
    stopHints()
    stopKeeping()
    watchSize.disconnect()
    void unlink.then((end) => end())
    terminal.dispose()
    frame.remove()
  }
}

/** Types the command when the shell has drawn its first prompt. */
function runErrand(terminal: Terminal, errand: () => string | undefined): () => void {
  const subscription = terminal.onWriteParsed(() => {
    const { active } = terminal.buffer
    const line = active.getLine(active.baseY + active.cursorY)?.translateToString(true) ?? ''
    if (!/[$#] ?$/.test(line)) return
    subscription.dispose()
    const command = errand()
    if (command !== undefined) terminal.input(`${command}\r`)
  })
  return () => subscription.dispose()
}

const REST_MS = 60
const LONGEST_UNSAVED_MS = 1000

/** Hands the screen to the session a moment after it changed. The addon loads when first needed. */
function keepScreen(terminal: Terminal, client: SessionClient, host: string, name: string): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let savedAt = 0
  const load = async (): Promise<SerializeAddon> => {
    const addon = new (await import('@xterm/addon-serialize')).SerializeAddon()
    terminal.loadAddon(addon)
    return addon
  }
  let serializer: Promise<SerializeAddon> | undefined
  const save = async (): Promise<void> => {
    timer = undefined
    savedAt = Date.now()
    serializer ??= load()
    await client.api.keepScreen(
      host,
      name,
      (await serializer).serialize({ scrollback: 1000, excludeAltBuffer: true, excludeModes: true }),
    )
  }
  const subscription = terminal.onWriteParsed(() => {
    // Soon after the output rests, and now and then while it does not: serializing a long scrollback takes its time.
    if (timer !== undefined && Date.now() - savedAt > LONGEST_UNSAVED_MS) return
    clearTimeout(timer)
    timer = setTimeout(() => void save(), REST_MS)
  })
  return () => {
    clearTimeout(timer)
    subscription.dispose()
  }
}

function watchForHints(terminal: Terminal, onHint: (hint: Hint | undefined) => void): () => void {
  let last = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  const look = (): void => {
    const transcript = lastTranscript(terminal)
    const key = transcript ? `${transcript.command}\n${transcript.output}` : last
    if (!transcript || key === last) return
    last = key
    onHint(hintFor(transcript))
  }
  const subscription = terminal.onWriteParsed(() => {
    clearTimeout(timer)
    timer = setTimeout(look, 120)
  })
  return () => {
    clearTimeout(timer)
    subscription.dispose()
  }
}
