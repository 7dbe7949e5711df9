import { inet, isErrno, type Sys } from '@drydock/abi'
import { decodeUtf8, encodeUtf8, fromBase64, toBase64 } from '@drydock/codec'
import type { AuthConfig } from '@drydock/docker-api'
import { type ClientResponse, HeaderMap, HttpError, type OutgoingBody, parseUrl, request } from '@drydock/http'
import { DOCKER_MANIFEST, DOCKER_MANIFEST_LIST, OCI_INDEX, OCI_MANIFEST } from '@drydock/oci'
import { dial, readResolvConf, ResolveError, resolveHost } from '@drydock/libc'
import { systemProblem } from '../problem.ts'
import { ENGINE_VERSION } from '../version.ts'

const MANIFEST_TYPES = [DOCKER_MANIFEST, DOCKER_MANIFEST_LIST, OCI_MANIFEST, OCI_INDEX].join(', ')

export interface RegistryAnswer {
  readonly status: number
  readonly headers: HeaderMap
  readonly bytes: Uint8Array
}

interface RegistryRequest {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: OutgoingBody
}

/** One registry for one repository: knows where it is and keeps the token. OCI distribution spec; Docker token auth. */
export class RegistryClient {
  private token: string | undefined
  private readonly sys: Sys
  private readonly domain: string
  private readonly auth: AuthConfig | undefined

  constructor(sys: Sys, domain: string, auth: AuthConfig | undefined) {
    this.sys = sys
    this.domain = domain
    this.auth = auth
  }

  getManifest(repository: string, reference: string): Promise<RegistryAnswer> {
    return this.send({
      method: 'GET',
      path: `/v2/${repository}/manifests/${reference}`,
      headers: { Accept: MANIFEST_TYPES },
    })
  }

  listTags(repository: string): Promise<RegistryAnswer> {
    return this.send({ method: 'GET', path: `/v2/${repository}/tags/list` })
  }

  getBlob(repository: string, digest: string): Promise<RegistryAnswer> {
    return this.send({ method: 'GET', path: `/v2/${repository}/blobs/${digest}` })
  }

  /** Asks once more with a token when the registry wants one. @throws Problem system when it cannot be reached */
  async send(wish: RegistryRequest): Promise<RegistryAnswer> {
    const first = await this.exchange(wish)
    if (first.status !== 401) return first
    const challenge = first.headers.get('www-authenticate') ?? ''
    if (!(await this.authorize(challenge))) return first
    return this.exchange(wish)
  }

  get url(): string {
    const { host, port } = this.address()
    return `${port === 443 ? 'https' : 'http'}://${host}${port === 443 || port === 80 ? '' : `:${port}`}`
  }

  private address(): { host: string; port: number } {
    if (this.domain === 'docker.io') return { host: 'registry-1.docker.io', port: 443 }
    const [host = '', port] = this.domain.split(':')
    return { host, port: port === undefined ? 443 : Number(port) }
  }

  private exchange(wish: RegistryRequest): Promise<RegistryAnswer> {
    const path = wish.path.startsWith('http') ? wish.path : this.url + wish.path
    const authorization = this.token === undefined ? {} : { Authorization: this.token }
    return fetchUrl(this.sys, path, { ...wish, headers: { ...wish.headers, ...authorization } }, `${this.url}/v2/`)
  }

  private async authorize(challenge: string): Promise<boolean> {
    const basic = basicAuth(this.auth)
    if (/^basic /i.test(challenge)) {
      this.token = basic
      return basic !== undefined
    }
    const fields = new Map(
      [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
    )
    const realm = fields.get('realm')
    if (realm === undefined) return false
    const query = new URLSearchParams()
    for (const name of ['service', 'scope']) if (fields.has(name)) query.set(name, fields.get(name) ?? '')
    const headers = basic === undefined ? {} : { Authorization: basic }
    const answer = await fetchUrl(this.sys, `${realm}?${query.toString()}`, { method: 'GET', path: '', headers })
    if (answer.status !== 200) return false
    const { token, access_token: access } = JSON.parse(new TextDecoder().decode(answer.bytes)) as Record<string, string>
    this.token = `Bearer ${token ?? access ?? ''}`
    return true
  }
}

const basicAuth = (auth: AuthConfig | undefined): string | undefined =>
  auth?.username ? `Basic ${toBase64(encodeUtf8(`${auth.username}:${auth.password ?? ''}`))}` : undefined

/**
 * One request over a connection of its own.
 * @param told the URL that messages name, as Go's http client does
 * @throws Problem system
 */
export async function fetchUrl(sys: Sys, url: string, wish: RegistryRequest, told = url): Promise<RegistryAnswer> {
  const parsed = parseUrl(url)
  if (!parsed) throw systemProblem(`parse "${url}": invalid URL`)
  try {
    const [address = ''] = await resolveHost(sys, parsed.host)
    const stream = await dial(sys, inet(address, parsed.port))
    try {
      const headers = {
        Host: parsed.authority,
        'User-Agent': `docker/${ENGINE_VERSION}`,
        Connection: 'close',
        ...wish.headers,
      }
      return await collect(
        await request(stream, { method: wish.method, target: parsed.target, headers, body: wish.body }),
      )
    } finally {
      stream.close()
    }
  } catch (error) {
    throw await unreachable(sys, error, told, parsed.host, parsed.port)
  }
}

const collect = async (response: ClientResponse): Promise<RegistryAnswer> => ({
  status: response.status,
  headers: response.headers,
  bytes: await response.body.readAll(),
})

async function unreachable(sys: Sys, error: unknown, url: string, host: string, port: number): Promise<unknown> {
  if (error instanceof ResolveError) {
    const [server = ''] = (await readResolvConf(sys)).nameservers
    const reason = error.code === 'EAI_NONAME' ? 'no such host' : 'server misbehaving'
    return systemProblem(`Get "${url}": dial tcp: lookup ${host} on ${server}:53: ${reason}`)
  }
  if (error instanceof HttpError) return systemProblem(`Get "${url}": ${error.message}`)
  if (!isErrno(error)) return error
  return systemProblem(
    `Get "${url}": dial tcp ${host}:${port}: connect: ${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`,
  )
}

/** The X-Registry-Auth header. A damaged one counts as none. */
export function readAuth(header: string | undefined): AuthConfig | undefined {
  if (header === undefined || header === '') return undefined
  try {
    return JSON.parse(decodeUtf8(fromBase64(header))) as AuthConfig
  } catch {
    return undefined
  }
}

/** The first error of a registry's answer: `denied: requested access to the resource is denied`. */
export function registryError({ bytes, status }: RegistryAnswer): string {
  try {
    const { errors } = JSON.parse(new TextDecoder().decode(bytes)) as { errors?: { code?: string; message?: string }[] }
    const [first] = errors ?? []
    if (first) return `${(first.code ?? 'unknown').toLowerCase().replaceAll('_', ' ')}: ${first.message ?? ''}`
  } catch {
    // Told below.
  }
  return `received unexpected HTTP status: ${status}`
}
