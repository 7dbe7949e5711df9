import { setFits } from './conditions.ts'
import type { HandlerConfig, Route } from './config.ts'
import type { Answer, Exchange, Handler, Next } from './exchange.ts'

/** Handlers by their names: made once for a configuration, since some remember. */
export type MakeHandler = (config: HandlerConfig) => Handler

interface Compiled {
  readonly route: Route
  readonly handlers: readonly Handler[]
}

/**
 * Routes in their order. Whether one fits is looked at when it is its turn, since those before it may have changed the
 * request; of a group only the first that fits counts.
 */
export function compiledRoutes(routes: readonly Route[], make: MakeHandler): Handler {
  const compiled = routes.map((route): Compiled => ({ route, handlers: (route.handle ?? []).map(make) }))
  return (exchange, next) => fromRoute(compiled, 0, exchange, next)
}

async function fromRoute(
  compiled: readonly Compiled[],
  first: number,
  exchange: Exchange,
  next: Next,
): Promise<Answer> {
  for (let at = first; at < compiled.length; at++) {
    const { route, handlers } = compiled[at] as Compiled
    if (route.group !== undefined && exchange.groups.has(route.group)) continue
    if (route.match && !route.match.some((set) => setFits(set, exchange))) continue
    if (route.group !== undefined) exchange.groups.add(route.group)
    const after: Next = route.terminal ? next : () => fromRoute(compiled, at + 1, exchange, next)
    return chained(handlers, 0, exchange, after)
  }
  return next()
}

const chained = (handlers: readonly Handler[], at: number, exchange: Exchange, next: Next): Promise<Answer> => {
  const handler = handlers[at]
  return handler ? handler(exchange, () => chained(handlers, at + 1, exchange, next)) : next()
}
