import {
  isBlockDevice,
  isCharDevice,
  isDirectory,
  isErrno,
  isFifo,
  isSocket,
  isSymlink,
  O_RDONLY,
  S_ISVTX,
  type Sys,
} from '@drydock/abi'
import { defineProgram, flag, list, readAll, value } from '@drydock/libc'
import { decodeText } from '../text/encoding.ts'
import { type Kind, kindOf } from './file-kinds.ts'

const inode = (name: string, description: string): Kind => ({ description, mime: `inode/${name}`, encoding: 'binary' })

/** The numbers of a device, as its file has them. */
const numbers = (rdev: number): string => `(${Math.floor(rdev / 256)}/${rdev % 256})`

async function describe(sys: Sys, path: string, follow: boolean, special: boolean): Promise<Kind> {
  if (path === '-') return kindOf(await readAll(sys, 0))
  const { mode, size, rdev } = follow ? sys.stat(path) : sys.lstat(path)
  if (isSymlink(mode)) return linkKind(sys, path)
  if (isDirectory(mode)) return inode('directory', `${mode & S_ISVTX ? 'sticky, ' : ''}directory`)
  if (isCharDevice(mode)) return inode('chardevice', `character special ${numbers(rdev)}`)
  if (isBlockDevice(mode) && !special) return inode('blockdevice', `block special ${numbers(rdev)}`)
  if (isFifo(mode)) return inode('fifo', 'fifo (named pipe)')
  if (isSocket(mode)) return inode('socket', 'socket')
  if (size === 0 && !isBlockDevice(mode)) return inode('x-empty', 'empty')
  const fd = sys.open(path, O_RDONLY)
  try {
    const bytes = sys.pread(fd, LOOKED_AT, 0)
    const kind = kindOf(bytes, sys.pread(fd, 4, Math.max(0, size - 4)))
    if (kind.description !== 'data' || bytes.length < LEAST_DISK) return kind
    return (await import('./disk-kinds.ts')).diskKind(bytes) ?? kind
  } finally {
    sys.close(fd)
  }
}

function linkKind(sys: Sys, path: string): Kind {
  const target = sys.readlink(path)
  try {
    sys.stat(path)
    return inode('symlink', `symbolic link to ${target}`)
  } catch (error) {
    if (!isErrno(error)) throw error
    return inode('symlink', `broken symbolic link to ${target}`)
  }
}

const LOOKED_AT = 65_536
/** No file system is smaller. */
const LEAST_DISK = 4096

/** file: what kind of file it is, by its first bytes. file 5.44. */
export const file = defineProgram({
  name: 'file/file',
  paths: ['/usr/bin/file'],
  covers: 'partial',
  lacks: ['many kinds of data', '-z', '-m (magic files)'],
  summary: 'determine file type',
  sizeBytes: 27464,
  usage: 'file [OPTION...] [FILE...]',
  options: {
    brief: flag('b', 'brief'),
    dereference: flag('L', 'dereference'),
    noDereference: flag('h', 'no-dereference'),
    mime: flag('i', 'mime'),
    mimeType: flag('', 'mime-type'),
    mimeEncoding: flag('', 'mime-encoding'),
    files: list('f', 'files-from'),
    separator: value('F', 'separator'),
    zero: flag('0', 'print0'),
    special: flag('s', 'special-files'),
    keepGoing: flag('k', 'keep-going'),
    noPad: flag('N', 'no-pad'),
    noBuffer: flag('n', 'no-buffer'),
    raw: flag('r', 'raw'),
    version: flag('v', 'version'),
  },
  async main({ sys, io, operands, options: o }) {
    if (o.version) {
      await io.print('file-5.44\nmagic file from /etc/magic:/usr/share/misc/magic\n')
      return 0
    }
    const paths = [...operands]
    for (const from of o.files)
      paths.unshift(
        ...decodeText(await readAll(sys, from === '-' ? 0 : sys.open(from, O_RDONLY)))
          .split('\n')
          .filter(Boolean),
      )
    if (paths.length === 0) {
      await io.warn(
        'Usage: file [-bcCdEhikLlNnprsSvzZ0] [--apple] [--extension] [--mime-encoding]\n            [--mime-type] [-e <testname>] [-F <separator>]  [-f <namefile>]\n            [-m <magicfiles>] [-P <parameter=value>] [--exclude-quiet]\n            <file> ...\n',
      )
      return 1
    }
    const shown = paths.map((path) => (path === '-' ? '/dev/stdin' : path))
    const separator = o.separator ?? ':'
    const width = o.noPad ? 0 : Math.max(0, ...shown.map((path) => path.length)) + separator.length + 1
    for (const [at, path] of paths.entries()) {
      const head = `${shown[at]}${o.zero ? '\0' : ''}${separator}`
      const text = await answer(sys, path, o)
      await io.print(`${o.brief ? '' : head.padEnd(Math.max(width, head.length + 1))}${text}\n`)
    }
    return 0
  },
})

async function answer(
  sys: Sys,
  path: string,
  o: { dereference: number; mime: number; mimeType: number; mimeEncoding: number; special: number },
): Promise<string> {
  try {
    const { description, mime, encoding } = await describe(sys, path, o.dereference > 0, o.special > 0)
    if (o.mime) return `${mime}; charset=${encoding}`
    return o.mimeType ? mime : o.mimeEncoding ? encoding : description
  } catch (error) {
    if (!isErrno(error)) throw error
    return `cannot open \`${path}' (${error.message})`
  }
}
