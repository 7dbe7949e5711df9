/** Where the daemon keeps what, below its data root (dockerd --data-root). The names are moby's. */
export interface Places {
  readonly root: string
  readonly containers: string
  /** Layers: `<cache id>/diff`, and of containers `<id>/{diff,work,merged}`. */
  readonly overlay: string
  /** Image configurations by id, layer records by chain id, repositories.json. */
  readonly images: string
  /** Compressed layers and manifests by digest. */
  readonly blobs: string
  readonly volumes: string
  readonly networks: string
  /** Of the builder: its cache's records, cache mounts, and what is under way. */
  readonly buildkit: string
}

export const placesBelow = (root: string): Places => ({
  root,
  containers: `${root}/containers`,
  overlay: `${root}/overlay2`,
  images: `${root}/image/overlay2`,
  blobs: `${root}/content/blobs/sha256`,
  volumes: `${root}/volumes`,
  networks: `${root}/network/files`,
  buildkit: `${root}/buildkit`,
})
