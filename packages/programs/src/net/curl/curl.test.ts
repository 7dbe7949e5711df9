import { inet, type Process } from '@drydock/abi'
import { type ServerRequest, type ServerResponse, serveConnection } from '@drydock/http'
import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { FdStream, listen } from '@drydock/libc'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { netPrograms } from '../index.ts'

const SET: readonly [string, string][] = [
  'sid=1',
  'pers=2; Max-Age=3600; Path=/a; HttpOnly',
  'dom=4; Domain=127.0.0.1',
].map((field) => ['Set-Cookie', field])
let failures = 0

async function answer({ method, target, headers, body }: ServerRequest): Promise<ServerResponse> {
  if (target === '/go') return { status: 302, headers: [['Location', '/a/x'], ...SET], body: 'moved\n' }
  if (target === '/flaky') {
    failures += 1
    return { status: failures < 3 ? 503 : 200, body: `try ${failures}\n` }
  }
  if (target === '/named')
    return { status: 200, headers: [['Content-Disposition', 'attachment; filename="n.txt"']], body: 'named\n' }
  if (target.startsWith('/echo') || target.startsWith('http:')) {
    const fields = ['authorization', 'content-type', 'content-length', 'user-agent', 'x-a', 'range']
    let text = ''
    for await (const bytes of body) text += new TextDecoder().decode(bytes)
    return {
      status: 200,
      body: `${method} ${target} ${fields.map((name) => headers.get(name) ?? '').join('|')} ${text}\n`,
    }
  }
  if (target === '/slow') return new Promise<never>(() => undefined)
  if (method === 'PUT') {
    let size = 0
    for await (const bytes of body) size += bytes.length
    return { status: 201, body: `PUT ${target} ${size}\n` }
  }
  return { status: 200, headers: SET, body: `cookie: ${headers.get('cookie')}\n` }
}

const server = {
  name: 'test/server',
  paths: ['/usr/bin/server'],
  covers: 'full' as const,
  summary: 'answers',
  async main({ sys }: Process) {
    const fd = listen(sys, inet('127.0.0.1', 80))
    for (;;) {
      const { fd: client } = await sys.accept(fd)
      void serveConnection(new FdStream(sys, client), answer)
    }
  },
}

const FILES = {
  '/root/f': 'hi\n',
  '/root/.netrc': 'machine 127.0.0.1 login nl password np\n',
  '/root/k': '# mine\nurl = "http://127.0.0.1/echo"\nuser-agent = "c fg"\n',
  '/root/h': 'X-A: y\n',
}

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel([...netPrograms, server])
  expect((await kernel.run(['ip', 'link', 'set', 'lo', 'up'])).status).toBe(0)
  await kernel.sys.spawn('/usr/bin/server', { argv: ['server'], cwd: '/' })
  await kernel.run(['curl', '-s', '--retry', '3', '--retry-connrefused', 'http://127.0.0.1/'])
})
afterAll(() => kernel.shutdown())

