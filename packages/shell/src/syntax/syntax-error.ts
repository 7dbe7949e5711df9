/**
 * The text is no script. `incomplete` when it is only not finished: a reader with more lines goes on.
 * The message is bash's, without the `bash: line N:` before it.
 */
export class ShellSyntaxError extends Error {
  readonly line: number
  readonly incomplete: boolean
  /** The line to be shown below the message. */
  readonly shown: string | undefined
  constructor(message: string, line: number, incomplete: boolean, shown?: string) {
    super(message)
    this.line = line
    this.incomplete = incomplete
    this.shown = shown
  }
}
