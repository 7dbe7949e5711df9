// Builds apps/preview, the sub-origin of an opened port, into dist/preview; while developing serves it on every host
// name that starts with "ip". The folder is what a wildcard domain serves in production, with index.html for all paths.
import { readFileSync } from 'node:fs'
import { rolldown } from 'rolldown'
import type { Plugin } from 'vite'

const ENTRIES = {
  'drydock-sw.js': 'apps/preview/src/service-worker.ts',
  'drydock-bridge.js': 'apps/preview/src/bridge.ts',
  'drydock-boot.js': 'apps/preview/src/boot.ts',
  'drydock-page.js': 'apps/preview/src/page.ts',
}
const PAGES = { 'index.html': 'apps/preview/index.html', 'drydock-bridge.html': 'apps/preview/drydock-bridge.html' }

async function bundle(entry: string): Promise<string> {
  const build = await rolldown({ input: entry, platform: 'browser' })
  const { output } = await build.generate({ format: 'iife', minify: true })
  await build.close()
  return output[0].code
}

export function previewFiles(): Plugin {
  return {
    name: 'drydock-preview-files',
    async generateBundle() {
      for (const [name, entry] of Object.entries(ENTRIES))
        this.emitFile({ type: 'asset', fileName: `preview/${name}`, source: await bundle(entry) })
      for (const [name, file] of Object.entries(PAGES))
        this.emitFile({ type: 'asset', fileName: `preview/${name}`, source: readFileSync(file, 'utf8') })
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        if (!request.headers.host?.startsWith('ip')) return next()
        const name = (request.url ?? '/').split('?')[0]?.slice(1) ?? ''
        const entry = new Map(Object.entries(ENTRIES)).get(name)
        const page = new Map(Object.entries(PAGES)).get(name) ?? PAGES['index.html']
        response.setHeader('content-type', entry ? 'text/javascript' : 'text/html; charset=utf-8')
        if (!entry) return void response.end(readFileSync(page))
        bundle(entry).then((code) => response.end(code), next)
      })
    },
  }
}
