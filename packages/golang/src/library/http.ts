import { EINTR, inet, isErrno, type Sys } from '@drydock/abi'
import { parseUrl, request as ask, serveConnection, type ServerRequest, type ServerResponse } from '@drydock/http'
import { dial, FdStream, listen, readFile, ResolveError, resolveHost } from '@drydock/libc'
import { errorValue } from '../panic.ts'
import { bytesOf, GoMap, keyOf, numberOf, Opaque, Slice, stringOf, textOfBytes, Tuple, type Value } from '../values.ts'
import type { Machine } from './machine.ts'

type Members = Readonly<Record<string, Value>>
interface Route {
  readonly method: string
  readonly pattern: string
  readonly run: Value
}

const STATUS: Readonly<Record<string, number>> = {
  StatusOK: 200,
  StatusCreated: 201,
  StatusNoContent: 204,
  StatusMovedPermanently: 301,
  StatusFound: 302,
  StatusBadRequest: 400,
  StatusUnauthorized: 401,
  StatusForbidden: 403,
  StatusNotFound: 404,
  StatusMethodNotAllowed: 405,
  StatusInternalServerError: 500,
  StatusServiceUnavailable: 503,
}

/** Package net/http: a server with patterns, and a client. */
export function httpPackage(machine: Machine): Members {
  const shared = muxOf(machine)
  return {
    ...STATUS,
    ...Object.fromEntries(
      ['Get', 'Post', 'Put', 'Delete', 'Head'].map((name) => [`Method${name}`, name.toUpperCase()]),
    ),
    StatusText: ([code]) =>
      Object.entries(STATUS)
        .find(([, value]) => value === code)?.[0]
        .replace('Status', '')
        .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ') ?? '',
    HandleFunc: shared.members['HandleFunc'],
    Handle: shared.members['Handle'],
    HandlerFunc: ([run]) => new Opaque('http.HandlerFunc', { ServeHTTP: run }),
    NewServeMux: () => muxOf(machine),
    ListenAndServe: ([address, handler]) => serve(machine, stringOf(address), handler ?? shared),
    Error: async ([writer, text, code]) => {
      await member(machine, writer, 'WriteHeader', [code])
      return member(machine, writer, 'Write', [`${stringOf(text)}\n`])
    },
    NotFound: ([writer]) => notFound(machine, writer),
    Redirect: async ([writer, , to, code]) => {
      const header = await member(machine, writer, 'Header', [])
      await member(machine, header, 'Set', ['Location', to])
      return member(machine, writer, 'WriteHeader', [code])
    },
    Dir: ([path]) => path,
    FileServer: ([root]) =>
      new Opaque('http.Handler', {
        ServeHTTP: ([writer, request]) => serveFile(machine, stringOf(root), writer, request),
      }),
    StripPrefix: ([, handler]) => handler,
    Get: ([url]) => get(machine, stringOf(url)),
    'new Server': () => serverOf(machine, shared),
    'new ServeMux': () => muxOf(machine),
  }
}

async function member(machine: Machine, of: Value, name: string, args: Value[]): Promise<Value> {
  return machine.program.call(of instanceof Opaque ? of.members[name] : machine.program.methodOf(of, name), args)
}

function serverOf(machine: Machine, shared: Opaque): Opaque {
  const fields = new Map<string, Value>()
  return new Opaque('*http.Server', {
    'set fields': ([name, value]) => void fields.set(stringOf(name), value),
    ListenAndServe: () => serve(machine, stringOf(fields.get('Addr')), fields.get('Handler') ?? shared),
    Shutdown: () => undefined,
  })
}

function muxOf(machine: Machine): Opaque {
  const routes: Route[] = []
  const add = ([pattern, run]: readonly Value[]): Value => {
    const [, method = '', path = ''] = /^(?:([A-Z]+)\s+)?(.*)$/.exec(stringOf(pattern)) ?? []
    routes.push({ method, pattern: path, run })
    return undefined
  }
  return new Opaque('*http.ServeMux', {
    HandleFunc: ([pattern, run]) => add([pattern, new Opaque('http.HandlerFunc', { ServeHTTP: run })]),
    Handle: add,
    ServeHTTP: ([writer, request]) => {
      const url = request instanceof Opaque ? request.members['URL'] : undefined
      const path = url instanceof Opaque ? stringOf(url.members['Path']) : '/'
      const method = request instanceof Opaque ? stringOf(request.members['Method']) : 'GET'
      const found = best(routes, method, path)
      if (!found) return notFound(machine, writer)
      const set = request instanceof Opaque ? request.members['set path values'] : undefined
      if (typeof set === 'function') void set([found.values])
      return member(machine, found.route.run, 'ServeHTTP', [writer, request])
    },
  })
}

