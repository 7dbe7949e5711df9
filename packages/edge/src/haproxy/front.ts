import { type ByteStream, ETIMEDOUT, inet, isErrno, isInet, plainAddress, type Sys } from '@drydock/abi'
import { HeaderMap, HttpError, serveConnection, type ServerRequest, type ServerResponse } from '@drydock/http'
import { dial, FdStream } from '@drydock/libc'
import { forward, isUnreachable, passedFields, splice } from '../forward.ts'
import { overTls } from '../secure-stream.ts'
import { errorPage, hasPage } from './answers.ts'
import type { Backend, Server } from './backend.ts'
import { conditionHolds } from './condition.ts'
import { hasOption, lastOf, modeOf, type Section, timeoutOf, wordsOf } from './config.ts'
import { addCookie, heldServer } from './cookies.ts'
import { filled } from './log-format.ts'
import type { TrafficLog } from './logs.ts'
import { type Outcome, runRules, track } from './rules.ts'
import { evaluate, readExpression } from './samples.ts'
import type { StatsPages } from './stats-pages.ts'
import type { Entry } from './stick-tables.ts'
import { type Ask, type End, type Known, type Transaction } from './transaction.ts'

/** Who came, from where, and what TLS told. */
export interface Arrival {
  readonly source: End
  readonly local: End
  readonly tls: { readonly name: string | undefined } | undefined
}

/** What a frontend has seen, for statistics. */
export interface FrontCounts {
  open: boolean
  sessions: number
  active: number
  most: number
  requests: number
  denied: number
  readonly statuses: Map<string, number>
}

/** How long the same server is waited for before it is tried again. Milliseconds. */
const TURN_AROUND_MS = 1000

/** One frontend or `listen` section: takes connections and brings them to servers. */
export class Front {
  readonly section: Section
  readonly counts: FrontCounts = {
    ...{ open: true, sessions: 0, active: 0, most: 0, requests: 0, denied: 0 },
    statuses: new Map(),
  }
  private readonly known: Known
  private readonly log: TrafficLog
  private readonly stats: StatsPages
  private readonly sys: Sys

  constructor(known: Known, section: Section, log: TrafficLog, stats: StatsPages) {
    this.known = known
    this.sys = known.sys
    this.section = section
    this.log = log
    this.stats = stats
  }

  async serve(stream: ByteStream, arrival: Arrival): Promise<void> {
    const { counts } = this
    counts.sessions++
    counts.most = Math.max(counts.most, ++counts.active)
    try {
      const first = this.transaction(arrival, undefined)
      if (!this.mayConnect(first)) return
      if (modeOf(this.section) === 'http') await this.speakHttp(stream, arrival)
      else await this.passOn(stream, first)
    } catch (error) {
      if (!isErrno(error)) throw error
    } finally {
      counts.active--
      stream.close()
    }
  }

  private speakHttp(stream: ByteStream, arrival: Arrival): Promise<void> {
    return serveConnection(stream, (request) => this.answer(this.transaction(arrival, request)), {
      refusal: (error) => badRequest(error),
    })
  }

  private transaction(arrival: Arrival, incoming: ServerRequest | undefined): Transaction {
    const { known, section, sys } = this
    const ask: Ask | undefined = incoming && {
      ...{ method: incoming.method, target: incoming.target, protocol: incoming.protocol, body: undefined },
      headers: new HeaderMap(
        [...incoming.headers].map(([name, value]): [string, string] => [name.toLowerCase(), value]),
      ),
    }
    return {
      ...{ known, front: section, source: arrival.source, local: arrival.local, tls: arrival.tls, incoming, ask },
      ...{
        reply: undefined,
        variables: new Map<string, string>(),
        tracked: new Array<Entry | undefined>(),
        captures: [],
      },
      ...{ uniqueId: undefined, backend: undefined, server: undefined, startMs: sys.clock.now(), bytes: 0 },
    }
  }

