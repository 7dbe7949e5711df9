import { type DirectoryEntry, isDirectory, isErrno, isSymlink, S_IFDIR, type Sys } from '@drydock/abi'
import { asBytes, hasPattern, type Patterns, unescapePattern } from './pattern.ts'

export interface GlobOptions {
  readonly extglob: boolean
  readonly dotglob: boolean
  readonly globstar: boolean
  readonly nocase: boolean
  /** `?` is a byte, as dash and ash have it. */
  readonly bytes: boolean
  /** shopt globskipdots: `.` and `..` never match. */
  readonly skipDots: boolean
}

/** The path names that match, sorted; empty when none does. bash(1), "Pathname Expansion". */
export function glob(sys: Sys, patterns: Patterns, pattern: string, options: GlobOptions): string[] {
  const absolute = /^\/*/.exec(pattern)?.[0] ?? ''
  const segments = splitPath(pattern.slice(absolute.length))
  const found = new Walk(sys, patterns, options).expand(absolute, segments)
  return [...new Set(found)].sort(byCodePoint)
}

const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Segments with the slashes before them; parentheses and brackets hide no slash in path names. */
const splitPath = (pattern: string): string[] => pattern.split(/(\/+)/)

class Walk {
  private readonly sys: Sys
  private readonly patterns: Patterns
  private readonly options: GlobOptions

  constructor(sys: Sys, patterns: Patterns, options: GlobOptions) {
    this.sys = sys
    this.patterns = patterns
    this.options = options
  }

  /** @param segments names and slashes in turn */
  expand(before: string, segments: readonly string[]): string[] {
    const [segment = '', slash, ...rest] = segments
    const last = slash === undefined
    if (segment === '**' && this.options.globstar) return this.expandStar(before, slash, rest)
    if (segment === '') return last ? [before].filter((path) => this.exists(path)) : this.expand(before + slash, rest)
    if (!hasPattern(segment, this.options.extglob)) return this.fixed(before + unescapePattern(segment), slash, rest)
    return this.names(before, segment).flatMap(({ name, mode }) => {
      const path = before + name
      if (last) return [path]
      return this.isFolder(path, mode) ? this.expand(path + slash, rest) : []
    })
  }

  private fixed(path: string, slash: string | undefined, rest: readonly string[]): string[] {
    if (slash === undefined) return this.exists(path) ? [path] : []
    return this.isFolder(path) ? this.expand(path + slash, rest) : []
  }

  /** `**`: all folders below, and with nothing behind it the files too. */
  private expandStar(before: string, slash: string | undefined, rest: readonly string[]): string[] {
    const here = slash === undefined ? (before === '' ? [] : [before]) : this.expand(before, rest)
    return [...here, ...this.below(before, slash, rest)]
  }

  private below(before: string, slash: string | undefined, rest: readonly string[]): string[] {
    return this.names(before, '*').flatMap(({ name, mode }) => {
      const path = before + name
      const folder = (mode & S_IFDIR) === S_IFDIR && isDirectory(mode)
      if (slash === undefined) return folder ? [path, ...this.below(`${path}/`, slash, rest)] : [path]
      if (!folder) return []
      return [...this.expand(path + slash, rest), ...this.below(`${path}/`, slash, rest)]
    })
  }

  private names(folder: string, pattern: string): readonly DirectoryEntry[] {
    const { extglob, nocase, dotglob } = this.options
    const dots = pattern.startsWith('.') || pattern.startsWith('\\.') || /^[?*+@!]\((?:[^)]*\|)?\\?\./.test(pattern)
    const { bytes } = this.options
    const regex = this.patterns.regex(bytes ? asBytes(pattern) : pattern, { extglob, nocase, path: true }, '^(?:', ')$')
    const entries = this.read(folder === '' ? '.' : folder)
    const hidden =
      pattern.startsWith('.') && !this.options.skipDots
        ? [
            { name: '.', ino: 0, mode: S_IFDIR },
            { name: '..', ino: 0, mode: S_IFDIR },
          ]
        : []
    return [...hidden, ...entries].filter(
      ({ name }) =>
        (!name.startsWith('.') || dots || (dotglob && name !== '.' && name !== '..')) &&
        regex.test(bytes ? asBytes(name) : name),
    )
  }

  private read(folder: string): readonly DirectoryEntry[] {
    return attempt(() => this.sys.readdir(folder)) ?? []
  }

  private exists(path: string): boolean {
    return attempt(() => this.sys.lstat(path)) !== undefined
  }

  private isFolder(path: string, mode?: number): boolean {
    if (mode !== undefined && !isSymlink(mode)) return isDirectory(mode)
    const stat = attempt(() => this.sys.stat(path))
    return stat !== undefined && isDirectory(stat.mode)
  }
}

function attempt<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}
