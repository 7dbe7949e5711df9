import {
  ENODEV,
  EPERM,
  isErrno,
  type NetemSettings,
  type Process,
  type Program,
  type QdiscInfo,
  type QdiscSettings,
  type Sys,
} from '@drydock/abi'
import { Stdio } from '@drydock/libc'

/** Ends the command with a line of its own. */
class TcError extends Error {
  readonly status: number
  constructor(message: string, status = 1) {
    super(message)
    this.status = status
  }
}

const TIME_UNITS = new Map([
  ['s', 1000],
  ['sec', 1000],
  ['ms', 1],
  ['msec', 1],
  ['us', 0.001],
  ['usec', 0.001],
  ['', 0.001],
])
const RATE_UNITS = new Map([
  ['bit', 1],
  ['kbit', 1e3],
  ['mbit', 1e6],
  ['gbit', 1e9],
  ['bps', 8],
  ['kbps', 8e3],
  ['mbps', 8e6],
  ['gbps', 8e9],
  ['', 1],
])
const SIZE_UNITS = new Map([
  ['', 1],
  ['b', 1],
  ['k', 1024],
  ['kb', 1024],
  ['m', 1024 ** 2],
  ['mb', 1024 ** 2],
  ['kbit', 1000 / 8],
  ['mbit', 1e6 / 8],
])

function measure(text: string, units: ReadonlyMap<string, number>): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([a-z]*)$/i.exec(text) ?? []
  const factor = units.get(unit.toLowerCase())
  return number === undefined || factor === undefined ? undefined : Number(number) * factor
}

const percent = (text: string): number | undefined => {
  const [, number] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? []
  return number === undefined || Number(number) > 100 ? undefined : Number(number)
}

/** As print_time of iproute2: `100ms`, `1.5s`, `50us`. */
function timeText(ms: number): string {
  if (ms >= 1000) return `${Number((ms / 1000).toPrecision(3))}s`
  return ms >= 1 ? `${Number(ms.toPrecision(3))}ms` : `${Math.round(ms * 1000)}us`
}
function rateText(bits: number): string {
  const units = ['bit', 'Kbit', 'Mbit', 'Gbit']
  let value = bits
  let unit = 0
  while (value >= 1000 && value % 1000 === 0 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value}${units[unit]}`
}

type Draft = { -readonly [K in keyof NetemSettings]: NetemSettings[K] }

class Words {
  private readonly words: string[]
  constructor(words: readonly string[]) {
    this.words = [...words]
  }
  get left(): boolean {
    return this.words.length > 0
  }
  next(): string {
    return this.words.shift() ?? ''
  }
  /** The next word when it is such a value. */
  optional(read: (text: string) => number | undefined): number | undefined {
    const value = read(this.words[0] ?? '')
    if (value !== undefined) this.words.shift()
    return value
  }
  required(what: string, read: (text: string) => number | undefined): number {
    const word = this.next()
    const value = read(word)
    if (value === undefined) throw new TcError(`Illegal "${what}"`, 1)
    return value
  }
}

const time = (text: string): number | undefined => measure(text, TIME_UNITS)
const rate = (text: string): number | undefined => measure(text, RATE_UNITS)
const count = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined)

type Correlated = keyof NonNullable<NetemSettings['correlations']>

/** How strongly each packet goes by the one before, which may stand behind a share. */
function correlation(draft: Draft, what: Correlated, words: Words): void {
  const value = words.optional(percent)
  if (value !== undefined) draft.correlations = { ...draft.correlations, [what]: value }
}

/** Options of netem. tc-netem(8) */
const NETEM: Readonly<Record<string, (draft: Draft, words: Words) => void>> = {
  delay(draft, words) {
    draft.delayMs = words.required('latency', time)
    const jitter = words.optional(time)
    if (jitter === undefined) return
    draft.jitterMs = jitter
    correlation(draft, 'delay', words)
  },
  loss(draft, words) {
    words.optional((text) => (text === 'random' ? 0 : undefined))
    draft.lossPercent = words.required('loss percent', percent)
    correlation(draft, 'loss', words)
  },
  duplicate(draft, words) {
    draft.duplicatePercent = words.required('duplicate percent', percent)
    correlation(draft, 'duplicate', words)
  },
  corrupt(draft, words) {
    draft.corruptPercent = words.required('corruption percent', percent)
    correlation(draft, 'corrupt', words)
  },
  reorder(draft, words) {
    draft.reorderPercent = words.required('reorder percent', percent)
    correlation(draft, 'reorder', words)
  },
  gap(draft, words) {
    draft.gap = words.required('gap', count)
  },
  rate(draft, words) {
    draft.rateBitsPerSecond = words.required('rate', rate)
  },
  limit(draft, words) {
    draft.limit = words.required('limit', count)
  },
  distribution(draft, words) {
    const name = words.next()
    if (name !== 'normal' && name !== 'uniform')
      throw new TcError(`No distribution data for ${name} (/usr/lib/tc//${name}.dist: No such file or directory)`)
    if (name === 'normal') draft.distribution = name
  },
}
// Words with the same effect.
const NETEM_ALIASES: ReadonlyMap<string, string> = new Map([
  ['latency', 'delay'],
  ['drop', 'loss'],
])

