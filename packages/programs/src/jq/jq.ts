import { isErrno, type Process, type Program, type Sys } from '@drydock/abi'
import { readAll, readFile, Stdio } from '@drydock/libc'
import { decodeText } from '../text/encoding.ts'
import { isTerminal } from '../text/terminal.ts'
import { truthy } from './access.ts'
import { type Definition, type Filter, JqError, JqSyntaxError, type Json } from './ast.ts'
import { evaluate, functionNames } from './evaluate.ts'
import { JsonProblem } from './json-parser.ts'
import { unknownNames } from './names.ts'
import { Halt, type Host, Scope } from './scope.ts'
import { documents } from './json.ts'
import { parseDefinitions, parseJq } from './parser.ts'
import { PRELUDE } from './prelude.ts'
import { colours, type PrintOptions, printJson } from './print.ts'

const HELP = `Usage:	jq [OPTIONS] FILTER [FILES...]
	jq [OPTIONS] -f FILE [FILES...]
	jq [OPTIONS] --args FILTER [ARGUMENTS...]
	jq [OPTIONS] --jsonargs FILTER [JSON_VALUES...]

jq is a tool for processing JSON inputs, applying the given filter to
its JSON text inputs and producing the filter's results as JSON on
standard output.

The simplest filter is ., which copies jq's input to its output
unmodified except for formatting. For more advanced filters see
the jq(1) manpage ("man jq") and/or https://jqlang.github.io/jq/.

Example:

	$ echo '{"foo": 0}' | jq .
	{
	  "foo": 0
	}

Command options:
  -n, --null-input          use \`null\` as the single input value;
  -R, --raw-input           read each line as string instead of JSON;
  -s, --slurp               read all inputs into an array and use it as
                            the single input value;
  -c, --compact-output      compact instead of pretty-printed output;
  -r, --raw-output          output strings without escapes and quotes;
      --raw-output0         implies -r and output NUL after each output;
  -j, --join-output         implies -r and output without newline after
                            each output;
  -a, --ascii-output        output strings by only ASCII characters
                            using escape sequences;
  -S, --sort-keys           sort keys of each object on output;
  -C, --color-output        colorize JSON output;
  -M, --monochrome-output   disable colored output;
      --tab                 use tabs for indentation;
      --indent n            use n spaces for indentation (max 7 spaces);
      --unbuffered          flush output stream after each output;
      --stream              parse the input value in streaming fashion;
      --seq                 parse input/output as application/json-seq;
  -f, --from-file file      load filter from the file;
  -L directory              search modules from the directory;
      --arg name value      set $name to the string value;
      --argjson name value  set $name to the JSON value;
      --slurpfile name file set $name to an array of JSON values read
                            from the file;
      --rawfile name file   set $name to string contents of file;
      --args                consume remaining arguments as positional
                            string values;
      --jsonargs            consume remaining arguments as positional
                            JSON values;
  -e, --exit-status         set exit status code based on the output;
  -V, --version             show the version;
  --build-configuration     show jq's build configuration;
  -h, --help                show the help;
  --                        terminates argument processing;

Named arguments are also available as $ARGS.named[], while
positional arguments are available as $ARGS.positional[].
`

interface CommandLine {
  readonly flags: ReadonlySet<string>
  readonly indent: number
  readonly words: readonly string[]
  readonly filterFile: string | undefined
  readonly named: Record<string, Json>
  readonly positional: readonly Json[]
}
/** Ends with a message and a status. */
class Refused extends Error {
  readonly status: number
  constructor(message: string, status = 2) {
    super(message)
    this.status = status
  }
}

const SHORT: Readonly<Record<string, string>> = {
  n: 'null-input',
  R: 'raw-input',
  s: 'slurp',
  c: 'compact-output',
  r: 'raw-output',
  j: 'join-output',
  a: 'ascii-output',
  S: 'sort-keys',
  C: 'color-output',
  M: 'monochrome-output',
  e: 'exit-status',
  V: 'version',
  h: 'help',
  f: 'from-file',
}
const FLAGS = new Set([
  ...Object.values(SHORT),
  'tab',
  'unbuffered',
  'stream',
  'seq',
  'raw-output0',
  'build-configuration',
])

