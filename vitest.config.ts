import { defineConfig } from 'vitest/config'
import { mongoshGuest } from './tools/mongosh-guest.mjs'
import { nodeGuest } from './tools/node-guest.mjs'
import { npmMirror } from './tools/npm-mirror.mjs'
import { pythonWheels } from './tools/python-wheels.mjs'
import { WaitingFirst } from './tools/test-order.mjs'
import { programRows } from './tools/program-rows.mjs'

/** What takes minutes is apart, `npm run test:long`: a hundred thousand cases, a thousand containers, every sample. */
const LONG = process.env['DRYDOCK_LONG'] !== undefined
const tests = (name: string): string[] => ['packages', 'apps', 'e2e/transcripts'].map((room) => `${room}/**/${name}`)

export default defineConfig({
  plugins: [nodeGuest(), mongoshGuest(), npmMirror(), pythonWheels(), programRows()],
  test: {
    include: tests(LONG ? '*.long.test.ts' : '*.test.ts'),
    exclude: ['**/node_modules/**', ...(LONG ? [] : tests('*.long.test.ts'))],
    testTimeout: 20_000,
    // Many tests wait more than they compute.
    maxWorkers: 3,
    // No module keeps state, so files can share them: loading all anew for each took a third of the time.
    isolate: false,
    sequence: { sequencer: WaitingFirst },
    // What a program left running when it was killed ends here, as in the worker and in the command: see the kernel's `isEndOfProgram`.
    onUnhandledError: (error) => (error as { reason?: unknown }).reason !== 'the program has ended',
    // Other tries for tests with real clients and clocks; what needs them is listed, and is to be looked into.
    retry: 2,
  },
})
