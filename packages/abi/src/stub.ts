/**
 * Executables of images are stubs: an ELF head, then the name of the program that the kernel starts in its place.
 * Whoever copies, renames or deletes the file moves the program with it.
 */
const HEAD = '\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0'
const MARK = 'drydock:'
const encoder = new TextEncoder()
const START = encoder.encode(HEAD + MARK)
const MOST_BYTES = 128
const NEWLINE = 10

/** The first bytes of a file that runs `program`; what follows them is not looked at. */
export const stubBytes = (program: string): Uint8Array => encoder.encode(`${HEAD}${MARK}${program}\n`)

/** The program a stub names; undefined for any other file. @param bytes at least the first 128 of the file */
export function stubProgram(bytes: Uint8Array): string | undefined {
  for (let at = 0; at < START.length; at++) if (bytes[at] !== START[at]) return undefined
  let name = ''
  for (let at = START.length; at < MOST_BYTES; at++) {
    const byte = bytes[at]
    if (byte === NEWLINE) return name
    if (byte === undefined) return undefined
    name += String.fromCharCode(byte)
  }
  return undefined
}
