import { inet, type Sys } from '@drydock/abi'
import { encodeBase64, Hash } from '@drydock/codec'
import { parseUrl, request } from '@drydock/http'
import { dial, ResolveError, resolveHost } from '@drydock/libc'
import { NpmError } from './npm-error.ts'

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly description?: string
  readonly license?: string
  readonly bin?: string | Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly engines?: Readonly<Record<string, string>>
  readonly funding?: unknown
  readonly dist: { readonly tarball: string; readonly integrity: string; readonly shasum: string }
}

export interface Packument {
  readonly name: string
  readonly 'dist-tags': Readonly<Record<string, string>>
  readonly versions: Readonly<Record<string, Manifest>>
}

export const REGISTRY = 'https://registry.npmjs.org'

/** The registry of npm as its client asks it; each document once. */
export class Registry {
  private readonly sys: Sys
  private readonly packuments = new Map<string, Promise<Packument>>()

  constructor(sys: Sys) {
    this.sys = sys
  }

  /** @throws NpmError */
  packument(name: string): Promise<Packument> {
    const known = this.packuments.get(name)
    if (known) return known
    const asked = this.fetchPackument(name)
    this.packuments.set(name, asked)
    asked.catch(() => undefined)
    return asked
  }

  /** @throws NpmError when it cannot be had or is not what its digest says */
  async tarball(url: string, integrity: string): Promise<Uint8Array> {
    const { status, bytes } = await this.get(url)
    if (status !== 200) throw new NpmError('E404', [`404 Not Found - GET ${url} - Not found`])
    const found = `sha512-${encodeBase64(new Hash('sha512').update(bytes).digest())}`
    if (integrity.startsWith('sha512-') && found !== integrity)
      throw new NpmError('EINTEGRITY', [
        `sha512 integrity checksum failed when using sha512: wanted ${integrity} but got ${found}. (${bytes.length} bytes)`,
      ])
    return bytes
  }

  private async fetchPackument(name: string): Promise<Packument> {
    const url = `${REGISTRY}/${name.replace('/', '%2f')}`
    const { status, bytes } = await this.get(url)
    if (status !== 200) throw notFound(url, name)
    return JSON.parse(new TextDecoder().decode(bytes)) as Packument
  }

  private async get(url: string): Promise<{ status: number; bytes: Uint8Array }> {
    const parsed = parseUrl(url)
    if (!parsed) throw new NpmError('EINVALIDURL', [`Invalid URL: ${url}`])
    try {
      const [address = ''] = await resolveHost(this.sys, parsed.host)
      const stream = await dial(this.sys, inet(address, parsed.port))
      try {
        const headers = { Host: parsed.authority, 'User-Agent': 'npm/11.6.2 node/v24 linux x64', Connection: 'close' }
        const response = await request(stream, { target: parsed.target, headers })
        return { status: response.status, bytes: await response.body.readAll() }
      } finally {
        stream.close()
      }
    } catch (error) {
      if (!(error instanceof ResolveError)) throw error
      throw new NpmError('EAI_AGAIN', [
        `request to ${url} failed, reason: getaddrinfo EAI_AGAIN ${parsed.host}`,
        'errno EAI_AGAIN',
      ])
    }
  }
}

const notFound = (url: string, name: string): NpmError =>
  new NpmError('E404', [
    `404 Not Found - GET ${url} - Not found`,
    '404',
    `404  '${name}@*' is not in this registry.`,
    '404',
    '404 Note that you can also install from a',
    '404 tarball, folder, http url, or git folder.',
  ])
