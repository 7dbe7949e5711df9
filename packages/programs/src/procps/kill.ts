import { isErrno, parseSignal, type Process, type Program, SIGNALS, SIGTERM } from '@drydock/abi'
import { programName, Stdio, voiceOf } from '@drydock/libc'

/** procps calls SIGIO by its other name, and knows no names of real-time signals. */
const NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(SIGNALS).map(([name, signal]) => [signal, name.slice(3)] as const),
  [SIGNALS.SIGIO, 'POLL'],
])

/** A name for a number or an exit status, a number for a name. */
function translate(word: string): string | undefined {
  if (/^\d+$/.test(word)) return NAMES.get(Number(word) > 128 ? Number(word) - 128 : Number(word))
  const signal = word.toUpperCase() === 'POLL' ? SIGNALS.SIGIO : parseSignal(word)
  return signal !== undefined && NAMES.has(signal) ? String(signal) : undefined
}

const list = (): string => [...NAMES.values()].join(' ').replace(/(.{1,78})(?: |$)/g, '$1\n')

const PER_LINE = 7
function table(): string {
  const cells = [...NAMES].map(([signal, name]) => `${String(signal).padStart(2)} ${name.padEnd(8)}`)
  const lines = Array.from({ length: Math.ceil(cells.length / PER_LINE) }, (_, at) =>
    cells.slice(at * PER_LINE, (at + 1) * PER_LINE).join(''),
  )
  return `${lines.map((line, at) => (at < lines.length - 1 ? line.trimEnd() : line)).join('\n')}\n`
}

interface Command {
  readonly signal: number
  readonly pids: readonly string[]
  readonly error?: string
}

/** `-q VALUE` goes with the signal to whoever asks for it, which nobody here can. */
const withoutValue = (words: readonly string[]): readonly string[] => {
  const at = words.findIndex((word) => word === '-q' || word === '--queue')
  return at < 0 ? words : [...words.slice(0, at), ...words.slice(at + 2)]
}

function parse(given: readonly string[]): Command {
  const words = withoutValue(given)
  let signal = SIGTERM as number
  let at = 0
  const word = words[0] ?? ''
  const named = /^(?:-s|--signal)(?:=(.*))?$/.exec(word)
  if (named) {
    const name = named[1] ?? words[1] ?? ''
    at = named[1] === undefined ? 2 : 1
    signal = parseSignal(name) ?? -1
    if (signal < 0) return { signal, pids: [], error: name }
  } else if (/^-[A-Za-z0-9+]+(?:-\d+)?$/.test(word) && word !== '-') {
    const parsed = parseSignal(word.slice(1))
    if (parsed === undefined) return { signal: -1, pids: [], error: word.slice(1) }
    signal = parsed
    at = 1
  }
  if (words[at] === '--') at++
  return { signal, pids: words.slice(at) }
}

/** The answer to `-l`, `--list=NAME`, `-L`; undefined when nothing of the kind was asked. */
function asked([first = '', second]: readonly string[]):
  | { readonly text?: string; readonly wrong?: string }
  | undefined {
  if (first === '-L' || first === '--table') return { text: table() }
  const [, long] = /^--list(?:=(.*))?$/.exec(first) ?? []
  if (first !== '-l' && !first.startsWith('--list')) return undefined
  const word = long ?? (first === '-l' ? second : undefined)
  if (word === undefined) return { text: list() }
  const text = translate(word)
  return text === undefined ? { wrong: word } : { text: `${text}\n` }
}

async function main(process: Process): Promise<number> {
  const { sys, argv } = process
  const io = new Stdio(sys, voiceOf(process))
  const name = programName(process)
  const words = argv.slice(1)
  const answer = asked(words)
  if (answer) {
    if (answer.text === undefined) await io.warn(`${name}: unknown signal name ${answer.wrong}\n`)
    else await io.print(answer.text)
    await io.out.flush()
    return answer.text === undefined ? 1 : 0
  }
  const { signal, pids, error } = parse(words)
  if (error !== undefined || pids.length === 0) {
    const unknown = error === undefined ? '' : `${name}: unknown signal name ${error}\n`
    await io.warn(`${unknown}\nUsage:\n ${name} [options] <pid> [...]\n\nFor more details see ${name}(1).\n`)
    return 1
  }
  let status = 0
  for (const text of pids) {
    if (!/^-?\d+$/.test(text)) {
      await io.warn(`${name}: failed to parse argument: '${text}'\n`)
      status = 1
      continue
    }
    try {
      sys.kill(Number(text), signal)
    } catch (thrown) {
      if (!isErrno(thrown)) throw thrown
      await io.warn(`${name}: (${text}): ${thrown.message}\n`)
      status = 1
    }
  }
  return status
}

/** kill: send a signal to processes. procps-ng 4.0. */
export const kill: Program = {
  name: 'procps/kill',
  paths: ['/bin/kill'],
  covers: 'full',
  summary: 'send a signal to a process',
  sizeBytes: 31184,
  main,
}
