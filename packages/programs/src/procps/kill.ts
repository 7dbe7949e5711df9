import { isErrno, parseSignal, type Process, type Program, SIGNALS, signalName, SIGTERM } from '@drydock/abi'
import { programName, Stdio, voiceOf } from '@drydock/libc'

const shortName = (signal: number): string | undefined => signalName(signal)?.slice(3)

function listSignals(words: readonly string[]): string {
  if (words.length === 0) {
    const names = Object.values(SIGNALS).map((signal) => shortName(signal) ?? '')
    return `${[...names.slice(0, 16), ...names.slice(16)].join(' ').replace(/(.{1,78})(?: |$)/g, '$1\n')}`
  }
  return words
    .map(
      (word) =>
        `${/^\d+$/.test(word) ? (shortName(Number(word) > 128 ? Number(word) - 128 : Number(word)) ?? word) : (parseSignal(word) ?? word)}\n`,
    )
    .join('')
}

const table = (): string =>
  Object.values(SIGNALS)
    .map((signal) => `${String(signal).padStart(2)} ${(shortName(signal) ?? '').padEnd(7)}`)
    .join('')
    .replace(/(.{77})/g, '$1\n')

interface Command {
  readonly signal: number
  readonly pids: readonly string[]
  readonly error?: string
}

function parse(words: readonly string[]): Command {
  let signal = SIGTERM as number
  let at = 0
  const word = words[0] ?? ''
  const named = /^(?:-s|--signal)(?:=(.*))?$/.exec(word)
  if (named) {
    const name = named[1] ?? words[1] ?? ''
    at = named[1] === undefined ? 2 : 1
    signal = parseSignal(name) ?? -1
    if (signal < 0) return { signal, pids: [], error: name }
  } else if (/^-[A-Za-z0-9+]+$/.test(word) && word !== '-') {
    const parsed = parseSignal(word.slice(1))
    if (parsed === undefined) return { signal: -1, pids: [], error: word.slice(1) }
    signal = parsed
    at = 1
  }
  if (words[at] === '--') at++
  return { signal, pids: words.slice(at) }
}

async function main(process: Process): Promise<number> {
  const { sys, argv } = process
  const io = new Stdio(sys, voiceOf(process))
  const name = programName(process)
  const words = argv.slice(1)
  if (words[0] === '-l' || words[0] === '--list' || words[0] === '-L' || words[0] === '--table') {
    await io.print(words[0].toLowerCase() === '-l' && words[0] === '-l' ? listSignals(words.slice(1)) : `${table()}\n`)
    await io.out.flush()
    return 0
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
