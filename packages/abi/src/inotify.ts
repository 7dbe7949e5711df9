/** What inotify(7) tells of, and how its events look in a read. linux/inotify.h */
export const IN_ACCESS = 0x1
export const IN_MODIFY = 0x2
export const IN_ATTRIB = 0x4
export const IN_CLOSE_WRITE = 0x8
export const IN_CLOSE_NOWRITE = 0x10
export const IN_OPEN = 0x20
export const IN_MOVED_FROM = 0x40
export const IN_MOVED_TO = 0x80
export const IN_CREATE = 0x100
export const IN_DELETE = 0x200
export const IN_DELETE_SELF = 0x400
export const IN_MOVE_SELF = 0x800
export const IN_ALL_EVENTS = 0xfff
export const IN_Q_OVERFLOW = 0x4000
/** The watch is gone. */
export const IN_IGNORED = 0x8000
/** For watches: only if it is a directory; gone after the first event; besides what is watched already. */
export const IN_ONLYDIR = 0x1000000
export const IN_MASK_ADD = 0x20000000
export const IN_ONESHOT = 0x80000000
/** It happened to a directory. */
export const IN_ISDIR = 0x40000000

export interface InotifyEvent {
  readonly wd: number
  readonly mask: number
  /** The same for both halves of a rename, or 0. */
  readonly cookie: number
  /** The entry of the watched directory; empty when it is what is watched itself. */
  readonly name: string
}

const HEAD_BYTES = 16
const encoder = new TextEncoder()

/** struct inotify_event: the name is padded with zeros to a multiple of 16. */
export function encodeInotify({ wd, mask, cookie, name }: InotifyEvent): Uint8Array {
  const text = encoder.encode(name)
  const length = text.length === 0 ? 0 : Math.ceil((text.length + 1) / HEAD_BYTES) * HEAD_BYTES
  const bytes = new Uint8Array(HEAD_BYTES + length)
  const view = new DataView(bytes.buffer)
  view.setInt32(0, wd, true)
  view.setUint32(4, mask >>> 0, true)
  view.setUint32(8, cookie, true)
  view.setUint32(12, length, true)
  bytes.set(text, HEAD_BYTES)
  return bytes
}

/** The events of one read. */
export function decodeInotify(bytes: Uint8Array): InotifyEvent[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const events: InotifyEvent[] = []
  for (let at = 0; at + HEAD_BYTES <= bytes.length; ) {
    const length = view.getUint32(at + 12, true)
    const text = bytes.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length)
    const end = text.indexOf(0)
    events.push({
      wd: view.getInt32(at, true),
      mask: view.getUint32(at + 4, true),
      cookie: view.getUint32(at + 8, true),
      name: new TextDecoder().decode(end < 0 ? text : text.subarray(0, end)),
    })
    at += HEAD_BYTES + length
  }
  return events
}
