// Records what this machine's real docker CLI asks and prints in swarm mode, as the truth for ours: it talks to an engine
// that gives the fixed answers of tools/swarm-world.mjs.
//
//   node tools/record-swarm.mjs
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cases } from './swarm-cases.mjs'
import { world } from './swarm-world.mjs'

const GOLDEN = 'packages/docker-cli/src/testing/swarm.golden'

/** The same place for all, as ours has it: what is absolute in requests must not depend on the day. */
const WORK = '/work-of-recording'
const home = mkdtempSync(join(tmpdir(), 'record-swarm-'))
const socket = join(home, 'docker.sock')

let seen = []
const server = createServer(async (request, response) => {
  const parts = []
  for await (const part of request) parts.push(part)
  const url = new URL(request.url, 'http://engine')
  const path = decodeURIComponent(url.pathname.replace(/^\/v1\.\d+/, ''))
  if (path === '/_ping') {
    const facts = { 'Api-Version': '1.50', Ostype: 'linux', Swarm: 'active/manager', 'Builder-Version': '1' }
    return response.writeHead(200, facts).end(request.method === 'HEAD' ? undefined : 'OK')
  }
  const query = Object.fromEntries(url.searchParams)
  const text = Buffer.concat(parts).toString()
  seen.push({ method: request.method, path, query, ...(text === '' ? {} : { body: JSON.parse(text) }) })
  const { status = 200, body, raw } = answerOf(request.method, path, query)
  if (raw !== undefined) return response.writeHead(status).end(Buffer.from(raw, 'base64'))
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(body === undefined ? '' : JSON.stringify(body))
})

function answerOf(method, path, query) {
  const key = `${method} ${path}`
  return (
    world[`${key}?${query.filters ?? ''}`] ?? world[key] ?? { status: 404, body: { message: `no answer for ${key}` } }
  )
}

/** Against a world where single answers differ. */
async function record({ line, stdin = '', files = {}, argv = words(line) }) {
  rmSync(WORK, { recursive: true, force: true })
  mkdirSync(WORK)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(WORK, name)), { recursive: true })
    writeFileSync(join(WORK, name), text)
  }
  seen = []
  const env = { PATH: process.env.PATH, HOME: home, DOCKER_HOST: `unix://${socket}`, TAG: '1.2', EMPTY: '' }
  const child = spawn('docker', argv, { cwd: WORK, env, stdio: 'pipe' })
  const out = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) child[name].on('data', (data) => (out[name] += data))
  child.stdin.end(stdin)
  const status = await new Promise((ended) => child.on('close', ended))
  return { argv, stdin, files, status, ...out, requests: seen }
}

/** Words as a shell takes them, with both kinds of quotes. */
function words(line) {
  return [...line.matchAll(/((?:[^\s'"]|'[^']*'|"[^"]*")+)/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double),
  )
}

await new Promise((listening) => server.listen(socket, listening))
const runs = []
for (const each of cases) runs.push(await record(typeof each === 'string' ? { line: each } : each))
server.close()
for (const folder of [home, WORK]) rmSync(folder, { recursive: true, force: true })
const lines = [{ world, recordedMs: Date.now(), work: WORK }, ...runs].map((each) => JSON.stringify(each))
writeFileSync(GOLDEN, `${lines.join('\n')}\n`)
console.log(`${runs.length} command lines in ${GOLDEN}`)
