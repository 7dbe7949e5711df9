/** A failure as npm tells it: a code, then lines. */
export class NpmError extends Error {
  readonly code: string
  readonly lines: readonly string[]

  constructor(code: string, lines: readonly string[]) {
    super(lines[0] ?? code)
    this.code = code
    this.lines = lines
  }

  text(): string {
    return [`code ${this.code}`, ...this.lines].map((line) => `npm error ${line}\n`).join('')
  }
}
