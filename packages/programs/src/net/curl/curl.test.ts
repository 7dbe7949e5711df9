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
]

it.each(ROWS)('%s', async (line, stdout, stderr, status) => {
  const result = await kernel.run(line.split(' '), { files: { '/root/f': 'hi\n' } })
  expect(result.stdout).toMatch(
    typeof stdout === 'string' ? new RegExp(`^${stdout.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`) : stdout,
  )
  if (typeof stderr === 'string') expect(result.stderr).toBe(stderr)
  else expect(result.stderr).toMatch(stderr)
  expect(result.status).toBe(status)
  expect(kernel.oopses()).toEqual([])
})
