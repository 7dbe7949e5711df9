/**
 * Executables of images are stubs: an ELF head, then the name of the program that the kernel starts in its place.
 * Whoever copies, renames or deletes the file moves the program with it.
 */
const HEAD = '\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0'
const MARK = 'drydock:'
const encoder = new TextEncoder()

/** The first bytes of a file that runs `program`; what follows them is not looked at. */
export const stubBytes = (program: string): Uint8Array => encoder.encode(`${HEAD}${MARK}${program}\n`)

/** The program a stub names; undefined for any other file. @param bytes at least the first 128 of the file */
export function stubProgram(bytes: Uint8Array): string | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 128))
  if (!text.startsWith(HEAD + MARK)) return undefined
  const end = text.indexOf('\n')
  return end < 0 ? undefined : text.slice(HEAD.length + MARK.length, end)
}
