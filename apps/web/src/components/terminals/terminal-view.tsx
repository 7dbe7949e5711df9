import type { Terminal } from '@xterm/xterm'
import { lazy, Suspense, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { type Hint, hintFor } from '../../hints/rules.ts'
import { useLayout } from '../../layout/layout-context.ts'
import type { HostTerminal } from '../../terminal/host-terminal.ts'
import { showLinks } from '../../terminal/links.ts'
import { lastTranscript } from '../../terminal/screen-transcript.ts'
import { useTerminals } from './terminals-context.ts'

const SearchBar = lazy(() => import('./search-bar.tsx'))

interface Props {
  readonly host: string
  readonly name: string
  readonly visible: boolean
  readonly onHint: (hint: Hint | undefined) => void
}

/** Where a terminal of a host is shown. The terminal itself is not React's: see HostTerminal. */
export function TerminalView({ host, name, visible, onHint }: Props) {
  const terminals = useTerminals()
  const box = useRef<HTMLDivElement>(null)
  const shown = useRef<HostTerminal>(undefined)
  const [searching, setSearching] = useState<HostTerminal>()
  const preview = useLayout((layout) => layout.preview)
  const takeErrand = useLayout((layout) => layout.takeErrand)

  // Before the paint, so that the first terminal never leaves the screen.
  useLayoutEffect(() => {
    if (!box.current) return
    const terminal = terminals.show(host, name, box.current)
    shown.current = terminal
    const stopHints = watchForHints(terminal.xterm, onHint)
    const stopLinks = showLinks(terminal.xterm, (port) => preview(host, port))
    const stopErrand = runErrand(terminal.xterm, () => takeErrand(host, name))
    return () => {
      stopErrand()
      stopLinks()
      stopHints()
      terminals.close(host, name)
    }
  }, [terminals, host, name])

  useEffect(() => {
    if (!visible) return
    shown.current?.refit()
    shown.current?.focus()
  }, [visible])

  useEffect(() => {
    if (!visible) return
    const search = (): void => setSearching(isUsed(box.current) ? shown.current : undefined)
    addEventListener('drydock-search', search)
    return () => removeEventListener('drydock-search', search)
  }, [visible])

  return (
    <>
      <div className="terminal" ref={box} />
      <Suspense>{searching && <SearchBar terminal={searching} onClose={() => setSearching(undefined)} />}</Suspense>
    </>
  )
}

/** Whether it has the focus, or no other terminal has. */
const isUsed = (box: HTMLElement | null): boolean =>
  box?.contains(document.activeElement) === true || document.activeElement?.closest('.terminal') === null

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
