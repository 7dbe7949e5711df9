import { isErrno, O_CREAT, O_EXCL, O_RDONLY, O_WRONLY, S_IFBLK, S_IFCHR, S_IFIFO, type Sys } from '@drydock/abi'
import { defineProgram, flag, optional, UsageError, value } from '@drydock/libc'
import { parseSize } from '../format/parse-size.ts'
import { join } from '../paths.ts'
import { statOr } from './copy-tree.ts'
import { parseMode } from './mode-change.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const randomLetters = (sys: Sys, count: number): string =>
  Array.from(sys.entropy.bytes(count), (byte) => LETTERS.charAt(byte % LETTERS.length)).join('')

/** mktemp: make a temporary file or folder. GNU coreutils 9. */
export const mktemp = defineProgram({
  name: 'coreutils/mktemp',
  paths: ['/bin/mktemp'],
  covers: 'full',
  summary: 'create a temporary file or directory',
  sizeBytes: 47984,
  usage: 'mktemp [OPTION]... [TEMPLATE]',
  options: {
    directory: flag('d', 'directory'),
    dryRun: flag('u', 'dry-run'),
    quiet: flag('q', 'quiet'),
    parent: value('p'),
    tmpdir: optional('', 'tmpdir'),
    suffix: value('', 'suffix'),
    t: flag('t'),
  },
  async main({ sys, io, env, operands, options: o, fail }) {
    const [given, extra] = operands
    if (extra !== undefined) throw new UsageError('too many templates')
    const template = given ?? 'tmp.XXXXXXXXXX'
    const match = /^([\s\S]*?)(X+)([^X]*)$/.exec(template)
    const quietly = async (message: string): Promise<number> => {
      if (!o.quiet) await fail(message)
      return 1
    }
    if (!match || (match[2] ?? '').length < 3) return quietly(`too few X's in template '${template}'`)
    const [, head = '', xs = '', tail = ''] = match
    const inFolder = given === undefined || o.parent !== undefined || o.tmpdir !== undefined || o.t > 0
    const folder = inFolder ? o.parent || o.tmpdir || env.get('TMPDIR') || '/tmp' : ''
    for (let attempt = 0; attempt < 100; attempt++) {
      const name = `${head}${randomLetters(sys, xs.length)}${tail}${o.suffix ?? ''}`
      const path = folder === '' ? name : join(folder, name)
      try {
        if (!o.dryRun && o.directory) sys.mkdir(path, 0o700)
        else if (!o.dryRun) sys.close(sys.open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600))
        await io.print(`${path}\n`)
        return 0
      } catch (error) {
        if (!isErrno(error)) throw error
        if (error.code === 'EEXIST') continue
        const shown = folder === '' ? template : join(folder, template)
        return quietly(
          `failed to create ${o.directory ? 'directory' : 'file'} via template '${shown}': ${error.message}`,
        )
      }
    }
    return quietly(`failed to create file via template '${template}': File exists`)
  },
})

/** truncate: shrink or grow files. GNU coreutils 9. */
export const truncate = defineProgram({
  name: 'coreutils/truncate',
  paths: ['/usr/bin/truncate'],
  covers: 'full',
  summary: 'shrink or extend the size of a file to the specified size',
  usage: 'truncate OPTION... FILE...',
  options: {
    noCreate: flag('c', 'no-create'),
    blocks: flag('o', 'io-blocks'),
    reference: value('r', 'reference'),
    size: value('s', 'size'),
  },
  async main({ sys, operands, options: o, fail }) {
    if (o.size === undefined && o.reference === undefined)
      throw new UsageError("you must specify either '--size' or '--reference'")
    if (operands.length === 0) throw new UsageError('missing file operand')
    const match = /^([-+<>/%]?)(.*)$/.exec(o.size ?? '0')
    const amount = parseSize(match?.[2] ?? '')
    if (amount === undefined) {
      await fail(`Invalid number: '${o.size}'`)
      return 1
    }
    const base = o.reference === undefined ? undefined : sys.stat(o.reference).size
    let status = 0
    for (const path of operands)
      try {
        if (!statOr(sys, path, true)) {
          if (o.noCreate) continue
          sys.close(sys.open(path, O_WRONLY | O_CREAT, 0o666))
        }
        sys.truncate(path, newSize(match?.[1] ?? '', amount, base ?? sys.stat(path).size, o.size === undefined))
      } catch (error) {
        if (!isErrno(error)) throw error
        await fail(`cannot open '${path}' for writing: ${error.message}`)
        status = 1
      }
    return status
  },
})
function newSize(mark: string, amount: number, now: number, asReference: boolean): number {
  if (asReference) return now
  const changes = new Map([
    ['+', now + amount],
    ['-', Math.max(0, now - amount)],
    ['<', Math.min(now, amount)],
    ['>', Math.max(now, amount)],
    ['/', Math.floor(now / amount) * amount],
    ['%', Math.ceil(now / amount) * amount],
  ])
  return changes.get(mark) ?? amount
}

