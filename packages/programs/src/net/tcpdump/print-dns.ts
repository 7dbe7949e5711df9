import { decodeDns, type DnsAnswer } from '@drydock/abi'

/** DNS as tcpdump prints it: `12345+ A? example.com. (29)`, `12345 1/0/0 A 10.0.0.1 (45)`. */
const TYPES: Readonly<Record<number, string>> = {
  ...{ 1: 'A', 2: 'NS', 5: 'CNAME', 6: 'SOA', 12: 'PTR', 15: 'MX', 16: 'TXT', 28: 'AAAA', 33: 'SRV', 255: 'ANY' },
}
const CODES = ['', ' FormErr', ' ServFail', ' NXDomain', ' NotImp', ' Refused']

/** @param verbose  -v names the owner of each answer, -vv the question as well */
export function printDns(bytes: Uint8Array, verbose: number): string {
  const message = decodeDns(bytes)
  if (!message) return `[|domain] (${bytes.length})`
  const { id, response, code, name, type, answers, authoritative } = message
  const word = (at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
  if (!response)
    return `${id}${word(2) & 0x0100 ? '+' : ''} ${TYPES[type] ?? `Type${type}`}? ${name}. (${bytes.length})`
  const counts = `${word(6)}/${word(8)}/${word(10)}`
  const shown = answers.map((answer) => answerText(answer, verbose)).join(', ')
  const head = `${id}${CODES[code] ?? ''}${authoritative ? '*' : ''}${word(2) & 0x0080 ? '' : '-'}`
  const question = verbose > 1 ? ` q: ${TYPES[type] ?? `Type${type}`}? ${name}.` : ''
  return `${head}${question} ${counts}${shown === '' ? '' : ` ${shown}`} (${bytes.length})`
}

function answerText({ name: owner, type, data }: DnsAnswer, verbose: number): string {
  const name = TYPES[type] ?? `Type${type}`
  return `${verbose > 0 ? `${owner}. ` : ''}${name} ${data}${type === 1 || type === 28 ? '' : '.'}`
}