function netemText(settings: NetemSettings): string {
  const { limit = 1000, delayMs, jitterMs, rateBitsPerSecond, gap } = settings
  const related = (what: Correlated): string => {
    const value = settings.correlations?.[what]
    return value === undefined ? '' : ` ${value}%`
  }
  const share = (what: Exclude<Correlated, 'delay'>): string => {
    const value = settings[`${what}Percent`]
    return value === undefined ? '' : ` ${what} ${value}%${related(what)}`
  }
  const jitter = jitterMs ? `  ${timeText(jitterMs)}${related('delay')}` : ''
  const delay = delayMs === undefined ? '' : ` delay ${timeText(delayMs)}${jitter}`
  const line = rateBitsPerSecond === undefined ? '' : ` rate ${rateText(rateBitsPerSecond)}`
  const shares = `${share('loss')}${share('duplicate')}${share('reorder')}${share('corrupt')}`
  return `limit ${limit}${delay}${shares}${line}${gap === undefined ? '' : ` gap ${gap}`}`
}

const NETEM_USAGE = `Usage: ... netem [ limit PACKETS ]
                 [ delay TIME [ JITTER [CORRELATION]]]
                 [ distribution {uniform|normal|pareto|paretonormal} ]
                 [ corrupt PERCENT [CORRELATION]]
                 [ duplicate PERCENT [CORRELATION]]
                 [ loss random PERCENT [CORRELATION]]
                 [ loss state P13 [P31 [P32 [P23 P14]]]
                 [ loss gemodel PERCENT [R [1-H [1-K]]]
                 [ ecn ]
                 [ reorder PERCENT [CORRELATION] [ gap DISTANCE ]]
                 [ rate RATE [PACKETOVERHEAD] [CELLSIZE] [CELLOVERHEAD]]
                 [ slot MIN_DELAY [MAX_DELAY] [packets MAX_PACKETS] [bytes MAX_BYTES]]
                 [ slot distribution {uniform|normal|pareto|paretonormal|custom}
                   delay_average delay_jitter [packets MAX_PACKETS] [bytes MAX_BYTES]]`

function readNetem(words: Words, handle: string): QdiscSettings {
  const draft: Draft = {}
  while (words.left) {
    const word = words.next()
    const take = NETEM[NETEM_ALIASES.get(word) ?? word]
    if (!take) throw new TcError(`What is "${word}"?\n${NETEM_USAGE}`)
    take(draft, words)
  }
  if (draft.reorderPercent !== undefined && !draft.delayMs)
    throw new TcError(`reordering not possible without specifying some delay\n${NETEM_USAGE}`)
  if (draft.distribution && !(draft.delayMs && draft.jitterMs))
    throw new TcError(`distribution specified but no latency and jitter values\n${NETEM_USAGE}`)
  if (draft.reorderPercent !== undefined) draft.gap ??= 1
  return { ...draft, kind: 'netem', handle, text: netemText(draft) }
}

/** tc-tbf(8): a line of that rate; what waits longer than `latency` is dropped. */
function readTbf(words: Words, handle: string): QdiscSettings {
  let bits: number | undefined
  let burst = 0
  let latencyMs = 50
  const size = (text: string): number | undefined => measure(text, SIZE_UNITS)
  while (words.left) {
    const word = words.next()
    if (word === 'rate') bits = words.required('rate', rate)
    else if (word === 'burst' || word === 'buffer' || word === 'maxburst') burst = words.required('buffer', size)
    else if (word === 'latency') latencyMs = words.required('latency', time)
    else if (word === 'limit') latencyMs = (words.required('limit', size) * 8000) / (bits ?? 1e6)
    else throw new TcError(`What is "${word}"?`)
  }
  if (bits === undefined || burst === 0) throw new TcError('Both "rate" and "burst" are required.')
  const limit = Math.max(1, Math.ceil(((bits / 8000) * latencyMs + burst) / 1500))
  const text = `rate ${rateText(bits)} burst ${Math.round(burst)}b lat ${timeText(latencyMs)}`
  return { kind: 'tbf', handle, rateBitsPerSecond: bits, limit, text }
}

/** Disciplines that tc knows and this kernel does not. */
const ELSEWHERE: readonly string[] = [
  'htb',
  'hfsc',
  'prio',
  'sfq',
  'fq',
  'red',
  'codel',
  'cake',
  'pfifo',
  'bfifo',
  'clsact',
  'ingress',
]

/** The discipline that a link has by itself. */
const standard = ({ link }: QdiscInfo): string => (link === 'ether' ? 'qdisc fq_codel 0:' : 'qdisc noqueue 0:')
const FQ_CODEL = ' limit 10240p flows 1024 quantum 1514 target 5ms interval 100ms memory_limit 32Mb ecn drop_batch 64'

