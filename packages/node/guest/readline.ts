import EventEmitter from 'events'
import type { Readable, Writable } from 'readable-stream'

interface Options {
  readonly input: Readable
  readonly output?: Writable
  readonly prompt?: string
}

/** Lines of a stream; on a terminal the kernel's line discipline does the editing. */
class Interface extends EventEmitter {
  private readonly options: Options
  private prompted: string
  private rest = ''
  private closed = false
  private question_: ((answer: string) => void) | undefined

  constructor(options: Options) {
    super()
    this.options = options
    this.prompted = options.prompt ?? '> '
    options.input.setEncoding('utf8')
    options.input.on('data', ((text: string) => this.take(text)) as never)
    options.input.on('end', (() => this.finish()) as never)
  }

  setPrompt(prompt: string): void {
    this.prompted = prompt
  }
  prompt(): void {
    this.options.output?.write(this.prompted)
  }
  question(text: string, ...rest: unknown[]): void {
    this.options.output?.write(text)
    this.question_ = rest.at(-1) as (answer: string) => void
  }
  write(text: string): void {
    this.take(text)
  }
  pause(): this {
    this.options.input.pause()
    return this
  }
  resume(): this {
    this.options.input.resume()
    return this
  }
  close(): void {
    if (this.closed) return
    this.closed = true
    this.options.input.pause()
    this.options.input.destroy()
    this.emit('close')
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    const lines: string[] = []
    let wake: (() => void) | undefined
    this.on('line', ((line: string) => {
      lines.push(line)
      wake?.()
    }) as never)
    this.on('close', (() => wake?.()) as never)
    while (!this.closed || lines.length > 0) {
      const line = lines.shift()
      if (line !== undefined) yield line
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  }

  private take(text: string): void {
    const lines = (this.rest + text).split('\n')
    this.rest = lines.pop() ?? ''
    for (const line of lines) this.line(line.replace(/\r$/, ''))
  }

  private line(text: string): void {
    const answer = this.question_
    this.question_ = undefined
    if (answer) answer(text)
    else this.emit('line', text)
  }

  private finish(): void {
    if (this.rest !== '') this.line(this.rest)
    this.rest = ''
    this.close()
  }
}

const asPromise = (options: Options) => {
  const made = new Interface(options)
  const ask = made.question.bind(made)
  return Object.assign(made, { question: (text: string) => new Promise<string>((resolve) => ask(text, resolve)) })
}

export const readline = {
  Interface,
  createInterface: (first: Options | Readable, output?: Writable) =>
    new Interface('input' in first ? first : { input: first, ...(output ? { output } : {}) }),
  clearLine: (out: Writable) => out.write('\x1b[2K'),
  cursorTo: (out: Writable, x: number, y?: number) =>
    out.write(y === undefined ? `\x1b[${x + 1}G` : `\x1b[${y + 1};${x + 1}H`),
  moveCursor: () => true,
  promises: { createInterface: asPromise },
}