/** The longest pattern that fits; one that ends in a slash is for everything below. Package net/http, ServeMux */
function best(routes: readonly Route[], method: string, path: string): { route: Route; values: GoMap } | undefined {
  const fitting = routes.flatMap((route) => {
    const values = route.method === '' || route.method === method ? matched(route.pattern, path) : undefined
    return values ? [{ route, values }] : []
  })
  return fitting.toSorted((a, b) => b.route.pattern.length - a.route.pattern.length)[0]
}

function matched(pattern: string, path: string): GoMap | undefined {
  const names = [...pattern.matchAll(/\{(\w+)(?:\.\.\.)?\}/g)].map(([, name = '']) => name)
  const source = pattern
    .replaceAll(/[.+?^()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/\{\$\}/g, '')
    .replaceAll(/\{\w+\.\.\.\}/g, '(.*)')
    .replaceAll(/\{\w+\}/g, '([^/]+)')
  const open = pattern.endsWith('/') ? '.*' : ''
  const found = new RegExp(`^${source}${open}$`).exec(path)
  if (!found) return undefined
  const values = new GoMap(() => '')
  for (const [i, name] of names.entries()) values.entries.set(keyOf(name), { key: name, value: found[i + 1] ?? '' })
  return values
}

async function notFound(machine: Machine, writer: Value): Promise<Value> {
  await member(machine, writer, 'WriteHeader', [404])
  return member(machine, writer, 'Write', ['404 page not found\n'])
}

/** Answers until the process ends. @returns the error of a port that cannot be had */
async function serve(machine: Machine, address: string, handler: Value): Promise<Value> {
  const { sys } = machine.process
  const [host = '', port = '80'] = (address || ':http').replace(/:http$/, ':80').split(/:(?=[^:]*$)/)
  let socket: number
  try {
    socket = listen(sys, inet(host === '' ? '::' : host === 'localhost' ? '127.0.0.1' : host, Number(port)))
  } catch (error) {
    if (!isErrno(error)) throw error
    return errorValue(`listen tcp ${address}: bind: ${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`)
  }
  for (;;) {
    try {
      const { fd, peer } = await sys.accept(socket)
      const from = 'address' in peer ? `${peer.address}:${peer.port}` : ''
      void serveConnection(new FdStream(sys, fd), (request) => answer(machine, handler, request, from), {
        now: () => sys.clock.now(),
      })
    } catch (error) {
      if (error !== EINTR) throw error
    }
  }
}

async function answer(machine: Machine, handler: Value, request: ServerRequest, from: string): Promise<ServerResponse> {
  const headers = new Map<string, string>()
  let [status, body] = [200, '']
  const writer = new Opaque('http.ResponseWriter', {
    Header: () => headerOf(headers),
    WriteHeader: ([code]) => void (status = numberOf(code)),
    Write: ([text]) => {
      body += stringOf(text)
      return new Tuple([bytesOf(stringOf(text)).length, undefined])
    },
  })
  await member(machine, handler, 'ServeHTTP', [writer, await requestOf(request, from)])
  if (!headers.has('Content-Type') && body !== '')
    headers.set(
      'Content-Type',
      /^\s*<(!doctype html|html|h1|head|body|p|div|b|a|br|!--)/i.test(body)
        ? 'text/html; charset=utf-8'
        : 'text/plain; charset=utf-8',
    )
  return { status, headers: [...headers], body }
}

const canonical = (name: string): string => name.toLowerCase().replaceAll(/(^|-)[a-z]/g, (part) => part.toUpperCase())

const headerOf = (headers: Map<string, string>): Opaque =>
  new Opaque('http.Header', {
    Set: ([name, value]) => void headers.set(canonical(stringOf(name)), stringOf(value)),
    Add: ([name, value]) => void headers.set(canonical(stringOf(name)), stringOf(value)),
    Get: ([name]) => headers.get(canonical(stringOf(name))) ?? '',
    Del: ([name]) => void headers.delete(canonical(stringOf(name))),
  })

async function requestOf(request: ServerRequest, from: string): Promise<Opaque> {
  const path = decodeURIComponent(request.path)
  const query = (name: Value): string => request.query.get(stringOf(name)) ?? ''
  const headers = new Map([...request.headers].map(([name, value]): [string, string] => [canonical(name), value]))
  let values = new GoMap(() => '')
  const sent = new TextDecoder().decode(await request.body.readAll())
  const form = new URLSearchParams(sent)
  return new Opaque('*http.Request', {
    Method: request.method,
    Host: headers.get('Host') ?? '',
    RemoteAddr: from,
    RequestURI: request.target,
    Proto: request.protocol,
    URL: new Opaque(
      '*url.URL',
      {
        Path: path,
        RawQuery: request.query.toString(),
        String: () => request.target,
        Query: () => new Opaque('url.Values', { Get: ([name]) => query(name) }),
      },
      request.target,
    ),
    Header: headerOf(headers),
    FormValue: ([name]) => query(name) || (form.get(stringOf(name)) ?? ''),
    UserAgent: () => headers.get('User-Agent') ?? '',
    Body: new Opaque('io.ReadCloser', { 'all bytes': () => sent, Close: () => undefined }),
    PathValue: ([name]) => values.entries.get(keyOf(name))?.value ?? '',
    'set path values': ([found]) => {
      if (found instanceof GoMap) values = found
      return undefined
    },
    ParseForm: () => undefined,
  })
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  svg: 'image/svg+xml',
}

async function serveFile(machine: Machine, root: string, writer: Value, request: Value): Promise<Value> {
  const url = request instanceof Opaque ? request.members['URL'] : undefined
  const asked = url instanceof Opaque ? stringOf(url.members['Path']) : '/'
  const path = asked.endsWith('/') ? `${asked}index.html` : asked
  try {
    const bytes = await readFile(machine.process.sys, `${root}${path.replaceAll('/..', '')}`)
    const header = await member(machine, writer, 'Header', [])
    const type = TYPES[path.split('.').at(-1) ?? ''] ?? 'text/plain; charset=utf-8'
    await member(machine, header, 'Set', ['Content-Type', type])
    return member(machine, writer, 'Write', [textOfBytes([...bytes])])
  } catch (error) {
    if (!isErrno(error)) throw error
    return notFound(machine, writer)
  }
}

async function get(machine: Machine, url: string): Promise<Value> {
  const parsed = parseUrl(url)
  const failed = (why: string): Tuple => new Tuple([undefined, errorValue(`Get ${JSON.stringify(url)}: ${why}`)])
  if (!parsed) return failed('unsupported protocol scheme ""')
  try {
    return new Tuple([await fetched(machine.process.sys, parsed), undefined])
  } catch (error) {
    if (error instanceof ResolveError) return failed(`dial tcp: lookup ${parsed.host}: no such host`)
    if (!isErrno(error)) throw error
    return failed(
      `dial tcp ${parsed.host}:${parsed.port}: connect: ${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`,
    )
  }
}

async function fetched(
  sys: Sys,
  { host, port, authority, target }: NonNullable<ReturnType<typeof parseUrl>>,
): Promise<Value> {
  const [address = ''] = await resolveHost(sys, host)
  const stream = await dial(sys, inet(address, port))
  try {
    const answer = await ask(stream, { method: 'GET', target, headers: { Host: authority, Connection: 'close' } })
    const body = new Slice([...(await answer.body.readAll())], 'uint8')
    return new Opaque('*http.Response', {
      StatusCode: answer.status,
      Status: `${answer.status}`,
      Header: headerOf(new Map([...answer.headers].map(([name, value]): [string, string] => [canonical(name), value]))),
      Body: new Opaque('io.ReadCloser', { 'all bytes': () => body, Close: () => undefined }),
    })
  } finally {
    stream.close()
  }
}