function show(info: QdiscInfo, statistics: boolean, named: boolean): string {
  const { settings, bytes, packets, dropped, backlogPackets } = info
  const dev = named ? ` dev ${info.dev}` : ''
  const head = settings
    ? `qdisc ${settings.kind} ${settings.handle}${dev} root refcnt 2 ${settings.text}`
    : `${standard(info)}${dev} root refcnt 2${info.link === 'ether' ? FQ_CODEL : ''}`
  const counts = ` Sent ${bytes} bytes ${packets} pkt (dropped ${dropped}, overlimits 0 requeues 0) \n backlog 0b ${backlogPackets}p requeues 0\n`
  return `${head} \n${statistics ? counts : ''}`
}

function qdisc(sys: Sys, argv: readonly string[], statistics: boolean): string {
  const words = new Words(argv)
  const command = words.left ? words.next() : 'show'
  let dev: string | undefined
  let handle = '8001:'
  for (; words.left; ) {
    const word = words.next()
    if (word === 'dev') dev = words.next()
    else if (word === 'handle') handle = words.next()
    else if (word === 'root') continue
    else if (word === 'parent') {
      throw new TcError('Error: Failed to find qdisc with specified classid.', 2)
    } else if (word === 'netem' || word === 'tbf') {
      return change(sys, command, dev, word === 'netem' ? readNetem(words, handle) : readTbf(words, handle))
    } else if (ELSEWHERE.includes(word)) throw new TcError('Error: Specified qdisc kind is unknown.', 2)
    else throw new TcError(`Unknown qdisc "${word}", hence option "${words.next()}" is unparsable`)
  }
  const all = sys.netlink({ op: 'qdisc-list' })
  if (dev !== undefined && !all.some((each) => each.dev === dev)) throw new TcError(`Cannot find device "${dev}"`)
  if (['show', 'list', 'ls', 'sh', 's'].includes(command))
    return all
      .filter((each) => dev === undefined || each.dev === dev)
      .map((each) => show(each, statistics, dev === undefined))
      .join('')
  if (command !== 'del' && command !== 'delete')
    throw new TcError(`Command "${command}" is unknown, try "tc qdisc help".`)
  return change(sys, 'del', dev, undefined)
}

function change(sys: Sys, command: string, dev: string | undefined, wanted: QdiscSettings | undefined): string {
  if (dev === undefined) throw new TcError('Command line is not complete. Try option "help"')
  const found = sys.netlink({ op: 'qdisc-list' }).find((each) => each.dev === dev)
  if (!found) throw new TcError(`Cannot find device "${dev}"`)
  if (command === 'add' && found.settings) throw new TcError('Error: Exclusivity flag on, cannot modify.', 2)
  if (command === 'change' && !found.settings)
    throw new TcError('Error: Qdisc not found. To create specify NLM_F_CREATE flag.', 2)
  if (command === 'del' && !found.settings) throw new TcError('Error: Cannot delete qdisc with handle of zero.', 2)
  sys.netlink({ op: 'qdisc-set', dev, qdisc: command === 'del' ? undefined : wanted })
  return ''
}

const USAGE = `Usage:\ttc [ OPTIONS ] OBJECT { COMMAND | help }
where  OBJECT := { qdisc }
       OPTIONS := { -s[tatistics] | -V[ersion] }
`

function refusal(error: unknown): TcError {
  if (error instanceof TcError) return error
  if (error === EPERM) return new TcError('RTNETLINK answers: Operation not permitted', 2)
  if (isErrno(error))
    return new TcError(error === ENODEV ? 'Cannot find device' : `RTNETLINK answers: ${error.message}`, 2)
  throw error
}

/** tc: shows and changes how packets leave. tc(8) of iproute2 6.1. */
export const tc: Program = {
  name: 'iproute2/tc',
  paths: ['/usr/sbin/tc', '/sbin/tc'],
  covers: 'partial',
  lacks: [
    'class, filter and other objects than qdisc: what is shaped is all that leaves an interface',
    'disciplines other than netem and tbf',
    'loss state, loss gemodel, slot and the distributions pareto and paretonormal',
  ],
  summary: 'show / manipulate traffic control settings',
  sizeBytes: 611_000,
  async main({ sys, argv }: Process): Promise<number> {
    const io = new Stdio(sys)
    const words = argv.slice(1).filter((word) => !/^-s(tatistics)?$/.test(word))
    const [object, ...rest] = words
    try {
      if (object === '-V' || object === '-Version') await io.print('tc utility, iproute2-6.1.0, libbpf 1.1.0\n')
      else if (object === undefined || object === 'help') await io.print(USAGE)
      else if (!'qdisc'.startsWith(object)) throw new TcError(`Object "${object}" is unknown, try "tc help".`)
      else await io.print(qdisc(sys, rest, words.length < argv.length - 1))
      await io.out.flush()
      return 0
    } catch (error) {
      const { message, status } = refusal(error)
      await io.warn(`${message}\n`)
      return status
    }
  },
}
