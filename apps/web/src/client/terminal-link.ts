import type { TerminalInput, TerminalOutput } from '@drydock/playground/rpc'
import { transfer } from 'comlink'
import type { Terminal } from '@xterm/xterm'
import type { SessionClient } from './session-client.ts'

/** Ties an xterm to a pty of a host: bytes over a MessagePort of their own, credit back as they reach the screen. */
export async function linkTerminal(
  client: SessionClient,
  host: string,
  name: string,
  terminal: Terminal,
): Promise<() => void> {
  const { port1: port, port2 } = new MessageChannel()
  const encoder = new TextEncoder()
  const send = (message: TerminalInput): void => port.postMessage(message)
  port.onmessage = (event: MessageEvent<TerminalOutput>) => {
    const message = event.data
    if (message.kind === 'closed') return
    terminal.write(message.bytes, () => send({ kind: 'credit', bytes: message.bytes.length }))
  }
  const subscriptions = [
    terminal.onData((text) => send({ kind: 'data', bytes: encoder.encode(text) })),
    terminal.onBinary((text) => send({ kind: 'data', bytes: Uint8Array.from(text, (c) => c.charCodeAt(0)) })),
    terminal.onResize(({ rows, cols }) => send({ kind: 'resize', size: { rows, cols } })),
  ]
  const size = { rows: terminal.rows, cols: terminal.cols }
  await client.api.openTerminal(host, name, size, transfer(port2, [port2]) as never)
  return () => {
    for (const subscription of subscriptions) subscription.dispose()
    port.close()
  }
}
