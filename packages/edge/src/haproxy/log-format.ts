import { complaintOf, evaluate, readExpression } from './samples.ts'
import { pathOf, queryOf, type Transaction } from './transaction.ts'

const two = (value: number): string => String(value).padStart(2, '0')
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `29/Nov/2026:13:29:09.358`. */
function stamp(ms: number): string {
  const at = new Date(ms)
  const clock = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`
  const thousandths = String(at.getUTCMilliseconds()).padStart(3, '0')
  return `${two(at.getUTCDate())}/${MONTHS[at.getUTCMonth()] ?? ''}/${at.getUTCFullYear()}:${clock}.${thousandths}`
}

const took = ({ known, startMs }: Transaction): string =>
  String(Math.max(0, Math.round(known.sys.clock.now() - startMs)))
const capturedText = ({ captures }: Transaction): string => (captures.length === 0 ? '' : `{${captures.join('|')}}`)
const requestLine = ({ ask }: Transaction): string => (ask ? `${ask.method} ${ask.target} ${ask.protocol}` : '<BADREQ>')

/** Variables of log formats. Configuration manual 8.2.4. */
const VARIABLES: Readonly<Record<string, (transaction: Transaction) => string>> = {
  b: ({ backend, front }) => backend?.section.name ?? front.name,
  s: ({ server }) => server?.settings.name ?? '<NOSRV>',
  f: ({ front }) => front.name,
  ft: ({ front, tls }) => `${front.name}${tls ? '~' : ''}`,
  ci: ({ source }) => source.address,
  cp: ({ source }) => String(source.port),
  fi: ({ local }) => local.address,
  fp: ({ local }) => String(local.port),
  bi: () => '-',
  bp: () => '-',
  si: ({ server }) => server?.address ?? '-',
  sp: ({ server }) => String(server?.settings.port ?? '-'),
  t: ({ startMs }) => stamp(startMs),
  tr: ({ startMs }) => stamp(startMs),
  T: ({ startMs }) => `${stamp(startMs).slice(0, -4)} +0000`,
  Ts: ({ startMs }) => String(Math.floor(startMs / 1000)),
  ms: ({ startMs }) => String(startMs % 1000).padStart(3, '0'),
  ST: ({ reply }) => String(reply?.status ?? -1),
  B: ({ bytes }) => String(bytes),
  U: ({ ask }) => String(ask?.target.length ?? 0),
  HM: ({ ask }) => ask?.method ?? '<BADREQ>',
  HU: ({ ask }) => ask?.target ?? '<BADREQ>',
  HP: ({ ask }) => (ask ? pathOf(ask) : '<BADREQ>'),
  HPO: ({ ask }) => (ask ? pathOf(ask) : '<BADREQ>'),
  HQ: ({ ask }) => (ask && queryOf(ask) !== '' ? `?${queryOf(ask)}` : ''),
  HV: ({ ask }) => ask?.protocol ?? '<BADREQ>',
  r: requestLine,
  ID: ({ uniqueId }) => uniqueId ?? '-',
  H: ({ known }) => known.sys.uname().nodename,
  pid: ({ known }) => String(known.sys.getpid()),
  hr: capturedText,
  hs: () => '',
  hrl: ({ captures }) => captures.join(' '),
  hsl: () => '',
  CC: () => '-',
  CS: () => '-',
  tsc: ({ reply }) => (reply ? '----' : 'CR--'),
  ts: () => '--',
  TR: () => '0',
  Th: () => '0',
  Ti: () => '0',
  Tq: () => '0',
  Tw: () => '0',
  Tc: () => '0',
  Td: () => '0',
  Tr: took,
  Ta: took,
  Tt: took,
  Tu: took,
  ac: () => '1',
  fc: () => '1',
  bc: ({ backend }) => String(backend?.active ?? 0),
  sc: ({ server }) => String(server?.active ?? 0),
  rc: () => '0',
  sq: () => '0',
  bq: () => '0',
  rt: () => '0',
  lc: () => '0',
  sslc: ({ tls }) => (tls ? 'TLS_AES_128_GCM_SHA256' : '-'),
  sslv: ({ tls }) => (tls ? 'TLSv1.3' : '-'),
  o: () => '',
}

/** `%[expression]`, `%{flags}name`, `%name`, `%%`. */
const PART = /%%|%(?:\{([^}]*)\})?(?:\[((?:[^\]"']|"[^"]*"|'[^']*')*)\]|([A-Za-z]+))/g

/** A text with its variables and samples. @param absent what stands for a sample that isn't there */
export const filled = (text: string, transaction: Transaction, absent = ''): string =>
  // Captures that are not there leave no blank.
  text
    .replace(/%h[rs] /g, (part) => (part === '%hr ' && transaction.captures.length > 0 ? part : ''))
    .replace(PART, (whole, flags?: string, sample?: string, name?: string) => {
      if (whole === '%%') return '%'
      const value =
        name === undefined
          ? (evaluate(transaction, readExpression(sample ?? '')).at(-1) ?? absent)
          : (VARIABLES[name]?.(transaction) ?? whole)
      return flags?.includes('Q') ? `"${value.replaceAll('"', '\\"')}"` : value
    })

/** What is unknown in a text, in haproxy's words. */
export function formatComplaint(text: string): string | undefined {
  for (const [whole, , sample, name] of text.matchAll(PART)) {
    if (whole === '%%') continue
    const complaint = sample === undefined ? undefined : complaintOf(readExpression(sample))
    if (complaint !== undefined) return `failed to parse sample expression <${sample ?? ''}]> : ${complaint}`
    if (name !== undefined && !Object.hasOwn(VARIABLES, name))
      return `no such format variable '${name}'. If you wanted to emit the '%' character verbatim, you need to use '%%'`
  }
  return undefined
}

/** Formats that have names. Configuration manual 8.2. */
export const NAMED_FORMATS: Readonly<Record<string, string>> = {
  httplog: '%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r',
  tcplog: '%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq',
}
