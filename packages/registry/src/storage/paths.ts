import { type Digest, digestHex } from '@drydock/oci'

/** Where distribution keeps things below its root directory. distribution, registry/storage/paths.go. */
export const ROOT = '/docker/registry/v2'
export const REPOSITORIES = `${ROOT}/repositories`
export const BLOBS = `${ROOT}/blobs/sha256`

const repository = (name: string): string => `${REPOSITORIES}/${name}`
export const blobFolder = (digest: Digest): string => `${BLOBS}/${digestHex(digest).slice(0, 2)}/${digestHex(digest)}`
export const blobData = (digest: Digest): string => `${blobFolder(digest)}/data`
export const layerFolder = (name: string, digest: Digest): string =>
  `${repository(name)}/_layers/sha256/${digestHex(digest)}`
export const layerLink = (name: string, digest: Digest): string => `${layerFolder(name, digest)}/link`
export const layersFolder = (name: string): string => `${repository(name)}/_layers/sha256`
export const manifestsFolder = (name: string): string => `${repository(name)}/_manifests`
export const revisionsFolder = (name: string): string => `${manifestsFolder(name)}/revisions/sha256`
export const revisionFolder = (name: string, digest: Digest): string => `${revisionsFolder(name)}/${digestHex(digest)}`
export const revisionLink = (name: string, digest: Digest): string => `${revisionFolder(name, digest)}/link`
export const tagsFolder = (name: string): string => `${manifestsFolder(name)}/tags`
export const tagFolder = (name: string, tag: string): string => `${tagsFolder(name)}/${tag}`
export const tagLink = (name: string, tag: string): string => `${tagFolder(name, tag)}/current/link`
export const tagIndexFolder = (name: string, tag: string): string => `${tagFolder(name, tag)}/index/sha256`
export const tagIndexLink = (name: string, tag: string, digest: Digest): string =>
  `${tagIndexFolder(name, tag)}/${digestHex(digest)}/link`
export const uploadFolder = (name: string, id: string): string => `${repository(name)}/_uploads/${id}`
export const uploadData = (name: string, id: string): string => `${uploadFolder(name, id)}/data`
