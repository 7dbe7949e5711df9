import type { SessionClient } from '../client/session-client.ts'
import { HostTerminal } from './host-terminal.ts'

/** The terminals of a session by their hosts and names. They live until they are closed, wherever the page shows them. */
export class Terminals {
  private readonly client: SessionClient
  private readonly open = new Map<string, HostTerminal>()

  constructor(client: SessionClient) {
    this.client = client
  }

  /** Takes over a terminal that was connected before there was a page. */
  adopt(host: string, name: string, terminal: HostTerminal): void {
    this.open.set(keyOf(host, name), terminal)
  }

  /** The host's terminal of that name in `box`: the one there is, or a new one. */
  show(host: string, name: string, box: HTMLElement): HostTerminal {
    const known = this.open.get(keyOf(host, name))
    if (known) {
      known.moveTo(box)
      return known
    }
    const terminal = new HostTerminal(box)
    terminal.connect(this.client, host, name)
    this.adopt(host, name, terminal)
    return terminal
  }

  of(host: string, name: string): HostTerminal | undefined {
    return this.open.get(keyOf(host, name))
  }

  close(host: string, name: string): void {
    this.open.get(keyOf(host, name))?.dispose()
    this.open.delete(keyOf(host, name))
  }
}

const keyOf = (host: string, name: string): string => `${host}/${name}`
