import { defineConfig } from 'vitest/config'
import { nodeGuest } from './tools/node-guest.mjs'
import { npmMirror } from './tools/npm-mirror.mjs'
import { programRows } from './tools/program-rows.mjs'

export default defineConfig({
  plugins: [nodeGuest(), npmMirror(), programRows()],
  test: {
    include: ['packages/**/*.test.ts', 'apps/**/*.test.ts', 'e2e/transcripts/**/*.test.ts'],
    testTimeout: 20_000,
    // Many tests wait more than they compute.
    maxWorkers: 2,
    // A second try for tests with real clients and clocks; what needs it is listed, and is to be looked into.
    retry: 1,
  },
})
