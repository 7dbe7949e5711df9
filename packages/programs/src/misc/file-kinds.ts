/** Kinds of data by their first bytes, in the words of file 5.44. */

export interface Kind {
  readonly description: string
  readonly mime: string
  /** What --mime-encoding says. */
  readonly encoding: string
}

const binary = (description: string, mime: string): Kind => ({ description, mime, encoding: 'binary' })

const two = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
const four = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0

const PNG_COLOURS: Readonly<Record<number, string>> = {
  0: ' grayscale',
  2: '/color RGB',
  3: ' colormap',
  4: ' gray+alpha',
  6: '/color RGBA',
}

function png(bytes: Uint8Array): Kind {
  const colour = PNG_COLOURS[bytes[25] ?? 0] ?? ''
  const interlaced = bytes[28] ? 'interlaced' : 'non-interlaced'
  return binary(
    bytes.length < 29
      ? 'PNG image data'
      : `PNG image data, ${four(bytes, 16)} x ${four(bytes, 20)}, ${bytes[24]}-bit${colour}, ${interlaced}`,
    'image/png',
  )
}

const GZIP_SYSTEMS: Readonly<Record<number, string>> = {
  0: 'FAT filesystem (MS-DOS, OS/2, NT)',
  3: 'Unix',
  11: 'NTFS filesystem (NT)',
}

function gzip(bytes: Uint8Array, whole: number | undefined): Kind {
  const flags = bytes[3] ?? 0
  const end = flags & 8 ? bytes.indexOf(0, 10) : -1
  const name = end > 10 ? `, was "${String.fromCharCode(...bytes.subarray(10, end))}"` : ''
  const stamp = (two(bytes, 4) | (two(bytes, 6) << 16)) >>> 0
  const modified = stamp
    ? `, last modified: ${new Date(stamp * 1000)
        .toUTCString()
        .replace(/^(\w+), (\d+) (\w+) (\d+) (\S+).*/, '$1 $3 $2 $5 $4')
        .replace(/ 0(\d) /, '  $1 ')}`
    : ''
  const how = bytes[8] === 2 ? ', max compression' : bytes[8] === 4 ? ', max speed' : ''
  const size = whole === undefined ? '' : `, original size modulo 2^32 ${whole}`
  return binary(
    `gzip compressed data${name}${modified}${how}, from ${GZIP_SYSTEMS[bytes[9] ?? 255] ?? 'unknown'}${size}`,
    'application/gzip',
  )
}

const ELF_TYPES: Readonly<Record<number, string>> = { 1: 'relocatable', 2: 'executable', 3: 'shared object' }
function elf(bytes: Uint8Array): Kind {
  if (bytes.length < 20)
    return binary(
      bytes.length < 6 ? 'ELF' : 'ELF 64-bit LSB executable, x86-64, version 1 (SYSV)',
      'application/octet-stream',
    )
  const pie = two(bytes, 16) === 3
  const type = pie ? 'pie executable' : (ELF_TYPES[two(bytes, 16)] ?? 'executable')
  return binary(
    `ELF 64-bit LSB ${type}, x86-64, version 1 (SYSV)`,
    pie ? 'application/x-pie-executable' : 'application/x-executable',
  )
}

const ascii = (bytes: Uint8Array, from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to))

type Describe = (bytes: Uint8Array, tail: Uint8Array | undefined) => Kind
const fixed =
  (description: string, mime: string): Describe =>
  () =>
    binary(description, mime)

const SIGNATURES: readonly (readonly [prefix: string, describe: Describe])[] = [
  ['\x7fELF', elf],
  ['\x1f\x8b', (bytes, tail) => gzip(bytes, tail && (two(tail, 0) | (two(tail, 2) << 16)) >>> 0)],
  [
    'PK\x03\x04',
    (bytes) =>
      binary(
        `Zip archive data, at least v${Math.floor((bytes[4] ?? 20) / 10)}.${(bytes[4] ?? 20) % 10} to extract, compression method=${two(bytes, 8) === 8 ? 'deflate' : 'store'}`,
        'application/zip',
      ),
  ],
  ['\x89PNG\r\n\x1a\n', png],
  [
    '\xff\xd8\xff',
    (bytes) =>
      binary(
        ascii(bytes, 6, 10) === 'JFIF'
          ? `JPEG image data, JFIF standard ${bytes[11] ?? 1}.${String(bytes[12] ?? 1).padStart(2, '0')}`
          : 'JPEG image data',
        'image/jpeg',
      ),
  ],
  [
    'GIF8',
    (bytes) =>
      binary(`GIF image data, version ${ascii(bytes, 3, 6)}, ${two(bytes, 6)} x ${two(bytes, 8)}`, 'image/gif'),
  ],
  ['%PDF-', (bytes) => binary(`PDF document, version ${ascii(bytes, 5, 8)}`, 'application/pdf')],
  [
    '\xfd7zXZ\0',
    (bytes) =>
      binary(
        `XZ compressed data, checksum ${({ 0: 'NONE', 1: 'CRC32', 4: 'CRC64', 10: 'SHA-256' } as Record<number, string>)[bytes[7] ?? 4] ?? 'CRC64'}`,
        'application/x-xz',
      ),
  ],
  ['BZh', (bytes) => binary(`bzip2 compressed data, block size = ${ascii(bytes, 3, 4)}00k`, 'application/x-bzip2')],
  ['(\xb5/\xfd', fixed('Zstandard compressed data (v0.8+), Dictionary ID: None', 'application/zstd')],
  ['SQLite format 3\0', fixed('SQLite 3.x database', 'application/vnd.sqlite3')],
  ['\0asm', fixed('WebAssembly (wasm) binary module version 0x1 (MVP)', 'application/wasm')],
  [
    'RIFF',
    (bytes) =>
      ascii(bytes, 8, 12) === 'WEBP'
        ? binary('RIFF (little-endian) data, Web/P image', 'image/webp')
        : binary('RIFF (little-endian) data', 'application/octet-stream'),
  ],
  ['\xca\xfe\xba\xbe', fixed('compiled Java class data', 'application/x-java-applet')],
]

