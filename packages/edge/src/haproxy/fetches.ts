import { decodeBase64, decodeUtf8, encodeUtf8 } from '@drydock/codec'
import { argument, cookieOf } from './request-parts.ts'
import { type Ask, pathOf, queryOf, type Transaction } from './transaction.ts'

/** All values of a sample. */
export type Sample = readonly string[]
type Kind = 'str' | 'int' | 'bool' | 'ip'

export interface Fetch {
  readonly kind: Kind
  readonly get: (transaction: Transaction, args: readonly string[]) => Sample
}

const str = (get: Fetch['get']): Fetch => ({ kind: 'str', get })
const int = (get: (transaction: Transaction, args: readonly string[]) => number | undefined): Fetch => ({
  kind: 'int',
  get: (...all) => [get(...all) ?? []].flat().map(String),
})
const bool = (get: (transaction: Transaction, args: readonly string[]) => boolean): Fetch => ({
  kind: 'bool',
  get: (...all) => [get(...all) ? '1' : '0'],
})
const ofAsk = (get: (ask: Ask, args: readonly string[]) => string | readonly string[] | undefined): Fetch =>
  str(({ ask }, args) => (ask ? [get(ask, args) ?? []].flat() : []))
const listed = (values: readonly string[]): string[] => values.flatMap((value) => value.split(/,\s*/))

function credentials({ ask }: Transaction): readonly [user: string, password: string] {
  const given = decodeBase64(/^basic (\S+)$/i.exec(ask?.headers.get('authorization') ?? '')?.[1] ?? '')
  const [user = '', password = ''] = decodeUtf8(given ?? new Uint8Array()).split(/:(.*)/s)
  return [user, password]
}

const backendOf = ({ known, backend }: Transaction, name: string | undefined) =>
  name === undefined || name === '' ? backend : known.backends.get(name)

function serverOf(transaction: Transaction, path: string) {
  const [back = '', name = ''] = path.includes('/') ? path.split('/') : ['', path]
  return backendOf(transaction, back)?.servers.find(({ settings }) => settings.name === name)
}

/** What a tracked entry of a table counts. @param at which of them */
function counted(transaction: Transaction, at: number, name: string): number {
  const entry = transaction.tracked[at]
  return entry ? transaction.known.tables.value(entry, name) : 0
}

function bySource(transaction: Transaction, [table = '']: readonly string[], name: string): number {
  const { known, source, front } = transaction
  const found = known.tables.find(table === '' ? front.name : table)
  const entry = found && known.tables.look(found, source.address)
  return entry ? known.tables.value(entry, name) : 0
}

