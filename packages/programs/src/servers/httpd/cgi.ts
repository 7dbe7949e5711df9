import { isErrno, WNOHANG, type Sys } from '@drydock/abi'
import { concat, writeAll } from '@drydock/libc'
import { note } from './error-log.ts'
import { type Answer, type Exchange, serverWord } from './exchange.ts'
import { bannerOf, documentRoot, schemeOf, serverName, serverPort } from './variables.ts'

/** Fields that scripts learn by other names, or not at all. */
const HIDDEN: ReadonlySet<string> = new Set([
  'content-type',
  'content-length',
  'authorization',
  'proxy-authorization',
  'proxy',
])

/** What a script finds in its environment. RFC 3875; ap_add_common_vars, ap_add_cgi_vars */
export function scriptEnvironment(exchange: Exchange): Map<string, string> {
  const { connection, fields, request, context, filename, uri, args, pathInfo } = exchange
  const script = pathInfo !== '' && uri.endsWith(pathInfo) ? uri.slice(0, -pathInfo.length) : uri
  const env = new Map<string, string>(exchange.env)
  for (const [name, value] of fields)
    if (!HIDDEN.has(name.toLowerCase())) env.set(`HTTP_${name.toUpperCase().replace(/\W/g, '_')}`, value)
  const common: readonly (readonly [string, string | undefined])[] = [
    ['CONTENT_TYPE', fields.get('content-type')],
    ['CONTENT_LENGTH', fields.get('content-length')],
    ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    ['SERVER_SIGNATURE', ''],
    ['SERVER_SOFTWARE', bannerOf(context)],
    ['SERVER_NAME', serverName(exchange)],
    ['SERVER_ADDR', connection.local.host],
    ['SERVER_PORT', String(serverPort(exchange))],
    ['REMOTE_ADDR', exchange.client],
    ['DOCUMENT_ROOT', documentRoot(exchange)],
    ['REQUEST_SCHEME', schemeOf(exchange)],
    ['CONTEXT_PREFIX', ''],
    ['CONTEXT_DOCUMENT_ROOT', documentRoot(exchange)],
    ['SERVER_ADMIN', serverWord(exchange, 'serveradmin') ?? '[no address given]'],
    ['SCRIPT_FILENAME', filename],
    ['REMOTE_PORT', String(connection.client.port)],
    ['HTTPS', connection.tls ? 'on' : undefined],
    ['REMOTE_USER', exchange.user],
    ['AUTH_TYPE', exchange.authType],
    ['GATEWAY_INTERFACE', 'CGI/1.1'],
    ['SERVER_PROTOCOL', request.protocol],
    ['REQUEST_METHOD', exchange.method],
    ['QUERY_STRING', args],
    ['REQUEST_URI', request.target],
    ['SCRIPT_NAME', script],
    ['PATH_INFO', pathInfo === '' ? undefined : pathInfo],
    ['PATH_TRANSLATED', pathInfo === '' ? undefined : documentRoot(exchange) + pathInfo],
  ]
  for (const [name, value] of common) if (value !== undefined) env.set(name, value)
  for (const [name, value] of redirected(exchange)) env.set(name, value)
  return env
}

/** What a request that was sent round tells of the first: REDIRECT_… */
function redirected({ before }: Exchange): (readonly [string, string])[] {
  if (!before) return []
  return [
    ...[...before.env].map(([name, value]) => [`REDIRECT_${name}`, value] as const),
    ['REDIRECT_URL', before.uri],
    ['REDIRECT_STATUS', String(before.status === 0 ? 200 : before.status)],
  ]
}

