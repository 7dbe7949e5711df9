import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

/** Scripts run one after the other by the real worker, in one container of the node image. */
const SCRIPTS: readonly (readonly [script: string, printed: string | RegExp])[] = [
  ['require(`assert`).deepStrictEqual({ a: 1, b: 2 }, { a: 1, b: 3 })', '    a: 1,\n+   b: 2\n-   b: 3\n'],
  [
    'const e = new (require(`events`))(); e.emit(`error`, `text`)',
    "Error [ERR_UNHANDLED_ERROR]: Unhandled error. ('text')",
  ],
  ['process.exit(7)', 'status 7'],
  ['throw new TypeError("oops")', 'TypeError: oops'],
  // A client that hangs up is an error of its connection, not the end of the server.
  [
    [
      'const server = require("net").createServer((socket) => {',
      'setInterval(() => socket.write("x"), 5); setTimeout(() => process.exit(console.log("outlives its client")), 60) })',
      '.listen(0); const client = require("net").connect(server.address().port, () => client.destroy())',
    ].join(' '),
    'outlives its client',
  ],
  // What the engine says is put in V8's words, with the place in the file.
  ['null.foo', "Cannot read properties of null (reading 'foo')"],
  [
    'require("fs").writeFileSync("/tmp/a.js", "const a = {}\\na.b.c()"); require("child_process").spawnSync("node", ["/tmp/a.js"], { stdio: "inherit" })',
    '/tmp/a.js:2\na.b.c()',
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
  // Two files of tests, of which one fails, by name and as a tree; clocks and functions that stand for others.
  [
    [
      'const fs = require("fs"), { spawnSync } = require("child_process"); fs.mkdirSync("/tmp/t")',
      'fs.writeFileSync("/tmp/t/a.test.js", "const t = require(`node:test`); t(`fails`, () => { throw new Error(`why`) }); t.describe(`in it`, () => { t.it(`works`, () => {}) })")',
      'fs.writeFileSync("/tmp/t/b.test.mjs", `import test from "node:test"; test("waits", (t) => { t.mock.timers.enable({ apis: ["setTimeout"] }); let n = 0; setTimeout(() => n++, 9e9); t.mock.timers.tick(9e9); if (n !== 1) throw n })`)',
      'const run = (...more) => spawnSync("node", ["--test", ...more], { cwd: "/tmp/t", encoding: "utf8" })',
      'const tap = run("--test-reporter=tap", "--test-name-pattern=/^wait/"), tree = run()',
      'console.log(tap.stdout, tap.status, tree.stdout, tree.status)',
    ].join('; '),
    /not match pattern[^]*# skipped 2\n[^]* 0 ✖ fails[^]*▶ in it\n {2}✔ works[^]*✔ waits[^]*ℹ pass 2\nℹ fail 1[^]*test at a.test.js:1:\d+\n✖ fails[^]* 1\n/,
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

/** Children, connections that are kept, options, files of variables and sockets of a path, in files of their own. */
const PROGRAMS: typeof SCRIPTS = [
  [
    'const { exec, spawnSync } = require("child_process"); exec("sleep 5", { timeout: 30 }, (e) => console.log(e.killed, e.signal, e.code)); const { error, status } = spawnSync("nope"); console.log(error.message, status); console.log(spawnSync("sleep", ["5"], { timeout: 30 }).error.code)',
    'spawnSync nope ENOENT null\nETIMEDOUT\ntrue SIGTERM null',
  ],
  [
    'const http = require("http"), agent = new http.Agent({ keepAlive: true }); let n = 0; const s = http.createServer((q, r) => r.end(q.url)).on("connection", () => n++).listen(0); const get = (path) => new Promise((done) => { const q = http.get({ port: s.address().port, path, agent }, (r) => r.on("data", (d) => console.log(String(d), r.headers.connection)).on("end", () => setTimeout(done, 5, q.reusedSocket))) }); (async () => { console.log(await get("/a"), await get("/b"), n); agent.destroy(); s.close(() => console.log("closed")) })()',
    '/a keep-alive\n/b keep-alive\nfalse true 1\nclosed',
  ],
  [
    'const net = require("net"); net.createServer((c) => c.end("by path")).listen("/tmp/s", function () { net.connect("/tmp/s").on("data", (d) => console.log(String(d))).on("close", () => this.close()) })',
    'by path',
  ],
  [
    'const fs = require("fs"), { execFileSync } = require("child_process"); fs.writeFileSync("/tmp/v.env", "A=1\\nB=\\"two words\\" # not this\\n"); fs.writeFileSync("/tmp/p.mjs", "globalThis.pre = `loaded`"); process.stdout.write(execFileSync("node", ["--env-file=/tmp/v.env", "--import", "/tmp/p.mjs", "-p", "[pre, process.env.A, process.env.B].join()"]))',
    'loaded,1,two words',
  ],
  [
    'const { createHash, hkdfSync } = require("crypto"); const h = createHash("sha3-256").update("a"); console.log(h.copy().update("bc").digest("hex").slice(0, 8), Buffer.from(hkdfSync("sha256", "k", "s", "i", 4)).toString("hex"))',
    '3a985da7 02b0929a',
  ],
]

/** A port that workers share, connections that are handed over with a message, and datagrams. */
const SHARED: typeof SCRIPTS = [
  [
    [
      'const fs = require("fs"), { execFileSync } = require("child_process")',
      'fs.writeFileSync("/tmp/c.js", `const cluster = require("cluster"), http = require("http")',
      'if (cluster.isPrimary) { for (const W of "ab") cluster.fork({ W }); let up = 0',
      'cluster.on("listening", async (w, { port }) => { if (++up < 2) return; const said = []',
      'for (let i = 0; i < 4; i++) said.push(await (await fetch("http://127.0.0.1:" + port, { headers: { connection: "close" } })).text())',
      'console.log("by", [...new Set(said)].sort().join("")); cluster.disconnect(() => console.log("none left")) })',
      'cluster.on("exit", (w, code, signal) => console.log("over", code, signal, w.exitedAfterDisconnect))',
      '} else http.createServer((q, r) => r.end(process.env.W)).listen(7070)`)',
      'process.stdout.write(execFileSync("node", ["/tmp/c.js"]))',
    ].join('\n'),
    /by ab(?=(?:[^]*over 0 null true){2})(?=[^]*none left)/,
  ],
  [
    [
      'const fs = require("fs"), net = require("net"), { fork } = require("child_process")',
      'fs.writeFileSync("/tmp/h.js", "process.on(`message`, (m, socket) => { socket.end(`handed ` + m); process.disconnect() })")',
      'const server = net.createServer({ pauseOnConnect: true }, (c) => { fork("/tmp/h.js").send("over", c); server.close() })',
      'server.listen(0, () => net.connect(server.address().port).on("data", (d) => console.log(String(d))))',
    ].join('; '),
    'handed over',
  ],
  // A worker's values arrive as what they were, and its errors as events.
  [
    'const { Worker, MessageChannel } = require("worker_threads"); const w = new Worker("const { parentPort: p, workerData: d } = require(`worker_threads`); p.once(`message`, (m) => { p.postMessage([m, d]); throw new TypeError(`thrown there`) })", { eval: true, workerData: new Date(0) }); w.on("message", (m) => console.log("back", m)).on("error", (e) => console.log(e instanceof TypeError, e.message)).on("exit", (code) => console.log("over", code)); w.postMessage(new Uint8Array([1])); const { port1, port2 } = new MessageChannel(); port2.on("message", (m) => { console.log("port", m); port2.close() }); port1.postMessage(new Map([[1, 2]]))',
    /port Map\(1\) \{ 1 => 2 \}(?=[^]*back \[ Uint8Array\(1\) \[ 1 \], 1970-01-01T00:00:00.000Z \]\ntrue thrown there\nover 1)/,
  ],
  [
    [
      'const fs = require("fs"), { spawnSync } = require("child_process")',
      'const said = (name, text) => { fs.writeFileSync("/tmp/" + name, text); console.log(spawnSync("node", ["/tmp/" + name], { encoding: "utf8" }).stderr) }',
      'said("e.mjs", `import { nope } from "fs"`); said("r.mjs", `require("fs")`); said("n.js", `require("node:nope")`)',
    ].join('; '),
    /e.mjs:1\nimport \{ nope \} from "fs"\n {9}\^{4}\nSyntaxError: The requested module 'fs' does not provide an export named 'nope'[^]*require is not defined in ES module scope, you can use import instead[^]*\[ERR_UNKNOWN_BUILTIN_MODULE\]: No such built-in module: node:nope/,
  ],
  [
    'const dgram = require("dgram"), s = dgram.createSocket("udp4"); s.on("message", (m, from) => { console.log(String(m), from.family, from.size); s.close() }).bind(0, () => { const c = dgram.createSocket("udp4"); c.send(["by ", "udp"], s.address().port, () => c.close()) })',
    'by udp IPv4 6',
  ],
  [
    'const { execSync } = require("child_process"); console.log(String(execSync(`head -c 300000 /dev/zero | node -p "require(\\"fs\\").readFileSync(0).length"`)).trim())',
    '300000',
  ],
]

/** In one script: values as node shows them, addresses, bodies, languages, imports that are written anywhere, and what an error says of itself. */
const SHOWN: typeof SCRIPTS = [
  ['console.log(1 + 1, [1, { a: 2 }])', '2 [ 1, { a: 2 } ]'],
  ['console.log(require("path").join("a", "b"), require("fs").existsSync("/etc/os-release"))', 'a/b true'],
  ['setTimeout(() => console.log("later"), 5); Promise.resolve().then(() => console.log("soon"))', /soon[^]*later/],
  [
    'class A { #p = 1; x = [1, , 3] }; const o = { a: new A(), m: new Map([[`k`, { b: { c: { d: 1 } } }]]), get g() { return 1 } }; o.self = o; console.log(o)',
    "<ref *1> {\n  a: A { x: [ 1, <1 empty item>, 3 ] },\n  m: Map(1) { 'k' => { b: [Object] } },\n  g: [Getter],\n  self: [Circular *1]\n}",
  ],
  [
    'console.log(Promise.reject(1).catch(() => 0), [new Proxy([1], {})], Array.from({ length: 7 }, (_, i) => i))',
    '[ [ 1 ] ] [\n  0, 1, 2, 3,\n  4, 5, 6\n]',
  ],
  [
    'console.log(new URL(`../ä?q=1`, `http://münchen.de/a/b/`).href, (1234.5).toLocaleString(`de-DE`))',
    'http://xn--mnchen-3ya.de/a/%C3%A4?q=1 1.234,5',
  ],
  [
    'new Response(new Blob([`x`, `y`])).text().then((text) => console.log(text, [...new Headers({ B: 1, a: 2 })]))',
    "xy [ [ 'a', '2' ], [ 'b', '1' ] ]",
  ],
  ['const name = `o` + `s`; import(name).then(({ EOL }) => console.log(JSON.stringify(EOL)))', '"\\n"'],
  [
    'class E extends Error { constructor() { super(`m`); this.name = `Named` } }; console.log(new E().stack.split(`:`)[0])',
    'Named',
  ],
]

describe('node in a container', () => {
  it('runs scripts', () => {
    const rows = [...SCRIPTS, ...PROGRAMS, ...SHARED, ...SHOWN]
    const together = SHOWN.map(([script]) => `{ ${script} }`).join('\n')
    const scripts = [...[...SCRIPTS, ...PROGRAMS, ...SHARED].map(([script]) => script), together]
    const input = scripts.map((script) => `node -e '${script}'; echo status $?\n`).join('')
    const command = ['apps/cli/bin/drydock.mjs', '-c', 'docker run --rm -i node sh 2>&1']
    const { stdout } = spawnSync('node', command, { input, encoding: 'utf8', timeout: 170_000 })
    for (const [, printed] of rows)
      if (typeof printed === 'string') expect(stdout).toContain(printed)
      else expect(stdout).toMatch(printed)
  }, 180_000)
})
