import {
  DNS_A,
  DNS_AAAA,
  type DnsAnswer,
  DNS_CNAME,
  DNS_PTR,
  type DnsMessage,
  type Process,
  type Program,
  type Sys,
} from '@drydock/abi'
import { queryDns, readResolvConf, ResolveError, resolveHost, Stdio, reverseName } from '@drydock/libc'
import { codeName } from './nslookup.ts'

const TYPES: Readonly<Record<string, number>> = { A: DNS_A, AAAA: DNS_AAAA, PTR: DNS_PTR, CNAME: DNS_CNAME, ANY: DNS_A }
const typeName = (type: number): string =>
  Object.entries(TYPES).find(([, number]) => number === type)?.[0] ?? `TYPE${type}`

/** Parts of what is printed, each with a `+` option of its own. */
const PARTS = ['cmd', 'comments', 'question', 'answer', 'stats'] as const
type Part = (typeof PARTS)[number]

interface Question {
  name: string
  type: number
  server: string | undefined
  /** The server was named before the name to ask for: it is told how many there are. */
  serverFirst: boolean
  port: number
  short: boolean
  readonly parts: Set<Part>
  timeoutMs: number
  tries: number
  warning: string
}

const USAGE = `Usage:  dig [@global-server] [domain] [q-type] [q-class] {q-opt}
            {global-d-opt} host [@local-server] {local-d-opt}
            [ host [@local-server] {local-d-opt} [...]]

Use "dig -h" (or "dig -h | more") for complete list of options
`
/** `+` options that change nothing of what is seen here. */
const SILENT = new Set(
  'aaflag aaonly additional adflag authority besteffort bufsize cdflag class cookie crypto defname dnssec do domain edns ednsflags expire fail header-only identify idn idnin idnout ignore keepalive keepopen mapped multiline ndots nsid nssearch onesoa opcode padding qid qr rdflag recurse rrcomments search showsearch split subnet sit tcp ttlid ttlunits unknownformat vc yaml zflag'.split(
    ' ',
  ),
)

const newQuestion = (): Question => ({
  name: '',
  type: DNS_A,
  server: undefined,
  serverFirst: false,
  port: 53,
  short: false,
  parts: new Set(PARTS),
  timeoutMs: 5000,
  tries: 3,
  warning: '',
})

/** @returns whether there is such an option */
function takePlus(question: Question, word: string): boolean {
  const [, no, name = '', text] = /^\+(no)?([a-z-]+)(?:=(.*))?$/.exec(word) ?? []
  const number = Number(text)
  if (name === 'short') question.short = !no
  else if (name === 'all') for (const part of PARTS) void (no ? question.parts.delete(part) : question.parts.add(part))
  else if (isPart(name)) void (no ? question.parts.delete(name) : question.parts.add(name))
  else if (name === 'time' || name === 'timeout') question.timeoutMs = Math.max(1, number) * 1000
  else if (name === 'tries') question.tries = Math.max(1, number)
  else if (name === 'retry') question.tries = number + 1
  else return SILENT.has(name)
  return true
}
const isPart = (name: string): name is Part => PARTS.some((part) => part === name)

type Letter = (question: Question, argument: string) => void
const LETTERS: ReadonlyMap<string, Letter> = new Map<string, Letter>([
  ['x', (question, address) => void Object.assign(question, { name: reverseName(address), type: DNS_PTR })],
  ['q', (question, name) => void (question.name = name)],
  ['p', (question, port) => void (question.port = Number(port))],
  ['c', () => undefined],
  ['b', () => undefined],
  [
    't',
    (question, text) => {
      const type = TYPES[text.toUpperCase()]
      if (type === undefined) question.warning = `;; Warning, ignoring invalid type ${text}\n`
      else question.type = type
    },
  ],
])

/** @returns a text where something is wrong with the words */
function read(argv: readonly string[]): Question | string {
  const question = newQuestion()
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    const type = TYPES[word.toUpperCase()]
    const take = /^-[a-z]/.test(word) ? LETTERS.get(word.charAt(1)) : undefined
    if (word.startsWith('@')) {
      question.server = word.slice(1)
      question.serverFirst = question.name === ''
    } else if (word.startsWith('+')) {
      if (!takePlus(question, word)) return `Invalid option: ${word}\n${USAGE}`
    } else if (take) take(question, word.length > 2 ? word.slice(2) : (argv[++at] ?? ''))
    else if (/^-[46mru]$/.test(word)) continue
    else if (word.startsWith('-')) return `Invalid option: ${word}\n${USAGE}`
    else if (type !== undefined) question.type = type
    else if (/^(MX|NS|TXT|SOA|SRV)$/i.test(word)) return `dig: record type ${word} is not supported here\n`
    else question.name = word
  }
  return question
}

/** Names end in a dot, addresses do not. */
const dataText = ({ type, data }: DnsAnswer): string => (type === DNS_A || type === DNS_AAAA ? data : `${data}.`)

