import { inet, type Sys } from '@drydock/abi'
import { FdStream, listen } from '@drydock/libc'
import { inBackground } from '../background.ts'
import { quietly } from '../state/files.ts'
import { ignoreErrors } from './links.ts'

/** Where others reach this node, by port. */
export class Servers {
  private readonly sys: Sys
  private readonly come: (stream: FdStream) => void
  private readonly sockets = new Map<number, number>()

  constructor(sys: Sys, come: (stream: FdStream) => void) {
    this.sys = sys
    this.come = come
  }

  open(port: number): void {
    const { sys } = this
    const socket = listen(sys, inet('0.0.0.0', port))
    this.sockets.set(port, socket)
    const accept = async (): Promise<void> => {
      while (this.sockets.get(port) === socket) this.come(new FdStream(sys, (await sys.accept(socket)).fd))
    }
    inBackground(sys, 'swarm', accept().catch(ignoreErrors))
  }

  close(port: number): void {
    const socket = this.sockets.get(port)
    this.sockets.delete(port)
    if (socket !== undefined) quietly(() => this.sys.close(socket))
  }

  closeAll(): void {
    for (const port of [...this.sockets.keys()]) this.close(port)
  }
}
