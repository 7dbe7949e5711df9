// `npm test`: installs what is missing, then types, lint, arrows, docs, unit tests and browser tests, stopping at the first
// that fails. `npm run test:long`: the tests that take minutes, which are no part of it.
import { spawnSync } from 'node:child_process'
import { ensureInstalled } from './ensure-installed.mjs'

ensureInstalled()
const { ensureBrowser } = await import('./browser.mjs')
const { ensureDockerCompose } = await import('./docker-compose.mjs')

const LONG = process.argv.includes('--long')
const env = LONG ? { ...process.env, DRYDOCK_LONG: '1' } : process.env

const CHECKS = [
  ['types', 'npm', ['run', '--silent', 'check:types']],
  ['lint', 'npm', ['run', '--silent', 'check:lint']],
  ['arrows', 'npm', ['run', '--silent', 'check:arrows']],
  ['docs', 'npm', ['run', '--silent', 'check:docs']],
]
const TESTS = [
  ['unit tests', 'npx', ['vitest', 'run'], ensureDockerCompose],
  ['build', 'npx', ['vite', 'build', '--logLevel', 'warn']],
  ['browser tests', 'npx', ['playwright', 'test'], ensureBrowser],
]

for (const [name, command, args, before] of LONG ? TESTS : [...CHECKS, ...TESTS]) {
  const started = Date.now()
  before?.()
  console.log(`\n— ${name}`)
  const { status } = spawnSync(command, args, { stdio: 'inherit', env })
  if (status !== 0) {
    console.error(`${name} failed`)
    process.exit(status ?? 1)
  }
  console.log(`  ${name}: ${((Date.now() - started) / 1000).toFixed(1)} s`)
}