/** Sample fetches. Configuration manual 7.3. */
const FETCHES: Readonly<Record<string, Fetch>> = {
  always_true: bool(() => true),
  always_false: bool(() => false),
  str: str((_, [text = '']) => [text]),
  int: int((_, [text]) => Number(text)),
  bool: bool((_, [text]) => text === 'true' || text === '1'),
  env: str((_, [name = '']) => [name]),
  var: str(({ variables }, [name = '']) => [variables.get(name) ?? []].flat()),
  rand: int(({ known: { sys } }, [most]) => {
    const [a = 0, b = 0, c = 0] = sys.entropy.bytes(3)
    return ((a << 16) | (b << 8) | c) % (Number(most) || 2 ** 24)
  }),
  uuid: str(({ known: { sys } }) => {
    const hex = [...sys.entropy.bytes(16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    return [`${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`]
  }),
  date: int(({ known: { sys } }, [offset]) => Math.floor(sys.clock.now() / 1000) + Number(offset ?? 0)),
  hostname: str(({ known: { sys } }) => [sys.uname().nodename]),
  nbproc: int(() => 1),
  src: { kind: 'ip', get: ({ source }) => [source.address] },
  src_port: int(({ source }) => source.port),
  dst: { kind: 'ip', get: ({ local }) => [local.address] },
  dst_port: int(({ local }) => local.port),
  fe_name: str(({ front }) => [front.name]),
  be_name: str(({ backend }) => [backend?.section.name ?? []].flat()),
  srv_name: str(({ server }) => [server?.settings.name ?? []].flat()),
  'unique-id': str(({ uniqueId }) => [uniqueId ?? []].flat()),
  ssl_fc: bool(({ tls }) => tls !== undefined),
  ssl_fc_sni: str(({ tls }) => [tls?.name ?? []].flat()),
  ssl_fc_protocol: str(({ tls }) => (tls ? ['TLSv1.3'] : [])),
  'req.ssl_hello_type': int(() => undefined),
  'req.ssl_sni': str(({ tls }) => [tls?.name ?? []].flat()),
  method: ofAsk(({ method }) => method),
  path: ofAsk(pathOf),
  pathq: ofAsk(({ target }) => target),
  query: ofAsk(queryOf),
  url: ofAsk(({ target }) => target),
  base: ofAsk((ask) => `${(ask.headers.get('host') ?? '').toLowerCase()}${pathOf(ask)}`),
  url_param: ofAsk((ask, [name = '']) => argument(queryOf(ask), name)),
  urlp: ofAsk((ask, [name = '']) => argument(queryOf(ask), name)),
  'req.ver': ofAsk(({ protocol }) => protocol.slice(5)),
  req_ver: ofAsk(({ protocol }) => protocol.slice(5)),
  hdr: ofAsk(({ headers }, [name = 'host']) => listed(headers.getAll(name === '' ? 'host' : name))),
  'req.hdr': ofAsk(({ headers }, [name = '']) => listed(headers.getAll(name))),
  'req.fhdr': ofAsk(({ headers }, [name = '']) => headers.getAll(name)),
  hdr_ip: { kind: 'ip', get: ({ ask }, [name = '']) => listed(ask?.headers.getAll(name) ?? []) },
  'req.hdr_ip': { kind: 'ip', get: ({ ask }, [name = '']) => listed(ask?.headers.getAll(name) ?? []) },
  hdr_cnt: int(({ ask }, [name = '']) => listed(ask?.headers.getAll(name) ?? []).length),
  'req.hdr_cnt': int(({ ask }, [name = '']) => listed(ask?.headers.getAll(name) ?? []).length),
  hdr_val: int(({ ask }, [name = '']) => Number(ask?.headers.get(name) ?? 0)),
  'req.hdr_val': int(({ ask }, [name = '']) => Number(ask?.headers.get(name) ?? 0)),
  cook: ofAsk(({ headers }, [name = '']) => cookieOf(headers, name)),
  cookie: ofAsk(({ headers }, [name = '']) => cookieOf(headers, name)),
  'req.cook': ofAsk(({ headers }, [name = '']) => cookieOf(headers, name)),
  'req.body': ofAsk(({ body }) => body && decodeUtf8(body)),
  'req.body_len': int(({ ask }) => ask?.body?.length ?? 0),
  'req.body_size': int(({ ask }) => Number(ask?.headers.get('content-length') ?? ask?.body?.length ?? 0)),
  'req.len': int(({ ask }) => ask && encodeUtf8(ask.target).length),
  'req.proto_http': bool(({ ask }) => ask !== undefined),
  http_auth: bool((transaction, [list = '']) => {
    const [user, password] = credentials(transaction)
    return transaction.known.users.find(list, user, password) !== undefined
  }),
  http_auth_group: str((transaction, [list = '']) => {
    const [user, password] = credentials(transaction)
    return transaction.known.users.find(list, user, password)?.groups ?? []
  }),
  http_auth_user: str((transaction) => [credentials(transaction)[0]]),
  http_first_req: bool(() => true),
  status: int(({ reply }) => reply?.status),
  'res.status': int(({ reply }) => reply?.status),
  'res.hdr': str(({ reply }, [name = '']) => listed(reply?.headers.getAll(name) ?? [])),
  'res.fhdr': str(({ reply }, [name = '']) => reply?.headers.getAll(name) ?? []),
  'res.hdr_cnt': int(({ reply }, [name = '']) => listed(reply?.headers.getAll(name) ?? []).length),
  'capture.req.hdr': str(({ captures }, [at = '0']) => [captures[Number(at)] ?? []].flat()),
  'capture.req.method': ofAsk(({ method }) => method),
  'capture.req.uri': ofAsk(({ target }) => target),
  nbsrv: int((transaction, [name]) => backendOf(transaction, name)?.usable.length ?? 0),
  be_conn: int((transaction, [name]) => backendOf(transaction, name)?.active ?? 0),
  fe_conn: int(() => 1),
  connslots: int((transaction, [name]) => (backendOf(transaction, name)?.usable.length ?? 0) * 1000),
  queue: int(() => 0),
  avg_queue: int(() => 0),
  srv_is_up: bool((transaction, [path = '']) => serverOf(transaction, path)?.isUsable ?? false),
  srv_conn: int((transaction, [path = '']) => serverOf(transaction, path)?.active ?? 0),
}

const COUNTS =
  'http_req_rate http_req_cnt http_err_rate http_err_cnt http_fail_rate http_fail_cnt conn_rate conn_cnt conn_cur sess_rate sess_cnt gpc0 gpc0_rate gpc1 gpc1_rate gpt0 bytes_in_rate bytes_out_rate'.split(
    ' ',
  )

/** `sc0_…`, `sc_…(0)` and `src_…`: what the tables say of who is tracked. */
function countFetch(name: string): Fetch | undefined {
  const [, who = '', digit, what = ''] = /^(?:(sc)(\d)?|(?:src))_(?:get_)?(\w+)$/.exec(name) ?? []
  const counts = what.replace(/^clr_|^inc_/, '')
  if (!COUNTS.includes(counts)) return undefined
  if (who === '') return int((transaction, args) => bySource(transaction, args, counts))
  return int((transaction, args) => counted(transaction, Number(digit ?? args[0] ?? 0), counts))
}

export const findFetch = (name: string): Fetch | undefined =>
  Object.hasOwn(FETCHES, name) ? FETCHES[name] : countFetch(name)
