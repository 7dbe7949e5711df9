import { inet, type Sys } from '@drydock/abi'
import { hashHex } from '@drydock/codec'
import { parseUrl, request } from '@drydock/http'
import { dial, ResolveError, resolveHost } from '@drydock/libc'
import { normalised } from './requirement.ts'

export interface WheelFile {
  readonly filename: string
  readonly url: string
  readonly hashes: { readonly sha256: string }
  readonly size?: number
}

/** What pip prints in red. */
export class PipError extends Error {}

const INDEX = 'https://pypi.org/simple'

export const versionOf = ({ filename }: WheelFile): string => filename.split('-')[1] ?? ''

/** pypi.org as pip asks it. PEP 503, PEP 691 */
export class IndexClient {
  private readonly sys: Sys

  constructor(sys: Sys) {
    this.sys = sys
  }

  /** @returns nothing where there is no such project @throws PipError without a network */
  async files(name: string): Promise<readonly WheelFile[]> {
    const { status, bytes } = await this.get(`${INDEX}/${normalised(name)}/`)
    if (status !== 200) return []
    const { files } = JSON.parse(new TextDecoder().decode(bytes)) as { files: readonly WheelFile[] }
    return files.filter(({ filename }) => filename.endsWith('.whl'))
  }

  async wheel({ url, hashes, filename }: WheelFile): Promise<Uint8Array> {
    const { status, bytes } = await this.get(url)
    if (status !== 200) throw new PipError(`HTTP error ${status} while getting ${url}`)
    const text = hashHex('sha256', bytes)
    if (text !== hashes.sha256)
      throw new PipError(`${filename} does not match its hash: expected sha256 ${hashes.sha256}, got ${text}`)
    return bytes
  }

  private async get(url: string): Promise<{ status: number; bytes: Uint8Array }> {
    const parsed = parseUrl(url)
    if (!parsed) throw new PipError(`Invalid URL: ${url}`)
    try {
      const [address = ''] = await resolveHost(this.sys, parsed.host)
      const stream = await dial(this.sys, inet(address, parsed.port))
      try {
        const accept = 'application/vnd.pypi.simple.v1+json'
        const headers = { Host: parsed.authority, 'User-Agent': 'pip/25.3', Accept: accept, Connection: 'close' }
        const response = await request(stream, { target: parsed.target, headers })
        return { status: response.status, bytes: await response.body.readAll() }
      } finally {
        stream.close()
      }
    } catch (error) {
      if (!(error instanceof ResolveError)) throw error
      throw new PipError(`Could not reach ${parsed.host}: [Errno -3] Temporary failure in name resolution`)
    }
  }
}
