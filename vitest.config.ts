import { defineConfig } from 'vitest/config'
import { nodeGuest } from './tools/node-guest.mjs'
import { programRows } from './tools/program-rows.mjs'

export default defineConfig({
  plugins: [nodeGuest(), programRows()],
  test: {
    include: ['packages/**/*.test.ts', 'apps/**/*.test.ts', 'e2e/transcripts/**/*.test.ts'],
    testTimeout: 20_000,
  },
})