function json(text: string, what: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    throw new Refused(
      `jq: Invalid JSON text passed to --${what}\nUse jq --help for help with command-line options,\nor see the jq manpage, or online docs  at https://jqlang.github.io/jq`,
    )
  }
}

class ArgumentReader {
  readonly flags = new Set<string>()
  readonly words: string[] = []
  readonly named: Record<string, Json> = {}
  readonly positional: Json[] = []
  indent = 2
  filterFile: string | undefined
  private rest: 'files' | 'args' | 'jsonargs' = 'files'
  private readonly sys: Sys

  constructor(sys: Sys) {
    this.sys = sys
  }

  async read(argv: readonly string[]): Promise<CommandLine> {
    let only = false
    for (let at = 0; at < argv.length; at++) {
      const word = argv[at] ?? ''
      if (only || !word.startsWith('-') || word === '-') this.operand(word)
      else if (word === '--') only = true
      else if (word.startsWith('--')) at += await this.long(word.slice(2), argv[at + 1], argv[at + 2])
      else for (const letter of word.slice(1)) at += this.short(letter, argv[at + 1])
    }
    return this
  }

  private operand(word: string): void {
    if (this.rest === 'files' || (this.words.length === 0 && this.filterFile === undefined)) this.words.push(word)
    else this.positional.push(this.rest === 'args' ? word : json(word, 'jsonargs'))
  }

  private short(letter: string, next: string | undefined): number {
    const name = SHORT[letter]
    if (!name)
      throw new Refused(
        `jq: Unknown arguments\nUse jq --help for help with command-line options,\nor see the jq manpage, or online docs  at https://jqlang.github.io/jq`,
      )
    if (name === 'from-file') {
      this.filterFile = next
      return 1
    }
    this.flags.add(name)
    return 0
  }

  private async long(name: string, first: string | undefined, second: string | undefined): Promise<number> {
    if (name === 'args' || name === 'jsonargs') this.rest = name
    else if (name === 'arg') this.named[first ?? ''] = second ?? ''
    else if (name === 'argjson') this.named[first ?? ''] = json(second ?? '', 'argjson')
    else if (name === 'slurpfile') this.named[first ?? ''] = Array.from(documents(await this.file(first, second)))
    else if (name === 'rawfile') this.named[first ?? ''] = await this.file(first, second)
    else if (name === 'indent') {
      this.indent = Number(first)
      if (this.indent < 0 || this.indent > 7)
        throw new Refused(`jq: Cannot indent ${this.indent > 7 ? 'more than 7 characters' : 'less than zero'}`)
      return 1
    } else if (name === 'from-file') {
      this.filterFile = first
      return 1
    } else if (FLAGS.has(name)) this.flags.add(name)
    else
      throw new Refused(
        `jq: Unknown option: --${name}\nUse jq --help for help with command-line options,\nor see the jq manpage, or online docs  at https://jqlang.github.io/jq`,
      )
    return ['arg', 'argjson', 'slurpfile', 'rawfile'].includes(name) ? 2 : 0
  }

  private async file(name: string | undefined, path: string | undefined): Promise<string> {
    try {
      return decodeText(await readFile(this.sys, path ?? ''))
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new Refused(`jq: Bad JSON in --slurpfile ${name} ${path}: Could not open ${path}: ${error.message}`)
    }
  }
}

class Jq {
  private readonly process: Process
  private readonly io: Stdio
  private readonly line: CommandLine
  private status = 0
  private last: Json | undefined
  /** The input, and how far it has been read; undefined while nobody has asked for it. */
  private read: { readonly text: string; readonly end: number } | undefined

  constructor(process: Process, line: CommandLine) {
    this.process = process
    this.io = new Stdio(process.sys)
    this.line = line
  }

  private has(name: string): boolean {
    return this.line.flags.has(name)
  }

  private async input(files: readonly string[]): Promise<string> {
    const { sys } = this.process
    if (files.length === 0) return decodeText(await readAll(sys, 0))
    let text = ''
    for (const path of files)
      try {
        text += decodeText(await readFile(sys, path))
      } catch (error) {
        if (!isErrno(error)) throw error
        await this.io.warn(`jq: error: Could not open ${path}: ${error.message}\n`)
        this.status = 2
      }
    return text
  }

