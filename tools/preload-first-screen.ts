// Hints in index.html to fetch the session's worker and the code of the first terminal while the script that starts them is
// still on its way.
import type { Plugin, Rolldown } from 'vite'

const FIRST_SCREEN = 'apps/web/src/first-screen.ts'
const WORKER = /^assets\/session-worker-[\w-]+\.js$/

export function preloadFirstScreen(): Plugin {
  return {
    name: 'drydock-preload-first-screen',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const outputs = Object.values(bundle ?? {})
        const chunks = outputs.filter((each) => each.type === 'chunk')
        const entry = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(FIRST_SCREEN))
        const worker = outputs.find((each) => each.type === 'asset' && WORKER.test(each.fileName))
        const first = entry ? withImports(entry, new Map(chunks.map((chunk) => [chunk.fileName, chunk]))) : []
        return [
          ...(worker?.type === 'asset' ? [worker.fileName, ...staticImports(worker)] : []),
          ...[...first].filter(({ isEntry }) => !isEntry).map(({ fileName }) => fileName),
        ].map((fileName) => ({
          tag: 'link',
          attrs: { rel: 'modulepreload', crossorigin: true, href: `./${fileName}` },
          injectTo: 'head' as const,
        }))
      },
    },
  }
}

/** The chunk and all that it needs at once. */
function withImports(
  chunk: Rolldown.OutputChunk,
  chunks: ReadonlyMap<string, Rolldown.OutputChunk>,
  found = new Set<Rolldown.OutputChunk>(),
): Set<Rolldown.OutputChunk> {
  if (found.has(chunk)) return found
  found.add(chunk)
  for (const name of chunk.imports) {
    const imported = chunks.get(name)
    if (imported) withImports(imported, chunks, found)
  }
  return found
}

/** A worker's bundle is an asset to the page's: what it imports at once stands in its text. */
function staticImports({ source }: Rolldown.OutputAsset): string[] {
  const text = typeof source === 'string' ? source : new TextDecoder().decode(source)
  return [...text.matchAll(/\bimport\s*(?:\{[^}]*\}\s*from\s*)?["']\.\/([\w-]+\.js)["']/g)].map(
    ([, name]) => `assets/${name}`,
  )
}
