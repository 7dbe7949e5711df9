import type { MaybePromise } from '@drydock/abi'
import type { HeaderMap, ServerRequest, ServerResponse } from '@drydock/http'
import type { DaemonParts } from '../daemon-parts.ts'
import { inKeyOrder, type Shape, typeError } from '../go-json/shape.ts'
import { syntaxError } from '../go-json/syntax-error.ts'
import { invalid } from '../problem.ts'

/** One request on its way through a handler. */
export interface Call {
  readonly parts: DaemonParts
  readonly request: ServerRequest
  /** Values of the pattern's `{names}`, decoded. */
  readonly params: ReadonlyMap<string, string>
  readonly query: URLSearchParams
  readonly headers: HeaderMap
  /** Of the API, as the client asked for it; see versionNumber. */
  readonly version: number
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

/** The body as JSON of that shape; an empty one is undefined. moby httputils.ReadJSON @throws Problem invalid */
export async function readJson<T>({ request }: Call, shape: Shape): Promise<T | undefined> {
  const text = new TextDecoder().decode(await request.body.readAll())
  if (text !== '') requireJsonType(request.headers.get('content-type') ?? '')
  if (text.trim() === '') return undefined
  const value = parse(text)
  const problem = typeError(shape, value)
  if (problem !== undefined) throw invalid(`invalid JSON: ${problem}`)
  return inKeyOrder(shape, value ?? {}) as T
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const message = syntaxError(text) ?? ''
    // A decoder that reads a stream says it in other words.
    throw invalid(`invalid JSON: ${message === 'unexpected end of JSON input' ? 'unexpected EOF' : message}`)
  }
}

/** @throws Problem invalid */
function requireJsonType(type: string): void {
  const [media = ''] = type.split(';')
  if (media.trim().toLowerCase() === 'application/json') return
  if (media.trim() === '') throw invalid(`malformed Content-Type header (${type}): mime: no media type`)
  throw invalid(`unsupported Content-Type header (${type}): must be 'application/json'`)
}

/** @throws Problem invalid when there is no body */
export async function requireJson<T>(call: Call, shape: Shape): Promise<T> {
  const value = await readJson<T>(call, shape)
  if (value === undefined) throw invalid('invalid JSON: got EOF while reading request body')
  return value
}

export const json = (value: unknown, status = 200): ServerResponse => jsonBody(`${JSON.stringify(value)}\n`, status)

/** @param body JSON with its line feed */
export const jsonBody = (body: Uint8Array | string, status = 200): ServerResponse => ({
  status,
  headers: JSON_HEADERS,
  body,
})

const JSON_HEADERS = [['Content-Type', 'application/json']] as const

export const noContent = (): ServerResponse => ({ status: 204 })