/** Runs the file and answers with what it says. mod_cgi, mod_cgid @returns a status when that fails */
export async function runScript(exchange: Exchange): Promise<Answer | number> {
  const { context, filename, request } = exchange
  const { sys } = context
  const [childIn, toChild] = sys.pipe()
  const [fromChild, childOut] = sys.pipe()
  const [errors, childErr] = sys.pipe()
  let pid: number
  try {
    pid = await sys.spawn(filename, {
      argv: [filename, ...queryArguments(exchange)],
      env: scriptEnvironment(exchange),
      cwd: filename.slice(0, filename.lastIndexOf('/')) || '/',
      fds: new Map([
        [0, childIn],
        [1, childOut],
        [2, childErr],
      ]),
    })
  } catch (error) {
    for (const fd of [childIn, toChild, fromChild, childOut, errors, childErr]) sys.close(fd)
    if (!isErrno(error)) throw error
    const words = `(${error.errno})${error.message}: AH01241: exec of '${filename}' failed`
    await note(exchange, 'cgi:error', words)
    await note(exchange, 'cgi:error', `End of script output before headers: ${baseName(filename)}`)
    return 500
  }
  for (const fd of [childIn, childOut, childErr]) sys.close(fd)
  void feed(sys, toChild, request.body)
  void complain(exchange, errors)
  const answer = await readAnswer(exchange, fromChild)
  void bury(sys, pid)
  return answer
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** A query without an equals sign is words for the script. */
const queryArguments = ({ args }: Exchange): string[] =>
  args === '' || args.includes('=') ? [] : args.split('+').map((each) => decodeURIComponent(each))

async function feed(sys: Sys, fd: number, body: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const bytes of body) await writeAll(sys, fd, bytes)
  } catch (error) {
    // A script may end without having read all.
    if (!isErrno(error)) throw error
  } finally {
    sys.close(fd)
  }
}

/** What the script says on standard error is logged line by line. */
async function complain(exchange: Exchange, fd: number): Promise<void> {
  const { sys } = exchange.context
  let rest = ''
  for (let bytes = await sys.read(fd, 4096); bytes.length > 0; bytes = await sys.read(fd, 4096)) {
    const lines = (rest + new TextDecoder().decode(bytes)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) await note(exchange, 'cgi:error', `AH01215: ${line}: ${exchange.filename}`)
  }
  sys.close(fd)
}

async function bury(sys: Sys, pid: number): Promise<void> {
  try {
    while (!(await sys.wait(pid, WNOHANG))) await sys.sleep(50)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

const END_OF_HEAD = /\r?\n\r?\n/

/** The fields that a script prints, then all the rest as it comes. ap_scan_script_header_err */
async function readAnswer(exchange: Exchange, fd: number): Promise<Answer | number> {
  const { sys } = exchange.context
  const parts: Uint8Array[] = []
  let text = ''
  for (let bytes = await sys.read(fd, 4096); bytes.length > 0; bytes = await sys.read(fd, 4096)) {
    parts.push(bytes)
    text += String.fromCharCode(...bytes)
    if (END_OF_HEAD.test(text)) break
  }
  const end = END_OF_HEAD.exec(text)
  const name = baseName(exchange.filename)
  if (!end && !/^[\w-]+:/.test(text)) {
    sys.close(fd)
    const first = text.split('\n')[0] ?? ''
    await note(
      exchange,
      'cgi:error',
      text === ''
        ? `End of script output before headers: ${name}`
        : `malformed header from script '${name}': Bad header: ${first.slice(0, 30)}`,
    )
    return 500
  }
  const head = end ? text.slice(0, end.index) : text
  const bad = head.split(/\r?\n/).find((line) => !/^[^\s:]+:/.test(line))
  if (bad !== undefined) {
    sys.close(fd)
    await note(exchange, 'cgi:error', `malformed header from script '${name}': Bad header: ${bad.slice(0, 30)}`)
    return 500
  }
  const from = end ? end.index + end[0].length : text.length
  return answerOf(exchange, head, concat(parts).subarray(from), fd)
}

function answerOf({ context: { sys } }: Exchange, head: string, first: Uint8Array, fd: number): Answer {
  const fields = head.split(/\r?\n/).map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
  const value = (name: string): string | undefined => fields.findLast(([each]) => each.toLowerCase() === name)?.[1]
  const status = value('status')
  const location = value('location')
  const own = fields.filter(([name]) => !/^(status|content-type)$/i.test(name))
  const length = value('content-length')
  return {
    status: status === undefined ? (location === undefined ? 200 : 302) : Number(status.slice(0, 3)),
    ...(status !== undefined && status.length > 4 ? { reason: status.slice(4) } : {}),
    headers: own,
    scripted: status === undefined && location !== undefined,
    type: value('content-type'),
    length: length === undefined ? undefined : Number(length),
    send: async (write) => {
      try {
        if (first.length > 0) await write(first)
        for (let bytes = await sys.read(fd, 65536); bytes.length > 0; bytes = await sys.read(fd, 65536))
          await write(bytes)
      } finally {
        sys.close(fd)
      }
    },
  }
}
