/** The index: gitformat-index(5), version 2. */
import { isErrno, type Stat, type Sys } from '@drydock/abi'
import { concatBytes, hashHex } from '@drydock/codec'
import { readFile, writeFile } from '@drydock/libc'

export interface IndexEntry {
  readonly path: string
  readonly oid: string
  /** Six digits. */
  readonly mode: string
  /** 0, or 1 base, 2 ours, 3 theirs of a conflict. */
  readonly stage: number
  readonly mtimeMs: number
  readonly size: number
  /** `git add -N`: known, without content. */
  readonly intent?: boolean
}

const decoder = new TextDecoder()
const encoder = new TextEncoder()
const FIXED = 62

function parse(bytes: Uint8Array): IndexEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = view.getUint32(4)
  const count = view.getUint32(8)
  const entries: IndexEntry[] = []
  let at = 12
  for (let i = 0; i < count; i++) {
    const flags = view.getUint16(at + 60)
    const extended = version >= 3 && (flags & 0x4000) !== 0
    const start = at + FIXED + (extended ? 2 : 0)
    const end = bytes.indexOf(0, start)
    const path = decoder.decode(bytes.subarray(start, end))
    const oid = Array.from(bytes.subarray(at + 40, at + 60), (byte) => byte.toString(16).padStart(2, '0')).join('')
    const intent = extended && (view.getUint16(at + 62) & 0x2000) !== 0
    entries.push({
      path,
      oid,
      mode: view
        .getUint32(at + 24)
        .toString(8)
        .padStart(6, '0'),
      stage: (flags >> 12) & 3,
      mtimeMs: view.getUint32(at + 8) * 1000 + view.getUint32(at + 12) / 1e6,
      size: view.getUint32(at + 36),
      ...(intent ? { intent } : {}),
    })
    at += ((end - at) & ~7) + 8
  }
  return entries
}

function print(entries: readonly IndexEntry[]): Uint8Array {
  const extended = entries.some(({ intent }) => intent)
  const head = new Uint8Array(12)
  const view = new DataView(head.buffer)
  head.set(encoder.encode('DIRC'))
  view.setUint32(4, extended ? 3 : 2)
  view.setUint32(8, entries.length)
  const body = concatBytes([head, ...entries.map(entryBytes)])
  const sum = hashHex('sha1', body)
  return concatBytes([
    body,
    Uint8Array.from({ length: 20 }, (_, i) => Number.parseInt(sum.slice(i * 2, i * 2 + 2), 16)),
  ])
}

function entryBytes({ path, oid, mode, stage, mtimeMs, size, intent }: IndexEntry): Uint8Array {
  const name = encoder.encode(path)
  const start = FIXED + (intent ? 2 : 0)
  const bytes = new Uint8Array(((start + name.length) & ~7) + 8)
  const view = new DataView(bytes.buffer)
  for (const at of [0, 8]) {
    view.setUint32(at, Math.floor(mtimeMs / 1000))
    view.setUint32(at + 4, Math.round((mtimeMs % 1000) * 1e6))
  }
  view.setUint32(24, Number.parseInt(mode, 8))
  view.setUint32(36, size)
  for (let i = 0; i < 20; i++) bytes[40 + i] = Number.parseInt(oid.slice(i * 2, i * 2 + 2), 16)
  view.setUint16(60, (stage << 12) | (intent ? 0x4000 : 0) | Math.min(name.length, 0xfff))
  if (intent) view.setUint16(62, 0x2000)
  bytes.set(name, start)
  return bytes
}

const byPath = (a: IndexEntry, b: IndexEntry): number =>
  a.path < b.path ? -1 : a.path > b.path ? 1 : a.stage - b.stage

/** What the next commit will hold, and while a merge waits, the sides of each conflict. */
export class Index {
  private entries = new Map<string, IndexEntry>()
  private readonly sys: Sys
  private readonly file: string
  changed = false

  static async open(sys: Sys, file: string): Promise<Index> {
    const index = new Index(sys, file)
    try {
      const bytes = await readFile(sys, file)
      if (bytes.length > 12) for (const entry of parse(bytes)) index.entries.set(`${entry.path}\0${entry.stage}`, entry)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
    return index
  }

  private constructor(sys: Sys, file: string) {
    this.sys = sys
    this.file = file
  }

  /** All entries, in git's order. */
  all(): IndexEntry[] {
    return [...this.entries.values()].sort(byPath)
  }
  merged(): IndexEntry[] {
    return this.all().filter(({ stage }) => stage === 0)
  }
  get(path: string, stage = 0): IndexEntry | undefined {
    return this.entries.get(`${path}\0${stage}`)
  }
  knows(path: string): boolean {
    return [0, 1, 2, 3].some((stage) => this.entries.has(`${path}\0${stage}`))
  }
  unmerged(): string[] {
    return [...new Set(this.all().flatMap(({ path, stage }) => (stage > 0 ? [path] : [])))]
  }

  /** Puts a file at stage 0 and ends its conflict. @param stat  of the work tree, where it is known to be the same */
  set(path: string, oid: string, mode: string, stat?: Stat): void {
    this.remove(path)
    this.entries.set(`${path}\0${0}`, { path, oid, mode, stage: 0, mtimeMs: stat?.mtimeMs ?? 0, size: stat?.size ?? 0 })
    this.changed = true
  }
  setStage(path: string, stage: number, oid: string, mode: string): void {
    this.entries.delete(`${path}\0${0}`)
    this.entries.set(`${path}\0${stage}`, { path, oid, mode, stage, mtimeMs: 0, size: 0 })
    this.changed = true
  }
  intend(path: string, oid: string, mode: string): void {
    this.entries.set(`${path}\0${0}`, { path, oid, mode, stage: 0, mtimeMs: 0, size: 0, intent: true })
    this.changed = true
  }
  remove(path: string): void {
    for (const stage of [0, 1, 2, 3]) if (this.entries.delete(`${path}\0${stage}`)) this.changed = true
  }
  clear(): void {
    this.entries.clear()
    this.changed = true
  }

  async save(): Promise<void> {
    if (!this.changed) return
    await writeFile(this.sys, this.file, print(this.all()))
    this.changed = false
  }
}
