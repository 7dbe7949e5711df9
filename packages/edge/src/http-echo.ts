import { isErrno, type Process, type Program, SIGINT, SIGTERM } from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import { openPort, serveHttp } from './http-server.ts'

const USAGE = `Usage of /http-echo:
  -listen string
    	address and port to listen (default ":5678")
  -status-code int
    	http response code, e.g.: 200 (default 200)
  -text string
    	text to put on the webpage
  -version
    	display version information
`

/** `-text=x`, `-text x` and the same with two dashes, as Go's package flag reads them. */
function flagOf(words: readonly string[], name: string): string | undefined {
  const at = words.findIndex((word) => word.replace(/^--?/, '').split('=')[0] === name && word.startsWith('-'))
  const word = words[at]
  return word === undefined ? undefined : word.includes('=') ? word.slice(word.indexOf('=') + 1) : words[at + 1]
}

async function main({ sys, argv, env }: Process): Promise<number> {
  const io = new Stdio(sys)
  const words = argv.slice(1)
  const stamp = (): string =>
    new Date(sys.clock.now()).toISOString().slice(0, 19).replace('T', ' ').replaceAll('-', '/')
  const unknown = words.find(
    (word) => word.startsWith('-') && !/^--?(listen|status-code|text|version|h|help)(=|$)/.test(word),
  )
  if (unknown !== undefined || words.some((word) => /^--?(h|help)$/.test(word))) {
    if (unknown !== undefined)
      await io.warn(`flag provided but not defined: -${unknown.replace(/^--?/, '').split('=')[0]}\n`)
    await io.warn(USAGE)
    return unknown === undefined ? 0 : 2
  }
  if (words.some((word) => /^--?version$/.test(word))) {
    await io.warn('http-echo v1.0.0 (d1b2d7e)\n')
    return 0
  }
  const text = flagOf(words, 'text') ?? env.get('ECHO_TEXT') ?? ''
  if (text === '') {
    await io.warn('Missing -text option!\n')
    return 127
  }
  const listen = flagOf(words, 'listen') ?? ':5678'
  const status = Number(flagOf(words, 'status-code') ?? 200)
  for (const signal of [SIGTERM, SIGINT]) sys.sigaction(signal, () => sys.exit(0))
  try {
    const socket = openPort(sys, Number(listen.slice(listen.lastIndexOf(':') + 1)))
    await io.print(`${stamp()} [INFO] server is listening on ${listen}\n`)
    await io.out.flush()
    await serveHttp(sys, socket, async ({ method, target, protocol, headers }, remote) => {
      const body = `${text}\n`
      const line = `${headers.get('host') ?? ''} ${remote} "${method} ${target} ${protocol}" ${status} ${body.length}`
      await io.print(`${stamp()} [INFO] ${line} ${JSON.stringify(headers.get('user-agent') ?? '')} 21.5µs\n`)
      await io.out.flush()
      return {
        status,
        headers: [
          ['X-App-Name', 'http-echo'],
          ['X-App-Version', '1.0.0'],
          ['Content-Type', 'text/plain; charset=utf-8'],
        ],
        body,
      }
    })
  } catch (error) {
    if (!isErrno(error)) throw error
    const words = error.message.charAt(0).toLowerCase() + error.message.slice(1)
    await io.warn(`${stamp()} [ERR] starting server: listen tcp ${listen}: bind: ${words}\n`)
  }
  return 127
}

/** Answers everything with one text. */
export const httpEcho: Program = {
  name: 'edge/http-echo',
  paths: ['/http-echo'],
  covers: 'full',
  summary: 'server that answers every request with one text',
  sizeBytes: 7_600_000,
  rssBytes: 5 << 20,
  main,
}
