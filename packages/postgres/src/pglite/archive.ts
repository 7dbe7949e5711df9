import type { DataFile } from '../protocol.ts'

const BLOCK = 512
const decoder = new TextDecoder()
const encoder = new TextEncoder()

const textAt = (bytes: Uint8Array, at: number, length: number): string =>
  decoder.decode(bytes.subarray(at, at + length)).replace(/\0.*$/s, '')

/** Files and folders of a plain ustar archive. */
export function readArchive(tar: Uint8Array): DataFile[] {
  const files: DataFile[] = []
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const name = textAt(tar, at, 100)
    if (name === '') break
    const size = Number.parseInt(textAt(tar, at + 124, 12).trim() || '0', 8)
    const path = `${textAt(tar, at + 345, 155)}/${name}`.replace(/^\/+(\.\/)?|\/+$/g, '')
    const isFolder = textAt(tar, at + 156, 1) === '5'
    const start = at + BLOCK
    if (path !== '' && path !== '.') files.push(isFolder ? { path } : { path, bytes: tar.slice(start, start + size) })
    at = start + Math.ceil(size / BLOCK) * BLOCK
  }
  return files
}

/** A plain ustar archive; folders have to stand before what they hold. */
export function writeArchive(files: readonly DataFile[]): Uint8Array {
  const room = files.reduce(
    (sum, { bytes }) => sum + BLOCK + Math.ceil((bytes?.length ?? 0) / BLOCK) * BLOCK,
    2 * BLOCK,
  )
  const tar = new Uint8Array(room)
  let at = 0
  for (const { path, bytes } of files) {
    header(tar.subarray(at, at + BLOCK), path, bytes?.length ?? 0, bytes === undefined)
    at += BLOCK
    if (!bytes) continue
    tar.set(bytes, at)
    at += Math.ceil(bytes.length / BLOCK) * BLOCK
  }
  return tar
}

function header(block: Uint8Array, path: string, size: number, folder: boolean): void {
  const put = (at: number, text: string): void => block.set(encoder.encode(text), at)
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`
  put(0, path)
  put(100, octal(folder ? 0o700 : 0o600, 8))
  put(108, octal(0, 8))
  put(116, octal(0, 8))
  put(124, octal(size, 12))
  put(136, octal(0, 12))
  put(148, '        ')
  put(156, folder ? '5' : '0')
  put(257, 'ustar\x0000')
  put(
    148,
    `${block
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
  )
}
