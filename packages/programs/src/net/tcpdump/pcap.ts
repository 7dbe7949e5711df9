import { type Capture, LINK_ETHERNET } from './decode.ts'

/** Capture files. pcap-savefile(5) */
const MAGIC = 0xa1b2c3d4
const MAGIC_NANOSECONDS = 0xa1b23c4d
const HEAD_BYTES = 24
const RECORD_BYTES = 16
/** The most of a packet that is kept unless -s says otherwise. */
export const SNAPSHOT_BYTES = 262144

export function pcapHead(link: number, snapshot: number): Uint8Array {
  const head = new DataView(new ArrayBuffer(HEAD_BYTES))
  head.setUint32(0, MAGIC, true)
  head.setUint16(4, 2, true)
  head.setUint16(6, 4, true)
  head.setUint32(16, snapshot, true)
  head.setUint32(20, link, true)
  return new Uint8Array(head.buffer)
}

export function pcapRecord({ timeMs, bytes, length }: Capture): Uint8Array {
  const record = new Uint8Array(RECORD_BYTES + bytes.length)
  const head = new DataView(record.buffer)
  head.setUint32(0, Math.floor(timeMs / 1000), true)
  head.setUint32(4, Math.floor((timeMs % 1000) * 1000), true)
  head.setUint32(8, bytes.length, true)
  head.setUint32(12, length, true)
  record.set(bytes, RECORD_BYTES)
  return record
}

/** @returns undefined for what is no capture file */
export function readPcap(file: Uint8Array): { link: number; snapshot: number; captures: Capture[] } | undefined {
  if (file.length < HEAD_BYTES) return undefined
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const little = [MAGIC, MAGIC_NANOSECONDS].includes(view.getUint32(0, true))
  const magic = view.getUint32(0, little)
  if (magic !== MAGIC && magic !== MAGIC_NANOSECONDS) return undefined
  const perMs = magic === MAGIC ? 1000 : 1_000_000
  const link = view.getUint32(20, little) & 0x0fffffff
  const captures: Capture[] = []
  for (let at = HEAD_BYTES; at + RECORD_BYTES <= file.length; ) {
    const kept = view.getUint32(at + 8, little)
    captures.push({
      timeMs: view.getUint32(at, little) * 1000 + view.getUint32(at + 4, little) / perMs,
      link: link || LINK_ETHERNET,
      bytes: file.subarray(at + RECORD_BYTES, at + RECORD_BYTES + kept),
      length: view.getUint32(at + 12, little),
    })
    at += RECORD_BYTES + kept
  }
  return { link, snapshot: view.getUint32(16, little), captures }
}
