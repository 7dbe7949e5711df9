import type { ImageConfig } from '@drydock/docker-api'

/** One step of how an image was made. OCI image spec, config.md. */
export interface HistoryEntry {
  readonly created?: string
  readonly created_by?: string
  readonly author?: string
  readonly comment?: string
  readonly empty_layer?: boolean
}

/** The configuration of an image; its digest is the image's id. */
export interface ImageDocument {
  readonly architecture: string
  readonly os: string
  readonly variant?: string
  readonly created?: string
  readonly author?: string
  readonly config?: ImageConfig
  readonly rootfs: { readonly type: string; readonly diff_ids: readonly string[] }
  readonly history?: readonly HistoryEntry[]
  readonly docker_version?: string
  readonly comment?: string
  readonly container?: string
}
