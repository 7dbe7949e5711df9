/** What mkswap(8) writes into the first page. include/linux/swap.h */
export interface SwapHeader {
  readonly pages: number
  readonly uuid: Uint8Array
  readonly label: string
}

export const PAGE_BYTES = 4096
const SIGNATURE = 'SWAPSPACE2'
export const SWAP_SIGNATURE_OFFSET = PAGE_BYTES - SIGNATURE.length

export function writeSwap({ pages, uuid, label }: SwapHeader): Uint8Array {
  const bytes = new Uint8Array(PAGE_BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint32(1024, 1, true)
  view.setUint32(1028, pages - 1, true)
  bytes.set(uuid, 1036)
  bytes.set(new TextEncoder().encode(label).subarray(0, 16), 1052)
  bytes.set(new TextEncoder().encode(SIGNATURE), SWAP_SIGNATURE_OFFSET)
  return bytes
}

/** @param bytes  the first page */
export function readSwap(bytes: Uint8Array): SwapHeader | undefined {
  if (bytes.length < PAGE_BYTES) return undefined
  if (new TextDecoder().decode(bytes.subarray(SWAP_SIGNATURE_OFFSET, PAGE_BYTES)) !== SIGNATURE) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return {
    pages: view.getUint32(1028, true) + 1,
    uuid: bytes.slice(1036, 1052),
    label: new TextDecoder().decode(bytes.subarray(1052, 1068)).replace(/\0[^]*$/, ''),
  }
}
