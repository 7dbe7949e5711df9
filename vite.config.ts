import { defineConfig } from 'vite'
import react from '@vitejs/plugin-react'
import { nodeGuest } from './tools/node-guest.mjs'
import { npmMirror } from './tools/npm-mirror.mjs'
import { offlineFiles } from './tools/offline-files.ts'
import { programRows } from './tools/program-rows.mjs'
import { preloadFirstScreen } from './tools/preload-first-screen.ts'
import { previewFiles } from './tools/preview-files.ts'

// Static files that work from a domain's root and from a folder below it: every address in them is relative.
export default defineConfig({
  root: 'apps/web',
  base: './',
  plugins: [react(), preloadFirstScreen(), previewFiles(), nodeGuest(), npmMirror(), programRows(), offlineFiles()],
  build: {
    outDir: '../../dist',
    emptyOutDir: true,
    target: 'es2023',
    chunkSizeWarningLimit: 1200,
    assetsInlineLimit: 0,
  },
  worker: {
    format: 'es',
    plugins: () => [nodeGuest(), npmMirror(), programRows()],
    // What every room of userland links with is one file: the worker asks for it before anything runs, and a request for
    // each of many small files would cost a start its time.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'base', test: /packages[\\/](abi|libc)[\\/]/ }] } },
    },
  },
  optimizeDeps: { exclude: ['quickjs-wasi'] },
  server: { host: '127.0.0.1', port: 5173 },
})
