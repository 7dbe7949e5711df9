import type { ImageSummary } from '@drydock/docker-api'

/** `repository:tag`, or the short id of an image without one. */
export const imageName = ({ RepoTags, Id }: ImageSummary): string =>
  RepoTags?.find((tag) => tag !== '<none>:<none>') ?? Id.replace('sha256:', '').slice(0, 12)
