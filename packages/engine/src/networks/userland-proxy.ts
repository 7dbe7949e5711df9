import { type Datagram, inet, isErrno, isInet, POLLIN, type Process, SIGTERM, SOCK_DGRAM, type Sys } from '@drydock/abi'
import { dial, FdStream } from '@drydock/libc'
import { inBackground } from '../background.ts'
import { quietly } from '../state/files.ts'

/** A port of a container. */
export interface ProxyTarget {
  readonly proto: 'tcp' | 'udp'
  readonly address: string
  readonly port: number
}

/** What docker-proxy runs: hands on what comes to descriptor 3. moby cmd/docker-proxy */
export async function runProxy({ sys }: Process, to: ProxyTarget): Promise<number> {
  sys.prctl({ name: 'docker-proxy', parentDeathSignal: SIGTERM })
  return to.proto === 'udp' ? new UdpProxy(sys, to).run() : acceptAll(sys, to)
}

async function acceptAll(sys: Sys, { address, port }: ProxyTarget): Promise<number> {
  for (;;) {
    const { fd } = await sys.accept(3)
    inBackground(sys, 'docker-proxy', relay(sys, new FdStream(sys, fd), address, port))
  }
}

/** Both ways, until both sides have ended. */
export async function relay(sys: Sys, client: FdStream, address: string, port: number): Promise<void> {
  try {
    const server = await dial(sys, inet(address, port))
    try {
      await Promise.all([copy(client, server), copy(server, client)])
    } finally {
      server.close()
    }
  } catch (error) {
    if (!isErrno(error)) throw error
  } finally {
    client.close()
  }
}

async function copy(from: FdStream, to: FdStream): Promise<void> {
  for (;;) {
    const bytes = await from.read()
    if (bytes.length === 0) break
    await to.write(bytes)
  }
  quietly(() => to.shutdown())
}

/** How long a client of UDP is remembered after its last datagram. moby udp_proxy_linux.go, UDPConnTrackTimeout */
const FORGOTTEN_MS = 90_000

/** A socket to the container for each client, so that answers find back. */
class UdpProxy {
  private readonly clients = new Map<string, number>()
  private readonly sys: Sys
  private readonly to: ProxyTarget

  constructor(sys: Sys, to: ProxyTarget) {
    this.sys = sys
    this.to = to
  }

  async run(): Promise<number> {
    for (;;) {
      const datagram = await this.sys.recvfrom(3)
      await this.quiet(() => this.pass(datagram))
    }
  }

  private async pass({ data, from }: Datagram): Promise<void> {
    if (!isInet(from)) return
    const { address, port } = this.to
    const key = `${from.address} ${from.port}`
    const known = this.clients.get(key)
    const fd = known ?? this.sys.socket(inet(address, port).family, SOCK_DGRAM)
    if (known === undefined) {
      await this.sys.connect(fd, inet(address, port))
      this.clients.set(key, fd)
      inBackground(this.sys, 'docker-proxy', this.answer(key, fd, from))
    }
    await this.sys.sendto(fd, data, inet(address, port))
  }

  private async answer(key: string, fd: number, client: Datagram['from']): Promise<void> {
    await this.quiet(async () => {
      for (;;) {
        const [ready = 0] = await this.sys.poll([{ fd, events: POLLIN }], FORGOTTEN_MS)
        if (ready === 0) return
        await this.sys.sendto(3, (await this.sys.recvfrom(fd)).data, client)
      }
    })
    this.clients.delete(key)
    quietly(() => this.sys.close(fd))
  }

  /** Nobody listens, or nobody is there: datagrams are lost, as they may be. */
  private async quiet(action: () => Promise<void>): Promise<void> {
    try {
      await action()
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
}