const nodeOptions = { mode: value('m', 'mode'), context: flag('Z') }
/** mkfifo: make named pipes. */
export const mkfifo = defineProgram({
  name: 'coreutils/mkfifo',
  paths: ['/usr/bin/mkfifo'],
  covers: 'full',
  summary: 'make FIFOs (named pipes)',
  usage: 'mkfifo [OPTION]... NAME...',
  options: nodeOptions,
  async main({ sys, operands, options: o, fail }) {
    if (operands.length === 0) throw new UsageError('missing operand')
    let status = 0
    for (const path of operands)
      try {
        sys.mknod(path, S_IFIFO | 0o666)
        const mode = o.mode === undefined ? undefined : parseMode(o.mode, sys.umask())?.(0o666)
        if (mode !== undefined) sys.chmod(path, mode)
      } catch (error) {
        if (!isErrno(error)) throw error
        await fail(`cannot create fifo '${path}': ${error.message}`)
        status = 1
      }
    return status
  },
})
/** mknod: make special files. */
export const mknod = defineProgram({
  name: 'coreutils/mknod',
  paths: ['/bin/mknod'],
  covers: 'full',
  summary: 'make block or character special files',
  usage: 'mknod [OPTION]... NAME TYPE [MAJOR MINOR]',
  options: nodeOptions,
  async main({ sys, operands, options: o, fail }) {
    const [path, kind, major, minor] = operands
    if (path === undefined) throw new UsageError('missing operand')
    if (kind === undefined) throw new UsageError(`missing operand after '${path}'`)
    const types = new Map([
      ['p', S_IFIFO],
      ['c', S_IFCHR],
      ['u', S_IFCHR],
      ['b', S_IFBLK],
    ])
    const type = types.get(kind)
    if (type === undefined) throw new UsageError(`invalid device type '${kind}'`)
    if (type !== S_IFIFO && minor === undefined)
      throw new UsageError('Special files require major and minor device numbers.')
    try {
      sys.mknod(path, type | 0o666, Number(major ?? 0) * 256 + Number(minor ?? 0))
      const mode = o.mode === undefined ? undefined : parseMode(o.mode, sys.umask())?.(0o666)
      if (mode !== undefined) sys.chmod(path, mode)
      return 0
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`${path}: ${error.message}`)
      return 1
    }
  },
})

/** link and unlink: the system calls as commands. */
export const unlink = defineProgram({
  name: 'coreutils/unlink',
  paths: ['/usr/bin/unlink'],
  covers: 'full',
  summary: 'call the unlink function to remove the specified file',
  usage: 'unlink FILE',
  options: {},
  async main({ sys, operands, fail }) {
    const [path, extra] = operands
    if (path === undefined) throw new UsageError('missing operand')
    if (extra !== undefined) throw new UsageError(`extra operand '${extra}'`)
    try {
      sys.unlink(path)
      return 0
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`cannot unlink '${path}': ${error.message}`)
      return 1
    }
  },
})

export const link = defineProgram({
  name: 'coreutils/link',
  paths: ['/usr/bin/link'],
  covers: 'full',
  summary: 'call the link function to create a link to a file',
  usage: 'link FILE1 FILE2',
  options: {},
  async main({ sys, operands, fail }) {
    const [from, to, extra] = operands
    if (from === undefined) throw new UsageError('missing operand')
    if (to === undefined) throw new UsageError(`missing operand after '${from}'`)
    if (extra !== undefined) throw new UsageError(`extra operand '${extra}'`)
    try {
      sys.link(from, to)
      return 0
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`cannot create link '${to}' to '${from}': ${error.message}`)
      return 1
    }
  },
})

/** sync: write what is held back. */
export const sync = defineProgram({
  name: 'coreutils/sync',
  paths: ['/bin/sync'],
  covers: 'full',
  summary: 'synchronize cached writes to persistent storage',
  usage: 'sync [OPTION] [FILE]...',
  options: { data: flag('d', 'data'), fileSystem: flag('f', 'file-system') },
  async main({ sys, operands, fail }) {
    let status = 0
    if (operands.length === 0) await sys.block({ op: 'sync' })
    for (const path of operands)
      try {
        const fd = sys.open(path, O_RDONLY)
        sys.fsync(fd)
        sys.close(fd)
      } catch (error) {
        if (!isErrno(error)) throw error
        await fail(`error opening '${path}': ${error.message}`)
        status = 1
      }
    return status
  },
})
