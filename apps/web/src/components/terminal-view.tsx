import type { FitAddon } from '@xterm/addon-fit'
import type { SerializeAddon } from '@xterm/addon-serialize'
import type { Terminal } from '@xterm/xterm'
import { createContext, useContext, useEffect, useLayoutEffect, useRef } from 'react'
import { lastTranscript } from '../client/screen-transcript.ts'
import type { SessionClient } from '../client/session-client.ts'
import { Screens } from '../client/screens.ts'
import { handlePageKeys } from '../client/terminal-keys.ts'
import { linkTerminal } from '../client/terminal-link.ts'
import { type Hint, hintFor } from '../hints/rules.ts'
import { storeFontSize, terminalTheme } from '../client/terminal-look.ts'

/** Where terminals come from; the page's own has one drawn already. */
export const ScreensContext = createContext(new Screens())

interface Props {
  client: SessionClient
  host: string
  visible: boolean
  onHint: (hint: Hint | undefined) => void
}

/** The terminal of a host. Its screen is kept with the session and comes back after a reload. */
export function TerminalView({ client, host, visible, onHint }: Props) {
  const screens = useContext(ScreensContext)
  const box = useRef<HTMLDivElement>(null)
  const opened = useRef<{ terminal: Terminal; fit: FitAddon }>(undefined)

  // Before the first paint, not after it: the shell starts that much earlier.
  useLayoutEffect(() => {
    if (!box.current) return
    return openTerminal(screens, box.current, client, host, onHint, (terminal, fit) => {
      opened.current = { terminal, fit }
    })
  }, [client, host])

  useEffect(() => {
    if (!visible) return
    opened.current?.fit.fit()
    opened.current?.terminal.focus()
  }, [visible])

  return <div className="terminal" ref={box} />
}

function openTerminal(
  screens: Screens,
  box: HTMLDivElement,
  client: SessionClient,
  host: string,
  onHint: (hint: Hint | undefined) => void,
  opened: (terminal: Terminal, fit: FitAddon) => void,
): () => void {
  const { terminal, fit, frame } = screens.take(box)
  opened(terminal, fit)
  handlePageKeys({
    terminal,
    toggleFullScreen: () => void (document.fullscreenElement ? document.exitFullscreen() : box.requestFullscreen()),
    changeFontSize: (by) => {
      terminal.options.fontSize = storeFontSize((terminal.options.fontSize ?? 14) + by)
      fit.fit()
    },
  })
  const watchSize = new ResizeObserver(() => box.offsetParent && fit.fit())
  watchSize.observe(box)
  const scheme = matchMedia('(prefers-color-scheme: dark)')
  const recolour = (): void => void (terminal.options.theme = terminalTheme())
  scheme.addEventListener('change', recolour)
  const unlink = linkTerminal(client, host, 'main', terminal)
  const stopKeeping = keepScreen(terminal, client, host)
  const stopHints = watchForHints(terminal, onHint)
  terminal.focus()
  return () => {
    scheme.removeEventListener('change', recolour)
    stopHints()
    stopKeeping()
    watchSize.disconnect()
    void unlink.then((end) => end())
    terminal.dispose()
    frame.remove()
  }
}

const REST_MS = 60
const LONGEST_UNSAVED_MS = 1000

/** Hands the screen to the session a moment after it changed. The addon loads when first needed. */
function keepScreen(terminal: Terminal, client: SessionClient, host: string): () => void {
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
      'main',
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
