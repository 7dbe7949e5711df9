import { defineConfig } from 'vite'
import react from '@vitejs/plugin-react'
import { mongoshGuest } from './tools/mongosh-guest.mjs'
import { nodeGuest } from './tools/node-guest.mjs'
import { npmMirror } from './tools/npm-mirror.mjs'
import { offlineFiles } from './tools/offline-files.ts'
import { postgresCluster } from './tools/postgres-cluster.mjs'
import { pythonWheels } from './tools/python-wheels.mjs'
import { programRows } from './tools/program-rows.mjs'
import { earlyWorker } from './tools/early-worker.ts'
import { pyodideFiles } from './tools/pyodide-files.ts'
import { previewFiles } from './tools/preview-files.ts'

/** An entry and all that it needs at once: a request for each of many small files would cost a start its time. */
const oneFile = (name: string, entry: RegExp) => ({
  // How long plugins took is of no use to who starts a playground.
  checks: { pluginTimings: false },
  output: {
    codeSplitting: { groups: [{ name, test: (id: string) => entry.test(id) || /rolldown[\\/]runtime/.test(id) }] },
  },
})

// Static files that work from a domain's root and from a folder below it: every address in them is relative.
export default defineConfig({
  root: 'apps/web',
  base: './',
  plugins: [
    react(),
    earlyWorker(),
    previewFiles(),
    pyodideFiles(),
    nodeGuest(),
    mongoshGuest(),
    npmMirror(),
    pythonWheels(),
    programRows(),
    postgresCluster(),
    offlineFiles(),
  ],
  build: {
    outDir: '../../dist',
    emptyOutDir: true,
    target: 'es2023',
    chunkSizeWarningLimit: 1200,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: oneFile('start', /web[\\/]src[\\/]start\.ts$/),
  },
  worker: {
    format: 'es',
    plugins: () => [nodeGuest(), mongoshGuest(), npmMirror(), pythonWheels(), programRows(), postgresCluster()],
    rolldownOptions: oneFile('session-worker', /worker[\\/]session-worker\.ts$/),
  },
  optimizeDeps: { exclude: ['quickjs-wasi', '@electric-sql/pglite', '@sqlite.org/sqlite-wasm'] },
  server: { host: '127.0.0.1', port: 5173 },
})
