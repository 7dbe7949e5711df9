import type { BlockStore, StoredValue } from '@drydock/abi'
import type { MessageEndpoint, TerminalInput, TerminalOutput } from '../rpc.ts'

export class Store implements BlockStore {
  readonly blocks = new Map<string, StoredValue>()
  async load(prefix: string): Promise<[string, StoredValue][]> {
    return [...this.blocks]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key, structuredClone(value)])
  }
  async commit(change: { puts: ReadonlyMap<string, StoredValue>; deletes: readonly string[] }): Promise<void> {
    for (const [key, value] of change.puts) this.blocks.set(key, structuredClone(value))
    for (const key of change.deletes) this.blocks.delete(key)
  }
}

/** A page's end of a terminal: types and waits for what it shows. */
export class Typist implements MessageEndpoint {
  onmessage: MessageEndpoint['onmessage'] = null
  /** Screens that came from before. */
  readonly screens: (TerminalOutput & { readonly kind: 'screen' })[] = []
  private shown = ''
  private heard: () => void = () => undefined
  private readonly decoder = new TextDecoder()

  postMessage(message: unknown): void {
    const output = message as TerminalOutput
    if (output.kind === 'screen') this.screens.push(output)
    if (output.kind !== 'data') return
    this.shown += this.decoder.decode(output.bytes, { stream: true })
    this.send({ kind: 'credit', bytes: output.bytes.length })
    this.heard()
  }
  close(): void {}
  private send(data: TerminalInput): void {
    this.onmessage?.({ data })
  }
  /** Types a line and gives what is shown until a prompt stands there again. */
  async run(line: string): Promise<string> {
    this.shown = ''
    this.send({ kind: 'data', bytes: new TextEncoder().encode(`${line}\n`), command: line })
    return this.prompt()
  }
  /** Waits for the prompt of the machine that takes this one's place. */
  async comesBack(act: () => void): Promise<string> {
    this.shown = ''
    act()
    return this.prompt()
  }
  async prompt(): Promise<string> {
    while (!this.shown.endsWith('\n$ ')) await new Promise<void>((heard) => (this.heard = heard))
    return this.shown
  }
}
