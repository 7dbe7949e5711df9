// Copies CPython, as the package pyodide brings it, into the build as it is: its files find one another by their names.
// While developing they are served from where they are installed.
import { createReadStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

const HOME = 'node_modules/pyodide'
const FILES: Readonly<Record<string, string>> = {
  'pyodide.mjs': 'text/javascript',
  'pyodide.asm.mjs': 'text/javascript',
  'pyodide.asm.wasm': 'application/wasm',
  'python_stdlib.zip': 'application/zip',
  'pyodide-lock.json': 'application/json',
}

export function pyodideFiles(): Plugin {
  return {
    name: 'drydock-pyodide-files',
    generateBundle() {
      for (const name of Object.keys(FILES))
        this.emitFile({ type: 'asset', fileName: `pyodide/${name}`, source: readFileSync(join(HOME, name)) })
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const name = /\/pyodide\/([\w.-]+)(?:\?.*)?$/.exec(request.url ?? '')?.[1] ?? ''
        const type = FILES[name]
        if (type === undefined) return next()
        response.setHeader('content-type', type)
        createReadStream(join(HOME, name)).pipe(response)
      })
    },
  }
}
