import { imageRecords } from '@drydock/kernel'

/** What is read of an inode's record here. */
export interface InodeRecord {
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly times: readonly [atimeMs: number, mtimeMs: number, ctimeMs: number]
  readonly entries?: readonly (readonly [string, number])[]
  readonly file?: { readonly inline?: Uint8Array | number }
}

const ROOT_INO = 2
/** PATH_MAX has room for no more. What hung somewhere once may be told of in circles. */
const MOST_DEEP = 2048

/** Where the inodes of a disk hang, as its records and those of the image below them say. */
export class DirectoryTree {
  private readonly places = new Map<number, { readonly name: string; readonly parent: number }>()
  private readonly directories = new Map<number, InodeRecord>()
  private imageText: string | undefined
  private image: ReadonlyMap<number, InodeRecord> | undefined

  /** The text of the image that the disk stands on: it is read when somebody asks for what only it knows. */
  standsOn(text: string): void {
    this.imageText = text
  }

  learn(ino: number, record: InodeRecord): void {
    if (!record.entries) return
    this.directories.set(ino, record)
    for (const [name, child] of record.entries) this.places.set(child, { name, parent: ino })
  }

  /** The name that it has, or had last. */
  nameOf(ino: number): string | undefined {
    return this.places.get(ino)?.name
  }

  /** The record that the image has of it. */
  original(ino: number): InodeRecord | undefined {
    this.image ??= this.imageText === undefined ? new Map() : imageRecords(this.imageText, ROOT_INO)
    return this.image.get(ino)
  }

  /** The inode at a path, as `var/lib`; undefined when there is none. */
  find(path: string): number | undefined {
    let at: number | undefined = ROOT_INO
    for (const part of path.split('/')) {
      const { entries = [] }: Partial<InodeRecord> = this.directories.get(at) ?? this.original(at) ?? {}
      at = entries.find(([name]) => name === part)?.[1]
      if (at === undefined) return undefined
    }
    return at
  }

  /** Whether it is that directory, or hangs or hung somewhere beneath it. */
  isBelow(ino: number, directory: number): boolean {
    let at: number | undefined = ino
    for (let depth = 0; at !== undefined && depth < MOST_DEEP; depth++) {
      if (at === directory) return true
      at = this.places.get(at)?.parent
    }
    return false
  }
}
