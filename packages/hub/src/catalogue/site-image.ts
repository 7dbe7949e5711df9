import type { Repository } from '../rootfs/image-spec.ts'
import type { Tree } from '../rootfs/tree.ts'
import { nginxOn } from './nginx.ts'

/** An image that is nginx on Alpine with pages of its own. */
interface Site {
  readonly name: string
  readonly description: string
  readonly stars: number
  readonly tags: readonly string[]
  readonly created: string
  /** As a pull transfers the pages. */
  readonly compressedBytes: number
  readonly sizeBytes: number
  readonly build: (tree: Tree) => void
  readonly cmd?: readonly string[]
  readonly env?: readonly string[]
  readonly ports?: readonly string[]
}

const HTML = '/usr/share/nginx/html'

export function siteRepository(site: Site): Repository {
  const { name, description, stars, tags, created, compressedBytes, sizeBytes, build } = site
  const [, short = name] = name.split('/')
  return {
    name,
    description,
    stars,
    tags,
    image(tag) {
      if (!tags.includes(tag)) return undefined
      const by = `COPY /app/site ${HTML} # buildkit`
      const layer = { by, compressedBytes, sizeBytes, id: `${name}:${tag}`, build, bulk: [`${HTML}/assets/images.bin`] }
      const image = nginxOn({ alpine: true, words: [] }, [layer], { id: short, created })
      if (!image) return undefined
      const { cmd = image.config.Cmd ?? [], env = [], ports = ['80/tcp'] } = site
      const config = {
        ...image.config,
        Cmd: cmd,
        Env: [...(image.config.Env ?? []), ...env],
        ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])),
      }
      return { ...image, config }
    },
  }
}

/** A page as these images show it. @param body what stands in it */
export const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
body { margin: 0 auto; max-width: 46rem; padding: 2rem 1rem; font: 17px/1.6 system-ui, sans-serif; color: #17223b; }
h1 { font-size: 2rem; line-height: 1.2; }
h2 { margin-top: 2rem; }
code { background: #eef2f7; border-radius: 4px; padding: 0.1em 0.3em; }
pre { background: #17223b; color: #f1f5fb; border-radius: 6px; overflow-x: auto; padding: 1rem; }
pre code { background: none; padding: 0; }
</style>
</head>
<body>
${body}
</body>
</html>
`
