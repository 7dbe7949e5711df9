import { isDirectory, isRegular, isSymlink, type Sys } from '@drydock/abi'
import { Sha256, sha256Hex } from '@drydock/codec'
import { hashPaced } from '../../content/paced.ts'
import { resolveInRoot } from '../../runtime/scoped-path.ts'
import { listNames, readBytes } from '../../state/files.ts'

/**
 * Tarsum, version 1, of one file: header fields by name, then the content. moby pkg/tarsum
 * @param sent the file came in an archive; those of images show their kind and their owner's name as well
 */
async function sumOf(sys: Sys, full: string, name: string, sent: boolean): Promise<string> {
  const stat = sys.lstat(full)
  const regular = isRegular(stat.mode)
  const folder = isDirectory(stat.mode)
  const link = isSymlink(stat.mode) ? sys.readlink(full) : ''
  const type = regular ? '0' : folder ? '5' : link === '' ? '0' : '2'
  const hash = new Sha256()
  const mode = sent ? stat.mode & 0o7777 : stat.mode
  const [user, group] = [stat.uid, stat.gid].map((id) => (id === 0 && !sent ? 'root' : ''))
  hash.update(
    `name${folder ? `${name}/` : name}mode${mode}uid${stat.uid}gid${stat.gid}size${regular ? stat.size : 0}` +
      `typeflag${type}linkname${link}uname${user}gname${group}devmajor0devminor0`,
  )
  if (!regular) return hash.digestHex()
  const lazy = sys.getLazyContent(full)
  if (lazy) return sha256Hex(`${lazy.size}:${lazy.seed}`)
  await hashPaced(sys, hash, readBytes(sys, full))
  return hash.digestHex()
}

/** `file:…` or `dir:…`, as the history of the classic builder shows what was copied. */
export async function sourceSum(sys: Sys, root: string, path: string, sent: boolean): Promise<string> {
  const full = resolveInRoot(sys, root, path)
  const name = full.slice(root.length + 1)
  if (!isDirectory(sys.lstat(full).mode)) return `file:${await sumOf(sys, full, name, sent)}`
  const sums: string[] = []
  await gather(sys, full, name, sums, sent)
  return `dir:${sha256Hex(sums.toSorted().join(','))}`
}

async function gather(sys: Sys, full: string, name: string, sums: string[], sent: boolean): Promise<void> {
  const pause = sys.tick()
  if (pause) await pause
  if (name !== '') sums.push(await sumOf(sys, full, name, sent))
  if (!isDirectory(sys.lstat(full).mode)) return
  for (const child of listNames(sys, full))
    await gather(sys, `${full}/${child}`, name === '' ? child : `${name}/${child}`, sums, sent)
}

export const sumOfSources = (sums: readonly string[]): string =>
  sums.length === 1 ? (sums[0] ?? '') : `multi:${sha256Hex(sums.join(','))}`
