import { commonPorts, parsePorts } from './ports.ts'

export interface Wish {
  readonly targets: readonly string[]
  readonly ports: readonly number[]
  /** Only whether hosts are up: -sn; only which they are: -sL. */
  readonly only: 'ports' | 'life' | 'list'
  readonly assumeUp: boolean
  readonly connect: boolean
  readonly versions: boolean
  readonly onlyOpen: boolean
  readonly reasons: boolean
  readonly numeric: boolean
  readonly targetFile: string | undefined
  /** Where -oN and -oG write. */
  readonly normal: string | undefined
  readonly grepable: string | undefined
}
export type Refusal =
  | { readonly kind: 'unknown'; readonly option: string }
  | { readonly kind: 'absent'; readonly option: string }
  | { readonly kind: 'ports' }
  | { readonly kind: 'help'; readonly asked: boolean }
  | { readonly kind: 'version' }

/** Options that change nothing here: speed, verbosity, the order. */
const IGNORED =
  /^(?:-T[0-5]|-T|-v+|-d+|-r|-R|--noninteractive|--system-dns|--privileged|--unprivileged|--send-(?:ip|eth)|-P[SAUYEPM][\d,]*|--disable-arp-ping)$/
const VALUED =
  /^(?:--(?:min|max)-\S+|--initial-rtt-timeout|--host-timeout|--scan-delay|--version-intensity|--dns-servers|-e)$/
const ABSENT = /^(?:-s[UAWMNFXIYZO]+|-O|-sC|--script\S*|-6|-A|-D|-S|--traceroute|-iR|-oX|-oA|-oS|--exclude\S*)/
const HUNDRED = 100

/** nmap(1)'s words. */
export function readCommand(words: readonly string[]): Wish | Refusal {
  const targets: string[] = []
  const set = new Set<string>()
  const values = new Map<string, string>()
  if (words.length === 0) return { kind: 'help', asked: false }
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const glued = /^(-p|-o[NG]|-iL|--top-ports|--port-ratio)=?(.*)$/.exec(word)
    if (word === '-h' || word === '--help') return { kind: 'help', asked: true }
    if (word === '-V' || word === '--version') return { kind: 'version' }
    if (glued) values.set(glued[1] ?? '', glued[2] || (words[++at] ?? ''))
    else if (ABSENT.test(word)) return { kind: 'absent', option: word }
    else if (VALUED.test(word)) at++
    else if (/^(?:-s[SnTVLP]+|-Pn|-P0|-F|-n|--open|--reason)$/.test(word)) set.add(word)
    else if (!word.startsWith('-')) targets.push(word)
    else if (!IGNORED.test(word)) return { kind: 'unknown', option: word }
  }
  const ports = portsOf(set, values)
  if (ports === undefined) return { kind: 'ports' }
  const scans = (letter: string): boolean => [...set].some((each) => each.startsWith('-s') && each.includes(letter))
  return {
    targets,
    ports,
    only: scans('n') || scans('P') ? 'life' : scans('L') ? 'list' : 'ports',
    assumeUp: set.has('-Pn') || set.has('-P0'),
    connect: scans('T'),
    versions: scans('V'),
    onlyOpen: set.has('--open'),
    reasons: set.has('--reason'),
    numeric: set.has('-n'),
    targetFile: values.get('-iL'),
    normal: values.get('-oN'),
    grepable: values.get('-oG'),
  }
}

function portsOf(set: ReadonlySet<string>, values: ReadonlyMap<string, string>): readonly number[] | undefined {
  const wanted = values.get('-p')
  if (wanted !== undefined) return parsePorts(wanted)
  const top = values.get('--top-ports')
  return commonPorts(top !== undefined ? Number(top) : set.has('-F') ? HUNDRED : undefined)
}
