import { isDirectory, isErrno, isSymlink, type Stat, type Sys } from '@drydock/abi'
import { defineProgram, flag, readTextFile, UsageError, value } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { modeString } from '../format/mode-string.ts'
import { join } from '../paths.ts'

const options = {
  long: flag('l', 'long'),
  modes: flag('m', 'modes'),
  owners: flag('o', 'owners'),
  vertical: flag('v', 'vertical'),
  nosymlinks: flag('n', 'nosymlinks'),
}

const SYMLINKS_MAX = 40

/** The parts of a path one below the other, symbolic links followed with more indent. */
class NameWalk {
  private readonly sys: Sys
  private readonly show: (mark: string, stat: Stat | undefined, name: string, level: number) => void
  private links = 0
  failed = false

  constructor(sys: Sys, show: NameWalk['show']) {
    this.sys = sys
    this.show = show
  }

  walk(path: string, from: string, level: number): void {
    let at = path.startsWith('/') ? '/' : from
    if (path.startsWith('/')) this.show('d', this.sys.lstat('/'), '/', level)
    for (const name of path.split('/').filter(Boolean)) {
      const full = join(at, name)
      let stat: Stat
      try {
        stat = this.sys.lstat(full)
      } catch (error) {
        if (!isErrno(error)) throw error
        this.failed = true
        return this.show('', undefined, `${name} - ${error.message}`, level)
      }
      const target = isSymlink(stat.mode) ? this.sys.readlink(full) : undefined
      this.show(modeString(stat.mode).charAt(0), stat, target === undefined ? name : `${name} -> ${target}`, level)
      if (target !== undefined && this.links++ < SYMLINKS_MAX) this.walk(target, at, level + 1)
      at = full
    }
  }
}

/** namei: follow a pathname until a terminal point is found. util-linux 2.38. */
export const namei = defineProgram({
  name: 'util-linux/namei',
  paths: ['/usr/bin/namei'],
  covers: 'partial',
  lacks: ['-x', '-Z'],
  summary: 'follow a pathname until a terminal point is found',
  sizeBytes: 31_024,
  usage: 'namei [options] <pathname>...',
  options,
  async main({ sys, io, operands, options: o }) {
    if (operands.length === 0) throw new UsageError('pathname argument is missing')
    const accounts = await Accounts.read(sys)
    let status = 0
    for (const path of operands) {
      const lines: { stat: Stat | undefined; mark: string; name: string; level: number }[] = []
      const walk = new NameWalk(sys, (mark, stat, name, level) => lines.push({ mark, stat, name, level }))
      walk.walk(path, '.', 0)
      if (walk.failed) status = 1
      const user = (stat: Stat): string => accounts.userName(stat.uid) ?? String(stat.uid)
      const group = (stat: Stat): string => accounts.groupName(stat.gid) ?? String(stat.gid)
      const widths = [user, group].map((of) =>
        Math.max(0, ...lines.flatMap(({ stat }) => (stat ? of(stat).length : []))),
      )
      const mode = o.long || o.modes
      let out = `f: ${path}\n`
      for (const { stat, mark, name, level } of lines) {
        const head = stat ? (mode ? modeString(stat.mode) : mark) : ' '.repeat(mode ? 10 : 1)
        const owner =
          o.long || o.owners
            ? ` ${stat ? `${user(stat).padEnd(widths[0] ?? 0)} ${group(stat).padEnd(widths[1] ?? 0)}` : ' '.repeat((widths[0] ?? 0) + (widths[1] ?? 0) + 1)}`
            : ''
        const indent = '  '.repeat(level)
        out += o.long || o.vertical ? `${head}${owner} ${indent}${name}\n` : ` ${indent}${head}${owner} ${name}\n`
      }
      await io.print(out)
    }
    return status
  },
})

