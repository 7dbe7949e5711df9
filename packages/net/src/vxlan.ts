import { isErrno } from '@drydock/abi'
import { BROADCAST_MAC, formatAddress } from './address.ts'
import { ForwardingTable } from './forwarding-table.ts'
import type { Interface } from './interface.ts'
import type { Frame, UdpDatagram } from './packet.ts'
import type { IpOutput } from './tcp.ts'

/** Of the port that Docker takes, and what is left of an Ethernet's 1500 bytes. RFC 7348 section 4.3 */
export const VXLAN_PORT = 4789
export const VXLAN_MTU = 1450

/** The way of one network's frames from host to host, in UDP. RFC 7348 */
export class VxlanTunnel {
  private readonly underlay: IpOutput & { readonly tunnels: Map<number, VxlanTunnel> }
  private readonly at: Interface
  private readonly id: number
  private readonly head: Uint8Array
  private remotes: readonly number[] = []
  private proxied: ReadonlySet<number> = new Set()
  private readonly learned = new ForwardingTable<number>()

  constructor(underlay: IpOutput & { readonly tunnels: Map<number, VxlanTunnel> }, at: Interface, id: number) {
    this.underlay = underlay
    this.at = at
    this.id = id
    this.head = Uint8Array.of(8, 0, 0, 0, (id >> 16) & 255, (id >> 8) & 255, id & 255, 0)
  }

  /** @param remotes hosts with an end of the network @param proxied addresses that each host has for itself */
  set(remotes: readonly number[], proxied: readonly number[]): void {
    for (const gone of this.remotes) if (!remotes.includes(gone)) this.learned.forget(gone)
    this.remotes = remotes
    this.proxied = new Set(proxied)
  }

  info(): { readonly tag: number; readonly remotes: readonly string[] } {
    return { tag: this.id, remotes: this.remotes.map(formatAddress) }
  }

  send(frame: Frame): void {
    if ('arp' in frame.body && this.proxied.has(frame.body.arp.target)) return
    const known = frame.destination === BROADCAST_MAC ? undefined : this.learned.find(frame.destination)
    for (const remote of known === undefined ? this.remotes : [known]) this.carry(frame, remote)
  }

  private carry(frame: Frame, destination: number): void {
    const carried = { id: this.id, frame }
    const ports = { sourcePort: sourcePortOf(frame), destinationPort: VXLAN_PORT }
    const payload: UdpDatagram = { proto: 'udp', ...ports, data: this.head, carried }
    try {
      this.underlay.send({ source: this.underlay.sourceFor(destination), destination, payload })
    } catch (error) {
      // A host that cannot be reached hears nothing, as on any wire.
      if (!isErrno(error)) throw error
    }
  }

  receive(from: number, frame: Frame): void {
    this.learned.learn(frame.source, from)
    this.at.receive(frame)
  }

  close(): void {
    this.underlay.tunnels.delete(this.id)
  }
}

/** One port for each conversation. RFC 7348 section 5, "Source Port" */
const sourcePortOf = ({ body }: Frame): number =>
  'arp' in body ? 49152 : 49152 + ((body.ip.payload.sourcePort ^ body.ip.payload.destinationPort) & 0x3fff)
