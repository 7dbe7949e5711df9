/** Lines of a Dockerfile, the first is 1, both ends included. */
export interface LineRange {
  readonly start: number
  readonly end: number
}

/** What is wrong with a Dockerfile, in BuildKit's words, and where. */
export class DockerfileError extends Error {
  readonly range: LineRange | undefined
  /** The instruction itself could not be read, so it never came to building. */
  readonly syntax: boolean
  /** The nearest name that would have been right. */
  readonly suggestion: string | undefined

  constructor(message: string, options: { range?: LineRange | undefined; syntax?: boolean; suggestion?: string } = {}) {
    super(message)
    this.name = 'DockerfileError'
    this.range = options.range
    this.syntax = options.syntax ?? false
    this.suggestion = options.suggestion
  }

  /** The message as BuildKit tells it: with the line for syntax, and with the suggestion. */
  get told(): string {
    const where = this.syntax && this.range ? `dockerfile parse error on line ${this.range.start}: ` : ''
    return `${where}${this.message}${this.suggestion === undefined ? '' : ` (did you mean ${this.suggestion}?)`}`
  }
}

/** The same error, placed; one that has a place keeps it. */
export function placed(error: unknown, range: LineRange, syntax = false): unknown {
  if (!(error instanceof DockerfileError) || error.range) return error
  const { message, suggestion } = error
  return new DockerfileError(message, { range, syntax, ...(suggestion === undefined ? {} : { suggestion }) })
}
