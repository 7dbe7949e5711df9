import { HeaderMap, reasonPhrase, type ServerResponse } from '@drydock/http'
import { conditionAt } from './condition.ts'
import type { Section } from './config.ts'
import { filled } from './log-format.ts'
import type { Transaction } from './transaction.ts'

/** haproxy's own pages for errors. */
const PAGES: Readonly<Record<number, readonly [reason: string, text: string]>> = {
  200: ['OK', 'Service ready.'],
  400: ['Bad request', 'Your browser sent an invalid request.'],
  401: ['Unauthorized', 'You need a valid user and password to access this content.'],
  403: ['Forbidden', 'Request forbidden by administrative rules.'],
  404: ['Not Found', 'The resource could not be found.'],
  405: ['Method Not Allowed', 'A request was made of a resource using a request method not supported by that resource'],
  407: ['Unauthorized', 'You need a valid user and password to access this content.'],
  408: ['Request Time-out', "Your browser didn't send a complete request in time."],
  410: ['Gone', 'The resource is no longer available and will not be available again.'],
  413: ['Payload Too Large', 'The request entity exceeds the maximum allowed.'],
  421: ['Misdirected Request', 'Request sent to a non-authoritative server.'],
  422: ['Unprocessable Content', 'The server cannot process the contained instructions.'],
  425: ['Too Early', 'Your browser sent early data.'],
  429: ['Too Many Requests', 'You have sent too many requests in a given amount of time.'],
  500: ['Internal Server Error', 'An internal server error occurred.'],
  501: ['Not Implemented', '.The server does not support the functionality required to fulfill the request.'],
  502: ['Bad Gateway', 'The server returned an invalid or incomplete response.'],
  503: ['Service Unavailable', 'No server is available to handle this request.'],
  504: ['Gateway Time-out', "The server didn't respond in time."],
}

export const hasPage = (status: number): boolean => Object.hasOwn(PAGES, status)

function builtIn(status: number): ServerResponse {
  const [reason, text] = PAGES[status] ?? [reasonPhrase(status), '']
  const body = `<html><body><h1>${status} ${reason}</h1>\n${text}\n</body></html>\n`
  const headers: [string, string][] = [
    ['content-length', String(body.length)],
    ['cache-control', 'no-cache'],
    ['content-type', 'text/html'],
  ]
  return { status, reason, headers: status === 400 ? [...headers, ['connection', 'close']] : headers, body }
}

const LOCATIONS: Readonly<Record<string, number>> = { errorloc: 302, errorloc302: 302, errorloc303: 303 }

/** The page for a status: what `errorfile` and its kin say, else haproxy's own. */
export function errorPage(status: number, section: Section | undefined, transaction?: Transaction): ServerResponse {
  // What the backend says goes before what the frontend does.
  const row = [...(transaction?.front.lines ?? []), ...(section?.lines ?? [])].findLast(
    ({ words: [first = '', code] }) => (first === 'errorfile' || first in LOCATIONS) && Number(code) === status,
  )
  const [first = '', , value = ''] = row?.words ?? []
  if (first === 'errorfile' && transaction) return asWritten(transaction.known.files.text(value)) ?? builtIn(status)
  const code = LOCATIONS[first]
  if (code === undefined) return builtIn(status)
  const headers = { 'cache-control': 'no-cache', 'content-length': '0', location: value }
  return { status: code, reason: code === 302 ? 'Found' : 'See Other', headers }
}

/** An error's file is a whole answer, head and all. */
function asWritten(text: string): ServerResponse | undefined {
  const [head = '', body = ''] = text.split(/\r?\n\r?\n(.*)/s)
  const [first = '', ...lines] = head.split(/\r?\n/)
  const [, status, reason = ''] = /^HTTP\/1\.\d (\d{3}) ?(.*)$/.exec(first) ?? []
  if (status === undefined) return undefined
  const fields = lines.map((line): [string, string] => {
    const [name = '', value = ''] = line.split(/:\s*(.*)/s)
    return [name.toLowerCase(), value]
  })
  const kept = fields.filter(([name]) => name !== 'content-length' && name !== 'connection')
  return { status: Number(status), reason, headers: kept, body }
}

