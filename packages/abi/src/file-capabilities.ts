/**
 * The value of the extended attribute `security.capability`: struct vfs_cap_data of linux/capability.h, little-endian. What a
 * program may do that is run from the file, whoever runs it. capabilities(7), "File capabilities".
 */
export interface FileCapabilities {
  readonly permitted: number
  readonly inheritable: number
  /** What is permitted is effective as well, at once. */
  readonly effective: boolean
}

export const XATTR_CAPABILITY = 'security.capability'

const VFS_CAP_REVISION_2 = 0x02000000
const VFS_CAP_FLAGS_EFFECTIVE = 1
const WORD = 2 ** 32

export function encodeFileCapabilities({ permitted, inheritable, effective }: FileCapabilities): Uint8Array {
  const bytes = new Uint8Array(20)
  const view = new DataView(bytes.buffer)
  const words = [permitted % WORD, inheritable % WORD, Math.floor(permitted / WORD), Math.floor(inheritable / WORD)]
  view.setUint32(0, VFS_CAP_REVISION_2 + (effective ? VFS_CAP_FLAGS_EFFECTIVE : 0), true)
  for (const [at, word] of words.entries()) view.setUint32(4 + 4 * at, word, true)
  return bytes
}

/** @returns undefined for what is none of revision 2 */
export function decodeFileCapabilities(value: Uint8Array): FileCapabilities | undefined {
  if (value.length !== 20) return undefined
  const view = new DataView(value.buffer, value.byteOffset, value.length)
  const head = view.getUint32(0, true)
  if (head !== VFS_CAP_REVISION_2 && head !== VFS_CAP_REVISION_2 + VFS_CAP_FLAGS_EFFECTIVE) return undefined
  const word = (at: number): number => view.getUint32(4 + 4 * at, true)
  return {
    permitted: word(0) + word(2) * WORD,
    inheritable: word(1) + word(3) * WORD,
    effective: head !== VFS_CAP_REVISION_2,
  }
}
