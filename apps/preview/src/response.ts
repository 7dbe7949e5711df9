import type { PreviewHead, PreviewRequest } from '@drydock/playground/preview-protocol'
import { keepCookies } from './cookies.ts'
import type { Line } from './line.ts'
import { refusedPage } from './pages.ts'
import { withShim } from './shim.ts'

/** So much is read ahead of the page. */
const AHEAD_BYTES = 256 * 1024

/**
 * Asks over the line.
 * @param isPage it is a page that is asked for, which gets the shim
 * @returns the answer, once its head is there; undefined when the playground went before it
 */
export function fetchOver(line: Line, request: PreviewRequest, isPage: boolean): Promise<Response | undefined> {
  return new Promise((resolve) => {
    let body: StreamedBody | undefined
    const asked = line.ask(request, {
      hear(response) {
        const answer = (head: PreviewHead, content: Uint8Array | ReadableStream<Uint8Array>): void => {
          const made = (): Response =>
            responseOf(head, request.method, isPage && isHtml(head) ? withShim(content) : content)
          // What is kept has to be there when the page asks on; without it nothing has to be waited for.
          if (head.headers.some(([name]) => name.toLowerCase() === 'set-cookie'))
            void keepCookies(head.headers).then(() => resolve(made()))
          else resolve(made())
        }
        if (response.kind === 'whole') answer(response.head, response.body)
        else if (response.kind === 'head') {
          body = new StreamedBody(asked)
          answer(response.head, body.stream)
        } else if (response.kind === 'chunk') body?.add(response.bytes)
        else if (response.kind === 'end') body?.end()
        else if (body) body.fail(response.reason)
        else resolve(html(refusedPage(response.reason), 502))
      },
      lost() {
        body?.fail('the playground was closed')
        resolve(undefined)
      },
    })
  })
}

/** A body on its way: what the page has read makes room for more. */
class StreamedBody {
  readonly stream: ReadableStream<Uint8Array>
  private controller: ReadableStreamDefaultController<Uint8Array> | undefined
  private owed = 0

  constructor(asked: { cancel(): void; credit(bytes: number): void }) {
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.controller = controller),
        pull: () => {
          if (this.owed > 0) asked.credit(this.owed)
          this.owed = 0
        },
        cancel: () => asked.cancel(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: AHEAD_BYTES }),
    )
  }

  add(bytes: Uint8Array): void {
    this.owed += bytes.length
    this.controller?.enqueue(bytes)
  }

  end(): void {
    this.controller?.close()
  }

  fail(reason: string): void {
    this.controller?.error(new TypeError(reason))
  }
}

const isHtml = ({ headers }: PreviewHead): boolean =>
  headers.some(([name, value]) => name.toLowerCase() === 'content-type' && /^text\/html\b/i.test(value))

const BODYLESS: readonly number[] = [101, 204, 205, 304]

function responseOf(head: PreviewHead, method: string, body: Uint8Array | ReadableStream<Uint8Array>): Response {
  const bare = method === 'HEAD' || BODYLESS.includes(head.status)
  return new Response(bare ? null : (body as BodyInit), initOf(head))
}

/** Headers that speak of the connection, not of the content, are the browser's own business. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'upgrade',
  'trailer',
])

function initOf({ status, statusText, headers }: PreviewHead): ResponseInit {
  const kept = headers
    .filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()))
    .map(([name, value]): [string, string] => [name, name.toLowerCase() === 'location' ? ownLocation(value) : value])
  return { status, statusText, headers: kept }
}

/** A server behind a published port knows neither the scheme nor the port by which it is asked from outside. */
function ownLocation(value: string): string {
  const { origin, hostname, href } = self.location
  const to = URL.canParse(value, href) ? new URL(value, href) : undefined
  return to?.hostname === hostname ? origin + to.pathname + to.search + to.hash : value
}

export const html = (text: string, status: number): Response =>
  new Response(text, { status, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' } })
