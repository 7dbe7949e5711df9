import type { Sys } from '@drydock/abi'
import { decodeUtf8, encodeUtf8, fromBase64, toBase64 } from '@drydock/codec'
import type { AuthConfig } from '@drydock/docker-api'
import type { OutgoingBody } from '@drydock/http'
import { DOCKER_MANIFEST, DOCKER_MANIFEST_LIST, OCI_INDEX, OCI_MANIFEST } from '@drydock/oci'
import { Problem, systemProblem } from './problem.ts'
import { type FetchAnswer, fetchUrl } from './fetch-url.ts'
import { registryTrust, type RegistryTrustWish } from './registry-trust.ts'
import type { Trust } from './secured.ts'

const MANIFEST_TYPES = [DOCKER_MANIFEST, DOCKER_MANIFEST_LIST, OCI_MANIFEST, OCI_INDEX].join(', ')

export type RegistryAnswer = FetchAnswer

interface RegistryRequest {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: OutgoingBody
}

/** What a client of registries needs of the daemon. */
export interface RegistrySource {
  readonly sys: Sys
  readonly config: RegistryTrustWish & {
    /** URLs that are asked before the Hub. */
    readonly registryMirrors?: readonly string[]
  }
}

interface Endpoint {
  readonly url: string
  readonly trust: Trust | undefined
  /** To the first question, where that found the place. */
  readonly answer?: FetchAnswer
}

const OCTETS = { 'Content-Type': 'application/octet-stream' }
const HUB: Endpoint = { url: 'https://registry-1.docker.io', trust: undefined }

/** One registry for one repository: knows where it is and keeps the token. OCI distribution spec; Docker token auth. */
export class RegistryClient {
  private token: string | undefined
  private readonly source: RegistrySource
  private readonly domain: string
  private readonly auth: AuthConfig | undefined
  private found: Promise<Endpoint> | undefined
  private pinged: Promise<void> | undefined

  /** @param place scheme, host and port, where they are not to be found out: of a mirror */
  constructor(source: RegistrySource, domain: string, auth: AuthConfig | undefined, place?: string) {
    this.source = source
    this.domain = domain
    this.auth = auth
    if (place !== undefined) this.found = this.known(place)
  }

  /** A tag is looked up first; what it stands for is then asked for by its digest, as docker does. */
  async getManifest(repository: string, reference: string): Promise<RegistryAnswer> {
    const ask = (method: string, name: string): Promise<RegistryAnswer> =>
      this.send({ method, path: `/v2/${repository}/manifests/${name}`, headers: { Accept: MANIFEST_TYPES } })
    if (reference.includes(':')) return ask('GET', reference)
    const { status, headers } = await ask('HEAD', reference)
    return ask('GET', (status === 200 && headers.get('docker-content-digest')) || reference)
  }

  listTags(repository: string): Promise<RegistryAnswer> {
    return this.send({ method: 'GET', path: `/v2/${repository}/tags/list` })
  }

  getBlob(repository: string, digest: string): Promise<RegistryAnswer> {
    return this.send({ method: 'GET', path: `/v2/${repository}/blobs/${digest}` })
  }

  async hasBlob(repository: string, digest: string): Promise<boolean> {
    return (await this.send({ method: 'HEAD', path: `/v2/${repository}/blobs/${digest}` })).status === 200
  }

  /** A blob that another repository of the registry has. @returns false when it would have to be sent */
  async mountBlob(repository: string, digest: string, from: string): Promise<boolean> {
    const query = `mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from)}`
    const answer = await this.send({ method: 'POST', path: `/v2/${repository}/blobs/uploads/?${query}` })
    if (answer.status !== 201 && answer.status !== 202) throw refusal(answer)
    return answer.status === 201
  }

  /**
   * A POST for a place, a PATCH with the bytes, a PUT that names the digest, and a look whether it is there: docker's way
   * through "Pushing a blob in chunks" of the OCI distribution spec. @throws Problem
   */
  async pushBlob(repository: string, digest: string, bytes: Uint8Array): Promise<void> {
    const place = await this.send({ method: 'POST', path: `/v2/${repository}/blobs/uploads/` })
    if (place.status !== 202) throw refusal(place)
    const begun = place.headers.get('location') ?? ''
    const sent = await this.send({ method: 'PATCH', path: begun, headers: OCTETS, body: bytes })
    if (sent.status !== 202) throw refusal(sent)
    const location = sent.headers.get('location') ?? begun
    const separator = location.includes('?') ? '&' : '?'
    const path = `${location}${separator}digest=${encodeURIComponent(digest)}`
    const done = await this.send({ method: 'PUT', path, headers: OCTETS })
    if (done.status !== 201) throw refusal(done)
    if (!(await this.hasBlob(repository, digest))) throw systemProblem(`blob unknown: ${digest}`)
  }

