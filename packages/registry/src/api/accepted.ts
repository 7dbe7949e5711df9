import type { HeaderMap } from '@drydock/http'
import { DOCKER_MANIFEST_LIST, isIndex, OCI_INDEX, OCI_MANIFEST, parseManifest, selectPlatform } from '@drydock/oci'
import { decodeUtf8 } from '@drydock/codec'
import type { Content } from '../storage/registry-store.ts'

/** What distribution answers to clients that do not name the type of a document in Accept; it knows no wildcards. */
const REFUSALS: ReadonlyMap<string, string> = new Map([
  [OCI_MANIFEST, 'OCI manifest found, but accept header does not support OCI manifests'],
  [OCI_INDEX, 'OCI index found, but accept header does not support OCI indexes'],
])

/** @returns why the document is not handed out; undefined when it is */
export function refusedType(headers: HeaderMap, { mediaType }: Content): string | undefined {
  return accepts(headers, mediaType) ? undefined : REFUSALS.get(mediaType)
}

/** The digest that stands in for a list, for a client that knows only manifests: linux/amd64. */
export function insteadOfList(headers: HeaderMap, { mediaType, bytes }: Content): string | undefined {
  if (mediaType !== DOCKER_MANIFEST_LIST || accepts(headers, mediaType)) return undefined
  const document = parseManifest(decodeUtf8(bytes), mediaType)
  return isIndex(document) ? selectPlatform(document, { os: 'linux', architecture: 'amd64' })?.digest : undefined
}

const accepts = (headers: HeaderMap, mediaType: string): boolean =>
  headers
    .getAll('accept')
    .flatMap((field) => field.split(','))
    .some((field) => field.split(';')[0]?.trim() === mediaType)
