import { isDirectory, isRegular, isSymlink, type Sys } from '@drydock/abi'
import { encodeUtf8, Sha256 } from '@drydock/codec'
import { IgnoreRules } from '@drydock/dockerfile'
import { hashPaced } from '../../content/paced.ts'
import { ifExists, listNames, readBytes } from '../../state/files.ts'
import { resolveInRoot } from '../../runtime/scoped-path.ts'

/**
 * A digest of files and folders as COPY takes them: names, kinds, modes, owners and content; not their times.
 * @param paths relative to `root`, links followed
 */
export async function contentHash(
  sys: Sys,
  root: string,
  paths: readonly string[],
  exclude: readonly string[] = [],
): Promise<string> {
  const hash = new Sha256()
  const rules = new IgnoreRules(exclude.join('\n'))
  for (const path of paths) {
    hash.update(encodeUtf8(`${path}\0`))
    await addTree(sys, hash, resolveInRoot(sys, root, path), '', rules)
  }
  return `sha256:${hash.digestHex()}`
}

async function addTree(sys: Sys, hash: Sha256, path: string, name: string, rules: IgnoreRules): Promise<void> {
  const stat = ifExists(() => sys.lstat(path))
  if (!stat || (name !== '' && rules.ignores(name))) return
  const pause = sys.tick()
  if (pause) await pause
  hash.update(encodeUtf8(`${name}\0${stat.mode} ${stat.uid} ${stat.gid} ${stat.rdev}\0`))
  if (isSymlink(stat.mode)) hash.update(encodeUtf8(sys.readlink(path)))
  else if (isRegular(stat.mode)) await addContent(sys, hash, path)
  else if (isDirectory(stat.mode))
    for (const child of listNames(sys, path))
      await addTree(sys, hash, `${path}/${child}`, name === '' ? child : `${name}/${child}`, rules)
}

async function addContent(sys: Sys, hash: Sha256, path: string): Promise<void> {
  const lazy = sys.getLazyContent(path)
  if (lazy) hash.update(encodeUtf8(`${lazy.size}:${lazy.seed}\0`)).update(lazy.prefix)
  else await hashPaced(sys, hash, readBytes(sys, path))
}
