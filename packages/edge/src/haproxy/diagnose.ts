import { hasPage } from './answers.ts'
import { alternatives, conditionAt, isAcl, testComplaint } from './condition.ts'
import { bindsOf, isProxy, type Line, modeOf, type Section, serversOf, timeoutOf } from './config.ts'
import { formatComplaint } from './log-format.ts'
import { actionNames, isAction } from './rules.ts'

const KEYWORDS = new Set(
  `acl backlog balance bind capture clitcpka-cnt compression cookie declare default-server default_backend description disabled email-alert enabled errorfile
  errorfiles errorloc errorloc302 errorloc303 error-log-format filter force-persist force-be-switch fullconn grace hash-type hash-balance-factor hash-preserve-affinity http-after-response http-check http-error http-request
  http-response http-reuse http-send-name-header id ignore-persist load-server-state-from-file log log-format log-format-sd log-steps log-tag max-keep-alive-queue max-session-srv-conns maxconn mode monitor monitor-uri option
  persist quic-initial rate-limit redirect retries retry-on server server-state-file-name server-template source srvtcpka-cnt stats stick stick-table tcp-check tcp-request tcp-response
  timeout transparent unique-id-format unique-id-header use_backend use-fcgi-app use-server guid no`.split(/\s+/),
)

const GLOBAL =
  /^(ca-base|chroot|cluster-secret|cpu-map|crt-base|daemon|default-path|description|deviceatlas-.*|expose-.*|external-check|fd-hard-limit|gid|group|h1-.*|h2-.*|hard-stop-after|harden\..*|http-.*|httpclient\..*|insecure-.*|issuers-chain-path|key-base|limited-quic|localpeer|log|log-send-hostname|log-tag|lua-.*|master-worker|max.*|mworker-max-reloads|nbproc|nbthread|no|node|no.*|numa-cpu-mapping|ocsp-.*|pidfile|pp2-never-send-local|presetenv|prealloc-fd|profiling\..*|quiet|random-seed|resetenv|server-state-.*|set-dumpable|setcap|setenv|set-var|set-var-fmt|shards|shm-.*|spread-checks|ssl-.*|ssl|stats|stats-file|strict-limits|tune\..*|thread-.*|uid|ulimit-n|unix-bind|unsetenv|user|wait-.*|warn-.*|wurfl-.*|zero-warning|busy-polling|debug|grace|dns-.*|anonkey|close-spread-time|cpu-policy|cpu-set|force-cfg-parser-pause)$/

const OPTIONS = new Set(
  `abortonclose accept-invalid-http-request accept-invalid-http-response accept-unsafe-violations-in-http-request accept-unsafe-violations-in-http-response allbackups assume-rfc6587-ntf checkcache clitcpka contstats disable-h2-upgrade dontlog-normal dontlognull external-check forwarded
  forwardfor h1-case-adjust-bogus-client h1-case-adjust-bogus-server http-buffer-request http-drop-request-trailers http-drop-response-trailers http-ignore-probes http-keep-alive http-no-delay http-pretend-keepalive http-restrict-req-hdr-names http-server-close http-use-htx http-use-proxy-header httpchk httpclose httplog httpslog http_proxy idle-close-on-response independent-streams ldap-check log-health-checks log-separate-errors
  logasap mysql-check nolinger originalto persist pgsql-check prefer-last-server redis-check redispatch smtpchk socket-stats splice-auto splice-request splice-response spop-check srvtcpka ssl-hello-chk tcp-check tcp-smart-accept tcp-smart-connect tcpka tcplog transparent`.split(
    /\s+/,
  ),
)

const TIMEOUTS: readonly string[] = [
  ...['check', 'client', 'client-fin', 'client-hs', 'connect', 'http-keep-alive', 'http-request', 'queue', 'server'],
  ...['server-fin', 'tarpit', 'tunnel'],
]
const SERVER_WORDS = new Set(
  `addr agent-addr agent-check agent-inter agent-port agent-send allow-0rtt alpn backup ca-file check check-alpn check-proto check-send-proxy check-sni check-ssl check-via-socks4 ciphers ciphersuites cookie crl-file crt disabled downinter enabled error-limit fall fastinter force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12 force-tlsv13
  guid hash-key id init-addr init-state inter log-bufsize log-proto maxconn maxqueue max-reuse minconn namespace no-agent-check no-backup no-check no-check-ssl no-send-proxy no-send-proxy-v2 no-ssl no-ssl-reuse no-sslv3 no-tls-tickets no-tlsv10 no-tlsv11 no-tlsv12 no-tlsv13 no-verifyhost non-stick npn observe on-error on-marked-down on-marked-up
  pool-conn-name pool-low-conn pool-max-conn pool-purge-delay port proto proxy-v2-options redir resolve-net resolve-opts resolve-prefer resolvers rise send-proxy send-proxy-v2 send-proxy-v2-ssl send-proxy-v2-ssl-cn set-proxy-v2-tlv-fmt shard sigalgs slowstart sni socks4 source ssl ssl-max-ver ssl-min-ver ssl-reuse stick strict-maxconn tcp-md5sig tcp-ut tfo tls-tickets track usesrc verify verifyhost weight ws curves client-sigalgs`.split(
    /\s+/,
  ),
)
/** Of a server's words these have a value behind them. */
const BARE = new Set(
  `agent-check allow-0rtt backup check check-send-proxy check-ssl check-via-socks4 disabled enabled force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12 force-tlsv13 no-agent-check no-backup no-check no-check-ssl no-send-proxy no-send-proxy-v2 no-ssl no-ssl-reuse no-sslv3 no-tls-tickets no-tlsv10 no-tlsv11 no-tlsv12 no-tlsv13 no-verifyhost non-stick send-proxy send-proxy-v2 send-proxy-v2-ssl send-proxy-v2-ssl-cn ssl ssl-reuse stick strict-maxconn tfo tls-tickets`.split(
    /\s+/,
  ),
)