  /** `tcp-request connection`. */
  private mayConnect(transaction: Transaction): boolean {
    for (const words of wordsOf(this.section, 'tcp-request')) {
      const [stage, action = ''] = words
      if (stage !== 'connection' && stage !== 'session') continue
      if (!conditionHolds(this.section, words, transaction)) continue
      if (action === 'reject' || action === 'silent-drop') return false
      if (action === 'accept') return true
      if (action.startsWith('track-sc')) void track(transaction, words.slice(1), this.section)
    }
    return true
  }

  // HTTP ------------------------------------------------------------------------------------------------------------

  private async answer(transaction: Transaction): Promise<ServerResponse | undefined> {
    this.counts.requests++
    const answer = await this.answerOf(transaction)
    if (answer === 'reject') {
      transaction.incoming?.hijack().close()
      return undefined
    }
    if (!answer) return undefined
    transaction.reply ??= { status: answer.status, reason: answer.reason, headers: new HeaderMap(answer.headers ?? []) }
    const { reply } = transaction
    for (const section of sectionsOf(transaction)) await runRules('http-after-response', section, transaction)
    if (hasOption(this.section, 'httpclose')) reply.headers.set('connection', 'close')
    this.count(transaction)
    const { body } = answer
    const reason = reply.reason === undefined ? {} : { reason: reply.reason }
    return { status: reply.status, ...reason, headers: reply.headers, body: logged(body, transaction, this.log) }
  }

  private count({ reply, backend, server }: Transaction): void {
    const kind = `${Math.floor((reply?.status ?? 0) / 100)}xx`
    for (const statuses of [this.counts.statuses, backend?.statuses, server?.statuses])
      statuses?.set(kind, (statuses.get(kind) ?? 0) + 1)
  }

  private async answerOf(transaction: Transaction): Promise<ServerResponse | 'reject' | undefined> {
    const { section } = this
    this.capture(transaction)
    const id = lastOf(section, 'unique-id-format')?.[0]
    if (id !== undefined) transaction.uniqueId = filled(id, transaction)
    const monitored = lastOf(section, 'monitor-uri')?.[0]
    if (monitored !== undefined && transaction.ask?.target.split('?')[0] === monitored) return this.monitor(transaction)
    const own = await this.ruled(section, transaction)
    if (own) return own
    const idHeader = lastOf(section, 'unique-id-header')?.[0]
    if (idHeader !== undefined && transaction.uniqueId !== undefined)
      transaction.ask?.headers.append(idHeader.toLowerCase(), transaction.uniqueId)
    const backend = this.backendFor(transaction)
    if (!backend) return errorPage(503, section, transaction)
    transaction.backend = backend
    const late = backend.section === section ? undefined : await this.ruled(backend.section, transaction)
    return late ?? this.toBackend(backend, transaction)
  }

  /** `monitor fail if …` */
  private monitor(transaction: Transaction): ServerResponse {
    const fails = wordsOf(this.section, 'monitor').some(
      (words) => words[0] === 'fail' && conditionHolds(this.section, words, transaction),
    )
    return errorPage(fails ? 503 : 200, this.section, transaction)
  }

  private capture({ ask, captures }: Transaction): void {
    for (const [what, kind, name = '', , length = '0'] of wordsOf(this.section, 'capture'))
      if (what === 'request' && kind === 'header')
        captures.push((ask?.headers.getAll(name).at(-1) ?? '').slice(0, Number(length)))
  }

  private async ruled(section: Section, transaction: Transaction): Promise<ServerResponse | 'reject' | undefined> {
    for (const words of wordsOf(section, 'tcp-request')) {
      if (words[0] !== 'content' || !conditionHolds(section, words, transaction)) continue
      if (words[1] === 'reject') return 'reject'
      if (words[1]?.startsWith('track-sc')) void track(transaction, words.slice(1), section)
    }
    if (hasOption(section, 'http-buffer-request'))
      await runRules('http-request', { ...section, lines: WAIT_FOR_BODY }, transaction)
    const outcome = await runRules('http-request', section, transaction)
    const answer = await this.settled(outcome, section)
    if (answer) {
      if (answer !== 'reject' && answer.status >= 400) this.counts.denied++
      return answer
    }
    return this.stats.answer(section, transaction)
  }

