import { inet, type Sys } from '@drydock/abi'
import { encodeBase64, Hash } from '@drydock/codec'
import { parseUrl, request } from '@drydock/http'
import { dial, ResolveError, resolveHost } from '@drydock/libc'
import { NpmError } from './npm-error.ts'
import type { Release } from './release.ts'

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly description?: string
  readonly license?: string
  readonly bin?: string | Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly engines?: Readonly<Record<string, string>>
  readonly funding?: unknown
  readonly homepage?: string
  readonly keywords?: readonly string[]
  readonly deprecated?: string
  readonly date?: string
  readonly dist: {
    readonly tarball: string
    readonly integrity: string
    readonly shasum: string
    readonly unpackedSize?: number
  }
}

export interface Packument {
  readonly name: string
  readonly 'dist-tags': Readonly<Record<string, string>>
  readonly versions: Readonly<Record<string, Manifest>>
  readonly time?: Readonly<Record<string, string>>
}

/** The registry of npm as its client asks it; each document once. */
export class Registry {
  private readonly sys: Sys
  /** With a slash behind. */
  readonly address: string
  private readonly agent: string
  private readonly packuments = new Map<string, Promise<Packument>>()
  private readonly read = new Map<string, Packument>()

  constructor(sys: Sys, address: string, { node, npm }: Release) {
    this.sys = sys
    this.address = address
    this.agent = `npm/${npm} node/v${node} linux x64 workspaces/false`
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
    const url = `${this.address}${name.replace('/', '%2f')}`
    const { status, bytes } = await this.get(url)
    if (status !== 200) throw notFound(`Not Found - GET ${url} - Not found`, `${name}@*`)
    const packument = JSON.parse(new TextDecoder().decode(bytes)) as Packument
    this.read.set(name, packument)
    return packument
  }

  /** What was asked for before. */
  known(name: string): Packument | undefined {
    return this.read.get(name)
  }

  /** What packages have a word in their name or description. */
  async search(text: string): Promise<readonly Manifest[]> {
    const query = `text=${encodeURIComponent(text)}&size=20&from=0`
    const { status, bytes } = await this.get(`${this.address}-/v1/search?${query}`)
    if (status !== 200) throw new NpmError(`E${status}`, [`${status} - GET ${this.address}-/v1/search`])
    const { objects } = JSON.parse(new TextDecoder().decode(bytes)) as { objects: { package: Manifest }[] }
    return objects.map((each) => each.package)
  }

  async ping(): Promise<boolean> {
    return (await this.get(`${this.address}-/ping?write=true`)).status === 200
  }

  private async get(url: string): Promise<{ status: number; bytes: Uint8Array }> {
    const parsed = parseUrl(url)
    if (!parsed) throw new NpmError('EINVALIDURL', [`Invalid URL: ${url}`])
    try {
      const [address = ''] = await resolveHost(this.sys, parsed.host)
      const stream = await dial(this.sys, inet(address, parsed.port))
      try {
        const headers = { Host: parsed.authority, 'User-Agent': this.agent, Connection: 'close' }
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

/** @param what what was not found, `GET` and its address for instance */
export const notFound = (what: string, wanted: string): NpmError =>
  new NpmError('E404', [
    `404 ${what}`,
    '404',
    `404  '${wanted}' is not in this registry.`,
    '404',
    '404 Note that you can also install from a',
    '404 tarball, folder, http url, or git url.',
  ])
