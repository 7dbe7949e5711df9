import { isErrno, type Sys } from '@drydock/abi'
import { decodeBase64Text } from '@drydock/codec'
import { bcryptFits } from '@drydock/crypto'
import type { ServerRequest, ServerResponse } from '@drydock/http'
import { readTextFile } from '@drydock/libc'
import { type Access, type AccessController, repositoryDetail } from '../api/access.ts'
import { errorAnswer } from '../api/answers.ts'

/** Names and passwords of a file that htpasswd made: everybody in it may do everything. Only bcrypt counts. */
export class HtpasswdAccess implements AccessController {
  private readonly sys: Sys
  private readonly realm: string
  private readonly path: string
  /** Passwords that were found right: bcrypt is slow on purpose, and a push asks dozens of times. */
  private readonly known = new Map<string, string>()

  constructor(sys: Sys, { realm, path }: { realm: string; path: string }) {
    this.sys = sys
    this.realm = realm
    this.path = path
  }

  async check({ headers }: ServerRequest, wishes: readonly Access[]): Promise<ServerResponse | undefined> {
    if (await this.admits(headers.get('authorization') ?? '')) return undefined
    return errorAnswer('UNAUTHORIZED', {
      detail: repositoryDetail(wishes),
      headers: [['Www-Authenticate', `Basic realm="${this.realm}"`]],
    })
  }

  private async admits(field: string): Promise<boolean> {
    const encoded = /^Basic (.+)$/i.exec(field)?.[1]
    const text = encoded === undefined ? undefined : decodeBase64Text(encoded)
    const colon = text?.indexOf(':') ?? -1
    if (text === undefined || colon < 0) return false
    const [name, password] = [text.slice(0, colon), text.slice(colon + 1)]
    const stored = (await this.rows()).get(name)
    if (stored === undefined || !/^\$2[aby]\$/.test(stored)) return false
    if (this.known.get(stored) === password) return true
    if (!(await bcryptFits(password, stored, () => this.sys.tick()))) return false
    this.known.set(stored, password)
    return true
  }

  /** Read anew each time: changes of the file count at once. */
  private async rows(): Promise<ReadonlyMap<string, string>> {
    try {
      const lines = (await readTextFile(this.sys, this.path)).split('\n').filter((line) => /^[^#\s]/.test(line))
      return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]))
    } catch (error) {
      if (isErrno(error)) return new Map()
      throw error
    }
  }
}
