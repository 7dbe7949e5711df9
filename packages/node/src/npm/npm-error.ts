/** A failure as npm tells it: a code where it has one, then lines. */
export class NpmError extends Error {
  readonly code: string | undefined
  readonly lines: readonly string[]
  readonly status: number

  constructor(code: string | undefined, lines: readonly string[], status = 1) {
    super(lines[0] ?? code)
    this.code = code
    this.lines = lines
    this.status = status
  }

  /** What it is and more of it, without the code before each line. */
  get parts(): { readonly code: string | undefined; readonly summary: string; readonly detail: string } {
    const bare = this.lines.map((line) => line.replace(/^(?:\d{3}|notarget|need auth) ?/, '').trim())
    return { code: this.code, summary: bare[0] ?? '', detail: bare.slice(1).join('\n').trim() }
  }

  /** @param word what each line begins with */
  text(word = 'npm error'): string {
    const lines = this.code === undefined ? this.lines : [`code ${this.code}`, ...this.lines]
    return lines.map((line) => (line === '' ? `${word}\n` : `${word} ${line}\n`)).join('')
  }
}

/** How a command is to be called. */
export const usageError = (what: string, usage: readonly string[], name: string): NpmError =>
  new NpmError('EUSAGE', ['', what, '', 'Usage:', ...usage, '', `Run "npm help ${name}" for more info`])

export const needsLogin = (what: string): NpmError =>
  new NpmError('ENEEDAUTH', [`need auth ${what}`, 'need auth You need to authorize this machine using `npm adduser`'])
