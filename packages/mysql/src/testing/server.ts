import { EEXIST, type Sys } from '@drydock/abi'
import { runSqlite } from '../sqlite/index.ts'

/** The worker's side in this very process. */
export const foreign = {
  spawn() {
    let take: (message: never) => void = () => undefined
    let heard: (message: unknown) => void = () => undefined
    runSqlite({
      post: (message) => void queueMicrotask(() => heard(message)),
      onMessage: (handler) => void (take = handler),
      now: () => Date.UTC(2026, 4, 17),
      random: (length) => new Uint8Array(length).fill(7),
    })
    return {
      post: (message: unknown) => take(message as never),
      onMessage: (handler: (message: unknown) => void) => void (heard = handler),
      onError: () => undefined,
      terminate: () => undefined,
    }
  },
}

const FOLDERS = ['/var', '/var/lib', '/var/lib/mysql', '/var/run', '/var/run/mysqld']

interface Machine {
  readonly sys: Sys
  run(argv: readonly string[]): Promise<{ readonly status: number }>
}

/** Makes a data directory and lets mysqld answer on it. */
export async function startServer(machine: Machine): Promise<void> {
  const { sys } = machine
  const run = (argv: readonly string[]): ReturnType<Machine['run']> => machine.run(argv)
  for (const folder of FOLDERS)
    try {
      sys.mkdir(folder, 0o755)
    } catch (error) {
      if (error !== EEXIST) throw error
    }
  await run(['mysqld', '--user=root', '--initialize-insecure'])
  void run(['mysqld', '--user=root'])
  while ((await run(['mysqladmin', 'ping'])).status !== 0) await sys.sleep(100)
}
