// Hints in index.html to fetch the code of the first terminal while the script that starts the worker is still on its way.
import type { Plugin, Rolldown } from 'vite'

const FIRST_SCREEN = 'apps/web/src/first-screen.ts'

export function preloadFirstScreen(): Plugin {
  return {
    name: 'drydock-preload-first-screen',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const chunks = Object.values(bundle ?? {}).filter((each) => each.type === 'chunk')
        const entry = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(FIRST_SCREEN))
        if (!entry) return []
        return [...withImports(entry, new Map(chunks.map((chunk) => [chunk.fileName, chunk])))]
          .filter(({ isEntry }) => !isEntry)
          .map(({ fileName }) => ({
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