type Check = (line: Line, section: Section, at: string) => string | undefined

const TIME = /^\d+(us|ms|s|m|h|d)?$/

const format = (text: string, at: string, section: Section, keyword: string, action: string): string | undefined => {
  const wrong = formatComplaint(text)
  return (
    wrong &&
    `parsing [${at}] : error detected in ${section.kind} '${section.name}' while parsing '${keyword} ${action}' rule : ${wrong}.`
  )
}

const rule: Check = ({ words }, section, at) => {
  const [keyword = '', action = ''] = words
  const names = actionNames(keyword) ?? []
  const known = names.map((name) => `'${name}'`).join(', ')
  if (!isAction(keyword, action))
    return `parsing [${at}]: '${keyword}' expects ${known}${action === '' ? '' : `, but got '${action}'`}.`
  const where = `error detected in ${section.kind} '${section.name}' while parsing '${keyword} ${action}' rule`
  const status = words[words.indexOf('deny_status') + 1]
  if (words.includes('deny_status')) {
    if (!/^\d+$/.test(status ?? '')) return `parsing [${at}] : ${where} : Unexpected status code '0'.`
    if (!hasPage(Number(status)) && !words.some((word) => /^(lf-)?(string|file)$/.test(word)))
      return `parsing [${at}] : ${where} : status code '${status ?? ''}' not handled by default with 'default-errorfiles' argument.`
  }
  if (
    action === 'return' &&
    words.some((word) => /^(lf-)?(string|file)$/.test(word)) &&
    !words.includes('content-type')
  )
    return words.some((word) => word.startsWith('lf-'))
      ? `parsing [${at}] : ${where} : a content type must be defined with a log-format payload.`
      : `parsing [${at}] : ${where} : a content type must be defined when non-empty payload is configured.`
  if (/^(set|add)-header$/.test(action)) return format(words[3] ?? '', at, section, keyword, action)
  const text = words[words.indexOf('lf-string') + 1]
  return words.includes('lf-string') && text !== undefined ? format(text, at, section, keyword, action) : undefined
}

const BALANCES =
  /^(roundrobin|static-rr|leastconn|first|source|uri|url_param|random(\(\d+\))?|hdr\(.+\)|rdp-cookie(\(.+\))?|hash|log-hash|sticky|none)$/

const server: Check = ({ words }, section, at) => {
  const shift = words[0] === 'server-template' ? 1 : 0
  const [, name = '', address] = words
  if (address === undefined) return `[${at}] : 'server' expects <name> and <addr>[:<port>] as arguments.`
  const where = `[${at}] : 'server ${section.name}/${name}'`
  const rest = words.slice(3 + shift)
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index] ?? ''
    if (!SERVER_WORDS.has(word)) return `${where} : unknown keyword '${word}'.`
    if (BARE.has(word)) continue
    const value = rest[++index]
    if (value === undefined) return `${where} : '${word}' expects <value> as argument..`
    if (word === 'weight' && !(Number(value) >= 0 && Number(value) <= 256))
      return `${where} : weight of server ${name} is not within 0 and 256 (${value})..`
  }
  return undefined
}

