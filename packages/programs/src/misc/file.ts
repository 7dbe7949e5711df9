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
import { defineProgram, flag } from '@drydock/libc'

const SIGNATURES: readonly (readonly [prefix: string, description: string])[] = [
  ['\x7fELF\x02\x01', 'ELF 64-bit LSB executable, x86-64, version 1 (SYSV)'],
  ['\x1f\x8b', 'gzip compressed data'],
  ['PK\x03\x04', 'Zip archive data, at least v2.0 to extract'],
  ['\x89PNG\r\n\x1a\n', 'PNG image data'],
  ['\xff\xd8\xff', 'JPEG image data'],
  ['GIF8', 'GIF image data'],
  ['%PDF-', 'PDF document'],
  ['\xfd7zXZ\0', 'XZ compressed data'],
  ['BZh', 'bzip2 compressed data'],
]

function textKind(bytes: Uint8Array): string | undefined {
  if (bytes.some((byte) => byte < 7 || (byte > 13 && byte < 27) || byte === 127)) return undefined
  if (bytes.every((byte) => byte < 128)) return 'ASCII text'
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    decoder.decode(bytes, { stream: true })
    return 'Unicode text, UTF-8 text'
  } catch {
    return 'ISO-8859 text'
  }
}

function describeBytes(bytes: Uint8Array): string {
  const head = String.fromCharCode(...bytes.subarray(0, 512))
  const known = SIGNATURES.find(([prefix]) => head.startsWith(prefix))
  if (known) return known[1]
  if (head.slice(257, 262) === 'ustar') return 'POSIX tar archive'
  const kind = textKind(bytes)
  if (kind === undefined) return 'data'
  const ends = head.includes('\r\n')
    ? ', with CRLF line terminators'
    : bytes.includes(10)
      ? ''
      : ', with no line terminators'
  const shell = /^#! ?(\S*\/)?(?:env )?(\S+)/.exec(head)?.[2]
  if (shell === undefined) return kind + ends
  const names = new Map([
    ['sh', 'POSIX shell'],
    ['bash', 'Bourne-Again shell'],
    ['python3', 'Python'],
    ['node', 'Node.js'],
  ])
  return `${names.get(shell) ?? shell} script, ${kind} executable${ends}`
}

async function describe(sys: Sys, path: string, follow: boolean): Promise<string> {
  const { mode, size } = follow ? sys.stat(path) : sys.lstat(path)
  if (isSymlink(mode)) return `symbolic link to ${sys.readlink(path)}`
  if (isDirectory(mode)) return `${mode & S_ISVTX ? 'sticky, ' : ''}directory`
  if (isCharDevice(mode)) return 'character special'
  if (isBlockDevice(mode)) return 'block special'
  if (isFifo(mode)) return 'fifo (named pipe)'
  if (isSocket(mode)) return 'socket'
  if (size === 0) return 'empty'
  const fd = sys.open(path, O_RDONLY)
  try {
    return describeBytes(await sys.read(fd, 4096))
  } finally {
    sys.close(fd)
  }
}

/** file: what kind of file it is, by its first bytes. file 5.44. */
export const file = defineProgram({
  name: 'file/file',
  paths: ['/usr/bin/file'],
  covers: 'partial',
  lacks: ['most kinds of data', '-i', '-f', '-z'],
  summary: 'determine file type',
  sizeBytes: 27464,
  usage: 'file [-bL] file ...',
  options: { brief: flag('b', 'brief'), dereference: flag('L', 'dereference') },
  async main({ sys, io, operands, options: o }) {
    const width = Math.max(0, ...operands.map((path) => path.length)) + 2
    for (const path of operands) {
      let text: string
      try {
        text = await describe(sys, path, o.dereference > 0)
      } catch (error) {
        if (!isErrno(error)) throw error
        text = `cannot open \`${path}' (${error.message})`
      }
      await io.print(`${o.brief ? '' : `${path}:`.padEnd(width)}${text}\n`)
    }
    return operands.length ? 0 : 1
  },
})