  /** Where jq was reading when something went wrong: it reads by lines. */
  private get place(): string {
    if (this.read === undefined) return '<unknown>'
    const { text, end } = this.read
    const lines = text.slice(0, end).split('\n').length - 1 + (text.includes('\n', end) ? 1 : 0)
    return `${this.line.words[this.line.filterFile === undefined ? 1 : 0] ?? '<stdin>'}:${lines}`
  }

  private *values(text: string): Generator<Json, void, void> {
    this.read = { text, end: 0 }
    const onEnd = (end: number): void => void (this.read = { text, end })

    if (this.has('raw-input') && this.has('slurp')) yield text
    else if (this.has('raw-input')) yield* linesOf(text, onEnd)
    else if (this.has('slurp')) {
      const all = Array.from(this.parsed(text, onEnd))
      onEnd(text.length)
      yield all
    } else yield* this.parsed(text, onEnd)
  }

  private *parsed(text: string, onEnd: (end: number) => void): Generator<Json, void, void> {
    for (const value of documents(text, onEnd)) {
      if (this.has('stream')) yield* streamed(value, [])
      else yield value
    }
  }

  async run(): Promise<number> {
    const { sys, env } = this.process
    const { filterFile, named, positional } = this.line
    const files = [...this.line.words]
    const source = filterFile === undefined ? files.shift() : decodeText(await readFile(sys, filterFile))
    if (source === undefined && isTerminal(sys, 0)) throw new Refused(HELP.split('\n\n')[0] ?? '')
    const filter = compile(source ?? '.')
    check(source ?? '.', filter, ['ARGS', 'ENV', '__prog_args', ...Object.keys(named)])
    const text =
      this.has('null-input') && files.length === 0 && isTerminal(sys, 0)
        ? ''
        : await this.lazyInput(files, source ?? '.')
    const inputs = this.values(text)
    const said: string[] = []
    const host: Host = {
      input: () => {
        const next = inputs.next()
        if (next.done) throw new JqError('No more inputs')
        return next.value
      },
      nowSeconds: sys.clock.now() / 1000,
      say: (words) => void said.push(words),
    }
    const args = { positional: [...positional], named }
    const variables: [string, Json][] = [['__prog_args', args], ['ARGS', args], ...Object.entries(named)]
    const scope = variables.reduce(
      (at, [name, value]) => at.with(name, value),
      // `env` of the library is $ENV.
      library().reduce((at, each) => at.define(each), new Scope(host).with('ENV', Object.fromEntries(env))),
    )
    await this.each(this.has('null-input') ? [null] : { [Symbol.iterator]: () => inputs }, filter, scope, said)
    await this.io.out.flush()
    if (this.status !== 0 || !this.has('exit-status')) return this.status
    return this.last === undefined ? 4 : truthy(this.last) ? 0 : 1
  }

  /** With -n, standard input is read only where the filter asks for it. */
  private async lazyInput(files: readonly string[], source: string): Promise<string> {
    return this.has('null-input') && !/\binputs?\b/.test(source) ? '' : this.input(files)
  }

  private async each(values: Iterable<Json>, filter: Filter, scope: Scope, said: string[]): Promise<void> {
    const flush = async (): Promise<void> => {
      if (said.length > 0) await this.io.warn(said.splice(0).join(''))
    }
    try {
      for (const value of values)
        try {
          for (const result of evaluate(filter, value, scope)) {
            this.last = result
            await flush()
            await this.print(result)
            const pause = this.process.sys.tick()
            if (pause) await pause
          }
          await flush()
        } catch (error) {
          await flush()
          if (!(error instanceof JqError)) throw error
          await this.io.warn(`jq: error (at ${this.place})${error.aside}: ${error.message}\n`)
          this.status = 5
        }
    } catch (error) {
      if (error instanceof Halt) return this.halt(error)
      if (!(error instanceof JsonProblem)) throw error
      await this.io.warn(`jq: parse error: ${error.message}\n`)
      this.status = 2
    }
  }

