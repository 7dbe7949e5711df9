import { toolsRepository } from './tools-image.ts'

export const alpineCurl = toolsRepository({
  name: 'byrnedo/alpine-curl',
  description: 'Alpine linux with curl installed. Approx. 8.75MB',
  stars: 30,
  created: '2024-02-20T09:12:44Z',
  release: '3.20',
  by: 'RUN /bin/sh -c apk add --no-cache curl # buildkit',
  compressedBytes: 3_100_000,
  sizeBytes: 6_300_000,
  commands: ['curl'],
  config: { Entrypoint: ['/usr/bin/curl'] },
})
