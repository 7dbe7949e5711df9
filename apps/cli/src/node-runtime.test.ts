import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

/** Scripts typed at the command's own door, run by the real worker in a container of the node image. */
const SCRIPTS: readonly (readonly [script: string, printed: string])[] = [
  ['console.log(1 + 1, [1, { a: 2 }])', '2 [ 1, { a: 2 } ]'],
  ['console.log(require("path").join("a", "b"), require("fs").existsSync("/etc/os-release"))', 'a/b true'],
  ['setTimeout(() => console.log("later"), 5); Promise.resolve().then(() => console.log("soon"))', 'soon\r\nlater'],
  ['process.exit(7)', 'status 7'],
  ['throw new TypeError("oops")', 'TypeError: oops'],
  // A client that hangs up is an error of its connection, not the end of the server.
  [
    [
      'const server = require("net").createServer((socket) => {',
      'socket.on("error", ({ syscall }) => process.exit(console.log("outlives a " + syscall)));',
      'setInterval(() => socket.write("x"), 5) })',
      '.listen(0, () => { const client = require("net").connect(server.address().port, () => client.destroy()) })',
    ].join(' '),
    'outlives a write',
  ],
  // A package within a package, beside whose files its own are not.
  [
    [
      'const fs = require("fs")',
      'fs.mkdirSync("/tmp/node_modules/a/node_modules/b/lib", { recursive: true })',
      'fs.writeFileSync("/tmp/node_modules/a/index.js", "module.exports = require(`b`)")',
      'fs.writeFileSync("/tmp/node_modules/a/node_modules/b/package.json", `{ "main": "./lib/index.js" }`)',
      'fs.writeFileSync("/tmp/node_modules/a/node_modules/b/lib/index.js", "module.exports = 6 * 7 + `nested`; //" + "x".repeat(300000))',
      'fs.writeFileSync("/tmp/main.js", "console.log(require(`a`))")',
      'require("/tmp/main.js")',
    ].join('; '),
    '42nested',
  ],
]

describe('node in a container', () => {
  it('runs scripts', () => {
    const lines = SCRIPTS.map(([script]) => `docker run --rm node node -e '${script}'; echo status $?`)
    const input = [...lines, 'exit', ''].join('\n')
    const { stdout } = spawnSync('node', ['apps/cli/bin/drydock.mjs'], { input, encoding: 'utf8', timeout: 60_000 })
    for (const [, printed] of SCRIPTS) expect(stdout).toContain(printed)
  }, 70_000)
})
