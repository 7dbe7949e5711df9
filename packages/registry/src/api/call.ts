import type { ServerRequest } from '@drydock/http'
import type { RegistryStore } from '../storage/registry-store.ts'
import type { AccessController } from './access.ts'
import type { Fields } from './answers.ts'

export interface Call {
  readonly request: ServerRequest
  readonly name: string
  /** Tag, digest or upload id, as the path has it. */
  readonly reference: string
}

export interface DistributionOptions {
  readonly store: RegistryStore
  readonly access: AccessController
  /** Whether DELETE of manifests and blobs is let through. */
  readonly deletes?: boolean
  /** Whether a tag may be deleted without its manifest, as distribution 3 has it. */
  readonly untags?: boolean
  /** Whether documents are refused to clients that do not name their type in Accept. */
  readonly negotiates?: boolean
  /** Whether Location has no scheme and host. */
  readonly relativeUrls?: boolean
  readonly scheme?: 'http' | 'https'
  /** Fields of every answer. */
  readonly headers?: Fields
}

/** Scheme and host in front of paths in Location. A proxy in front tells them by X-Forwarded-Proto. */
export function baseOf({ headers }: ServerRequest, { relativeUrls, scheme = 'http' }: DistributionOptions): string {
  if (relativeUrls) return ''
  return `${headers.get('x-forwarded-proto') ?? scheme}://${headers.get('host') ?? ''}`
}
