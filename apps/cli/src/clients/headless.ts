import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The headless engine on a real unix socket, as somebody who installed the command runs it. */
export interface Headless {
  readonly socket: string
  close(): void
}

/** @param more options of `drydock serve` */
export async function startHeadless(more: readonly string[] = []): Promise<Headless> {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-client-'))
  const socket = join(folder, 'docker.sock')
  const command = new URL('../../bin/drydock.mjs', import.meta.url).pathname
  const child = spawn(process.execPath, [command, 'serve', '--socket', socket, ...more], { stdio: 'ignore' })
  await untilThere(socket, child)
  return {
    socket,
    close() {
      child.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The file of a socket is there a moment before anybody listens. */
async function untilThere(socket: string, child: ChildProcess): Promise<void> {
  while (!(await answers(socket))) {
    if (child.exitCode !== null) throw new Error(`drydock serve ended with ${child.exitCode}`)
    await new Promise((later) => setTimeout(later, 50))
  }
}

const answers = (socket: string): Promise<boolean> =>
  new Promise((done) => {
    const client = connect(socket)
    client.once('connect', () => (client.destroy(), done(true)))
    client.once('error', () => done(false))
  })
