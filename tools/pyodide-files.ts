// Copies CPython, as the package pyodide brings it, into the build as it is: its files find one another by their names.
// While developing they are served from where they are installed.
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { pythonImage } from './python-image.mjs'

const HOME = 'node_modules/pyodide'
const FILES: Readonly<Record<string, string>> = {
  'pyodide.mjs': 'text/javascript',
  'pyodide.asm.mjs': 'text/javascript',
  'pyodide.asm.wasm': 'application/wasm',
  'python_stdlib.zip': 'application/zip',
  'pyodide-lock.json': 'application/json',
  'snapshot.bin.gz': 'application/gzip',
}

/** @returns undefined for what was not made */
function placeOf(name: string): string | undefined {
  const image = pythonImage()
  const made = join(image.folder, name)
  if (image.made && existsSync(made)) return made
  const own = join(HOME, name)
  return existsSync(own) ? own : undefined
}

export function pyodideFiles(): Plugin {
  return {
    name: 'drydock-pyodide-files',
    generateBundle() {
      for (const name of Object.keys(FILES)) {
        const place = placeOf(name)
        if (place !== undefined)
          this.emitFile({ type: 'asset', fileName: `pyodide/${name}`, source: readFileSync(place) })
      }
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const name = /\/pyodide\/([\w.-]+)(?:\?.*)?$/.exec(request.url ?? '')?.[1] ?? ''
        const [type, place] = [FILES[name], placeOf(name)]
        if (type === undefined || place === undefined) return next()
        response.setHeader('content-type', type)
        createReadStream(place).pipe(response)
      })
    },
  }
}
