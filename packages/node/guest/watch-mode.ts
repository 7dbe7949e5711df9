import path from 'path-browserify'
import { childProcess } from './child-process.ts'
import { callSync, pending } from './host.ts'
import { Buffer } from 'buffer'
import { loop } from './loop.ts'
import { FSWatcher } from './watching.ts'

/** Changes that come within this time are one. */
const QUIET_MS = 200

interface Child {
  readonly exitCode: number | null
  kill(signal: string): boolean
  once(event: string, listener: (code: number | null) => void): void
}

const say = (text: string): void => void callSync('write', [1], Buffer.from(`${text}\n`))

/** `node --watch file`: runs it, and again after each change of a script below its folder. */
export function watchMode(words: readonly string[]): void {
  const [file = ''] = words
  const shown = words.join(' ')
  let child: Child | undefined
  const begin = (): void => {
    child = childProcess.spawn('node', [...words], { stdio: 'inherit' }) as unknown as Child
    const own = child
    own.once('exit', (code) => {
      if (own !== child) return
      say(
        code === 0
          ? `Completed running '${shown}'. Waiting for file changes before restarting...`
          : `Failed running '${shown}'. Waiting for file changes before restarting...`,
      )
    })
  }
  let due: unknown
  const restart = (): void => {
    const before = child
    const again = (): void => {
      say(`Restarting '${shown}'`)
      begin()
    }
    child = undefined
    if (!before || before.exitCode !== null) return again()
    before.once('exit', again)
    before.kill('SIGTERM')
  }
  const folder = path.dirname(path.resolve(file))
  new FSWatcher(folder, { recursive: true }, ((_: string, name: string) => {
    if (/(^|\/)node_modules\//.test(name) || !/\.([cm]?js|json)$/.test(name)) return
    loop.clear(due)
    due = loop.arm(restart, QUIET_MS, [], false)
  }) as never)
  begin()
  pending.tell('signal', ['SIGTERM', false])
}
