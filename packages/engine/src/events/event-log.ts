import type { Clock } from '@drydock/abi'
import type { EventMessage } from '@drydock/docker-api'

/** As many as moby keeps for `docker events --since`. */
const KEPT = 256

export type EventListener = (event: EventMessage) => void

/** What happened, for GET /events. */
export class EventLog {
  private readonly kept: EventMessage[] = []
  private readonly listeners = new Set<EventListener>()
  private readonly clock: Clock

  constructor(clock: Clock) {
    this.clock = clock
  }

  get listenerCount(): number {
    return this.listeners.size
  }

  publish(type: string, action: string, id: string, attributes: Record<string, string>, scope = 'local'): void {
    const ms = this.clock.now()
    const nanoseconds = Math.floor((this.clock.monotonic() % 1) * 1e6)
    const event: EventMessage = {
      ...legacyFields(type, action, id, attributes),
      Type: type,
      Action: action,
      Actor: { ID: id, Attributes: attributes },
      scope,
      time: Math.floor(ms / 1000),
      timeNano: Math.floor(ms) * 1e6 + nanoseconds,
    }
    this.kept.push(event)
    if (this.kept.length > KEPT) this.kept.shift()
    for (const listener of [...this.listeners]) listener(event)
  }

  /** @param sinceMs, untilMs milliseconds since the epoch */
  between(sinceMs: number, untilMs: number): readonly EventMessage[] {
    return this.kept.filter(({ timeNano }) => timeNano / 1e6 >= sinceMs && timeNano / 1e6 <= untilMs)
  }

  /** @returns what ends it */
  listen(listener: EventListener): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }
}

/** Old clients read these for containers and images. */
function legacyFields(
  type: string,
  action: string,
  id: string,
  attributes: Record<string, string>,
): Partial<EventMessage> {
  if (type === 'container') return { status: action, id, from: attributes['image'] ?? '' }
  return type === 'image' ? { status: action, id } : {}
}
