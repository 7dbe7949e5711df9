import type { MessageEndpoint, TerminalInput, TerminalOutput } from '@drydock/playground'
import { openHost } from './open-host.ts'

const QUIT = 0x1d

/** The host's shell in this terminal, until Ctrl-]. Input that is no terminal is typed as it comes. */
export async function runConsole(folder: string | undefined): Promise<number> {
  const { session, host } = await openHost(folder)
  const { stdin, stdout } = process
  const size = () => ({ rows: stdout.rows ?? 24, cols: stdout.columns ?? 80 })
  if (stdin.isTTY) stdin.setRawMode(true)
  stdout.write('Ctrl-] leaves.\r\n')
  await new Promise<void>((leave) => {
    const endpoint = consoleEndpoint(leave)
    void host.openTerminal('main', size(), endpoint)
    stdout.on('resize', () => endpoint.send({ kind: 'resize', size: size() }))
    stdin.on('data', (bytes: Buffer) => {
      if (stdin.isTTY && bytes.includes(QUIT)) return leave()
      endpoint.send({ kind: 'data', bytes: new Uint8Array(bytes) })
    })
    stdin.on('end', () => endpoint.send({ kind: 'data', bytes: Uint8Array.of(4) }))
  })
  if (stdin.isTTY) stdin.setRawMode(false)
  stdin.pause()
  await session.flush()
  session.dispose()
  return 0
}

type ConsoleEndpoint = MessageEndpoint & { send(message: TerminalInput): void }

/** The command ends with its login shell. */
function consoleEndpoint(leave: () => void): ConsoleEndpoint {
  const waiting: TerminalInput[] = []
  let receive: MessageEndpoint['onmessage'] = null
  const endpoint: ConsoleEndpoint = {
    get onmessage() {
      return receive
    },
    set onmessage(handler) {
      receive = handler
      for (const data of waiting.splice(0)) handler?.({ data })
    },
    send(message) {
      if (receive) receive({ data: message })
      else waiting.push(message)
    },
    postMessage(message) {
      const output = message as TerminalOutput
      if (output.kind === 'closed') return leave()
      if (output.kind === 'greeting') process.stdout.write(output.text)
      if (output.kind !== 'data') return
      process.stdout.write(output.bytes, () => endpoint.send({ kind: 'credit', bytes: output.bytes.length }))
    },
    close: leave,
  }
  return endpoint
}
