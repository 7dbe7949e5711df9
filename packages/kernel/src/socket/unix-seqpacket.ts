import { EMSGSIZE, type UnixSocketInfo } from '@drydock/abi'
import type { Network } from '../net/network.ts'
import { UnixStreamSocket } from './unix-stream.ts'

const MESSAGE_MAX = 212_960

/** Connections like a stream's that keep messages apart: each read gives one, and what does not fit is lost. SOCK_SEQPACKET */
export class UnixSeqpacketSocket extends UnixStreamSocket {
  /** Lengths of the messages that lie in the queue. */
  private readonly lengths: number[] = []

  static override pair(network: Network): [UnixSeqpacketSocket, UnixSeqpacketSocket] {
    const one = new UnixSeqpacketSocket(network)
    const other = new UnixSeqpacketSocket(network)
    one.link(other)
    return [one, other]
  }

  override describe(): UnixSocketInfo {
    return { ...super.describe(), type: 'seqpacket' }
  }

  override write(bytes: Uint8Array): number {
    if (bytes.length > MESSAGE_MAX) throw EMSGSIZE
    const { other } = this
    if (other instanceof UnixSeqpacketSocket) other.requireRoom(bytes.length)
    const taken = super.write(bytes)
    if (other instanceof UnixSeqpacketSocket) other.lengths.push(taken)
    return taken
  }

  protected override sibling(): UnixSeqpacketSocket {
    return new UnixSeqpacketSocket(this.network)
  }

  protected override takeIncoming(max: number): Uint8Array {
    const length = this.lengths.shift() ?? 0
    return super.takeIncoming(length).subarray(0, max)
  }
}
