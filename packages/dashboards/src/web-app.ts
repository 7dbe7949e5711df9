import {
  AF_INET,
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
export const redirect = (to: string, headers: readonly (readonly [string, string])[] = []): ServerResponse => ({
  status: 302,
  headers: [['Location', to], ...headers],
})

export const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table><thead><tr>${heads.map((head) => `<th>${escapeHtml(head)}</th>`).join('')}</tr></thead><tbody>${rows
    .map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`)
    .join('')}</tbody></table>`

/** A page of a stand-in: it says that it is one. @param colour of its head @param nav links of its head */
export const document = (title: string, colour: string, nav: string, main: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title>
<style>
*{box-sizing:border-box}body{margin:0;font:15px/1.5 system-ui,sans-serif;color:#1d2733;background:#f5f7f9}
header{background:${colour};color:#fff;padding:.8rem 1.4rem;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;align-items:baseline}header b{font-size:1.15rem}header a{color:#fff}header small{opacity:.85;margin-left:auto}
main{max-width:72rem;margin:1.2rem auto;padding:0 1.4rem 3rem}h1{font-size:1.3rem}h2{font-size:1.05rem;margin-top:1.6rem}
table{border-collapse:collapse;width:100%;background:#fff;border:1px solid #d9e0e7}th,td{padding:.4rem .7rem;text-align:left;border-top:1px solid #e7ecf1;vertical-align:top;overflow-wrap:anywhere}thead th{border-top:0;color:#4c5a68}
form.card{background:#fff;border:1px solid #d9e0e7;padding:1rem 1.2rem;max-width:30rem;display:grid;gap:.7rem}label{display:grid;gap:.2rem;font-weight:600}
input,select,textarea{font:inherit;padding:.4rem .5rem;border:1px solid #aab6c2;border-radius:4px;background:#fff;color:inherit;width:100%}textarea{font-family:ui-monospace,monospace;min-height:6rem}
button{font:inherit;padding:.35rem .8rem;border:1px solid #8fa0b0;border-radius:4px;background:#fff;color:#1d2733;cursor:pointer}button.main{background:${colour};border-color:${colour};color:#fff}td form{display:inline}
.bad{color:#a3212c;background:#fdeeee;border:1px solid #efc4c6;padding:.5rem .8rem}.good{color:#0f6b3d}code,pre{font:13px/1.5 ui-monospace,monospace}pre{background:#fff;border:1px solid #d9e0e7;padding:.8rem;overflow-x:auto}
.cards{display:flex;flex-wrap:wrap;gap:1rem}.cards>div{background:#fff;border:1px solid #d9e0e7;padding:.8rem 1.2rem;min-width:9rem}.cards b{display:block;font-size:1.5rem}
</style></head>
<body><header><b>${escapeHtml(title)}</b>${nav}<small>a small stand-in, made for this playground</small></header><main>
${main}
</main></body></html>
`

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
    socket = listen(sys, inet('0.0.0.0', port), 511)
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
    const remote = peer.family === AF_INET ? peer.address : ''
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
