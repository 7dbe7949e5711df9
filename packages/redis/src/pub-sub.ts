import type { Client } from './client.ts'
import { globMatcher } from './store/glob.ts'

interface Pattern {
  readonly clients: Set<Client>
  readonly matches: (channel: string) => boolean
}

type Listeners = Map<string, Set<Client>>

function join(channels: Listeners, client: Client, channel: string): void {
  const listeners = channels.get(channel)
  if (listeners) listeners.add(client)
  else channels.set(channel, new Set([client]))
}

function part(channels: Listeners, client: Client, channel: string): void {
  const listeners = channels.get(channel)
  listeners?.delete(client)
  if (listeners?.size === 0) channels.delete(channel)
}

/** Who listens to what. */
export class PubSub {
  readonly channels = new Map<string, Set<Client>>()
  readonly patterns = new Map<string, Pattern>()
  /** Channels of shards: without a cluster there is one shard, and patterns do not see these. */
  readonly shardChannels = new Map<string, Set<Client>>()

  subscribe(client: Client, channel: string): void {
    client.channels.add(channel)
    join(this.channels, client, channel)
  }

  ssubscribe(client: Client, channel: string): void {
    client.shardChannels.add(channel)
    join(this.shardChannels, client, channel)
  }

  sunsubscribe(client: Client, channel: string): void {
    client.shardChannels.delete(channel)
    part(this.shardChannels, client, channel)
  }

  /** @returns how many got it */
  spublish(channel: string, message: string): number {
    const listeners = this.shardChannels.get(channel) ?? new Set()
    for (const client of listeners) client.push(['smessage', channel, message])
    return listeners.size
  }

  unsubscribe(client: Client, channel: string): void {
    client.channels.delete(channel)
    part(this.channels, client, channel)
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
    for (const channel of client.shardChannels) this.sunsubscribe(client, channel)
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
