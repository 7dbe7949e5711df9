import { isErrno, unix, type Sys } from '@drydock/abi'
import { ApiError, ConnectionError, DockerClient } from '@drydock/docker-api'
import { dial } from '@drydock/libc'

const SOCKET = '/var/run/docker.sock'

/** The engine whose socket was mounted. */
export const mountedEngine = (sys: Sys): DockerClient =>
  new DockerClient({ dial: () => dial(sys, unix(SOCKET)), host: `unix://${SOCKET}` })

/** What the engine says, or why it says nothing. */
export async function orReason<T>(asked: Promise<T>): Promise<{ readonly found: T } | { readonly reason: string }> {
  try {
    return { found: await asked }
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof ConnectionError || isErrno(error))) throw error
    return {
      reason:
        error instanceof ApiError
          ? error.message
          : `Cannot connect to the Docker daemon at unix://${SOCKET}. Was the socket mounted?`,
    }
  }
}
