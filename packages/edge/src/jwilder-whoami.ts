import { isErrno, type Process, type Program, SIGTERM } from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import { openPort, serveHttp } from './http-server.ts'

async function main({ sys, env }: Process): Promise<number> {
  const io = new Stdio(sys)
  const port = env.get('PORT') || '8080'
  const line = `I'm ${sys.uname().nodename}\n`
  sys.sigaction(SIGTERM, () => sys.exit(2))
  try {
    const socket = openPort(sys, Number(port))
    await io.print(`Listening on :${port}\n`)
    await io.out.flush()
    await serveHttp(sys, socket, async () => {
      await io.print(line)
      await io.out.flush()
      return { status: 200, headers: [['Content-Type', 'text/plain; charset=utf-8']], body: line }
    })
  } catch (error) {
    if (!isErrno(error)) throw error
  }
  return 1
}

/** Says which container answers: https://github.com/jwilder/whoami. */
export const jwilderWhoami: Program = {
  name: 'edge/jwilder-whoami',
  paths: ['/app/http'],
  covers: 'full',
  summary: 'server that tells the name of its machine',
  sizeBytes: 6_200_000,
  rssBytes: 4 << 20,
  main,
}
