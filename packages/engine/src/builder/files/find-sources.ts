import { isDirectory, type Sys } from '@drydock/abi'
import { hasWildcards, patternSource } from '@drydock/dockerfile'
import { resolveInRoot } from '../../runtime/scoped-path.ts'
import { ifExists, listNames } from '../../state/files.ts'

/** Paths below a source's root are relative, without a slash at the beginning; '' is the root itself. */
export const relativePath = (path: string): string => {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

/** Thrown for a source that is not there; `path` is absolute in its tree. */
export class MissingSource extends Error {
  readonly path: string
  constructor(path: string) {
    super(`${JSON.stringify(path)}: not found`)
    this.path = path
  }
}

/**
 * The files that a source of COPY names, in order of names. Wildcards are those of Go's filepath.Match, and may match nothing.
 * @throws MissingSource for a plain path that is not there
 */
export function findSources(sys: Sys, root: string, source: string): string[] {
  const path = relativePath(source)
  if (hasWildcards(path)) return matching(sys, root, path.split('/'), '')
  const plain = path.replace(/\\(.)/g, '$1')
  if (plain !== '' && !isThere(sys, root, plain)) throw new MissingSource(`/${plain}`)
  return [plain]
}

const isThere = (sys: Sys, root: string, path: string): boolean =>
  ifExists(() => sys.lstat(resolveInRoot(sys, root, path))) !== undefined

function matching(sys: Sys, root: string, parts: readonly string[], folder: string): string[] {
  const [first = '', ...rest] = parts
  const regex = new RegExp(`^${patternSource(first)}$`, 's')
  const names = listNames(sys, resolveInRoot(sys, root, folder)).filter((name) => regex.test(name))
  return names.flatMap((name) => {
    const path = folder === '' ? name : `${folder}/${name}`
    if (rest.length === 0) return [path]
    const stat = ifExists(() => sys.stat(resolveInRoot(sys, root, path)))
    return stat && isDirectory(stat.mode) ? matching(sys, root, rest, path) : []
  })
}

/** Every path below `folder`, parents before children, that the pattern of `COPY --parents` matches; `**` spans folders. */
export function findDeep(sys: Sys, root: string, folder: string, pattern: string): string[] {
  const plain = relativePath(pattern)
  if (plain === '') return allBelow(sys, root, folder).filter((path) => path !== folder)
  if (!hasWildcards(plain)) {
    const path = folder === '' ? plain : `${folder}/${plain}`
    if (!isThere(sys, root, path)) throw new MissingSource(`/${path}`)
    return [path]
  }
  const regex = new RegExp(`^${patternSource(plain)}$`, 's')
  const cut = folder === '' ? 0 : folder.length + 1
  return allBelow(sys, root, folder).filter((path) => path !== folder && regex.test(path.slice(cut)))
}

function allBelow(sys: Sys, root: string, path: string): string[] {
  const full = path === '' ? root : `${root}/${path}`
  const stat = ifExists(() => sys.lstat(full))
  if (!stat) return []
  if (!isDirectory(stat.mode)) return [path]
  return [path, ...listNames(sys, full).flatMap((name) => allBelow(sys, root, path === '' ? name : `${path}/${name}`))]
}
