import type { MaybePromise } from '@drydock/abi'
import type { HeaderMap, ServerRequest, ServerResponse } from '@drydock/http'
import type { DaemonParts } from '../daemon-parts.ts'
import { invalid } from '../problem.ts'

/** One request on its way through a handler. */
export interface Call {
  readonly parts: DaemonParts
  readonly request: ServerRequest
  /** Values of the pattern's `{names}`, decoded. */
  readonly params: ReadonlyMap<string, string>
  readonly query: URLSearchParams
  readonly headers: HeaderMap
}

/** Undefined when the connection was taken over. */
export type RouteHandler = (call: Call) => MaybePromise<ServerResponse | undefined>

/** `{name}` stands for one part of the path, `{name...}` for one or more. */
export interface Route {
  readonly method: string
  readonly pattern: string
  readonly handler: RouteHandler
}

export const route = (method: string, pattern: string, handler: RouteHandler): Route => ({ method, pattern, handler })

export const param = ({ params }: Call, name: string): string => params.get(name) ?? ''

/** moby httputils.BoolValue: anything but these is true. */
export const flag = ({ query }: Call, name: string): boolean =>
  !['', '0', 'no', 'false', 'none'].includes((query.get(name) ?? '').trim().toLowerCase())

export const flagOr = (call: Call, name: string, missing: boolean): boolean =>
  call.query.has(name) ? flag(call, name) : missing

/** @throws Problem invalid */
export function integer({ query }: Call, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (!/^[+-]?\d+$/.test(text)) throw invalid(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

/** The body as JSON; an empty one is undefined. @throws Problem invalid */
export async function readJson<T>({ request }: Call): Promise<T | undefined> {
  const text = new TextDecoder().decode(await request.body.readAll())
  if (text.trim() === '') return undefined
  try {
    return JSON.parse(text) as T
  } catch {
    throw invalid('invalid JSON')
  }
}

/** @throws Problem invalid when there is no body */
export async function requireJson<T>(call: Call): Promise<T> {
  const value = await readJson<T>(call)
  if (value === undefined) throw invalid('invalid JSON: got EOF while reading request body')
  return value
}

export const json = (value: unknown, status = 200): ServerResponse => ({
  status,
  headers: { 'Content-Type': 'application/json' },
  body: `${JSON.stringify(value)}\n`,
})

export const noContent = (): ServerResponse => ({ status: 204 })
