import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

/** Scripts typed at the command's own door, run by the real worker in a container of the node image. */
const SCRIPTS: readonly (readonly [script: string, printed: string | RegExp])[] = [
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
  // What the engine says is put in V8's words, with the place in the file.
  ['null.foo', "Cannot read properties of null (reading 'foo')"],
  [
    'require("fs").writeFileSync("/tmp/a.js", "const a = {}\\na.b.c()"); require("child_process").spawnSync("node", ["/tmp/a.js"], { stdio: "inherit" })',
    '/tmp/a.js:2\r\na.b.c()',
  ],
  // Ciphers, a worker, a forked child, a child of which nobody reads the output, and a file that changes.
  [
    [
      'const crypto = require("crypto"), fs = require("fs"), { fork, spawn } = require("child_process")',
      'const [key, iv] = [Buffer.alloc(32, 1), Buffer.alloc(16, 2)]',
      'const cipher = crypto.createCipheriv("aes-256-cbc", key, iv)',
      'const hidden = cipher.update("hello", "utf8", "hex") + cipher.final("hex")',
      'const plain = crypto.createDecipheriv("aes-256-cbc", key, iv)',
      'const say = (...words) => console.log("told", ...words)',
      'say(hidden.length, plain.update(hidden, "hex", "utf8") + plain.final("utf8"))',
      'const { Worker } = require("worker_threads")',
      'const text = "const { parentPort, workerData } = require(`worker_threads`); parentPort.once(`message`, (n) => parentPort.postMessage(n * workerData))"',
      'const worker = new Worker(text, { eval: true, workerData: 6 })',
      'worker.on("message", (n) => say("worker", n)); worker.postMessage(7)',
      'fs.writeFileSync("/tmp/child.js", "process.on(`message`, (m) => { process.send([m]); process.disconnect() })")',
      'const child = fork("/tmp/child.js"); child.on("message", (m) => say("child", m)); child.send("hi")',
      'spawn("echo", ["unread"]).on("close", (code) => say("closed", code))',
      'const watcher = fs.watch("/tmp/child.js", (kind) => { say(kind); watcher.close() })',
      'setTimeout(() => fs.appendFileSync("/tmp/child.js", " "), 50)',
    ].join('; '),
    /told 32 hello(?=[^]*told worker 42)(?=[^]*told child \[ "?'?hi'?"? \])(?=[^]*told closed 0)(?=[^]*told change)/,
  ],
  [
    'require("fs").writeFileSync("/tmp/a.test.js", "require(`node:test`)(`fails`, () => { throw new Error(`why`) })"); process.exitCode = require("child_process").spawnSync("node", ["--test"], { cwd: "/tmp", stdio: "inherit" }).status + 4',
    /✖ fails[^]*ℹ fail 1[^]*status 5/,
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
    for (const [, printed] of SCRIPTS)
      if (typeof printed === 'string') expect(stdout).toContain(printed)
      else expect(stdout).toMatch(printed)
  }, 70_000)
})