/** What single keywords refuse, in haproxy's words behind `config : `. */
const CHECKS: Readonly<Record<string, Check>> = {
  server,
  'server-template': server,
  'http-request': rule,
  'http-response': rule,
  'http-after-response': rule,
  mode: ({ words: [, mode = ''] }, _, at) =>
    ['http', 'tcp', 'health', 'log', 'spop'].includes(mode)
      ? undefined
      : `parsing [${at}] : unknown proxy mode '${mode}'.`,
  balance: ({ words: [, method = ''] }, _, at) =>
    BALANCES.test(method)
      ? undefined
      : `parsing [${at}] : balance only supports 'roundrobin', 'static-rr', 'leastconn', 'source', 'uri', 'url_param', 'hdr(name)' and 'rdp-cookie(name)' options.`,
  timeout: ({ words: [, name = '', time = ''] }, _, at) => {
    if (!TIMEOUTS.includes(name))
      return `parsing [${at}] : 'timeout' supports 'client', 'server', 'connect', 'check', 'queue', 'http-keep-alive', 'http-request', 'tunnel', 'tarpit', 'client-fin' and 'server-fin' (got '${name}')`
    if (time === '') return `parsing [${at}] : 'timeout ${name}' expects an integer value (in milliseconds)`
    const strange = /^\d*([^\d])/.exec(time)?.[1] ?? ''
    return TIME.test(time) ? undefined : `parsing [${at}] : unexpected character '${strange}' in 'timeout ${name}'`
  },
  option: ({ words: [, name = ''] }, _, at) =>
    OPTIONS.has(name) ? undefined : `parsing [${at}] : unknown option '${name}'.`,
  acl: ({ words: [, name = '', test = ''] }, _, at) => {
    const wrong = testComplaint(test)
    return wrong && `parsing [${at}] : error detected while parsing ACL '${name}' : ${wrong}.`
  },
  bind: ({ words: [, where = ''] }, _, at) => {
    if (/^(unix@)?\//.test(where)) return undefined
    for (const each of where.split(',')) {
      const [, port] = /:([^:\]]*)$/.exec(each) ?? []
      if (port === undefined || port === '') return `parsing [${at}] : 'bind' : missing port number: '${each}'`
      const strange = /[^\d-]/.exec(port)?.[0]
      if (strange !== undefined)
        return `parsing [${at}] : 'bind' : invalid character '${strange}' in port number '${port}' in '${each}'`
      const wrong = port.split('-').find((one) => Number(one) < 1 || Number(one) > 65_535)
      if (wrong !== undefined) return `parsing [${at}] : 'bind' : invalid port '${wrong}'`
    }
    return undefined
  },
  redirect: ({ words }, section, at) => {
    const end = conditionAt(words)
    const wanted =
      /^(code|prefix|location|scheme|set-cookie|clear-cookie|drop-query|ignore-empty|append-slash|keep-query)$/
    const first = words.slice(1, end < 0 ? undefined : end)[0] ?? ''
    return wanted.test(first)
      ? undefined
      : `parsing [${at}] : error detected in ${section.kind} '${section.name}' while parsing redirect rule : expects 'code', 'prefix', 'location', 'scheme', 'set-cookie', 'clear-cookie', 'drop-query', 'ignore-empty' or 'append-slash' (was '${first}').`
  },
  log: ({ words }, _, at) =>
    words.length > 2 || words[1] === 'global'
      ? undefined
      : `parsing [${at}] : log : expects <address> and <facility>  as arguments`,
}

/** Names of ACLs that a condition has and nobody defined. */
function unknownAcl({ words }: Line, section: Section, at: string): string | undefined {
  const from = conditionAt(words)
  if (from < 0) return undefined
  const terms = alternatives(words.slice(from + 1)).flat()
  const what = words[0]?.startsWith('http-')
    ? `an '${words[0]} ${words[1] ?? ''}' condition`
    : `${words[0] ?? ''} condition`
  for (const { name, test } of terms) {
    if (name !== undefined && !isAcl(section, name))
      return `parsing [${at}] : error detected while parsing ${what} : no such ACL : '${name}'.`
    const wrong = name === undefined ? testComplaint(test[0] ?? '') : undefined
    if (wrong !== undefined) return `parsing [${at}] : error detected while parsing ${what} : ${wrong}.`
  }
  return undefined
}

/** What is wrong with single lines. Lines of `defaults` are told of once, where they stand. */
export function lineComplaints(sections: readonly Section[]): string[] {
  return sections.flatMap((section) =>
    section.lines
      .filter(({ file, number }) => file === section.file && number > section.number)
      .flatMap((line) => complaintOf(line, section) ?? []),
  )
}

function complaintOf(line: Line, section: Section): string | undefined {
  const { words, file, number } = line
  const [first = ''] = words
  const at = `${file}:${number}`
  const known =
    section.kind === 'global'
      ? GLOBAL.test(first)
      : isProxy(section) || section.kind === 'defaults'
        ? KEYWORDS.has(first)
        : true
  if (!known) return `parsing [${at}] : unknown keyword '${first}' in '${section.kind}' section`
  const inProxy = isProxy(section) || section.kind === 'defaults' || first === 'log'
  return inProxy ? (CHECKS[first]?.(line, section, at) ?? unknownAcl(line, section, at)) : undefined
}

