import type { EventMessage } from '@drydock/docker-api'
import type { ServerResponse } from '@drydock/http'
import { Filters } from '../filters.ts'
import { invalid } from '../problem.ts'
import { parseApiTime } from '../timestamps.ts'
import type { Call } from './route.ts'

/** Filters that name an object of the type they are called after. */
const OBJECTS: readonly string[] = ['container', 'image', 'network', 'volume', 'plugin', 'daemon']

/** A filter value fits the id, its beginning, or the name; images also without their tag. */
function fitsObject({ Type, Actor }: EventMessage, type: string, value: string): boolean {
  const name = Actor.Attributes[type === 'image' && Type === 'container' ? 'image' : 'name'] ?? ''
  const image = type === 'image' && Type !== 'image' ? '' : Actor.ID
  return [image, name, name.split(':')[0]].includes(value) || (image !== '' && value !== '' && image.startsWith(value))
}

function isWanted(event: EventMessage, filters: Filters): boolean {
  return (
    filters.any('type', (value) => value === event.Type) &&
    filters.any('scope', (value) => value === event.scope) &&
    filters.any('event', (value) => event.Action === value || event.Action.startsWith(`${value}:`)) &&
    filters.labels(event.Actor.Attributes) &&
    OBJECTS.every((type) =>
      filters.any(
        type,
        (value) =>
          (event.Type === type || (type === 'image' && event.Type === 'container')) && fitsObject(event, type, value),
      ),
    )
  )
}

/** GET /events: what happened since then, then what happens, until the time given or the client goes. */
export function streamEvents({ parts, query, request }: Call): ServerResponse {
  const filters = Filters.parse(query.get('filters'))
  const since = parseApiTime(query.get('since'))
  const until = parseApiTime(query.get('until'))
  if (since !== undefined && until !== undefined && until < since)
    throw invalid(`\`since\` time (${query.get('since')}) cannot be after \`until\` time (${query.get('until')})`)
  const { events, sys } = parts
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json' },
    body: async (writer) => {
      const queue: EventMessage[] = []
      let wake: () => void = () => undefined
      let over = false
      const end = (): void => {
        over = true
        wake()
      }
      const stop = events.listen((event) => {
        queue.push(event)
        wake()
      })
      const left = until === undefined ? undefined : until - sys.clock.now()
      const timer = left === undefined ? undefined : sys.clock.after(Math.max(0, left), end)
      void request.disconnected().then(end)
      try {
        if (since !== undefined) queue.unshift(...events.between(since, until ?? Number.POSITIVE_INFINITY))
        await writer.write('')
        if (left !== undefined && left <= 0) over = true
        for (;;) {
          for (const event of queue.splice(0))
            if (isWanted(event, filters)) await writer.write(`${JSON.stringify(event)}\n`)
          if (over) return
          if (queue.length === 0)
            await new Promise<void>((resolve) => {
              wake = resolve
            })
        }
      } finally {
        stop()
        timer?.cancel()
      }
    },
  }
}
