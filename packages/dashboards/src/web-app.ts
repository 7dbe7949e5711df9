import {
  isInet,
  ECONNABORTED,
  EINTR,
  EMFILE,
  inet,
  isErrno,
  type Process,
  SIGINT,
  SIGTERM,
  SIGWINCH,
  type Sys,
  plainAddress,
} from '@drydock/abi'
import { serveConnection, type ServerRequest, type ServerResponse } from '@drydock/http'
import { FdStream, listen, Stdio } from '@drydock/libc'

export interface WebRequest {
  readonly request: ServerRequest
  readonly path: string
  readonly query: URLSearchParams
  /** Fields of a form that was sent. */
  readonly form: URLSearchParams
  readonly cookie: (name: string) => string | undefined
}

export type Page = (asked: WebRequest) => ServerResponse | Promise<ServerResponse>

export const escapeHtml = (text: unknown): string =>
  String(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)

export const html = (
  body: string,
  status = 200,
  headers: readonly (readonly [string, string])[] = [],
): ServerResponse => ({
  status,
  headers: [['Content-Type', 'text/html; charset=utf-8'], ...headers],
  body,
})
export const json = (value: unknown, status = 200): ServerResponse => ({
  status,
  headers: [['Content-Type', 'application/json']],
  body: `${JSON.stringify(value)}\n`,
})
/** A token that nobody guesses, in hexadecimal digits. */
export const randomToken = (sys: Sys): string =>
  Array.from(sys.entropy.bytes(16), (byte) => byte.toString(16).padStart(2, '0')).join('')

export const redirect = (to: string, headers: readonly (readonly [string, string])[] = []): ServerResponse => ({
  status: 302,
  headers: [['Location', to], ...headers],
})

export const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table><thead><tr>${heads.map((head) => `<th>${escapeHtml(head)}</th>`).join('')}</tr></thead><tbody>${rows
    .map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`)
    .join('')}</tbody></table>`

const NOT_FOUND = html('<h1>404 Not Found</h1>', 404)

async function webRequest(request: ServerRequest): Promise<WebRequest> {
  const isForm = (request.headers.get('content-type') ?? '').startsWith('application/x-www-form-urlencoded')
  const form = new URLSearchParams(isForm ? new TextDecoder().decode(await request.body.readAll()) : '')
  const cookies = request.headers.get('cookie') ?? ''
  return {
    ...{ request, form, path: request.path, query: request.query },
    cookie: (name) => new RegExp(`(?:^|;\\s*)${name}=([^;]*)`).exec(cookies)?.[1],
  }
}

/**
 * Serves pages by their paths; a path that ends in `*` stands for all below it. Goes on for ever.
 * @param log  called with each answer
 * @returns    the status to end with, when the port can't be had
 */
export async function serveApp(
  { sys }: Process,
  port: number,
  pages: Readonly<Record<string, Page>>,
  log?: (asked: WebRequest, status: number, remote: string) => Promise<void>,
): Promise<number> {
  sys.sigaction(SIGTERM, () => sys.exit(0))
  sys.sigaction(SIGINT, () => sys.exit(0))
  sys.sigaction(SIGWINCH, () => sys.exit(0))
  let socket: number
  try {
    socket = listen(sys, inet('::', port), 511)
  } catch (error) {
    if (!isErrno(error)) throw error
    await new Stdio(sys).warn(`listen on port ${port}: ${error.message}\n`)
    return 1
  }
  const prefixes = Object.keys(pages).filter((path) => path.endsWith('*'))
  const pageFor = (path: string): Page | undefined =>
    pages[path] ?? pages[prefixes.find((prefix) => path.startsWith(prefix.slice(0, -1))) ?? '']
  const answer = async (request: ServerRequest, remote: string): Promise<ServerResponse> => {
    const asked = await webRequest(request)
    const response = (await pageFor(request.path)?.(asked)) ?? NOT_FOUND
    await log?.(asked, response.status, remote)
    return response
  }
  for (;;) await acceptOne(sys, socket, answer)
}

async function acceptOne(
  sys: Sys,
  socket: number,
  answer: (request: ServerRequest, remote: string) => Promise<ServerResponse>,
): Promise<void> {
  try {
    const { fd, peer } = await sys.accept(socket)
    const stream = new FdStream(sys, fd)
    const remote = isInet(peer) ? plainAddress(peer.address) : ''
    void serveConnection(stream, (request) => answer(request, remote), { now: () => sys.clock.now() })
      .catch((error: unknown) => {
        if (!isErrno(error)) throw error
      })
      .finally(() => stream.close())
  } catch (error) {
    if (error === EMFILE) await sys.sleep(200)
    else if (error !== EINTR && error !== ECONNABORTED) throw error
  }
}