/** A complaint, or a warning that lets haproxy start. */
export interface Finding {
  readonly level: 'ALERT' | 'WARNING'
  readonly text: string
}
const alert = (text: string): Finding => ({ level: 'ALERT', text })
const warning = (text: string): Finding => ({ level: 'WARNING', text })

const NEEDED = {
  frontend: ['client'],
  backend: ['connect', 'server'],
  listen: ['client', 'connect', 'server'],
} as const

/** What is wrong with sections as they stand to one another. */
export function sectionFindings(sections: readonly Section[]): Finding[] {
  const proxies = sections.filter(isProxy)
  return [...misplaced(proxies), ...proxies.flatMap((section) => ofSection(section, proxies))]
}

/** Rules that read as if they came later than they do. */
const misplaced = (proxies: readonly Section[]): Finding[] =>
  proxies.flatMap(({ lines }) => {
    const at = lines.findIndex(({ words }) => words[0] === 'use_backend')
    return lines
      .filter(({ words }, index) => at >= 0 && index > at && words[0] === 'http-request')
      .map(({ file, number }) =>
        warning(
          `parsing [${file}:${number}] : a 'http-request' rule placed after a 'use_backend' rule will still be processed before.`,
        ),
      )
  })

export function duplicates(sections: readonly Section[]): string[] {
  const seen = new Map<string, Section>()
  return sections.filter(isProxy).flatMap((section) => {
    const key = section.kind === 'frontend' ? `front ${section.name}` : `back ${section.name}`
    const other = seen.get(key)
    seen.set(key, section)
    return other
      ? [
          `Parsing [${section.file}:${section.number}]: ${section.kind} '${section.name}' has the same name as ${other.kind} '${other.name}' declared at ${other.file}:${other.number}.`,
        ]
      : []
  })
}

function ofSection(section: Section, proxies: readonly Section[]): Finding[] {
  const { kind, name, lines } = section
  const backends = new Map(proxies.filter((each) => each.kind !== 'frontend').map((each) => [each.name, each]))
  const findings: Finding[] = []
  const isFront = kind !== 'backend'
  if (kind === 'frontend' && bindsOf(section).length === 0)
    findings.push(
      warning(`frontend '${name}' has no 'bind' directive. Please declare it as a backend if this was intended.`),
    )
  for (const { words, file, number } of lines) {
    const [first, to = ''] = words
    if ((first !== 'default_backend' && first !== 'use_backend') || to.includes('%[')) continue
    const target = backends.get(to)
    if (!target)
      findings.push(
        alert(
          first === 'default_backend'
            ? `Proxy '${name}': unable to find required default_backend: '${to}'.`
            : `[${file}:${number}] : ${kind} '${name}': unable to find required use_backend: '${to}'.`,
        ),
      )
    else if (modeOf(target) !== modeOf(section) && modeOf(section) === 'http')
      findings.push(
        alert(
          `http ${kind} '${name}' (${section.file}:${section.number}) tries to use incompatible tcp backend '${to}' (${target.file}:${target.number}) ${first === 'default_backend' ? 'as its default backend' : "in a 'use_backend' rule"} (see 'mode').`,
        ),
      )
  }
  if (modeOf(section) === 'tcp' && lines.some(({ words }) => words[0] === 'http-request'))
    findings.push(warning(`'http-request' rules ignored for ${kind} '${name}' as they require HTTP mode.`))
  for (const { words, file, number } of lines) {
    if (words[0] !== 'log-format') continue
    const wrong = formatComplaint(words[1] ?? '')
    if (wrong !== undefined) findings.push(alert(`Parsing [${file}:${number}]: failed to parse log-format : ${wrong}.`))
  }
  const needed = NEEDED[kind as keyof typeof NEEDED] ?? []
  const used = isFront ? bindsOf(section).length > 0 || kind === 'frontend' : serversOf(section).length > 0
  if (used && needed.some((each) => timeoutOf(section, each) === undefined))
    findings.push(
      warning(
        `missing timeouts for ${kind === 'listen' ? 'proxy' : kind} '${name}'.\n   | While not properly invalid, you will certainly encounter various problems\n   | with such a configuration. To fix this, please ensure that all following\n   | timeouts are set to a non-zero value: 'client', 'connect', 'server'.`,
      ),
    )
  return [...findings, ...sameServers(section)]
}

function sameServers(section: Section): Finding[] {
  const seen = new Map<string, string>()
  return serversOf(section).flatMap(({ name, at }) => {
    const other = seen.get(name)
    seen.set(name, at.slice(at.lastIndexOf(':') + 1))
    return other === undefined
      ? []
      : [
          alert(
            `parsing [${at}] : ${section.kind} '${section.name}', another server named '${name}' was already defined at line ${other}, please use distinct names.`,
          ),
        ]
  })
}
