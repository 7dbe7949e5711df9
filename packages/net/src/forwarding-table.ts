/** Which way a hardware address was last seen. IEEE 802.1D, "filtering database". */
export class ForwardingTable<Port> {
  private readonly ports = new Map<string, Port>()

  learn(mac: string, port: Port): void {
    this.ports.set(mac, port)
  }

  find(mac: string): Port | undefined {
    return this.ports.get(mac)
  }

  forget(port: Port): void {
    for (const [mac, at] of this.ports) if (at === port) this.ports.delete(mac)
  }

  entries(): IterableIterator<[string, Port]> {
    return this.ports.entries()
  }
}
