import type { ByteStream, CommandOptions, CommandOutcome } from '@drydock/playground'
import { connect } from 'node:net'
import { bridge } from './bridge.ts'
import { openHost } from './open-host.ts'

/** Where the host finds an engine of the real machine. */
const FOREIGN_ENGINE = '/run/foreign-docker.sock'

export interface HeadlessHost {
  /** Runs one program on the host; see runCommand. */
  run(command: CommandOptions): Promise<CommandOutcome>
  /** A connection to the host's own engine. */
  dialEngine(): Promise<ByteStream>
  /** For DOCKER_HOST, where a real engine was asked for. */
  readonly engine: string | undefined
  /** Saves what is to be kept and stops. */
  close(): Promise<void>
}

/**
 * A fresh host without a terminal.
 * @param engine  path of a real unix socket on which a Docker engine listens: the host sees it as one of its own
 * @param folder  the session is kept there
 */
export async function openHeadless({
  engine,
  folder,
}: {
  engine?: string | undefined
  folder?: string | undefined
}): Promise<HeadlessHost> {
  const { session, host } = await openHost(folder)
  if (engine !== undefined)
    await host.serveUnix(FOREIGN_ENGINE, (stream) => {
      void bridge(connect({ path: engine, allowHalfOpen: true }), stream)
    })
  return {
    run: (command) => host.run(command),
    dialEngine: () => host.dialEngine(),
    engine: engine === undefined ? undefined : `unix://${FOREIGN_ENGINE}`,
    async close() {
      await session.flush()
      session.dispose()
    },
  }
}
