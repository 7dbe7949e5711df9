import type { Client } from './client.ts'
import { globMatcher } from './store/glob.ts'

interface Pattern {
  readonly clients: Set<Client>
  readonly matches: (channel: string) => boolean
}

/** Who listens to what. */
export class PubSub {
  readonly channels = new Map<string, Set<Client>>()
  readonly patterns = new Map<string, Pattern>()

  subscribe(client: Client, channel: string): void {
    client.channels.add(channel)
    const listeners = this.channels.get(channel)
    if (listeners) listeners.add(client)
    else this.channels.set(channel, new Set([client]))
  }

  unsubscribe(client: Client, channel: string): void {
    client.channels.delete(channel)
    const listeners = this.channels.get(channel)
    listeners?.delete(client)
    if (listeners?.size === 0) this.channels.delete(channel)
  }

  psubscribe(client: Client, pattern: string): void {
    client.patterns.add(pattern)
    const known = this.patterns.get(pattern)
    if (known) known.clients.add(client)
    else this.patterns.set(pattern, { clients: new Set([client]), matches: globMatcher(pattern) })
  }

  punsubscribe(client: Client, pattern: string): void {
    client.patterns.delete(pattern)
    const known = this.patterns.get(pattern)
    known?.clients.delete(client)
    if (known?.clients.size === 0) this.patterns.delete(pattern)
  }

  drop(client: Client): void {
    for (const channel of client.channels) this.unsubscribe(client, channel)
    for (const pattern of client.patterns) this.punsubscribe(client, pattern)
  }

  /** @returns how many got it */
  publish(channel: string, message: string): number {
    let count = 0
    for (const client of this.channels.get(channel) ?? []) {
      client.push(['message', channel, message])
      count++
    }
    for (const [pattern, { clients, matches }] of this.patterns) {
      if (!matches(channel)) continue
      for (const client of clients) {
        client.push(['pmessage', pattern, channel, message])
        count++
      }
    }
    return count
  }
}
