import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

/** Scripts typed at the command's own door, run by the real worker in a container of the node image. */
const SCRIPTS: readonly (readonly [script: string, printed: string])[] = [
  ['console.log(1 + 1, [1, { a: 2 }])', '2 [ 1, { a: 2 } ]'],
  ['console.log(require("path").join("a", "b"), require("fs").existsSync("/etc/os-release"))', 'a/b true'],
  ['setTimeout(() => console.log("later"), 5); Promise.resolve().then(() => console.log("soon"))', 'soon\r\nlater'],
  ['process.exit(7)', 'status 7'],
  ['throw new TypeError("oops")', 'TypeError: oops'],
]

describe('node in a container', () => {
  it('runs scripts', () => {
    const lines = SCRIPTS.map(([script]) => `docker run --rm node node -e '${script}'; echo status $?`)
    const input = [...lines, 'exit', ''].join('\n')
    const { stdout } = spawnSync('node', ['apps/cli/bin/drydock.mjs'], { input, encoding: 'utf8', timeout: 60_000 })
    for (const [, printed] of SCRIPTS) expect(stdout).toContain(printed)
  }, 70_000)
})
