// A unix socket in front of an engine's that hands each request on and keeps what was answered, one JSON a line.
//
//   node recording-proxy.mjs SOCKET ENGINE_SOCKET FILE
import { appendFileSync, writeFileSync } from 'node:fs'
import { createServer, request as ask } from 'node:http'
import { connect } from 'node:net'

/**
 * @param {string} from the socket to make
 * @param {string} to the engine's socket
 * @param {(answer: {method: string, path: string, status: number, type: string, body: string}) => void} told
 */
async function recordingProxy(from, to, told) {
  const server = createServer((request, response) => {
    const { method, url: path, headers } = request
    const forward = ask({ socketPath: to, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.rawHeaders)
      response.flushHeaders()
      const type = answer.headers['content-type'] ?? ''
      const parts = []
      if (/json/.test(type)) answer.on('data', (part) => parts.push(part))
      const tell = () => told({ method, path, status: answer.statusCode, type, body: Buffer.concat(parts).toString() })
      answer.once('end', tell).once('error', () => response.destroy())
      answer.pipe(response)
    })
    forward.on('error', () => response.destroy())
    response.on('close', () => forward.destroy())
    request.pipe(forward)
  })
  // Attach and exec take the connection over: from then on it is bytes both ways.
  server.on('upgrade', (request, client, head) => {
    const engine = connect({ path: to, allowHalfOpen: true })
    engine.write(`${request.method} ${request.url} HTTP/1.1\r\n${rawHead(request.rawHeaders)}\r\n`)
    engine.write(head)
    client.allowHalfOpen = true
    client.pipe(engine).pipe(client)
    for (const end of [client, engine]) end.on('error', () => [client, engine].forEach((each) => each.destroy()))
  })
  await new Promise((listening) => server.listen(from, listening))
  return server
}

function rawHead(raw) {
  let text = ''
  for (let i = 0; i < raw.length; i += 2) text += `${raw[i]}: ${raw[i + 1]}\r\n`
  return text
}

const [from, to, file] = process.argv.slice(2)
writeFileSync(file, '')
await recordingProxy(from, to, (answer) => appendFileSync(file, `${JSON.stringify(answer)}\n`))