const BINARIES = ['/usr/bin', '/usr/sbin', '/bin', '/sbin', '/usr/local/bin', '/usr/local/sbin', '/usr/lib', '/etc']
const MANUALS = ['/usr/share/man/man1', '/usr/share/man/man5', '/usr/share/man/man8', '/usr/share/info']

function found(sys: Sys, folders: readonly string[], name: string): string[] {
  const seen = new Set<number>()
  const matches = (entry: string): boolean => entry === name || entry.startsWith(`${name}.`)
  return folders.flatMap((folder) => {
    try {
      const stat = sys.stat(folder)
      if (seen.has(stat.ino) || !isDirectory(stat.mode)) return []
      seen.add(stat.ino)
      return sys
        .readdir(folder)
        .filter((entry) => matches(entry.name))
        .map((entry) => join(folder, entry.name))
    } catch (error) {
      if (isErrno(error)) return []
      throw error
    }
  })
}

/** whereis: locate the binary, source and manual page files for a command. util-linux 2.38. */
export const whereis = defineProgram({
  name: 'util-linux/whereis',
  paths: ['/usr/bin/whereis'],
  covers: 'partial',
  lacks: ['-B, -M, -S, -f, -u, -g and -l'],
  summary: 'locate the binary, source, and manual page files for a command',
  sizeBytes: 35_280,
  usage: 'whereis [options] [-BMS <dir>... -f] <name>',
  options: { binaries: flag('b'), manuals: flag('m'), sources: flag('s') },
  async main({ sys, io, operands, options: o }) {
    if (operands.length === 0) throw new UsageError('not enough arguments')
    const all = o.binaries + o.manuals + o.sources === 0
    for (const word of operands) {
      const name = word.replace(/^.*\//, '').replace(/\.[^.]*$/, '')
      const folders = [...(all || o.binaries ? BINARIES : []), ...(all || o.manuals ? MANUALS : [])]
      await io.print(`${[`${name}:`, ...found(sys, folders, name)].join(' ')}\n`)
    }
    return 0
  },
})

/** look: lines that begin with a string. util-linux 2.38. */
export const look = defineProgram({
  name: 'util-linux/look',
  paths: ['/usr/bin/look'],
  covers: 'full',
  summary: 'display lines beginning with a given string',
  sizeBytes: 18_664,
  usage: 'look [options] <string> [<file>...]',
  options: {
    alternative: flag('a', 'alternative'),
    alphanum: flag('d', 'alphanum'),
    ignoreCase: flag('f', 'ignore-case'),
    terminate: value('t', 'terminate'),
  },
  async main({ sys, io, operands, options: o, fail }) {
    const [string, path] = operands
    if (string === undefined) throw new UsageError('bad usage')
    // The dictionary is compared without regard to case and punctuation.
    const dictionary = path === undefined
    const end = o.terminate === undefined ? -1 : string.indexOf(o.terminate)
    const fold = (text: string): string => {
      const plain = o.alphanum || dictionary ? text.replace(/[^\p{L}\p{N}\s]/gu, '') : text
      return o.ignoreCase || dictionary ? plain.toLowerCase() : plain
    }
    const wanted = fold(end < 0 ? string : string.slice(0, end + 1))
    try {
      const lines = (await readTextFile(sys, path ?? '/usr/share/dict/words')).split('\n')
      // A sorted file is searched by halves: what stands out of order is not found.
      const first = lowerBound(lines, wanted, fold)
      let count = 0
      for (let at = first; at < lines.length && fold(lines[at] ?? '').startsWith(wanted); at++) {
        if (at === lines.length - 1 && lines[at] === '') break
        await io.print(`${lines[at]}\n`)
        count++
      }
      return count > 0 ? 0 : 1
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`${path ?? '/usr/share/dict/words'}: ${error.message}`)
      return 1
    }
  },
})

function lowerBound(lines: readonly string[], wanted: string, fold: (text: string) => string): number {
  let [low, high] = [0, lines.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (fold(lines[middle] ?? '') < wanted) low = middle + 1
    else high = middle
  }
  return low
}
