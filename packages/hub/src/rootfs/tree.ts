import { stubBytes } from '@drydock/abi'
import { decodeUtf8, encodeUtf8 } from '@drydock/codec'
import type { LayerEntry } from '@drydock/oci'
import type { Flavour, ProgramRow, ProgramRows } from './program-rows.ts'

const STUB_BYTES = 40_960

export interface Owner {
  readonly uid?: number
  readonly gid?: number
  readonly mode?: number
}

/** A stable number from a name: the seed of made-up content. FNV-1a. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
  return hash
}

/** Files of one layer while they are laid out; folders on the way to a file come by themselves. */
export class Tree {
  readonly programs: ProgramRows
  readonly flavour: Flavour
  /** Paths that are links in layers below, as `bin` → `usr/bin` where /usr is merged. */
  private readonly mergedUsr: boolean
  private readonly entries = new Map<string, LayerEntry>()
  private readonly mtimeMs: number

  constructor(options: { programs: ProgramRows; flavour: Flavour; mergedUsr: boolean; mtimeMs: number }) {
    this.programs = options.programs
    this.flavour = options.flavour
    this.mergedUsr = options.mergedUsr
    this.mtimeMs = options.mtimeMs
  }

  dir(path: string, owner: Owner = {}): this {
    return this.put({ ...this.head(path, 0o755, owner), type: 'directory' })
  }

  dirs(paths: string, owner: Owner = {}): this {
    for (const path of paths.split(' ')) this.dir(path, owner)
    return this
  }

  file(path: string, text: string, owner: Owner = {}): this {
    return this.put({ ...this.head(path, 0o644, owner), type: 'file', content: encodeUtf8(text) })
  }

  bytes(path: string, content: Uint8Array, owner: Owner = {}): this {
    return this.put({ ...this.head(path, 0o644, owner), type: 'file', content })
  }

  script(path: string, text: string): this {
    return this.file(path, text, { mode: 0o755 })
  }

  link(path: string, target: string): this {
    return this.put({ ...this.head(path, 0o777, {}), type: 'symlink', linkTarget: target })
  }

  /** A big file nobody is expected to read: its content is made up. */
  big(path: string, sizeBytes: number, mode = 0o644): this {
    const prefix = encodeUtf8('\x7fELF\x02\x01\x01')
    return this.put({
      ...this.head(path, mode, {}),
      type: 'file',
      lazy: { prefix, size: sizeBytes, seed: seedOf(path) },
    })
  }

  /**
   * Places a command's stub, where the table has it.
   * @param path where; default the program's own place
   * @returns whether it is there
   */
  command(command: string, path?: string): boolean {
    const row = this.programs.find(command, this.flavour)
    if (!row) return false
    const place = path ?? row.paths.find((each) => each.endsWith(`/${command}`)) ?? `/usr/bin/${command}`
    this.stub(row, place)
    return true
  }

  commands(names: string): this {
    for (const name of names.split(' ')) this.command(name)
    return this
  }

  /** Places a command that the image is about; where nobody wrote it yet a script says so. */
  mainCommand(command: string, path: string): this {
    const row = this.programs.find(command, 'gnu')
    // An applet of the same name is another program: busybox httpd is no Apache.
    if (row && !row.name.startsWith('busybox/')) return this.stub(row, path)
    return this.script(path, `#!/bin/sh\necho "${command}: this program is not simulated here yet" >&2\nexit 1\n`)
  }

  stub(row: ProgramRow, path: string): this {
    const size = row.sizeBytes ?? STUB_BYTES
    const prefix = stubBytes(row.name)
    return this.put({ ...this.head(path, 0o755, {}), type: 'file', lazy: { prefix, size, seed: seedOf(row.name) } })
  }

  /** One of a multi-call binary's names: what it weighs is counted at the binary. */
  applet(row: ProgramRow, path: string): this {
    return this.put({ ...this.head(path, 0o755, {}), type: 'file', content: stubBytes(row.name) })
  }

  has(path: string): boolean {
    return this.entries.has(this.place(path))
  }

  /** The text of a file laid out before; '' when there is none. */
  text(path: string): string {
    const content = this.entries.get(this.place(path))?.content
    return content ? decodeUtf8(content) : ''
  }

  /** Bytes of all files. */
  sizeBytes(): number {
    let sum = 0
    for (const entry of this.entries.values()) sum += entry.lazy?.size ?? entry.content?.length ?? 0
    return sum
  }

  /** Makes the layer as big as in real life: what is missing is spread over `paths`, the first the biggest. */
  fillTo(totalBytes: number, paths: readonly string[]): this {
    const missing = totalBytes - this.sizeBytes()
    const weight = paths.reduce((sum, _, index) => sum + 1 / (index + 1), 0)
    let left = missing
    paths.forEach((path, index) => {
      const share = index === paths.length - 1 ? left : Math.floor(missing / weight / (index + 1))
      left -= share
      if (share > 0) this.big(path, share)
    })
    return this
  }

  /** In the order of their paths, so that folders come before what they hold. */
  list(): LayerEntry[] {
    return [...this.entries.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  }

  private head(path: string, mode: number, owner: Owner): Omit<LayerEntry, 'type'> {
    return {
      path: this.place(path),
      mode: owner.mode ?? mode,
      uid: owner.uid ?? 0,
      gid: owner.gid ?? 0,
      mtimeMs: this.mtimeMs,
    }
  }

  private place(path: string): string {
    const plain = path.replace(/^\/+|\/+$/g, '')
    return this.mergedUsr ? plain.replace(/^(bin|sbin|lib|lib64)\//, 'usr/$1/') : plain
  }

  private put(entry: LayerEntry): this {
    const slash = entry.path.lastIndexOf('/')
    if (slash > 0 && !this.entries.has(entry.path.slice(0, slash))) this.dir(entry.path.slice(0, slash))
    this.entries.set(entry.path, entry)
    return this
  }
}
