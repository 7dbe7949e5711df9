// Puts `apps/web/src/head.ts` into the head of index.html, in one line: it starts the session's worker before any of the
// page's own code is there, for the worker takes longest. The policy of the page names the line by its hash.
import { createHash } from 'node:crypto'
import { build } from 'rolldown'
import type { Plugin } from 'vite'

const HEAD = 'apps/web/src/head.ts'
const WORKER = /^assets\/session-worker-[\w-]+\.js$/
const IMPORT = /^import\b(?!\()/
const POLICY = "script-src 'self'"

export function earlyWorker(): Plugin {
  return {
    name: 'drydock-early-worker',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      async handler(html, { bundle }) {
        const worker = Object.keys(bundle ?? {}).find((fileName) => WORKER.test(fileName))
        if (!worker) throw new Error('the build has no session-worker')
        const source = String(bundle?.[worker]?.type === 'asset' ? bundle[worker].source : '')
        // What comes in a second file comes a request later: a module that is asked for as a whole, by `import()` too, does it.
        if (IMPORT.test(source)) throw new Error(`${worker} imports another file`)
        if (!html.includes(POLICY)) throw new Error(`index.html has no ${POLICY}`)
        const line = await headLine(`./${worker}`)
        const hash = createHash('sha256').update(line).digest('base64')
        // Before everything that is fetched: behind a style sheet a script has to wait.
        return html
          .replace(POLICY, () => `${POLICY} 'sha256-${hash}'`)
          .replace('<title>', () => `<script>${line}</script>\n    <title>`)
      },
    },
  }
}

async function headLine(worker: string): Promise<string> {
  const { output } = await build({
    input: HEAD,
    platform: 'browser',
    logLevel: 'silent',
    write: false,
    transform: { define: { SESSION_WORKER: JSON.stringify(worker) } },
    output: { format: 'iife', minify: true },
  })
  return output[0].code.trim()
}