  private async halt({ status, output }: Halt): Promise<void> {
    this.status = status
    this.last = true
    if (output !== undefined) await this.io.warn(typeof output === 'string' ? output : `${JSON.stringify(output)}\n`)
  }

  private async print(value: Json): Promise<void> {
    const raw = this.has('raw-output') || this.has('join-output') || this.has('raw-output0')
    const end = this.has('join-output') ? '' : this.has('raw-output0') ? '\0' : '\n'
    const text = raw && typeof value === 'string' ? value : printJson(value, this.printOptions)
    await this.io.print(`${this.has('seq') ? '\x1e' : ''}${text}${end}`)
  }

  private get printOptions(): PrintOptions {
    const coloured =
      this.has('color-output') ||
      (!this.has('monochrome-output') && isTerminal(this.process.sys, 1) && !this.process.env.get('NO_COLOR'))
    return {
      indent: this.has('compact-output') ? '' : this.has('tab') ? '\t' : ' '.repeat(this.line.indent),
      sort: this.has('sort-keys'),
      ascii: this.has('ascii-output'),
      colours: coloured ? colours(this.process.env.get('JQ_COLORS')) : undefined,
    }
  }
}

function* linesOf(text: string, onEnd: (end: number) => void): Generator<string, void, void> {
  for (let at = 0; at < text.length; ) {
    const found = text.indexOf('\n', at)
    const end = found < 0 ? text.length : found
    onEnd(end)
    yield text.slice(at, end)
    at = end + 1
  }
}

/** What --stream makes of a value: each leaf with its path, and the path of the last of each that holds others. */
function* streamed(value: Json, path: readonly Json[]): Generator<Json, void, void> {
  const inner: readonly (readonly [Json, Json])[] =
    typeof value !== 'object' || value === null
      ? []
      : Array.isArray(value)
        ? [...value.entries()]
        : Object.entries(value)
  if (inner.length === 0) yield [[...path], value]
  for (const [key, each] of inner) yield* streamed(each, [...path, key])
  const last = inner.at(-1)
  if (last) yield [[...path, last[0]]]
}

const library = (): readonly Definition[] => parseDefinitions(PRELUDE)

function compile(source: string): Filter {
  try {
    return parseJq(source)
  } catch (error) {
    if (!(error instanceof JqSyntaxError)) throw error
    throw new Refused(
      `jq: error: ${error.message} (Unix shell quoting issues?) at <top-level>, line 1:\n${source}\njq: 1 compile error`,
      3,
    )
  }
}

/** Names that nobody defines are found before anything runs. */
function check(source: string, filter: Filter, variables: readonly string[]): void {
  const unknown = unknownNames(filter, functionNames(), variables, library())
  if (unknown.length === 0) return
  const said = unknown.map((name) => `jq: error: ${name} is not defined at <top-level>, line 1:\n${source}\n`)
  throw new Refused(`${said.join('')}jq: ${unknown.length} compile error${unknown.length === 1 ? '' : 's'}`, 3)
}

async function main(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  try {
    const line = await new ArgumentReader(process.sys).read(process.argv.slice(1))
    if (line.flags.has('help') || line.flags.has('version')) {
      await io.print(line.flags.has('help') ? HELP : 'jq-1.7.1\n')
      await io.out.flush()
      return 0
    }
    return await new Jq(process, line).run()
  } catch (error) {
    if (isErrno(error)) await io.warn(`jq: error: ${error.message}\n`)
    else if (error instanceof Refused) await io.warn(`${error.message}\n`)
    else throw error
    return error instanceof Refused ? error.status : 2
  }
}

/** jq: filters JSON. jq(1), version 1.7. */
export const jq: Program = {
  name: 'jq/jq',
  paths: ['/usr/bin/jq'],
  covers: 'partial',
  lacks: [
    'modules (import, include, -L)',
    '--seq of inputs; --stream of what is not whole',
    'numbers beyond double precision; keys that are whole numbers come first',
  ],
  summary: 'command-line JSON processor',
  sizeBytes: 30_808,
  main,
}
