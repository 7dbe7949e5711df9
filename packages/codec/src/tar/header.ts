export type TarType = 'file' | 'hardlink' | 'symlink' | 'character' | 'block' | 'directory' | 'fifo'

/** What a tar archive says of one member. tar(5), POSIX.1-2024 pax. */
export interface TarHeader {
  readonly name: string
  readonly type: TarType
  /** Permission bits only. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly uname: string
  readonly gname: string
  /** Bytes of content that follow. */
  readonly size: number
  readonly mtimeMs: number
  readonly linkName: string
  readonly major: number
  readonly minor: number
  /** Further records, such as SCHILY.xattr.*; those that a field holds are not here. */
  readonly pax: ReadonlyMap<string, string>
}

/** A header with everything but the name left to defaults: a file 0644 of root, of 1970. */
export function tarHeader(name: string, fields: Partial<Omit<TarHeader, 'name'>> = {}): TarHeader {
  const type = fields.type ?? 'file'
  return {
    name,
    type,
    mode: type === 'directory' ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    uname: '',
    gname: '',
    size: 0,
    mtimeMs: 0,
    linkName: '',
    major: 0,
    minor: 0,
    pax: new Map(),
    ...fields,
  }
}

/** The archive is not a tar, or is damaged; words as Go's archive/tar has them. */
export class TarError extends Error {}
