import { type ByteSource, concatBytes, decodeUtf8 } from '../bytes.ts'
import { applyPax, decodePax } from './pax.ts'
import { BLOCK, decodeBlock, TYPES } from './block.ts'
import { TarError, type TarHeader } from './header.ts'

export type TarEvent =
  | { readonly kind: 'entry'; readonly header: TarHeader }
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  /** The content of the last entry is complete. */
  | { readonly kind: 'close' }

type State = 'header' | 'extension' | 'content' | 'padding' | 'end'

/** Types without content, whatever their size field says: hard links of some writers carry the file's. */
const BARE: ReadonlySet<string> = new Set(['hardlink', 'symlink', 'character', 'block', 'directory', 'fifo'])

/** Reads an archive that comes in pieces; a state machine over its blocks. */
export class TarReader {
  private state: State = 'header'
  private held: Uint8Array = new Uint8Array(0)
  /** Bytes of content, then of padding, still to come. */
  private left = 0
  private padding = 0
  private extensionFlag = ''
  private local = new Map<string, string>()
  private global = new Map<string, string>()
  private started = false

  /** @returns what the pieces so far hold @throws TarError */
  push(bytes: Uint8Array): TarEvent[] {
    const events: TarEvent[] = []
    this.held = this.held.length === 0 ? bytes : concatBytes([this.held, bytes])
    while (this.step(events));
    return events
  }

  /** To be called at the end of the input: archives may lack the closing zeroes, but not be cut inside a member. */
  finish(): void {
    const cut =
      this.state === 'content' || this.state === 'extension' || (this.state === 'header' && this.held.length > 0)
    if (cut) throw new TarError('unexpected EOF')
  }

  private step(events: TarEvent[]): boolean {
    if (this.state === 'end') this.held = new Uint8Array(0)
    if (this.state === 'content') return this.content(events)
    if (this.state === 'padding') return this.skipPadding()
    if (this.state === 'extension') return this.extension()
    return this.state === 'header' && this.header(events)
  }

  private take(length: number): Uint8Array {
    const bytes = this.held.subarray(0, length)
    this.held = this.held.subarray(length)
    return bytes
  }

  private header(events: TarEvent[]): boolean {
    if (this.held.length < BLOCK) return false
    const block = this.take(BLOCK)
    if (block.every((byte) => byte === 0)) {
      this.state = 'end'
      return true
    }
    const { flag, header } = decodeBlock(block)
    this.started = true
    if ('xgLK'.includes(flag)) {
      this.extensionFlag = flag
      this.begin('extension', header.size)
      return true
    }
    if (!TYPES.has(flag)) throw new TarError(`archive/tar: unsupported member type '${flag}'`)
    const full = applyPax(header, new Map([...this.global, ...this.local]))
    this.local = new Map()
    const size = BARE.has(full.type) ? 0 : full.size
    events.push({ kind: 'entry', header: { ...full, size } })
    this.begin('content', size)
    return true
  }

  private begin(state: State, size: number): void {
    this.state = state
    this.left = size
    this.padding = (BLOCK - (size % BLOCK)) % BLOCK
  }

  private content(events: TarEvent[]): boolean {
    if (this.left > 0) {
      if (this.held.length === 0) return false
      const bytes = this.take(Math.min(this.left, this.held.length))
      this.left -= bytes.length
      events.push({ kind: 'data', bytes })
      return true
    }
    events.push({ kind: 'close' })
    this.state = 'padding'
    return true
  }

  private skipPadding(): boolean {
    this.padding -= this.take(Math.min(this.padding, this.held.length)).length
    if (this.padding > 0) return false
    this.state = 'header'
    return true
  }

  private extension(): boolean {
    if (this.held.length < this.left) return false
    const body = this.take(this.left)
    if (this.extensionFlag === 'g') for (const [key, value] of decodePax(body)) this.global.set(key, value)
    else if (this.extensionFlag === 'x') for (const [key, value] of decodePax(body)) this.local.set(key, value)
    else this.local.set(this.extensionFlag === 'L' ? 'path' : 'linkpath', decodeUtf8(body).replace(/\0.*$/s, ''))
    this.state = 'padding'
    return true
  }

  /** Whether anything that is a tar header was read. */
  get sawHeader(): boolean {
    return this.started
  }
}

/** One member while the archive is read: its content must be taken, or is skipped, before the next one comes. */
export interface TarEntry {
  readonly header: TarHeader
  readonly body: AsyncIterable<Uint8Array>
  readAll(): Promise<Uint8Array>
}

/** The members of an archive that comes in pieces, in order. @throws TarError */
export async function* readTar(source: ByteSource): AsyncGenerator<TarEntry, void, void> {
  const events = tarEvents(source)
  for (;;) {
    const next = await events.next()
    if (next.done) return
    if (next.value.kind !== 'entry') continue
    const body = bodyOf(events)
    yield {
      header: next.value.header,
      body,
      readAll: async () => {
        const parts: Uint8Array[] = []
        for await (const part of body) parts.push(part)
        return concatBytes(parts)
      },
    }
    for await (const _ of body);
  }
}

/** Ends at the entry's close and stays ended; `events` goes on behind it. */
function bodyOf(events: AsyncGenerator<TarEvent, void, void>): AsyncIterable<Uint8Array> {
  let closed = false
  const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
    if (closed) return { done: true, value: undefined }
    const event = await events.next()
    if (!event.done && event.value.kind === 'data') return { done: false, value: event.value.bytes }
    closed = true
    return { done: true, value: undefined }
  }
  return { [Symbol.asyncIterator]: () => ({ next }) }
}

async function* tarEvents(source: ByteSource): AsyncGenerator<TarEvent, void, void> {
  const reader = new TarReader()
  for await (const bytes of source) yield* reader.push(bytes)
  reader.finish()
}

export interface TarMember {
  readonly header: TarHeader
  readonly content: Uint8Array
}

/** All members of an archive in memory. @throws TarError */
export function untar(bytes: Uint8Array): TarMember[] {
  const reader = new TarReader()
  const members: { header: TarHeader; parts: Uint8Array[] }[] = []
  for (const event of reader.push(bytes)) {
    if (event.kind === 'entry') members.push({ header: event.header, parts: [] })
    else if (event.kind === 'data') members.at(-1)?.parts.push(event.bytes)
  }
  reader.finish()
  return members.map(({ header, parts }) => ({ header, content: concatBytes(parts) }))
}
