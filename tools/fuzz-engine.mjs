// Random requests to the engine, made from the API's own description: nothing may crash it, keep it busy for ever, or make
// it answer 500 for a reason that it does not know.
//
//   npm run fuzz:engine -- [--count 20000] [--seed 1]
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import { ApiFuzzer } from './api-fuzzer.mjs'

const DESCRIPTION = process.env.DRYDOCK_API_DESCRIPTION ?? '../shared/oracle/engine-api/v1.50.yaml'
const { values } = parseArgs({
  options: { count: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
})
/** A request that streams is left after so long; any other that takes longer counts as a hang. Milliseconds. */
const PATIENCE_MS = { stream: 15, answer: 30_000 }
/** 500 with one of these is an answer: something outside the engine did not go well. */
const KNOWN_500 =
  /no such host|connection refused|unexpected EOF|error (running|gathering|while)|failed to|could not|Couldn't|strconv|read-only|No space|Cannot |Error |Invalid |invalid |not supported|exec: |archive\/tar|quota|all predefined|no such file|is a directory|not a directory|file exists|permission denied|operation not/

if (!existsSync(DESCRIPTION)) {
  console.log(`fuzz: SKIPPED, no description at ${DESCRIPTION}`)
  process.exit(0)
}
const folder = mkdtempSync(join(tmpdir(), 'drydock-fuzz-'))
const socketPath = join(folder, 'docker.sock')
const engine = spawn('node', ['apps/cli/bin/drydock.mjs', 'serve', '--socket', socketPath], {
  stdio: ['ignore', 'ignore', 'inherit'],
})
while (!existsSync(socketPath)) await new Promise((later) => setTimeout(later, 100))
const agent = new Agent({ keepAlive: true, maxSockets: 8 })
const fuzzer = new ApiFuzzer(parse(readFileSync(DESCRIPTION, 'utf8')), Number(values.seed))
const statuses = new Map()
const faults = []

await send({ method: 'POST', path: '/v1.50/images/create?fromImage=busybox&tag=latest', streams: false })
for (let n = 0; n < Number(values.count) && engine.exitCode === null; n++) {
  const wish = fuzzer.next()
  const answer = await send(wish)
  statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
  fuzzer.learn(answer.text)
  const told = `${wish.method} ${wish.path} ${wish.body ?? ''}`.slice(0, 300)
  if (answer.status === 'hang') faults.push(`no answer: ${told}`)
  if (answer.status === 'broken') faults.push(`connection lost: ${told}: ${answer.text}`)
  if (answer.status === 500 && !KNOWN_500.test(answer.text)) faults.push(`500 ${answer.text.trim()}: ${told}`)
  if (faults.length > 20) break
}
const { status } = await send({ method: 'GET', path: '/_ping', streams: false })
if (status !== 200) faults.push(`the engine does not answer any more: ${status}`)
engine.kill()
rmSync(folder, { recursive: true, force: true })
console.log(
  `${values.count} requests, seed ${values.seed}: ${JSON.stringify(Object.fromEntries([...statuses].sort()))}`,
)
for (const fault of new Set(faults)) console.error(`fuzz: ${fault}`)
process.exit(faults.length > 0 ? 1 : 0)

function send({ method, path, body, streams, headers = {} }) {
  return new Promise((resolve) => {
    let done = false
    const end = (status, text = '') => {
      if (done) return
      done = true
      clearTimeout(timer)
      resolve({ status, text })
    }
    const length =
      body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
    const asked = request({ socketPath, agent, method, path, headers: { ...length, ...headers } })
    const timer = setTimeout(
      () => {
        end(streams ? 'stream' : 'hang')
        asked.destroy()
      },
      streams ? PATIENCE_MS.stream : PATIENCE_MS.answer,
    )
    asked.on('error', (error) => end('broken', error.message))
    asked.on('response', (answer) => {
      const parts = []
      answer.on('data', (part) => parts.push(part))
      answer.on('end', () => end(answer.statusCode, Buffer.concat(parts).toString('utf8')))
      answer.on('error', () => end('broken'))
    })
    asked.end(body)
  })
}
