import { DockerClient } from '@drydock/docker-api'
import { EndpointStream } from '@drydock/playground/stream-endpoint'
import { transfer } from 'comlink'
import type { SessionClient } from '../client/session-client.ts'

/** A client whose connections end in the host's /var/run/docker.sock, a MessagePort each. */
export function connect(session: SessionClient, host: string): DockerClient {
  return new DockerClient({
    userAgent: 'Drydock-Page/0.1',
    async dial() {
      const { port1, port2 } = new MessageChannel()
      const stream = new EndpointStream(port1 as never)
      await session.api.dialEngine(host, transfer(port2, [port2]) as never)
      return stream
    },
  })
}
