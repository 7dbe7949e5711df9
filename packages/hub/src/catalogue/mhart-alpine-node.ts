import type { Repository } from '../rootfs/image-spec.ts'
import { node } from './node.ts'

/** Node on Alpine from before there was an official one; old lessons still use it. */
export const mhartAlpineNode: Repository = {
  name: 'mhart/alpine-node',
  description: 'Minimal Node.js built on Alpine Linux',
  stars: 480,
  tags: ['latest', '16', '14', '12', '10', '8', '6.9.4', '6'],
  image: (tag) => node.image(tag === 'latest' ? 'alpine' : `${tag}-alpine`),
}