  private async settled(outcome: Outcome, section: Section): Promise<ServerResponse | 'reject' | undefined> {
    if (outcome === undefined || outcome === 'allow') return undefined
    if (outcome === 'reject' || !('tarpit' in outcome)) return outcome
    await this.sys.sleep(timeoutOf(section, 'tarpit') ?? timeoutOf(section, 'connect') ?? 0)
    return outcome.tarpit
  }

  private backendFor(transaction: Transaction): Backend | undefined {
    const { section, known } = this
    for (const { words } of section.lines) {
      if (words[0] !== 'use_backend' || !conditionHolds(section, words, transaction)) continue
      const found = known.backends.get(filled(words[1] ?? '', transaction))
      if (found) return found
    }
    const name = lastOf(section, 'default_backend')?.[0]
    return known.backends.get(name === undefined ? section.name : filled(name, transaction))
  }

  private async toBackend(backend: Backend, transaction: Transaction): Promise<ServerResponse | undefined> {
    const held =
      forcedServer(backend, transaction) ?? heldServer(backend, transaction) ?? stuckServer(backend, transaction)
    const tries = Number(lastOf(backend.section, 'retries')?.[0] ?? 3) + 1
    const tried: Server[] = []
    let server = held ?? backend.choose(transaction)
    for (let attempt = 0; server && attempt < tries; attempt++) {
      const answer = await this.toServer(backend, server, held, transaction)
      if (answer !== 'again') return answer
      tried.push(server)
      server.errors++
      const other = hasOption(backend.section, 'redispatch') ? backend.choose(transaction, tried) : undefined
      if (!other && attempt + 1 < tries) await this.sys.sleep(TURN_AROUND_MS)
      server = other ?? (server.isUsable ? server : backend.choose(transaction))
    }
    return errorPage(503, backend.section, transaction)
  }

  /** @returns `again` where the server could not be had at all */
  private async toServer(
    backend: Backend,
    server: Server,
    held: Server | undefined,
    transaction: Transaction,
  ): Promise<ServerResponse | 'again' | undefined> {
    const { incoming, ask } = transaction
    if (!incoming || !ask) return undefined
    transaction.server = server
    const done = engaged(backend, server)
    try {
      const response = await forward(this.sys, incoming, this.way(backend, server, transaction, done))
      if (!response) return undefined
      return await this.replied(response, backend, server, held, transaction)
    } catch (error) {
      if (!isUnreachable(error)) throw error
      if (error === ETIMEDOUT) return errorPage(504, backend.section, transaction)
      if (isErrno(error) && incoming.body.ended) return 'again'
      return errorPage(isErrno(error) ? 503 : 502, backend.section, transaction)
    }
  }

  private way(backend: Backend, server: Server, transaction: Transaction, done: () => void) {
    const { ask, incoming, source, local } = transaction
    const { settings } = server
    const sni = settings.tls
    return {
      to: `${server.address}:${server.port}`,
      target: ask?.target ?? '/',
      method: ask?.method ?? 'GET',
      headers: this.fields(backend, transaction),
      ...(ask?.body === undefined || !incoming?.headers.has('content-length') ? {} : { body: ask.body }),
      tls: sni,
      connectMs: timeoutOf(backend.section, 'connect'),
      readMs: incoming?.headers.has('upgrade') ? undefined : timeoutOf(backend.section, 'server'),
      preamble: settings.sendProxy
        ? `PROXY TCP4 ${source.address} ${local.address} ${source.port} ${local.port}\r\n`
        : undefined,
      done,
    }
  }

  private fields(backend: Backend, { ask, source }: Transaction): [string, string][] {
    const fields = passedFields({ headers: ask?.headers ?? new HeaderMap() } as ServerRequest)
    const rule = [this.section, backend.section]
      .flatMap((section) => wordsOf(section, 'option'))
      .findLast(([name]) => name === 'forwardfor')
    if (!rule || (rule.includes('if-none') && fields.some(([name]) => name === 'x-forwarded-for'))) return fields
    const at = rule.indexOf('header')
    return [...fields, [at < 0 ? 'x-forwarded-for' : (rule[at + 1] ?? '').toLowerCase(), source.address]]
  }

