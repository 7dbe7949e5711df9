import { isErrno, type MaybePromise, type Process, type Sys } from '@drydock/abi'
import type { Voice } from './voice.ts'

const encoder = new TextEncoder()
/** Written at a time to files and pipes: half of what a pipe holds, so that reader and writer take turns seldom. */
const BUFSIZ = 32768

/**
 * Text to bytes. A lone surrogate U+DC80…U+DCFF stands for a byte that is no UTF-8: what a program read and writes again
 * is the same bytes.
 */
export function encodeText(text: string): Uint8Array {
  return (text.length < SHORT ? asciiBytes(text) : undefined) ?? encodeAny(text)
}

/** Shorter texts are mostly ASCII, and quicker made by hand. */
const SHORT = 256

function asciiBytes(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < bytes.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 127) return undefined
    bytes[at] = code
  }
  return bytes
}

function encodeAny(text: string): Uint8Array {
  if (!/[\udc80-\udcff]/u.test(text)) return encoder.encode(text)
  const bytes: number[] = []
  for (const piece of text.split(/([\udc80-\udcff])/u)) {
    const code = piece.charCodeAt(0)
    if (piece.length === 1 && code >= 0xdc80 && code <= 0xdcff) bytes.push(code - 0xdc00)
    else for (const byte of encoder.encode(piece)) bytes.push(byte)
  }
  return Uint8Array.from(bytes)
}

/** Buffered output on a descriptor: by line on a terminal, by block elsewhere. setvbuf(3). */
export class Output {
  private readonly parts: Uint8Array[] = []
  private pendingBytes = 0
  /** What came as text last: encoded when there is much of it. */
  private text = ''
  private readonly sys: Sys
  private readonly fd: number
  private readonly limit: number

  constructor(sys: Sys, fd: number, limit?: number) {
    this.sys = sys
    this.fd = fd
    this.limit = limit ?? (isTerminal(sys, fd) ? 0 : BUFSIZ)
  }

  /** Await what it returns: a promise only when the buffer went out and had to wait. */
  write(data: string | Uint8Array): MaybePromise<void> {
    if (data.length === 0) return
    if (typeof data === 'string') this.text += data
    else {
      this.encode()
      this.parts.push(data)
      this.pendingBytes += data.length
    }
    if (this.pendingBytes + this.text.length > this.limit) return this.flush()
  }

  /** Whether so many bytes more would make the buffer go out. */
  isFull(bytes: number): boolean {
    return this.pendingBytes + this.text.length + bytes > this.limit
  }

  flush(): MaybePromise<void> {
    this.encode()
    if (this.pendingBytes === 0) return
    const bytes = this.parts.length === 1 && this.parts[0] ? this.parts[0] : concat(this.parts)
    this.parts.length = 0
    this.pendingBytes = 0
    return writeAll(this.sys, this.fd, bytes)
  }

  private encode(): void {
    if (this.text === '') return
    const bytes = encodeText(this.text)
    this.text = ''
    this.parts.push(bytes)
    this.pendingBytes += bytes.length
  }
}

/** Standard streams of a program. `err` is not buffered. */
export class Stdio {
  readonly out: Output
  readonly err: Output
  private readonly sys: Sys
  private readonly voice: Voice | undefined

  /** @param voice  whose words `warn` uses */
  constructor(sys: Sys, voice?: Voice) {
    this.sys = sys
    this.voice = voice
    this.out = new Output(sys, 1)
    this.err = new Output(sys, 2, 0)
  }

  print(data: string | Uint8Array): MaybePromise<void> {
    return this.out.write(data)
  }

  /** To standard error, after what standard output still holds. */
  async warn(text: string): Promise<void> {
    await this.out.flush()
    await this.err.write(this.voice ? this.voice.reword(text) : text)
  }

  /** Lines of a descriptor (default standard input) without their newline; the last may lack one. */
  lines(fd = 0): AsyncGenerator<string, void, void> {
    return readLines(this.sys, fd)
  }
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** A promise only where it has to wait: a write on a blocking descriptor mostly takes everything at once. */
export function writeAll(sys: Sys, fd: number, bytes: Uint8Array): MaybePromise<void> {
  if (bytes.length === 0) return
  const taken = sys.write(fd, bytes)
  if (taken === bytes.length) return
  return writeRest(sys, fd, bytes, taken)
}

async function writeRest(sys: Sys, fd: number, bytes: Uint8Array, first: MaybePromise<number>): Promise<void> {
  let at = await first
  while (at < bytes.length) at += await sys.write(fd, bytes.subarray(at))
}

/** Everything up to the end of the file; a promise only where it has to wait. */
export function readAll(sys: Sys, fd: number): MaybePromise<Uint8Array> {
  const parts: Uint8Array[] = []
  for (;;) {
    const got = sys.read(fd, 65536)
    if (got instanceof Promise) return readRest(sys, fd, parts, got)
    if (got.length === 0) return parts.length === 1 && parts[0] ? parts[0] : concat(parts)
    parts.push(got)
  }
}

async function readRest(sys: Sys, fd: number, parts: Uint8Array[], pending: Promise<Uint8Array>): Promise<Uint8Array> {
  for (let bytes = await pending; bytes.length > 0; bytes = await sys.read(fd, 65536)) parts.push(bytes)
  return concat(parts)
}

export async function readFile(sys: Sys, path: string): Promise<Uint8Array> {
  const fd = sys.open(path, 0)
  try {
    return await readAll(sys, fd)
  } finally {
    sys.close(fd)
  }
}

export const readTextFile = async (sys: Sys, path: string): Promise<string> =>
  new TextDecoder().decode(await readFile(sys, path))

/** A file's text; empty when it cannot be read. */
export async function readTextIfAny(sys: Sys, path: string): Promise<string> {
  try {
    return await readTextFile(sys, path)
  } catch (error) {
    if (isErrno(error)) return ''
    throw error
  }
}

/** Creates or replaces the file. */
export async function writeFile(sys: Sys, path: string, data: string | Uint8Array, mode = 0o666): Promise<void> {
  const fd = sys.open(path, 0o1 | 0o100 | 0o1000, mode)
  try {
    await writeAll(sys, fd, typeof data === 'string' ? encoder.encode(data) : data)
  } finally {
    sys.close(fd)
  }
}

export async function* readLines(sys: Sys, fd: number): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder()
  let rest = ''
  for (;;) {
    const bytes = await sys.read(fd, 65536)
    if (bytes.length === 0) break
    const pieces = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = pieces.pop() ?? ''
    yield* pieces
  }
  rest += decoder.decode()
  if (rest !== '') yield rest
}

const isTerminal = (sys: Sys, fd: number): boolean => {
  try {
    return sys.isatty(fd)
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

/** basename of argv[0], as programs call themselves in messages. */
export const programName = (process: Process): string => (process.argv[0] ?? '').split('/').pop() ?? ''
