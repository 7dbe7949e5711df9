import { inflateAny } from './gzip.ts'

const END = 0x06054b50
const CENTRAL = 0x02014b50

/** The files of a zip archive. PKWARE APPNOTE.TXT sections 4.3.12 and 4.3.16 @throws Error for what is none */
export function unzip(archive: Uint8Array): { readonly name: string; readonly bytes: Uint8Array }[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength)
  let end = archive.length - 22
  while (end >= 0 && view.getUint32(end, true) !== END) end--
  if (end < 0) throw new Error('not a zip archive')
  const files: { name: string; bytes: Uint8Array }[] = []
  let at = view.getUint32(end + 16, true)
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (view.getUint32(at, true) !== CENTRAL) throw new Error('damaged zip directory')
    const [method, packed] = [view.getUint16(at + 10, true), view.getUint32(at + 20, true)]
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true))
    const local = view.getUint32(at + 42, true)
    const name = new TextDecoder().decode(archive.subarray(at + 46, at + 46 + (nameLength ?? 0)))
    const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
    const bytes = archive.subarray(from, from + packed)
    if (!name.endsWith('/')) files.push({ name, bytes: method === 0 ? bytes : inflateAny(bytes) })
    at += 46 + (nameLength ?? 0) + (extra ?? 0) + (comment ?? 0)
  }
  return files
}