function render(question: Question, server: string, message: DnsMessage, elapsedMs: number, now: Date): string {
  const { name, type } = question
  const flags = ['qr', ...(message.authoritative ? ['aa'] : []), 'rd', 'ra'].join(' ')
  const rows = message.answers.map((each) => {
    const owner = `${each.name}.`
    const tabs = owner.length < 24 ? '\t'.repeat(Math.ceil((24 - owner.length) / 8)) : ' '
    return `${owner}${tabs}${each.ttl}\tIN\t${typeName(each.type)}\t${dataText(each)}\n`
  })
  const asked = `;${name}.`
  const tabs = '\t'.repeat(Math.max(1, Math.ceil((32 - asked.length) / 8)))
  const { parts, port } = question
  const comments = (text: string): string => (parts.has('comments') ? text : '')
  const part = (wanted: Part, title: string, text: string): string =>
    parts.has(wanted) && text !== '' ? `${comments(`;; ${title} SECTION:\n`)}${text}${comments('\n')}` : ''
  return [
    comments(`;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: ${codeName(message.code)}, id: ${message.id}\n`),
    comments(`;; flags: ${flags}; QUERY: 1, ANSWER: ${rows.length}, AUTHORITY: 0, ADDITIONAL: 0\n\n`),
    part('question', 'QUESTION', `${asked}${tabs}IN\t${typeName(type)}\n`),
    part('answer', 'ANSWER', rows.join('')),
    parts.has('stats')
      ? `;; Query time: ${Math.round(elapsedMs)} msec\n;; SERVER: ${server}#${port}(${server}) (UDP)\n;; WHEN: ${stamp(now)}\n;; MSG SIZE  rcvd: ${17 + name.length + rows.length * 16}\n\n`
      : '',
  ].join('')
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number): string => String(value).padStart(2, '0')
const stamp = (at: Date): string =>
  `${DAYS[at.getUTCDay()]} ${MONTHS[at.getUTCMonth()]} ${two(at.getUTCDate())} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} UTC ${at.getUTCFullYear()}`

async function ask(sys: Sys, question: Question, argv: readonly string[]): Promise<{ text: string; status: number }> {
  const named = question.server ?? (await readResolvConf(sys)).nameservers[0] ?? '127.0.0.1'
  const [server = named] = await resolveHost(sys, named)
  const start = sys.clock.monotonic()
  let lost = ''
  const message = await askTimes(sys, question, server, (reason) => {
    lost += `;; communications error to ${server}#${question.port}: ${reason}\n`
  })
  const found = question.serverFirst ? '; (1 server found)\n' : ''
  const banner =
    question.short || !question.parts.has('cmd')
      ? ''
      : `\n; <<>> DiG ${VERSION} <<>> ${argv.join(' ')}\n${found};; global options: +cmd\n`
  const head = question.warning + lost
  if (!message) return { text: `${head}${banner || '\n'};; no servers could be reached\n`, status: 9 }
  if (question.short) return { text: head + message.answers.map((each) => `${dataText(each)}\n`).join(''), status: 0 }
  const elapsedMs = sys.clock.monotonic() - start
  return { text: head + banner + render(question, server, message, elapsedMs, new Date(sys.clock.now())), status: 0 }
}

async function askTimes(
  sys: Sys,
  { name, type, port, tries, timeoutMs }: Question,
  server: string,
  onLost: (reason: string) => void,
): Promise<DnsMessage | undefined> {
  for (let attempt = 0; attempt < tries; attempt++) {
    let reason = 'timed out'
    const onRefused = (): void => void (reason = 'connection refused')
    const message = await queryDns(sys, server, name, type, { port, timeoutMs, tries: 1, onRefused })
    if (message) return message
    onLost(reason)
  }
  return undefined
}

const VERSION = '9.18.33'

/** dig, of BIND 9. dig(1). */
export const dig: Program = {
  name: 'bind/dig',
  paths: ['/usr/bin/dig'],
  covers: 'partial',
  lacks: ['record types other than A, AAAA, CNAME and PTR', '+trace', '+tcp', '-f and several questions'],
  summary: 'DNS lookup utility',
  main: async (process: Process): Promise<number> => {
    const io = new Stdio(process.sys)
    const argv = process.argv.slice(1)
    if (argv[0] === '-v') {
      await io.print(`DiG ${VERSION}\n`)
      await io.out.flush()
      return 0
    }
    if (argv[0] === '-h') {
      await io.print(USAGE)
      await io.out.flush()
      return 0
    }
    const question = read(argv)
    if (typeof question === 'string' || question.name === '') {
      await io.warn(typeof question === 'string' ? question : 'dig: a name to ask for is needed here\n')
      return 1
    }
    try {
      const { text, status } = await ask(process.sys, question, argv)
      await io.print(text)
      await io.out.flush()
      return status
    } catch (error) {
      if (!(error instanceof ResolveError)) throw error
      await io.warn(`dig: couldn't get address for '${question.server ?? ''}': not found\n`)
      return 1
    }
  },
}
