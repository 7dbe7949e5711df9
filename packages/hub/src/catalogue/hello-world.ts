import { layer, meta, PATH, type Repository } from '../rootfs/image-spec.ts'

const CREATED = '2026-03-23T21:33:59Z'
const BINARY_BYTES = 10_072

export const helloWorld: Repository = {
  name: 'library/hello-world',
  description: 'Hello World! (an example of minimal Dockerization)',
  stars: 2_476,
  tags: ['latest', 'linux'],
  image(tag) {
    if (tag !== 'latest' && tag !== 'linux') return undefined
    return {
      created: CREATED,
      config: { Env: [PATH], Cmd: ['/hello'] },
      steps: [
        layer('COPY hello / # buildkit', {
          id: 'hello-world',
          compressedBytes: 2_415,
          sizeBytes: BINARY_BYTES,
          flavour: 'gnu',
          mergedUsr: false,
          created: CREATED,
          build: (tree) => void tree.mainCommand('hello', '/hello'),
        }),
        meta(CREATED, 'CMD ["/hello"]'),
      ],
    }
  },
}
