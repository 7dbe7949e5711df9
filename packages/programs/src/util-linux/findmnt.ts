import { isErrno } from '@drydock/abi'
import { defineProgram, flag, UsageError, value } from '@drydock/libc'
import { type Mount, readMounts, readPropagation } from './mounts.ts'

const COLUMNS = new Map<string, (mount: Mount) => string>([
  ['TARGET', (mount) => mount.target],
  ['SOURCE', (mount) => mount.source],
  ['FSTYPE', (mount) => mount.type],
  ['OPTIONS', (mount) => mount.options],
  ['PROPAGATION', (mount) => mount.propagation ?? ''],
])

interface Line {
  readonly mount: Mount
  readonly branch: string
}

const isBelow = (path: string, top: string): boolean => path !== top && path.startsWith(top === '/' ? '/' : `${top}/`)

/** Mounts as a tree by their paths, each behind its branch. */
function tree(mounts: readonly Mount[]): Line[] {
  const parentOf = (mount: Mount): Mount | undefined =>
    mounts
      .filter((each) => isBelow(mount.target, each.target))
      .sort((a, b) => b.target.length - a.target.length)
      .at(0)
  const lines: Line[] = []
  const walk = (parent: Mount | undefined, indent: string): void => {
    const children = mounts.filter((mount) => parentOf(mount) === parent)
    children.forEach((mount, i) => {
      const last = i === children.length - 1
      lines.push({ mount, branch: parent ? `${indent}${last ? '└─' : '├─'}` : '' })
      walk(mount, parent ? `${indent}${last ? '  ' : '│ '}` : '')
    })
  }
  walk(undefined, '')
  return lines
}

/** findmnt: find a file system. util-linux 2.38. */
export const findmnt = defineProgram({
  name: 'util-linux/findmnt',
  paths: ['/bin/findmnt'],
  covers: 'partial',
  lacks: ['-s', '-J', '-p', '--df', 'columns beyond TARGET, SOURCE, FSTYPE, OPTIONS, PROPAGATION'],
  summary: 'find a filesystem',
  sizeBytes: 72200,
  usage: 'findmnt [options] <device> | <mountpoint>',
  options: {
    list: flag('l', 'list'),
    raw: flag('r', 'raw'),
    noHeadings: flag('n', 'noheadings'),
    output: value('o', 'output'),
    type: value('t', 'types'),
    target: value('T', 'target'),
    source: value('S', 'source'),
    mountpoint: value('M', 'mountpoint'),
  },
  async main({ sys, io, operands, options: o }) {
    const mounts = await readPropagation(sys)
    const names = (o.output ?? 'TARGET,SOURCE,FSTYPE,OPTIONS').toUpperCase().split(',')
    const unknown = names.find((name) => !COLUMNS.has(name))
    if (unknown !== undefined) throw new UsageError(`unknown column: ${unknown}`)
    const [operand] = operands
    const resolved = (path: string): string => {
      try {
        return sys.realpath(path)
      } catch (error) {
        if (isErrno(error)) return path
        throw error
      }
    }
    const within = o.target === undefined ? undefined : resolved(o.target)
    const holding =
      within &&
      mounts
        .filter(({ target }) => target === within || isBelow(within, target))
        .sort((a, b) => b.target.length - a.target.length)[0]
    const wanted = (mount: Mount): boolean =>
      (o.type === undefined || o.type.split(',').includes(mount.type)) &&
      (o.source === undefined || mount.source === o.source) &&
      (o.mountpoint === undefined || mount.target === o.mountpoint) &&
      (within === undefined || mount === holding) &&
      (operand === undefined || mount.target === operand || mount.source === operand)
    const found = mounts.filter(wanted)
    if (found.length === 0) return 1
    const flat = o.list > 0 || o.raw > 0 || found.length !== mounts.length
    const lines = flat ? found.map((mount) => ({ mount, branch: '' })) : tree(found)
    const rows = lines.map(({ mount, branch }) =>
      names.map((name) => (name === 'TARGET' ? branch : '') + (COLUMNS.get(name)?.(mount) ?? '')),
    )
    if (!o.noHeadings) rows.unshift(names)
    const width = (column: number): number => Math.max(...rows.map((row) => (row[column] ?? '').length))
    for (const row of rows)
      await io.print(
        `${row.map((cell, i) => (o.raw || i === row.length - 1 ? cell : cell.padEnd(width(i)))).join(' ')}\n`,
      )
    return 0
  },
})

/** mountpoint: whether a folder is one. */
export const mountpoint = defineProgram({
  name: 'util-linux/mountpoint',
  paths: ['/bin/mountpoint'],
  covers: 'partial',
  lacks: ['-x'],
  summary: 'see if a directory or file is a mountpoint',
  sizeBytes: 18744,
  usage: 'mountpoint [-qd] <directory>',
  options: { device: flag('d', 'fs-devno'), noFollow: flag('', 'nofollow'), quiet: flag('q', 'quiet') },
  async main({ sys, io, operands, options: o, fail }) {
    const [path] = operands
    if (path === undefined) throw new UsageError('bad usage')
    try {
      const { dev } = sys.stat(path)
      const real = sys.realpath(path)
      const mounted = (await readMounts(sys)).some((mount) => mount.target === real)
      if (mounted && o.device) await io.print(`${Math.floor(dev / 256)}:${dev % 256}\n`)
      else if (!o.quiet) await io.print(`${path} is ${mounted ? '' : 'not '}a mountpoint\n`)
      return mounted ? 0 : 32
    } catch (error) {
      if (!isErrno(error)) throw error
      if (!o.quiet) await fail(`${path}: ${error.message}`)
      return 1
    }
  },
})
