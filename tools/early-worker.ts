// Has the head of index.html start the session's worker before any of the page's own code is there: the worker takes
// longest, and nothing else is needed to start it. The policy of the page names the line by its hash.
import { createHash } from 'node:crypto'
import type { Plugin } from 'vite'

const WORKER = /^assets\/session-worker-[\w-]+\.js$/
const POLICY = "script-src 'self'"

export function earlyWorker(): Plugin {
  return {
    name: 'drydock-early-worker',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        const worker = Object.keys(bundle ?? {}).find((fileName) => WORKER.test(fileName))
        if (!worker) throw new Error('the build has no session-worker')
        if (!html.includes(POLICY)) throw new Error(`index.html has no ${POLICY}`)
        const line = `globalThis.sessionWorker=new Worker('./${worker}',{type:'module'})`
        const hash = createHash('sha256').update(line).digest('base64')
        // Before everything that is fetched: behind a style sheet a script has to wait.
        return html
          .replace(POLICY, `${POLICY} 'sha256-${hash}'`)
          .replace('<title>', `<script>${line}</script>\n    <title>`)
      },
    },
  }
}