/** [command line, standard output, standard error, status]: in turn, as each may use what those before it left. */
const ROWS: readonly (readonly [string, string | RegExp, string | RegExp, number])[] = [
  ['curl -s -c jar http://127.0.0.1/go', 'moved\n', '', 0],
  ['curl -s -b jar http://127.0.0.1/a/b', 'cookie: pers=2; sid=1; dom=4\n', '', 0],
  ['curl -s -b jar -b z=1 http://127.0.0.1/', 'cookie: sid=1; dom=4; z=1\n', '', 0],
  ['curl -s -b none http://127.0.0.1/', 'cookie: undefined\n', '', 0],
  ['curl -sL -b z=1 http://127.0.0.1/go', 'cookie: z=1\n', '', 0],
  ['curl -sL -b none -b z=1 http://127.0.0.1/go', 'cookie: pers=2; dom=4; sid=1; z=1\n', '', 0],
  [
    'curl -s -o /dev/null -c - http://127.0.0.1/a/q',
    /#HttpOnly_127\.0\.0\.1\tFALSE\t\/a\tFALSE\t\d+\tpers\t2\n127\.0\.0\.1\tFALSE\t\/a\/\tFALSE\t0\tsid\t1\n$/,
    '',
    0,
  ],
  ['curl -s -T f http://127.0.0.1/dir/', 'PUT /dir/f 3\n', '', 0],
  ['curl -s -T f http://127.0.0.1', 'PUT /f 3\n', '', 0],
  ['curl -s -T f http://127.0.0.1/x?y', 'PUT /x?y 3\n', '', 0],
  [
    'curl --no-progress-meter --retry 3 -w done http://127.0.0.1/flaky',
    'try 1\ntry 2\ntry 3\ndone',
    'Warning: Problem : HTTP error. Will retry in 1 second. 3 retries left.\nWarning: Problem : HTTP error. Will retry in 2 seconds. 2 retries left.\n',
    0,
  ],
  [
    'curl --no-progress-meter --retry 1 --retry-delay 1 --retry-connrefused http://127.0.0.1:99',
    '',
    /^curl: \(7\) Failed .*\nWarning: Problem : connection refused\. Will retry in 1 second\. 1 retry left\.\ncurl: \(7\) Failed .*\n$/,
    7,
  ],
  [
    'curl -sS -m 1 http://127.0.0.1/slow',
    '',
    /^curl: \(28\) Operation timed out after 1\d\d\d milliseconds with 0 bytes received\n$/,
    28,
  ],
  ['curl -s --resolve name.test:80:127.0.0.1 http://name.test/', 'cookie: undefined\n', '', 0],
  [
    'curl -s -o /dev/null -w %{stderr}x%{stdout}y:%{urlnum}:%{url}:%{num_headers}%{onerror}z http://127.0.0.1/a',
    'y:0:http://127.0.0.1/a:4',
    'x',
    0,
  ],
  [
    'curl -s -o /dev/null -w %{json} http://127.0.0.1/a',
    /^\{"certs":"","content_type":null,"errormsg":null,"exitcode":0,"filename_effective":"\/dev\/null","ftp_entry_path":null,"http_code":200,"http_connect":0,.*"urlnum":0,"curl_version":"libcurl\/8\.14\.1"\}$/,
    '',
    0,
  ],
  [
    'curl -s -o /dev/null -w %{header_json} http://127.0.0.1/',
    /^\{.*"set-cookie":\["sid=1","pers=2; Max-Age=3600; Path=\/a; HttpOnly","dom=4; Domain=127\.0\.0\.1"\]/s,
    '',
    0,
  ],
  [
    "curl -s -A x --data-urlencode a=b'c http://127.0.0.1/echo",
    'POST /echo |application/x-www-form-urlencoded|7|x|| a=b%27c\n',
    '',
    0,
  ],
  ['curl -s -A x -X POST http://127.0.0.1/echo', 'POST /echo |||x|| \n', '', 0],
  ['curl -s -A x -n http://127.0.0.1/echo', 'GET /echo Basic bmw6bnA=|||x|| \n', '', 0],
  ['curl -s -K k', 'GET /echo |||c fg|| \n', '', 0],
  ['curl -s -K none', '', /^curl: cannot read config from 'none'\n/, 26],
  ['curl -s -A x --url-query a=b http://127.0.0.1/echo?c', 'GET /echo?c&a=b |||x|| \n', '', 0],
  ['curl -s -A x --connect-to a.test:80:127.0.0.1:80 http://a.test/echo', 'GET /echo |||x|| \n', '', 0],
  ['curl -s -A x -x http://127.0.0.1:80 http://a.test/echo', 'GET http://a.test/echo |||x|| \n', '', 0],
  ['curl -s -A x -x http://127.0.0.1:99 --noproxy * http://127.0.0.1/echo', 'GET /echo |||x|| \n', '', 0],
  [
    'curl -s -A x http://127.0.0.1/echo{a,b}[8-10:2]',
    'GET /echoa8 |||x|| \nGET /echoa10 |||x|| \nGET /echob8 |||x|| \nGET /echob10 |||x|| \n',
    '',
    0,
  ],
  ['curl -s -g -A x http://127.0.0.1/echo[1]', /^GET \/echo(\[1\]|%5B1%5D) /, '', 0],
  ['curl -s -o #1.out http://127.0.0.1/echo{p,q}', '', '', 0],
  ['curl -s file:///root/p.out', /^GET \/echop /, '', 0],
  ['curl -sS file:///nosuch', '', "curl: (37) Couldn't open file /nosuch\n", 37],
  ['curl -s -O -J http://127.0.0.1/named', '', '', 0],
  ['curl -s file:///root/n.txt', 'named\n', '', 0],
  ['curl -s -A x -C 3 http://127.0.0.1/echo', 'GET /echo |||x||bytes=3- \n', '', 0],
  ['curl -s -A x --oauth2-bearer t http://127.0.0.1/echo', 'GET /echo Bearer t|||x|| \n', '', 0],
  ['curl -sS --proto =https http://127.0.0.1/', '', 'curl: (1) Protocol "http" disabled\n', 1],
  ['curl -sS --max-filesize 2 http://127.0.0.1/', '', 'curl: (63) Maximum file size exceeded\n', 63],
  ['curl -m x http://127.0.0.1/', '', /^curl: option -m: expected a proper numerical parameter\n/, 2],
  ['curl -s', '', /^curl: \(2\) no URL specified\n/, 2],
  ['curl -s -A x -H @h http://127.0.0.1/echo', 'GET /echo |||x|y| \n', '', 0],
  ['curl -# -o o http://127.0.0.1/', '', `\r${'#'.repeat(72)} 100.0%\n`, 0],
]

it.each(ROWS)('%s', async (line, stdout, stderr, status) => {
  const result = await kernel.run(line.split(' '), { files: FILES })
  expect(result.stdout).toMatch(
    typeof stdout === 'string' ? new RegExp(`^${stdout.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`) : stdout,
  )
  if (typeof stderr === 'string') expect(result.stderr).toBe(stderr)
  else expect(result.stderr).toMatch(stderr)
  expect(result.status).toBe(status)
  expect(kernel.oopses()).toEqual([])
})
