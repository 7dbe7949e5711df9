import type { TerminalInput, TerminalOutput } from '@drydock/playground/rpc'
import { transfer } from 'comlink'
import type { Terminal } from '@xterm/xterm'
import type { SessionClient } from './session-client.ts'

/**
 * Ties an xterm to a pty of a host: bytes over a MessagePort of their own, credit back as they reach the screen. What the
 * screen showed before a reload comes first.
 */
export async function linkTerminal(
  client: SessionClient,
  host: string,
  name: string,
  terminal: Terminal,
): Promise<() => void> {
  const kept = client.api.screen(host, name)
  const { port1: port, port2 } = new MessageChannel()
  const encoder = new TextEncoder()
  const send = (message: TerminalInput): void => port.postMessage(message)
  const subscriptions = [
    terminal.onData((text) => send({ kind: 'data', bytes: encoder.encode(text) })),
    terminal.onBinary((text) => send({ kind: 'data', bytes: Uint8Array.from(text, (c) => c.charCodeAt(0)) })),
    terminal.onResize(({ rows, cols }) => send({ kind: 'resize', size: { rows, cols } })),
  ]
  const size = { rows: terminal.rows, cols: terminal.cols }
  const opened = client.api.openTerminal(host, name, size, transfer(port2, [port2]) as never)
  const screen = await kept
  if (screen) terminal.write(`${screen}\r\n\x1b[2m— back after a reload —\x1b[0m\r\n`)
  port.onmessage = (event: MessageEvent<TerminalOutput>) => {
    const message = event.data
    if (message.kind === 'closed') return
    terminal.write(message.bytes, () => send({ kind: 'credit', bytes: message.bytes.length }))
  }
  await opened
  return () => {
    for (const subscription of subscriptions) subscription.dispose()
    port.close()
  }
}
