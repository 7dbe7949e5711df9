import { isErrno, rawTermios } from '@drydock/abi'
import { type Cli, CliError } from '@drydock/cli-plugin'

export interface Choice {
  readonly name: string
  /** Shown behind the name. */
  readonly more: string
}

const GREEN = '\u001b[0;1;92m'
const CYAN = '\u001b[0;36m'
const BOLD = '\u001b[0;1;99m'
const PLAIN = '\u001b[0m'

/** Questions as AlecAivazis/survey puts them; without a terminal each answer is a line of standard input. */
export class Prompts {
  private readonly cli: Cli
  private readonly onTerminal: boolean

  constructor(cli: Cli) {
    this.cli = cli
    this.onTerminal = cli.isTerminal(0) && cli.isTerminal(1)
  }

  /** A line; an empty one is the default. */
  async input(question: string, otherwise: string, check: (answer: string) => string | undefined = () => undefined) {
    for (;;) {
      const shown = otherwise === '' ? '' : `(${otherwise}) `
      const typed = await this.line(`${this.mark()} ${this.bold(question)} ${shown}`)
      const answer = typed || otherwise
      const wrong = answer === '' ? 'Value is required' : check(answer)
      if (wrong === undefined) return answer
      if (!this.onTerminal) throw new CliError(`Sorry, your reply was invalid: ${wrong}`)
      await this.cli.print(`X Sorry, your reply was invalid: ${wrong}\n`)
    }
  }

  /** A line that may be empty. */
  optional(question: string): Promise<string> {
    return this.line(`${this.mark()} ${this.bold(question)} `)
  }

  async confirm(question: string, otherwise: boolean): Promise<boolean> {
    const answer = await this.line(`${this.mark()} ${this.bold(question)} (${otherwise ? 'Y/n' : 'y/N'}) `)
    return answer === '' ? otherwise : /^y/i.test(answer)
  }

  /** One of several, by arrows and by what is typed; without a terminal by its name or its number. */
  async select(question: string, choices: readonly Choice[], first: number): Promise<string> {
    if (this.onTerminal) return this.arrows(question, choices, first)
    const answer = (await this.line(`? ${question} `)) || (choices[first]?.name ?? '')
    const wanted = answer.toLowerCase()
    const found =
      choices[Number(answer) - 1] ??
      choices.find(({ name }) => name.toLowerCase() === wanted) ??
      choices.find(({ name }) => name.toLowerCase().startsWith(wanted))
    if (!found) throw new CliError(`Sorry, your reply was invalid: ${JSON.stringify(answer)} is not one of the choices`)
    return found.name
  }

  port(question: string, otherwise: string): Promise<string> {
    return this.input(question, otherwise, (answer) =>
      /^\d+$/.test(answer) && Number(answer) > 0 && Number(answer) < 65536
        ? undefined
        : 'port must be a number between 1 and 65535',
    )
  }

  private mark(): string {
    return this.onTerminal ? `${GREEN}?${PLAIN}` : '?'
  }
  private bold(text: string): string {
    return this.onTerminal ? `${BOLD}${text}${PLAIN}` : text
  }

  private async line(prompt: string): Promise<string> {
    const { cli } = this
    await cli.print(prompt)
    await cli.io.out.flush()
    const bytes: number[] = []
    for (;;) {
      const [byte] = await this.read()
      if (byte === undefined && bytes.length === 0 && this.onTerminal) throw interrupted()
      if (byte === undefined || byte === 10) break
      bytes.push(byte)
    }
    const text = new TextDecoder().decode(Uint8Array.from(bytes)).trim()
    if (!this.onTerminal) await cli.print(`${text}\n`)
    return text
  }

  private async read(): Promise<Uint8Array> {
    return this.cli.sys.read(0, 1)
  }

  private async arrows(question: string, choices: readonly Choice[], first: number): Promise<string> {
    const { sys } = this.cli
    const before = sys.tcgetattr(0)
    const kept = { ...before, cc: { ...before.cc } }
    sys.tcsetattr(0, rawTermios(before))
    try {
      return await this.choose(question, choices, first)
    } finally {
      sys.tcsetattr(0, kept)
    }
  }

  private async choose(question: string, choices: readonly Choice[], first: number): Promise<string> {
    let [at, filter, drawn] = [first, '', 0]
    for (;;) {
      const shown = choices.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()))
      at = Math.max(0, Math.min(at, shown.length - 1))
      drawn = await this.draw(question, filter, shown, at, drawn)
      const key = await this.key()
      if (key === '\u0003' || key === '\u0004' || key === '') throw interrupted()
      if (key === '\r' || key === '\n') {
        const picked = shown[at]
        if (!picked) continue
        await this.cli.print(
          `\u001b[${drawn}A\r\u001b[J${this.mark()} ${this.bold(question)} ${CYAN}${picked.name}${PLAIN}\r\n`,
        )
        return picked.name
      }
      if (key === '\u001b[A') at = (at + shown.length - 1) % Math.max(1, shown.length)
      else if (key === '\u001b[B') at = (at + 1) % Math.max(1, shown.length)
      else if (key === '\u007f') filter = filter.slice(0, -1)
      else if (/^[ -~]$/.test(key)) filter += key
    }
  }

  private async draw(question: string, filter: string, shown: readonly Choice[], at: number, drawn: number) {
    const hint = filter === '' ? `  ${CYAN}[Use arrows to move, type to filter]${PLAIN}` : ` ${filter}`
    const lines = shown.map(({ name, more }, i) => (i === at ? `${CYAN}> ${name}${more}${PLAIN}` : `  ${name}${more}`))
    const back = drawn > 0 ? `\u001b[${drawn}A\r\u001b[J` : ''
    await this.cli.print(`${back}${[`${this.mark()} ${this.bold(question)}${hint}`, ...lines].join('\r\n')}\r\n`)
    await this.cli.io.out.flush()
    return lines.length + 1
  }

  private async key(): Promise<string> {
    try {
      return new TextDecoder().decode(await this.cli.sys.read(0, 16))
    } catch (error) {
      if (isErrno(error)) return ''
      throw error
    }
  }
}

const interrupted = (): CliError => new CliError('canceled', 130)
