import { httpDate } from '@drydock/http'
import type { ServerContext } from './exchange.ts'
import { bannerOf } from './variables.ts'

/** What a client gets that speaks no HTTP. */
export function badRequest(context: ServerContext) {
  const body =
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n<html><head>\n<title>400 Bad Request</title>\n</head><body>\n<h1>Bad Request</h1>\n<p>Your browser sent a request that this server could not understand.<br />\n</p>\n</body></html>\n'
  const headers: (readonly [string, string])[] = [
    ['Date', httpDate(context.sys.clock.now())],
    ['Server', bannerOf(context)],
    ['Content-Length', String(body.length)],
    ['Connection', 'close'],
    ['Content-Type', 'text/html; charset=iso-8859-1'],
  ]
  return { headers, body, reason: 'Bad Request' }
}
