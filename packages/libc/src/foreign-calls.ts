import type { Stat, Sys } from '@drydock/abi'

/** What a system call says to foreign code: a value, bytes beside it. */
export interface ForeignAnswer {
  readonly value?: unknown
  readonly bytes?: Uint8Array | undefined
}

/** A system call that foreign code asked for by name: each row of a table reads its own arguments. */
export type ForeignCall = (
  sys: Sys,
  args: readonly unknown[],
  bytes: Uint8Array,
) => ForeignAnswer | Promise<ForeignAnswer>

export const asText = (value: unknown): string => String(value ?? '')
export const asNumber = (value: unknown): number => Number(value ?? 0)
export const answer = (value?: unknown): ForeignAnswer => ({ value })
/** Only what can be cloned. */
const plain = (stat: Stat): ForeignAnswer => answer({ ...stat })

/** The calls on files and of the process itself that every runtime asks for in the same words. */
export const COMMON_CALLS: readonly (readonly [name: string, ForeignCall])[] = [
  ['read', async (sys, [fd, max]) => ({ bytes: await sys.read(asNumber(fd), asNumber(max)) })],
  ['pread', (sys, [fd, max, at]) => ({ bytes: sys.pread(asNumber(fd), asNumber(max), asNumber(at)) })],
  ['pwrite', (sys, [fd, at], bytes) => answer(sys.pwrite(asNumber(fd), bytes, asNumber(at)))],
  ['close', (sys, [fd]) => answer(sys.close(asNumber(fd)))],
  ['stat', (sys, [path]) => plain(sys.stat(asText(path)))],
  ['lstat', (sys, [path]) => plain(sys.lstat(asText(path)))],
  ['fstat', (sys, [fd]) => plain(sys.fstat(asNumber(fd)))],
  ['readdir', (sys, [path]) => answer(sys.readdir(asText(path)))],
  ['mkdir', (sys, [path, mode]) => answer(sys.mkdir(asText(path), asNumber(mode)))],
  ['rmdir', (sys, [path]) => answer(sys.rmdir(asText(path)))],
  ['unlink', (sys, [path]) => answer(sys.unlink(asText(path)))],
  ['rename', (sys, [from, to]) => answer(sys.rename(asText(from), asText(to)))],
  ['link', (sys, [from, to]) => answer(sys.link(asText(from), asText(to)))],
  ['symlink', (sys, [target, path]) => answer(sys.symlink(asText(target), asText(path)))],
  ['readlink', (sys, [path]) => answer(sys.readlink(asText(path)))],
  ['chmod', (sys, [path, mode]) => answer(sys.chmod(asText(path), asNumber(mode)))],
  ['chown', (sys, [path, uid, gid]) => answer(sys.chown(asText(path), asNumber(uid), asNumber(gid)))],
  ['utimes', (sys, [path, atime, mtime]) => answer(sys.utimes(asText(path), asNumber(atime), asNumber(mtime)))],
  ['truncate', (sys, [path, size]) => answer(sys.truncate(asText(path), asNumber(size)))],
  ['access', (sys, [path, mode]) => answer(sys.access(asText(path), asNumber(mode)))],
  ['chdir', (sys, [path]) => (sys.chdir(asText(path)), answer(sys.getcwd()))],
  ['isatty', (sys, [fd]) => answer(sys.isatty(asNumber(fd)))],
  ['windowSize', (sys, [fd]) => answer(sys.getWindowSize(asNumber(fd)))],
  ['uname', (sys) => answer(sys.uname())],
  ['sysinfo', (sys) => answer(sys.sysinfo())],
]