/** @param tail  the last four bytes of the file */
export function binaryKind(bytes: Uint8Array, tail?: Uint8Array): Kind | undefined {
  const head = ascii(bytes, 0, 16)
  const found = SIGNATURES.find(([prefix]) => head.startsWith(prefix))
  if (found) return found[1](bytes, tail)
  if (ascii(bytes, 257, 262) !== 'ustar') return undefined
  return binary(ascii(bytes, 262, 264) === '  ' ? 'POSIX tar archive (GNU)' : 'POSIX tar archive', 'application/x-tar')
}

const SHELLS: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['sh', ['POSIX shell', 'text/x-shellscript']],
  ['ash', ["Neil Brown's ash", 'text/x-shellscript']],
  ['dash', ['POSIX shell', 'text/x-shellscript']],
  ['bash', ['Bourne-Again shell', 'text/x-shellscript']],
  ['zsh', ["Paul Falstad's zsh", 'text/x-shellscript']],
  ['python', ['Python', 'text/x-script.python']],
  ['python3', ['Python', 'text/x-script.python']],
  ['perl', ['Perl', 'text/x-perl']],
  ['ruby', ['Ruby', 'text/x-ruby']],
  ['node', ['Node.js', 'application/javascript']],
  ['awk', ['awk', 'text/x-awk']],
])

/** Texts that are known by what stands in them. */
const TEXTS: readonly (readonly [pattern: RegExp, description: string, mime: string])[] = [
  [/^\s*<!doctype html|^\s*<(html|head|body|title)\b/i, 'HTML document', 'text/html'],
  [/^<\?xml version="([\d.]+)"/, 'XML 1.0 document', 'text/xml'],
  [/^\s*<svg\b/, 'SVG Scalable Vector Graphics image', 'image/svg+xml'],
  [/^-----BEGIN CERTIFICATE-----/, 'PEM certificate', 'application/x-x509-ca-cert'],
  [/^-----BEGIN RSA PRIVATE KEY-----/, 'PEM RSA private key', 'text/plain'],
  [/^-----BEGIN OPENSSH PRIVATE KEY-----/, 'OpenSSH private key', 'text/plain'],
  [/^ssh-rsa /, 'OpenSSH RSA public key', 'text/plain'],
  [/^#include\s*[<"]|^\s*int main\s*\(/m, 'C source', 'text/x-c'],
  [/^diff --git |^--- \S.*\n\+\+\+ \S/m, 'unified diff output', 'text/x-diff'],
  [/^\s*(from \S+ import |import \w+\n|def \w+\(.*\):)/m, 'Python script', 'text/x-script.python'],
]

const isJson = (text: string): boolean => {
  if (!/^\s*[[{]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function isCsv(text: string): boolean {
  const lines = text.split('\n').filter(Boolean)
  const count = (lines[0]?.split(',').length ?? 0) - 1
  return lines.length > 1 && count > 0 && lines.every((line) => line.split(',').length - 1 === count)
}

interface Encoding {
  readonly words: string
  readonly charset: string
}
function encodingOf(bytes: Uint8Array): Encoding | undefined {
  if (bytes.some((byte) => byte < 7 || (byte > 13 && byte < 27) || byte === 127)) return undefined
  if (bytes.every((byte) => byte < 128)) return { words: 'ASCII text', charset: 'us-ascii' }
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return { words: 'Unicode text, UTF-8 text', charset: 'utf-8' }
  } catch {
    return bytes.some((byte) => byte >= 0x80 && byte < 0xa0)
      ? { words: 'Non-ISO extended-ASCII text', charset: 'unknown-8bit' }
      : { words: 'ISO-8859 text', charset: 'iso-8859-1' }
  }
}

const LONG_LINE = 300

function endings(text: string): string {
  const longest = Math.max(...text.split('\n').map((line) => line.length))
  const long = longest > LONG_LINE ? `, with very long lines (${longest})` : ''
  if (text.includes('\r\n')) return `${long}, with CRLF${/[^\r]\n/.test(text) ? ', LF' : ''} line terminators`
  return long + (text.includes('\n') ? '' : ', with no line terminators')
}

/** What the bytes are; `data` when nothing is known. */
export function kindOf(bytes: Uint8Array, tail?: Uint8Array): Kind {
  const known = binaryKind(bytes, tail)
  if (known) return known
  const encoding = encodingOf(bytes)
  if (!encoding) return binary('data', 'application/octet-stream')
  const text = new TextDecoder().decode(bytes)
  const kind = (description: string, mime: string): Kind => ({ description, mime, encoding: encoding.charset })
  const shell = /^#! ?(?:\S*\/)?(?:env )?(\S+)/.exec(text)?.[1]
  if (shell !== undefined) {
    const [name, mime] = SHELLS.get(shell) ?? [`a ${/^#! ?(.*)/.exec(text)?.[1]?.trim()}`, 'text/plain']
    return kind(`${name} script, ${encoding.words} executable${endings(text)}`, mime)
  }
  if (isJson(text)) return kind('JSON text data', 'application/json')
  const found = TEXTS.find(([pattern]) => pattern.test(text))
  if (found)
    return kind(`${found[1]}${/^(PEM|OpenSSH)/.test(found[1]) ? '' : `, ${encoding.words}${endings(text)}`}`, found[2])
  if (isCsv(text)) return kind('CSV text', 'text/csv')
  return kind(encoding.words + endings(text), 'text/plain')
}
