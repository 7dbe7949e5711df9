import type { Program } from '@drydock/abi'
import { programName, Stdio } from '@drydock/libc'

interface Request {
  short: string
  long: string[]
  name: string
  quiet: boolean
  quietOutput: boolean
  unquoted: boolean
  alternative: boolean
  words: string[]
}

/** getopt's own options end at the first operand, which then is the old form's list of letters. getopt(1). */
function parseRequest(argv: readonly string[]): Request | string {
  const request: Request = {
    short: '',
    long: [],
    name: 'getopt',
    quiet: false,
    quietOutput: false,
    unquoted: false,
    alternative: false,
    words: [],
  }
  let shortGiven = false
  let i = 0
  const flags = new Map<string, () => void>([
    ['-q', () => (request.quiet = true)],
    ['--quiet', () => (request.quiet = true)],
    ['-Q', () => (request.quietOutput = true)],
    ['--quiet-output', () => (request.quietOutput = true)],
    ['-u', () => (request.unquoted = true)],
    ['--unquoted', () => (request.unquoted = true)],
    ['-a', () => (request.alternative = true)],
    ['--alternative', () => (request.alternative = true)],
  ])
  const values = new Map<string, (text: string) => void>([
    ['o', (text) => ((request.short = text), (shortGiven = true))],
    ['l', (text) => request.long.push(...text.split(/[\s,]+/).filter(Boolean))],
    ['n', (text) => (request.name = text)],
    ['s', () => undefined],
  ])
  const longNames = new Map([
    ['options', 'o'],
    ['longoptions', 'l'],
    ['name', 'n'],
    ['shell', 's'],
  ])
  for (; i < argv.length; i++) {
    const word = argv[i] ?? ''
    if (word === '--') {
      i++
      break
    }
    if (!word.startsWith('-')) break
    const change = flags.get(word)
    if (change) {
      change()
      continue
    }
    const match = /^--([a-z]+)(?:=(.*))?$/s.exec(word)
    const letter = match
      ? ([...longNames].find(([long]) => long.startsWith(match[1] ?? ''))?.[1] ?? '')
      : word.charAt(1)
    const set = values.get(letter)
    if (!set) return `unrecognized option '${word}'`
    set(match ? (match[2] ?? argv[++i] ?? '') : word.slice(2) || (argv[++i] ?? ''))
  }
  if (!shortGiven) {
    if (i >= argv.length) return 'missing optstring argument'
    request.short = (argv[i++] ?? '').replace(/^-+/, '')
    if (argv[i] === '--' && argv.slice(0, i - 1).length === 0) request.unquoted = request.unquoted || false
  }
  request.words = [...argv.slice(i)]
  return request
}

interface Kind {
  readonly name: string
  /** 0 none, 1 required, 2 optional. */
  readonly argument: number
}
const kindOf = (text: string): Kind => {
  const name = text.replace(/:+$/, '')
  return { name, argument: text.length - name.length }
}

/** The command line set in order. */
class Parser {
  readonly out: string[] = []
  readonly operands: string[] = []
  readonly problems: string[] = []
  private readonly request: Request
  private readonly longs: readonly Kind[]
  private readonly letters: string

  constructor(request: Request) {
    this.request = request
    this.longs = request.long.map(kindOf)
    this.letters = request.short.replace(/^[+-]/, '')
  }

  run(): void {
    const { words, short } = this.request
    for (let i = 0; i < words.length; i++) {
      const word = words[i] ?? ''
      if (word === '--') {
        this.operands.push(...words.slice(i + 1))
        return
      }
      const alternative =
        this.request.alternative &&
        word.length > 2 &&
        this.longs.some(({ name }) => name.startsWith(word.slice(1).split('=')[0] ?? ''))
      if (word.startsWith('--') || alternative) i += this.long(word.replace(/^--?/, ''), words[i + 1])
      else if (word.startsWith('-') && word !== '-') i += this.short(word.slice(1), words[i + 1])
      else if (short.startsWith('+')) {
        this.operands.push(...words.slice(i))
        return
      } else if (short.startsWith('-')) this.out.push(this.quote(word))
      else this.operands.push(word)
    }
  }

  quote(text: string): string {
    return this.request.unquoted ? text : `'${text.replace(/'/g, "'\\''")}'`
  }

  private long(text: string, next: string | undefined): number {
    const [word = ''] = text.split('=')
    const value = text.includes('=') ? text.slice(word.length + 1) : undefined
    const exact = this.longs.filter(({ name }) => name === word)
    const found = exact.length ? exact : this.longs.filter(({ name }) => name.startsWith(word))
    const [kind] = found
    if (!kind) return this.problem(`unrecognized option '--${word}'`)
    if (found.length > 1)
      return this.problem(
        `option '--${word}' is ambiguous; possibilities: ${found.map(({ name }) => `'--${name}'`).join(' ')}`,
      )
    if (kind.argument === 0 && value !== undefined)
      return this.problem(`option '--${kind.name}' doesn't allow an argument`)
    this.out.push(`--${kind.name}`)
    if (kind.argument === 0) return 0
    if (value !== undefined || kind.argument === 2) {
      this.out.push(this.quote(value ?? ''))
      return 0
    }
    if (next === undefined) {
      this.out.pop()
      return this.problem(`option '--${kind.name}' requires an argument`)
    }
    this.out.push(this.quote(next))
    return 1
  }

  private short(letters: string, next: string | undefined): number {
    for (let at = 0; at < letters.length; at++) {
      const letter = letters.charAt(at)
      const place = letter === ':' ? -1 : this.letters.indexOf(letter)
      if (place < 0) {
        this.problem(`invalid option -- '${letter}'`)
        continue
      }
      const argument = /^:*/.exec(this.letters.slice(place + 1))?.[0].length ?? 0
      const rest = letters.slice(at + 1)
      if (argument === 0) {
        this.out.push(`-${letter}`)
        continue
      }
      if (rest !== '' || argument === 2) this.out.push(`-${letter}`, this.quote(rest))
      else if (next === undefined) this.problem(`option requires an argument -- '${letter}'`)
      else {
        this.out.push(`-${letter}`, this.quote(next))
        return 1
      }
      return 0
    }
    return 0
  }

  private problem(message: string): number {
    this.problems.push(message)
    return 0
  }
}

/** getopt: a script's command line, set in order. util-linux 2.38. */
export const getopt: Program = {
  name: 'util-linux/getopt',
  paths: ['/usr/bin/getopt'],
  covers: 'partial',
  lacks: ['-s csh'],
  summary: 'parse command options (enhanced)',
  sizeBytes: 22920,
  async main(process) {
    const io = new Stdio(process.sys)
    const argv = process.argv.slice(1)
    if (argv[0] === '-T' || argv[0] === '--test') return 4
    if (argv[0] === '--version' || argv[0] === '-V') {
      await io.print('getopt from util-linux 2.38.1\n')
      await io.out.flush()
      return 0
    }
    const request = parseRequest(argv)
    if (typeof request === 'string') {
      const name = programName(process)
      await io.warn(`${name}: ${request}\nTry '${name} --help' for more information.\n`)
      return 2
    }
    const parser = new Parser(request)
    parser.run()
    if (!request.quiet) for (const problem of parser.problems) await io.warn(`${request.name}: ${problem}\n`)
    const words = [...parser.out, '--', ...parser.operands.map((word) => parser.quote(word))]
    if (!request.quietOutput) await io.print(` ${words.join(' ')}\n`)
    await io.out.flush()
    return parser.problems.length ? 1 : 0
  },
}
