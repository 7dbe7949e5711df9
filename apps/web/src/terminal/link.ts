import type { TerminalInput, TerminalOutput } from '@drydock/playground/rpc'
import { transfer } from 'comlink'
import type { Terminal } from '@xterm/xterm'
import type { SessionClient } from '../client/session-client.ts'
import { enteredLine } from './entered-line.ts'
import { Recording } from './recording.ts'

/** The page's end of a terminal's MessagePort. */
export interface Link {
  /** Resolves when the host has taken the terminal; rejects where there is no such host. */
  readonly opened: Promise<void>
  /** Resolves when the shell's first words are on the screen. */
  readonly shown: Promise<void>
  /** What came from the host since. */
  readonly recording: Recording
  dispose(): void
}

/**
 * Ties an xterm to a pty of a host: bytes over a MessagePort of their own, credit back as they reach the screen. What the
 * screen showed before a reload comes first.
 */
export function linkTerminal(client: SessionClient, host: string, name: string, terminal: Terminal): Link {
  const { port1: port, port2 } = new MessageChannel()
  const encoder = new TextEncoder()
  const recording = new Recording()
  const send = (message: TerminalInput): void => port.postMessage(message)
  const subscriptions = [
    terminal.onData((text) => {
      const enter = text.indexOf('\r')
      const command = enter < 0 ? undefined : enteredLine(terminal, text.slice(0, enter))
      send({ kind: 'data', bytes: encoder.encode(text), command })
    }),
    terminal.onBinary((text) => send({ kind: 'data', bytes: Uint8Array.from(text, (c) => c.charCodeAt(0)) })),
    terminal.onResize(({ rows, cols }) => send({ kind: 'resize', size: { rows, cols } })),
  ]
  const size = { rows: terminal.rows, cols: terminal.cols }
  const opened = client.api.openTerminal(host, name, size, transfer(port2, [port2]) as never)
  const shown = new Promise<void>((resolve) => {
    port.onmessage = ({ data }: MessageEvent<TerminalOutput>) => {
      if (data.kind === 'screen') showAgain(terminal, data)
      if (data.kind === 'greeting') terminal.write(data.text)
      if (data.kind !== 'data') return
      recording.hear(data.bytes, performance.now())
      terminal.write(data.bytes, () => {
        send({ kind: 'credit', bytes: data.bytes.length })
        resolve()
      })
    }
  })
  return {
    opened,
    shown,
    recording,
    dispose() {
      for (const subscription of subscriptions) subscription.dispose()
      port.close()
    },
  }
}

const WHY = { reload: 'back after a reload', return: 'back as it was' } as const

function showAgain(terminal: Terminal, { text, since }: TerminalOutput & { readonly kind: 'screen' }): void {
  if (since === 'return') terminal.reset()
  terminal.write(`${text}\r\n\x1b[2m— ${WHY[since]} —\x1b[0m\r\n`)
}