const after = (words: readonly string[], name: string): string | undefined => {
  const at = words.indexOf(name)
  return at < 0 ? undefined : words[at + 1]
}

/** Words of a rule before its condition. */
const ruleOf = (words: readonly string[]): readonly string[] => {
  const at = conditionAt(words)
  return at < 0 ? words : words.slice(0, at)
}

/** `http-request return`, and `deny` or `tarpit` with a text of their own. @param status where the rule says none */
export function returned(
  words: readonly string[],
  section: Section,
  transaction: Transaction,
  status: number,
): ServerResponse {
  const rule = ruleOf(words)
  const code = Number(after(rule, 'status') ?? after(rule, 'deny_status') ?? status)
  const { files } = transaction.known
  const file = after(rule, 'file')
  const format = after(rule, 'lf-file')
  const body =
    file !== undefined
      ? files.text(file)
      : format !== undefined
        ? filled(files.text(format), transaction)
        : rule.includes('lf-string')
          ? filled(after(rule, 'lf-string') ?? '', transaction)
          : after(rule, 'string')
  const own = rule.flatMap((word, at): [string, string][] =>
    word === 'hdr' ? [[(rule[at + 1] ?? '').toLowerCase(), filled(rule[at + 2] ?? '', transaction)]] : [],
  )
  if (body === undefined && (rule[0] !== 'return' || rule.includes('default-errorfiles'))) {
    const page = errorPage(code, section, transaction)
    return own.length === 0 ? page : { ...page, headers: [...own, ...(page.headers as [string, string][])] }
  }
  const headers = new HeaderMap(own)
  headers.append('content-length', String(new TextEncoder().encode(body ?? '').length))
  const type = after(rule, 'content-type')
  if (type !== undefined && body !== undefined) headers.append('content-type', type)
  return { status: code, headers, body: body ?? '' }
}

const REASONS: Readonly<Record<number, string>> = {
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
}

/** `redirect`, and `http-request redirect`. Configuration manual 4.2. */
export function redirected(words: readonly string[], transaction: Transaction): ServerResponse {
  const rule = ruleOf(words)
  const target = transaction.ask?.target ?? '/'
  const asked = rule.includes('drop-query') ? (target.split('?')[0] ?? '') : target
  const wanted = rule.includes('append-slash') && !/[^?]*\/(\?|$)/.test(asked) ? asked.replace(/(\?|$)/, '/$1') : asked
  const value = (name: string): string | undefined => {
    const text = after(rule, name)
    return text === undefined ? undefined : filled(text, transaction)
  }
  const [scheme, prefix] = [value('scheme'), value('prefix')]
  const host = transaction.ask?.headers.get('host') ?? ''
  const to =
    scheme !== undefined
      ? `${scheme}://${host}${wanted}`
      : prefix !== undefined
        ? (prefix === '/' ? '' : prefix) + wanted
        : (value('location') ?? '/')
  const code = Number(after(rule, 'code') ?? 302)
  const [set, clear] = [after(rule, 'set-cookie'), after(rule, 'clear-cookie')]
  const headers: [string, string][] = [
    ['content-length', '0'],
    ['location', to],
    ...([302, 303, 307].includes(code) ? [['cache-control', 'no-cache'] as [string, string]] : []),
    ...(set === undefined ? [] : [['set-cookie', `${set}; path=/;`] as [string, string]]),
    ...(clear === undefined ? [] : [['set-cookie', `${clear}; path=/; Max-Age=0;`] as [string, string]]),
  ]
  return { status: code, reason: REASONS[code] ?? reasonPhrase(code), headers }
}

/** `http-request auth`, and `stats auth`. */
export function unauthorized(realm: string, section: Section, transaction: Transaction): ServerResponse {
  const page = errorPage(401, section, transaction)
  return {
    ...page,
    headers: [...(page.headers as [string, string][]), ['www-authenticate', `Basic realm="${realm}"`]],
  }
}
