import { isDirectory, isErrno, isRegular, O_CREAT, O_EXCL, O_RDONLY, O_WRONLY, type Sys } from '@drydock/abi'
import { readAll, type Stdio, writeAll } from '@drydock/libc'
import { statOr } from '../coreutils/copy-tree.ts'

/** A message for one file, after which the others go on. */
export class FileProblem extends Error {
  readonly status: number
  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}

/** What a compressor does with one file. */
export interface Packing {
  readonly sys: Sys
  readonly io: Stdio
  readonly unpack: boolean
  readonly toStdout: boolean
  readonly keep: boolean
  readonly force: boolean
  /** Only looks whether it can be unpacked. */
  readonly test: boolean
  /** @throws FileProblem */
  work(bytes: Uint8Array, path: string): readonly Uint8Array[]
  /** The name of what comes out. @throws FileProblem */
  target(path: string): string
  readonly words: {
    readonly directory: (path: string) => FileProblem
    readonly special: (path: string) => FileProblem
    readonly missing: (path: string, reason: string) => FileProblem
    readonly exists: (path: string) => FileProblem
  }
  /** A file is done. */
  done?(path: string, before: number, after: number): Promise<void>
}

/** Packs or unpacks a file into another one, or onto standard output. @throws FileProblem */
export async function packFile(packing: Packing, path: string): Promise<void> {
  const { sys, io } = packing
  const bytes = path === '-' ? await readAll(sys, 0) : await contents(packing, path)
  const to = path === '-' || packing.toStdout || packing.test ? undefined : packing.target(path)
  if (to !== undefined && statOr(sys, to, false)) {
    if (!packing.force) throw packing.words.exists(to)
    sys.unlink(to)
  }
  const parts = packing.work(bytes, path === '-' ? '(stdin)' : path)
  const after = parts.reduce((sum, part) => sum + part.length, 0)
  if (to !== undefined) await replace(packing, path, to, parts)
  else if (!packing.test) for (const part of parts) await io.out.write(part)
  await packing.done?.(path === '-' ? '(stdin)' : path, bytes.length, after)
}

async function contents({ sys, words, toStdout, force }: Packing, path: string): Promise<Uint8Array> {
  try {
    const { mode } = sys.stat(path)
    if (isDirectory(mode)) throw words.directory(path)
    if (!isRegular(mode) && !toStdout && !force) throw words.special(path)
    const fd = sys.open(path, O_RDONLY)
    const bytes = await readAll(sys, fd)
    sys.close(fd)
    return bytes
  } catch (error) {
    if (!isErrno(error)) throw error
    throw words.missing(path, error.message)
  }
}

async function replace({ sys, keep }: Packing, from: string, to: string, parts: readonly Uint8Array[]): Promise<void> {
  const stat = sys.stat(from)
  const fd = sys.open(to, O_WRONLY | O_CREAT | O_EXCL, stat.mode & 0o777)
  for (const part of parts) await writeAll(sys, fd, part)
  sys.close(fd)
  sys.chmod(to, stat.mode & 0o7777)
  sys.utimes(to, stat.atimeMs, stat.mtimeMs)
  if (!keep) sys.unlink(from)
}
