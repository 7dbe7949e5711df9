import type { Interface } from './interface.ts'
import type { Frame } from './packet.ts'

/** Somebody who looks on at the interfaces of a stack: AF_PACKET. packet(7) */
export interface Tap {
  /** Frames count as they pass an interface, so that one that is forwarded is heard of more than once. */
  hear(at: Interface, frame: Frame, direction: 'in' | 'out'): void
}
