import { defineConfig } from '@playwright/test'
import { installedBrowser } from './tools/browser.mjs'

const executablePath = installedBrowser()
/** Two checkouts can be tested at once, each on a port of its own. */
const port = Number(process.env['DRYDOCK_TEST_PORT'] ?? 4173)

/** What takes minutes is apart, `npm run test:long`: pictures of every view, heavy runtimes, crowds. */
const long = ['LONG', 'PICTURES', 'EVERY_PICTURE'].some((name) => process.env[`DRYDOCK_${name}`] !== undefined)

export default defineConfig({
  testDir: 'e2e/browser',
  ...(long ? { grep: /@long/ } : { grepInvert: /@long/ }),
  timeout: 90_000,
  // A page waits more than it computes; files run side by side, the tests of a file in turn.
  workers: 2,
  // A second try; what needs it is listed as flaky, and is to be looked into.
  retries: 1,
  // A loaded machine is no failure: what has to be quick is measured by the benchmarks.
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    baseURL: `http://drydock.localhost:${port}/`,
    viewport: { width: 1600, height: 900 },
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-quic',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
  webServer: { command: 'node tools/serve-for-tests.mjs', port, reuseExistingServer: false },
})