  private async replied(
    response: ServerResponse,
    backend: Backend,
    server: Server,
    held: Server | undefined,
    transaction: Transaction,
  ): Promise<ServerResponse> {
    const given = [...(response.headers as [string, string][])]
    const headers = new HeaderMap(given.map(([name, value]): [string, string] => [name.toLowerCase(), value]))
    transaction.reply = { status: response.status, reason: response.reason, headers }
    for (const section of sectionsOf(transaction)) {
      const outcome = await runRules('http-response', section, transaction)
      if (typeof outcome === 'object' && 'status' in outcome) {
        transaction.reply = undefined
        return outcome
      }
    }
    addCookie(backend, server, held, transaction)
    keepServer(backend, server, transaction)
    return { ...response, headers }
  }

  // TCP -------------------------------------------------------------------------------------------------------------

  private async passOn(stream: ByteStream, transaction: Transaction): Promise<void> {
    const sniffed = wordsOf(this.section, 'tcp-request').some(([stage]) => stage === 'content')
    const [begun, heard] = sniffed ? await this.sniff(stream, transaction) : [stream, transaction]
    if (!begun) return
    const backend = this.backendFor(heard)
    if (!backend) return
    heard.backend = backend
    const held = forcedServer(backend, heard) ?? stuckServer(backend, heard)
    const server = held ?? backend.choose(heard)
    if (!server) return
    heard.server = server
    keepServer(backend, server, heard)
    const done = engaged(backend, server)
    try {
      await splice(counting(begun, heard), await this.reach(backend, server, heard))
    } finally {
      done()
      await this.log.write(heard)
    }
  }

  private async reach(backend: Backend, server: Server, { source, local }: Transaction): Promise<ByteStream> {
    const { settings } = server
    const stream = await dial(this.sys, inet(server.address, server.port), timeoutOf(backend.section, 'connect'))
    if (settings.sendProxy)
      await stream.write(
        new TextEncoder().encode(`PROXY TCP4 ${source.address} ${local.address} ${source.port} ${local.port}\r\n`),
      )
    return settings.tls ? overTls(this.sys, stream, settings.tls) : stream
  }

  /** Looks at the first bytes, as `tcp-request content` and the rules behind it do. @returns no stream where it is refused */
  private async sniff(stream: ByteStream, plain: Transaction): Promise<[ByteStream | undefined, Transaction]> {
    const first = await stream.read()
    const transaction = { ...plain, ...ofHead(new TextDecoder().decode(first)) }
    for (const words of wordsOf(this.section, 'tcp-request')) {
      if (words[0] !== 'content' || !conditionHolds(this.section, words, transaction)) continue
      if (words[1] === 'reject') return [undefined, transaction]
      if (words[1] === 'accept') break
    }
    let held: Uint8Array | undefined = first
    const whole: ByteStream = {
      read: (max) => {
        const bytes = held
        held = undefined
        return bytes ?? stream.read(max)
      },
      write: (bytes) => stream.write(bytes),
      shutdown: () => stream.shutdown(),
      close: () => stream.close(),
    }
    return [whole, transaction]
  }
}

const WAIT_FOR_BODY = [{ words: ['http-request', 'wait-for-body'], file: '', number: 0 }]

/** What of HTTP stands in the first bytes of a connection. */
function ofHead(text: string): Partial<Transaction> {
  const [line = '', ...rest] = text.split('\r\n')
  const [, method, target = '', protocol = ''] = /^([A-Z]+) (\S+) (HTTP\/1\.\d)$/.exec(line) ?? []
  if (method === undefined) return {}
  const fields = rest.slice(0, rest.indexOf('')).map((each): [string, string] => {
    const [name = '', value = ''] = each.split(/:\s*(.*)/s)
    return [name.toLowerCase(), value]
  })
  return { ask: { method, target, protocol, headers: new HeaderMap(fields), body: undefined } }
}

