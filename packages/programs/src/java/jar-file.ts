import { crc32, deflateRaw, writeZip, type ZipEntry } from '@drydock/codec'

export interface JarMember {
  readonly name: string
  readonly bytes: Uint8Array
}

const WIDTH = 72

/** Lines of more than 72 bytes go on in the next, behind a space. The JAR file specification, "Line length" */
function foldLine(line: string): string {
  const first = line.slice(0, WIDTH)
  const rest = line.slice(WIDTH).match(/.{1,71}/g) ?? []
  return [first, ...rest.map((each) => ` ${each}`)].join('\r\n')
}

export const manifestText = (attributes: readonly (readonly [string, string])[]): string =>
  `${attributes.map(([name, value]) => foldLine(`${name}: ${value}`)).join('\r\n')}\r\n\r\n`

/** @returns undefined for an attribute that is not in the main section */
export function manifestValue(manifest: string, name: string): string | undefined {
  const [main = ''] = manifest.replaceAll(/\r?\n /g, '').split(/\r?\n\r?\n/)
  return main
    .split(/\r?\n/)
    .find((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}: `))
    ?.slice(name.length + 2)
}

/** A jar: a zip whose manifest comes first. */
export function writeJar(members: readonly JarMember[], mtimeMs: number): Uint8Array {
  const folders = new Set<string>()
  const entries: ZipEntry[] = []
  for (const { name, bytes } of members) {
    for (const folder of foldersOf(name))
      if (!folders.has(folder)) entries.push(entry(folder, new Uint8Array(), mtimeMs))
    for (const folder of foldersOf(name)) folders.add(folder)
    entries.push(entry(name, bytes, mtimeMs))
  }
  return writeZip(entries)
}

function foldersOf(name: string): string[] {
  const parts = name.split('/').slice(0, -1)
  return parts.map((_, i) => `${parts.slice(0, i + 1).join('/')}/`)
}

function entry(name: string, bytes: Uint8Array, mtimeMs: number): ZipEntry {
  const isFolder = name.endsWith('/')
  const packed = isFolder ? bytes : deflateRaw(bytes)
  return {
    name,
    packed,
    mtimeMs,
    method: isFolder ? 0 : 8,
    flags: 0,
    crc: crc32(bytes),
    size: bytes.length,
    mode: isFolder ? 0o40755 : 0o100644,
    uid: 0,
    gid: 0,
    text: false,
  }
}

export const textMember = (name: string, text: string): JarMember => ({ name, bytes: new TextEncoder().encode(text) })
