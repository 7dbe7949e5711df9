import { DNS_A, DNS_AAAA, DNS_NOERROR, DNS_PTR, type DnsMessage, type Process, type Sys } from '@drydock/abi'
import { defineProgram, isAddress, queryDns, readResolvConf, reverseName, Stdio, value } from '@drydock/libc'

/** What was asked, and which server answered what; undefined when none did. */
interface Lookup {
  readonly server: string
  readonly answer: DnsMessage | undefined
  /** The name as it was asked last, with its search domain. */
  readonly name: string
}

/** Asks the servers in turn, with the domains of the search list after a name without dots. */
export async function lookUp(sys: Sys, name: string, type: number, server?: string): Promise<Lookup> {
  const conf = await readResolvConf(sys)
  const servers = server === undefined ? conf.nameservers : [server]
  const searched = name.includes('.') ? [] : conf.search.map((domain) => `${name}.${domain}`)
  let last: Lookup = { server: servers[0] ?? '127.0.0.1', answer: undefined, name }
  for (const candidate of [...searched, name])
    for (const each of servers) {
      const answer = await queryDns(sys, each, candidate, type)
      if (!answer) continue
      last = { server: each, answer, name: candidate }
      if (answer.code === DNS_NOERROR && answer.answers.length > 0) return last
      break
    }
  return last
}

const CODES: readonly string[] = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED']
export const codeName = (code: number): string => CODES[code] ?? `RESERVED${code}`

const RECORDS: Readonly<Record<string, number>> = { a: DNS_A, aaaa: DNS_AAAA, ptr: DNS_PTR, any: DNS_A }

/** nslookup, as BIND 9 has it. */
export const nslookup = defineProgram({
  name: 'bind/nslookup',
  paths: ['/usr/bin/nslookup'],
  covers: 'partial',
  lacks: ['interactive mode', 'record types other than A, AAAA and PTR'],
  summary: 'query Internet name servers interactively',
  usage: 'nslookup [-type=TYPE] HOST [SERVER]',
  options: { type: value('', 'type') },
  async main({ sys, io, operands, process }) {
    const wanted = process.argv.find((word) => /^-(type|query|q)=/.test(word))?.split('=')[1] ?? 'a'
    const [host, server] = operands.filter((word) => !word.startsWith('-'))
    if (host === undefined) {
      await io.warn('nslookup: interactive mode is not supported here\n')
      return 1
    }
    const type = RECORDS[wanted.toLowerCase()]
    if (type === undefined) {
      await io.warn(`nslookup: record type ${wanted} is not supported here\n`)
      return 1
    }
    return answer(sys, io, host, type, server)
  },
})

async function answer(sys: Sys, io: Stdio, host: string, type: number, server: string | undefined): Promise<number> {
  const reverse = isAddress(host)
  const found = await lookUp(sys, reverse ? reverseName(host) : host, reverse ? DNS_PTR : type, server)
  if (!found.answer) {
    await io.print(';; connection timed out; no servers could be reached\n\n')
    return 1
  }
  const { code, answers, authoritative } = found.answer
  const head = reverse ? '' : `Server:\t\t${found.server}\nAddress:\t${found.server}#53\n\n`
  if (code !== DNS_NOERROR || (reverse && answers.length === 0)) {
    await io.print(`${head}** server can't find ${found.name}: ${codeName(code === DNS_NOERROR ? 3 : code)}\n\n`)
    return 1
  }
  const rows = answers.map((each) =>
    reverse ? `${reverseName(host)}\tname = ${each.data}.\n` : `Name:\t${each.name}\nAddress: ${each.data}\n`,
  )
  const note = authoritative
    ? ''
    : reverse
      ? '\nAuthoritative answers can be found from:\n'
      : 'Non-authoritative answer:\n'
  if (!reverse && rows.length === 0) await io.print(`${head}*** Can't find ${host}: No answer\n\n`)
  else await io.print(reverse ? `${rows.join('')}${note}\n` : `${head}${note}${rows.join('')}\n`)
  return 0
}

/** nslookup, as busybox has it: asks for both address families. */
async function busyboxMain(process: Process): Promise<number> {
  const { sys } = process
  const io = new Stdio(sys)
  const [host, server] = process.argv.slice(1).filter((word) => !word.startsWith('-'))
  if (host === undefined) {
    await io.warn('Usage: nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]\n')
    return 1
  }
  const reverse = isAddress(host)
  const types = reverse ? [DNS_PTR] : [DNS_A, DNS_AAAA]
  const name = reverse ? reverseName(host) : host
  const found: Lookup[] = []
  for (const type of types) found.push(await lookUp(sys, name, type, server))
  const used = found[0]?.server ?? ''
  await io.print(`Server:\t\t${used}\nAddress:\t${used}:53\n\n`)
  if (found.every((each) => !each.answer)) {
    await io.print(';; connection timed out; no servers could be reached\n\n')
    await io.out.flush()
    return 1
  }
  let failed = false
  for (const { answer: message, name: asked } of found) {
    if (!message) continue
    if (message.code !== DNS_NOERROR) {
      failed = true
      await io.print(`** server can't find ${asked}: ${codeName(message.code)}\n\n`)
      continue
    }
    const note = message.authoritative ? '' : 'Non-authoritative answer:\n'
    const rows = message.answers.map((each) =>
      each.type === DNS_PTR ? `${asked}\tname = ${each.data}\n` : `Name:\t${each.name}\nAddress: ${each.data}\n`,
    )
    await io.print(`${note}${rows.join('')}\n`)
  }
  await io.out.flush()
  return failed ? 1 : 0
}

export const busyboxNslookup = {
  name: 'busybox/nslookup',
  paths: ['/usr/bin/nslookup'],
  covers: 'partial',
  lacks: ['-type', '-debug'],
  summary: 'Query DNS about HOST',
  main: busyboxMain,
} as const
