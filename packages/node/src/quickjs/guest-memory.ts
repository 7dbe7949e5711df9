import guest from 'virtual:node-guest'
import { fromBase64 } from '@drydock/codec'

/**
 * The memory of a machine that has read the guest side of node: tools/node-guest.mjs made it.
 * @param inflate unpacks gzip as fast as the worker can
 */
export const guestMemory = (
  inflate: (packed: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> => inflate(fromBase64(guest) as Uint8Array<ArrayBuffer>)
