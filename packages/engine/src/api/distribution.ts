import { readAuth, RegistryClient, registryError } from '@drydock/distribution'
import { decodeUtf8, sha256Hex } from '@drydock/codec'
import type { ServerResponse } from '@drydock/http'
import { isIndex, parseManifest } from '@drydock/oci'
import type { ImageDocument } from '../images/image-config.ts'
import { parseReference, type Reference, withDefaultTag } from '../images/reference.ts'
import { Problem } from '../problem.ts'
import { type Call, json, param, type Route, route } from './route.ts'

/** What the registry has under a name: GET /distribution/{name}/json. Engine API v1.50 */
async function inspect(call: Call): Promise<ServerResponse> {
  const reference = withDefaultTag(parseReference(param(call, 'name')))
  const client = new RegistryClient(call.parts, reference.domain, readAuth(call.headers.get('x-registry-auth')))
  const answer = await client.getManifest(reference.path, reference.digest ?? reference.tag ?? 'latest')
  if (answer.status !== 200) throw refusal(answer.status, registryError(answer))
  const document = parseManifest(decodeUtf8(answer.bytes), answer.headers.get('content-type'))
  const descriptor = {
    mediaType: document.mediaType ?? '',
    digest: `sha256:${sha256Hex(answer.bytes)}`,
    size: answer.bytes.length,
  }
  const platforms = isIndex(document)
    ? document.manifests.flatMap(({ platform }) => (platform ? [platform] : []))
    : [await platformOf(client, reference, document.config.digest)]
  return json({ Descriptor: descriptor, Platforms: platforms })
}

async function platformOf(client: RegistryClient, { path }: Reference, digest: string): Promise<object> {
  const { bytes } = await client.getBlob(path, digest)
  const { os, architecture, variant } = JSON.parse(decodeUtf8(bytes)) as ImageDocument
  return { architecture, os, ...(variant ? { variant } : {}) }
}

const refusal = (status: number, message: string): Problem =>
  status === 401 || status === 403
    ? new Problem('forbidden', 'denied: requested access to the resource is denied')
    : new Problem('not found', message)

export const distributionRoutes: readonly Route[] = [route('GET', '/distribution/{name...}/json', inspect)]