const badRequest = (error: HttpError) => {
  const page = errorPage(hasPage(error.status) ? error.status : 400, undefined)
  return {
    headers: PLAIN_HEAD(String(page.body).length),
    body: String(page.body),
    reason: page.reason ?? 'Bad request',
  }
}
/** A page from before there is a request is sent as it was written, its names with capitals. */
const PLAIN_HEAD = (length: number): [string, string][] => [
  ['Content-length', String(length)],
  ['Cache-Control', 'no-cache'],
  ['Connection', 'close'],
  ['Content-Type', 'text/html'],
]

/** The backend's rules first, then the frontend's, as answers come back. */
const sectionsOf = ({ backend, front }: Transaction): readonly Section[] => [
  ...new Set(backend ? [backend.section, front] : [front]),
]

/** `use-server x if …`. */
function forcedServer(backend: Backend, transaction: Transaction): Server | undefined {
  const rows = backend.section.lines.filter(
    ({ words }) => words[0] === 'use-server' && conditionHolds(backend.section, words, transaction),
  )
  return rows
    .map(({ words }) => backend.servers.find(({ settings }) => settings.name === filled(words[1] ?? '', transaction)))
    .find((server) => server?.isUsable)
}

/** `stick on`, `stick match`: where the table sent this client before. */
function stickRows(backend: Backend, transaction: Transaction, kinds: readonly string[]): Entry[] {
  const { known } = transaction
  return wordsOf(backend.section, 'stick').flatMap(([kind = '', expression = '', ...rest]) => {
    if (!kinds.includes(kind) || !conditionHolds(backend.section, rest, transaction)) return []
    const table = known.tables.find(rest[0] === 'table' ? (rest[1] ?? '') : backend.section.name)
    const key = evaluate(transaction, readExpression(expression)).at(-1)
    return table && key !== undefined ? [known.tables.entry(table, key)] : []
  })
}

function stuckServer(backend: Backend, transaction: Transaction): Server | undefined {
  const name = stickRows(backend, transaction, ['on', 'match']).find(({ server }) => server !== undefined)?.server
  return backend.servers.find(({ settings, isUsable }) => settings.name === name && isUsable)
}

function keepServer(backend: Backend, server: Server, transaction: Transaction): void {
  for (const entry of stickRows(backend, transaction, ['on', 'store-request', 'store-response']))
    entry.server = server.settings.name
}

/** Counts a connection in. @returns what counts it out, once */
function engaged(backend: Backend, server: Server): () => void {
  server.sessions++
  backend.sessions++
  server.most = Math.max(server.most, ++server.active)
  backend.most = Math.max(backend.most, ++backend.active)
  let over = false
  return () => {
    if (over) return
    over = true
    server.active--
    backend.active--
  }
}

/** Tells the log when the body is through. */
function logged(
  body: ServerResponse['body'],
  transaction: Transaction,
  log: TrafficLog,
): Exclude<ServerResponse['body'], undefined> {
  const { headers } = transaction.reply ?? { headers: new HeaderMap() }
  const head = [...headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, 19)
  transaction.bytes = head
  if (typeof body !== 'function') {
    transaction.bytes += body === undefined || Symbol.asyncIterator in Object(body) ? 0 : (body as string).length
    void log.write(transaction)
    return body ?? ''
  }
  return async ({ write }) => {
    try {
      await body({
        write: (bytes) => {
          transaction.bytes += bytes.length
          return write(bytes)
        },
      })
    } finally {
      await log.write(transaction)
    }
  }
}

function counting(stream: ByteStream, transaction: Transaction): ByteStream {
  return {
    read: (max) => stream.read(max),
    write: (bytes) => {
      transaction.bytes += bytes.length
      return stream.write(bytes)
    },
    shutdown: () => stream.shutdown(),
    close: () => stream.close(),
  }
}

/** Both ends of an accepted connection. */
export function endsOf(sys: Sys, stream: FdStream, remote: string): { readonly source: End; readonly local: End } {
  const colon = remote.lastIndexOf(':')
  const here = sys.getsockname(stream.fd)
  return {
    source:
      colon < 0
        ? { address: '0.0.0.0', port: 0 }
        : { address: remote.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(remote.slice(colon + 1)) },
    local: isInet(here) ? { address: plainAddress(here.address), port: here.port } : { address: '', port: 0 },
  }
}
