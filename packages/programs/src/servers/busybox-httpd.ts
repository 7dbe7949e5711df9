import {
  isInet,
  EINTR,
  inet,
  isDirectory,
  isErrno,
  type Process,
  type Program,
  type Sys,
  bracketed,
  type InetAddress,
} from '@drydock/abi'
import { httpDate, serveConnection, type ServerRequest, type ServerResponse } from '@drydock/http'
import { FdStream, flag, getopt, listen, Stdio, UsageError, value } from '@drydock/libc'
import { detach } from './files/detach.ts'
import { cleanPath, sendFile, statOrUndefined } from './files/open-static.ts'

const OPTIONS = {
  foreground: flag('f'),
  inetd: flag('i'),
  verbose: flag('v'),
  port: value('p'),
  user: value('u'),
  realm: value('r'),
  home: value('h'),
  config: value('c'),
  decode: value('d'),
  encode: value('e'),
} as const

const TYPES: ReadonlyMap<string, string> = new Map([
  ['txt', 'text/plain'],
  ['html', 'text/html'],
  ['htm', 'text/html'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['png', 'image/png'],
  ['svg', 'image/svg+xml'],
  ['css', 'text/css'],
  ['js', 'application/javascript'],
])

const TEXTS: ReadonlyMap<number, readonly [string, string]> = new Map([
  [302, ['Found', '']],
  [400, ['Bad Request', 'Unsupported method']],
  [404, ['Not Found', 'The requested URL was not found']],
])

function problem(sys: Sys, status: number, location?: string): ServerResponse {
  const [title, text] = TEXTS.get(status) ?? ['Error', '']
  const headers: [string, string][] = [
    ['Date', httpDate(sys.clock.now())],
    ['Connection', 'close'],
    ...(location === undefined ? [] : [['Location', location] as [string, string]]),
    ['Content-type', 'text/html'],
  ]
  return {
    status,
    reason: title,
    headers,
    body: `<HTML><HEAD><TITLE>${status} ${title}</TITLE></HEAD>\n<BODY><H1>${status} ${title}</H1>\n${text}\n</BODY></HTML>\n`,
  }
}

function answer(sys: Sys, home: string, request: ServerRequest): ServerResponse {
  if (request.method !== 'GET' && request.method !== 'HEAD') return problem(sys, 400)
  const uri = cleanPath(request.path)
  const path = `${home}${uri ?? ''}`
  const found = statOrUndefined(sys, path)
  if (!found || uri === undefined) return problem(sys, 404)
  if (isDirectory(found.mode) && !uri.endsWith('/')) return problem(sys, 302, `${uri}/`)
  const file = isDirectory(found.mode) ? `${path}index.html` : path
  const stat = statOrUndefined(sys, file)
  if (!stat || isDirectory(stat.mode)) return problem(sys, 404)
  const seconds = Math.floor(stat.mtimeMs / 1000)
  const headers: [string, string][] = [
    ['Date', httpDate(sys.clock.now())],
    ['Connection', 'close'],
    ['Content-type', TYPES.get(/\.([^./]+)$/.exec(file)?.[1]?.toLowerCase() ?? '') ?? 'application/octet-stream'],
    ['Accept-Ranges', 'bytes'],
    ['Last-Modified', httpDate(seconds * 1000)],
    ['ETag', `"${seconds.toString(16)}-${stat.size.toString(16)}"`],
    ['Content-Length', String(stat.size)],
  ]
  return { status: 200, headers, body: async ({ write }) => void (await sendFile(sys, file, write)) }
}

/** Every connection in the one process, where busybox forks. */
async function serve(sys: Sys, listener: number, home: string, io: Stdio, verbose: boolean): Promise<never> {
  for (;;) {
    try {
      const { fd, peer } = await sys.accept(listener)
      const client = isInet(peer) ? clientOf(peer) : '-'
      const said = async (request: ServerRequest): Promise<ServerResponse> => {
        const response = answer(sys, home, request)
        if (verbose) await io.warn(`${client}: response:${response.status}\n`)
        return response
      }
      void serveConnection(new FdStream(sys, fd), said)
    } catch (error) {
      if (error !== EINTR) throw error
    }
  }
}

async function main({ sys, argv }: Process): Promise<number> {
  const io = new Stdio(sys)
  try {
    const { options } = getopt(argv.slice(1), OPTIONS)
    if (options.inetd || options.decode !== undefined || options.encode !== undefined) {
      await io.warn('httpd: options -i, -d and -e are not supported here\n')
      return 1
    }
    const [address, port] = options.port?.includes(':') ? options.port.split(':') : ['::', options.port ?? '80']
    const home = sys.realpath(options.home ?? '.').replace(/\/$/, '')
    const listener = listen(sys, inet(address ?? '::', Number(port)))
    if (options.foreground) return await serve(sys, listener, home, io, options.verbose > 0)
    const daemon = (child: Process): Promise<number> => {
      detach(child.sys)
      return serve(child.sys, listener, home, new Stdio(child.sys), false)
    }
    sys.fork(daemon, { setsid: true })
    return 0
  } catch (error) {
    if (error instanceof UsageError)
      await io.warn(
        `httpd: ${error.message}\nUsage: httpd [-ifv[v]] [-c CONFFILE] [-p [IP:]PORT] [-u USER[:GRP]] [-h HOME]\n`,
      )
    else if (isErrno(error)) await io.warn(`httpd: bind: ${error.message}\n`)
    else throw error
    return 1
  }
}

/** httpd, as busybox has it. */
export const busyboxHttpd: Program = {
  name: 'busybox/httpd',
  paths: ['/usr/sbin/httpd'],
  covers: 'partial',
  lacks: ['-c', '-r', '-u', '-i', '-d', '-e', 'CGI', 'ranges'],
  summary: 'Listen for incoming HTTP requests',
  main,
}

/** Its sockets are of IPv6: clients of IPv4 have mapped addresses. */
const clientOf = ({ address, port }: InetAddress): string =>
  `${bracketed(address.includes(':') ? address : `::ffff:${address}`)}:${port}`