  /** @param reference a tag or a digest @throws Problem */
  async pushManifest(repository: string, reference: string, mediaType: string, bytes: Uint8Array): Promise<void> {
    const path = `/v2/${repository}/manifests/${reference}`
    const answer = await this.send({ method: 'PUT', path, headers: { 'Content-Type': mediaType }, body: bytes })
    if (answer.status !== 201) throw refusal(answer)
  }

  /** Asks once more with a token when the registry wants one. @throws Problem system when it cannot be reached */
  async send(wish: RegistryRequest): Promise<RegistryAnswer> {
    const first = await this.exchange(wish)
    if (first.status !== 401) return first
    const challenge = first.headers.get('www-authenticate') ?? ''
    if (/^basic /i.test(challenge) && !this.auth?.username) throw systemProblem('no basic auth credentials')
    if (!(await this.authorize(challenge))) return first
    return this.exchange(wish)
  }

  /** Scheme, host and port. @throws Problem system when it cannot be reached */
  async url(): Promise<string> {
    return (await this.endpoint()).url
  }

  private endpoint(): Promise<Endpoint> {
    this.found ??= this.domain === 'docker.io' ? Promise.resolve(HUB) : this.findEndpoint()
    return this.found
  }

  private async known(place: string): Promise<Endpoint> {
    const { sys, config } = this.source
    return { url: place, trust: await registryTrust(sys, config, place.replace(/^https?:\/\//, '')) }
  }

  /** https; for those that are trusted without certificates also http, when the other cannot be had. */
  private async findEndpoint(): Promise<Endpoint> {
    const { sys, config } = this.source
    const trust = await registryTrust(sys, config, this.domain)
    const secure = { url: `https://${this.domain}`, trust }
    if (!trust.insecure) return secure
    try {
      return { ...secure, answer: await fetchUrl(sys, `${secure.url}/v2/`, { method: 'GET', trust }) }
    } catch (error) {
      if (error instanceof Problem) return { url: `http://${this.domain}`, trust }
      throw error
    }
  }

  /** Asks a registry once what it wants: with a name and a password that is known before the first question. */
  private ping(): Promise<void> {
    this.pinged ??= this.endpoint().then(async (endpoint) => {
      if (endpoint === HUB) return
      const { url, trust } = endpoint
      const answer =
        endpoint.answer ?? (await fetchUrl(this.source.sys, `${url}/v2/`, { method: 'GET', ...(trust && { trust }) }))
      const challenge = answer.headers.get('www-authenticate') ?? ''
      if (answer.status === 401 && /^basic /i.test(challenge)) this.token = basicAuth(this.auth)
    })
    return this.pinged
  }

  private async exchange(wish: RegistryRequest): Promise<RegistryAnswer> {
    await this.ping()
    const { url, trust } = await this.endpoint()
    const { method, body } = wish
    const authorization = this.token === undefined ? {} : { Authorization: this.token }
    const headers = { ...wish.headers, ...authorization }
    return fetchUrl(this.source.sys, wish.path.startsWith('http') ? wish.path : url + wish.path, {
      method,
      headers,
      told: `${url}/v2/`,
      ...(body !== undefined && { body }),
      ...(trust && { trust }),
    })
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
    const { trust } = await this.endpoint()
    const wish = { method: 'GET', headers, ...(trust && { trust }) }
    const answer = await fetchUrl(this.source.sys, `${realm}?${query.toString()}`, wish)
    if (answer.status !== 200) return false
    const { token, access_token: access } = JSON.parse(new TextDecoder().decode(answer.bytes)) as Record<string, string>
    this.token = `Bearer ${token ?? access ?? ''}`
    return true
  }
}

const basicAuth = (auth: AuthConfig | undefined): string | undefined =>
  auth?.username ? `Basic ${toBase64(encodeUtf8(`${auth.username}:${auth.password ?? ''}`))}` : undefined

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

function refusal(answer: RegistryAnswer): Problem {
  if (answer.status === 401 || answer.status === 403)
    return new Problem('forbidden', 'denied: requested access to the resource is denied')
  return systemProblem(registryError(answer))
}
