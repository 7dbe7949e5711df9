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
import { queryDns, readResolvConf, Stdio, reverseName } from '@drydock/libc'
import { codeName } from './nslookup.ts'

const TYPES: Readonly<Record<string, number>> = { A: DNS_A, AAAA: DNS_AAAA, PTR: DNS_PTR, CNAME: DNS_CNAME, ANY: DNS_A }
const typeName = (type: number): string =>
  Object.entries(TYPES).find(([, number]) => number === type)?.[0] ?? `TYPE${type}`

interface Question {
  name: string
  type: number
  server: string | undefined
  short: boolean
  /** What is not to be shown: +nocomments, +noall… */
  quiet: boolean
  answer: boolean
  timeoutMs: number
}

function read(argv: readonly string[]): Question | string {
  const question: Question = {
    name: '',
    type: DNS_A,
    server: undefined,
    short: false,
    quiet: false,
    answer: true,
    timeoutMs: 5000,
  }
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    const type = TYPES[word.toUpperCase()]
    if (word.startsWith('@')) question.server = word.slice(1)
    else if (word === '+short') question.short = true
    else if (word === '+noall') Object.assign(question, { quiet: true, answer: false })
    else if (word === '+answer') question.answer = true
    else if (word.startsWith('+time=')) question.timeoutMs = Number(word.slice(6)) * 1000
    else if (word.startsWith('+')) continue
    else if (word === '-x') Object.assign(question, { name: reverseName(argv[++at] ?? ''), type: DNS_PTR })
    else if (word === '-t') question.type = TYPES[(argv[++at] ?? '').toUpperCase()] ?? DNS_A
    else if (word === '-4') continue
    else if (word.startsWith('-')) return `Invalid option: ${word}`
    else if (type !== undefined) question.type = type
    else if (/^(MX|NS|TXT|SOA|SRV)$/i.test(word)) return `record type ${word} is not supported here`
    else question.name = word
  }
  return question
}

/** Whether the answer is to be shown in full, part by part. */
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
  if (question.quiet) return question.answer ? rows.join('') : ''
  const asked = `;${name}.`
  const tabs = '\t'.repeat(Math.max(1, Math.ceil((32 - asked.length) / 8)))
  return [
    `;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: ${codeName(message.code)}, id: ${message.id}\n`,
    `;; flags: ${flags}; QUERY: 1, ANSWER: ${rows.length}, AUTHORITY: 0, ADDITIONAL: 0\n\n`,
    `;; QUESTION SECTION:\n${asked}${tabs}IN\t${typeName(type)}\n\n`,
    rows.length ? `;; ANSWER SECTION:\n${rows.join('')}\n` : '',
    `;; Query time: ${Math.round(elapsedMs)} msec\n;; SERVER: ${server}#53(${server}) (UDP)\n`,
    `;; WHEN: ${stamp(now)}\n;; MSG SIZE  rcvd: ${17 + name.length + rows.length * 16}\n\n`,
  ].join('')
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number): string => String(value).padStart(2, '0')
const stamp = (at: Date): string =>
  `${DAYS[at.getUTCDay()]} ${MONTHS[at.getUTCMonth()]} ${two(at.getUTCDate())} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} UTC ${at.getUTCFullYear()}`

async function ask(sys: Sys, question: Question, argv: readonly string[]): Promise<{ text: string; status: number }> {
  const server = question.server ?? (await readResolvConf(sys)).nameservers[0] ?? '127.0.0.1'
  const start = sys.clock.monotonic()
  const message = await queryDns(sys, server, question.name, question.type, { timeoutMs: question.timeoutMs })
  const banner =
    question.short || question.quiet ? '' : `\n; <<>> DiG 9.18.33 <<>> ${argv.join(' ')}\n;; global options: +cmd\n`
  if (!message) {
    const lost = `;; communications error to ${server}#53: timed out\n`
    return { text: `${lost.repeat(2)}${banner}${banner ? '' : '\n'};; no servers could be reached\n`, status: 9 }
  }
  if (question.short)
    return {
      text: message.answers.map((each) => `${dataText(each)}\n`).join(''),
      status: 0,
    }
  const elapsedMs = sys.clock.monotonic() - start
  return { text: banner + render(question, server, message, elapsedMs, new Date(sys.clock.now())), status: 0 }
}

/** dig, of BIND 9. dig(1). */
export const dig: Program = {
  name: 'bind/dig',
  paths: ['/usr/bin/dig'],
  covers: 'partial',
  lacks: ['record types other than A, AAAA, CNAME and PTR', '+trace', '+tcp', '-f'],
  summary: 'DNS lookup utility',
  main: async (process: Process): Promise<number> => {
    const io = new Stdio(process.sys)
    const argv = process.argv.slice(1)
    const question = read(argv)
    if (typeof question === 'string' || question.name === '') {
      await io.warn(typeof question === 'string' ? `dig: ${question}\n` : 'dig: a name to ask for is needed here\n')
      return 1
    }
    const { text, status } = await ask(process.sys, question, argv)
    await io.print(text)
    await io.out.flush()
    return status
  },
}
