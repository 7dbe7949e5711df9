import type { Process } from '@drydock/abi'
import type { ServerRequest } from '@drydock/http'
import { writeAll } from '@drydock/libc'
import { uploadId } from '../storage/upload-id.ts'
import type { RegistryVersion } from './version.ts'

const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error']
const MONTHS: readonly string[] = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const two = (n: number): string => String(n).padStart(2, '0')

export interface Exchanged {
  readonly request: ServerRequest
  readonly peer: string
  readonly status: number
  readonly bytes: number
  readonly startedMs: number
}

/** What the registry writes on standard error, as logrus does, and its access log on standard output. */
export class Journal {
  private readonly process: Process
  private readonly version: RegistryVersion
  private readonly level: string
  private readonly instance: string

  constructor(process: Process, version: RegistryVersion, level: string) {
    this.process = process
    this.version = version
    this.level = level
    this.instance = uploadId(process.sys.entropy)
  }

  async say(level: 'debug' | 'info' | 'warning' | 'error' | 'fatal', message: string, fields = ''): Promise<void> {
    const rank = LEVELS.indexOf(level === 'warning' ? 'warn' : level === 'fatal' ? 'error' : level)
    if (rank < LEVELS.indexOf(this.level === 'warning' ? 'warn' : this.level)) return
    const { go, number } = this.version
    const time = new Date(this.process.sys.clock.now()).toISOString().replace(/(\.\d+)Z/, '$1000000Z')
    const named = `go.version=${go} ${fields}instance.id=${this.instance} service=registry version=${number}`
    await this.write(2, `time="${time}" level=${level} msg=${quoted(message)} ${named} \n`)
  }

  /** Apache's combined format, then the registry's own line. */
  async exchanged({ request, peer, status, bytes, startedMs }: Exchanged, access: boolean): Promise<void> {
    const { method, target, protocol, headers } = request
    const agent = headers.get('user-agent') ?? ''
    if (access)
      await this.write(
        1,
        `${peer.split(':')[0]} - - [${logTime(this.process.sys.clock.now())}] "${method} ${target} ${protocol}" ${status} ${bytes} "" "${agent}"\n`,
      )
    const ms = (this.process.sys.clock.monotonic() - startedMs).toFixed(6)
    const fields = `http.request.host=${quoted(headers.get('host') ?? '')} http.request.method=${method} http.request.remoteaddr=${quoted(peer)} http.request.uri=${quoted(target)} http.request.useragent=${quoted(agent)} http.response.duration=${ms}ms http.response.status=${status} http.response.written=${bytes} `
    await this.say('info', 'response completed', fields)
  }

  /** What net/http itself has to say. */
  async plain(message: string): Promise<void> {
    const stamp = new Date(this.process.sys.clock.now())
      .toISOString()
      .slice(0, 19)
      .replaceAll('-', '/')
      .replace('T', ' ')
    await this.write(2, `${stamp} ${message}\n`)
  }

  private write(fd: 1 | 2, text: string): Promise<void> | void {
    return writeAll(this.process.sys, fd, new TextEncoder().encode(text))
  }
}

/** logrus puts quotes around what holds more than plain letters. */
const quoted = (text: string): string => (/^[\w.-]+$/.test(text) ? text : JSON.stringify(text))

function logTime(ms: number): string {
  const t = new Date(ms)
  const day = `${two(t.getUTCDate())}/${MONTHS[t.getUTCMonth()]}/${t.getUTCFullYear()}`
  return `${day}:${two(t.getUTCHours())}:${two(t.getUTCMinutes())}:${two(t.getUTCSeconds())} +0000`
}
