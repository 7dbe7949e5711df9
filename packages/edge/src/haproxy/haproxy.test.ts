import { inet } from '@drydock/abi'
import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { request } from '@drydock/http'
import { dial } from '@drydock/libc'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { haproxy } from './haproxy.ts'

const TIMES = 'timeout connect 1s\n timeout client 1s\n timeout server 1s\n'
const HEAD = `defaults\n mode http\n ${TIMES}`
const BACK = [1, 2, 3]
  .map(
    (n) =>
      `frontend b${n}\n bind :808${n}\n http-request return status 200 content-type text/plain lf-string "s${n} %[method] %[url] %[req.hdr(x-a)] %[req.hdr(cookie)]" hdr X-Srv s${n}\n`,
  )
  .join('')

/** Faces of the configuration, and what haproxy 2.6 says of each: its messages without their heads. */
const WRONG: readonly (readonly [text: string, words: readonly string[]])[] = [
  [
    'frontend f\n bind :80\n foo bar\n',
    [
      "parsing [/h.cfg:3] : unknown keyword 'foo' in 'frontend' section",
      'Error(s) found in configuration file : /h.cfg',
      'Fatal errors found in configuration.',
    ],
  ],
  [
    `${HEAD}frontend f\n bind :80\n default_backend zz\n`,
    ["Proxy 'f': unable to find required default_backend: 'zz'.", 'Fatal errors found in configuration.'],
  ],
  [
    'backend b\n server s1\n',
    [
      "[/h.cfg:2] : 'server' expects <name> and <addr>[:<port>] as arguments.",
      'Error(s) found in configuration file : /h.cfg',
      'Fatal errors found in configuration.',
    ],
  ],
  [
    'frontend f\n bind :80\n http-request deny if zzz\n',
    [
      "parsing [/h.cfg:3] : error detected while parsing an 'http-request deny' condition : no such ACL : 'zzz'.",
      'Error(s) found in configuration file : /h.cfg',
    ],
  ],
  [
    'frontend f\n bind :80\n http-request set-header X %[path,foo]\n',
    [
      "parsing [/h.cfg:3] : error detected in frontend 'f' while parsing 'http-request set-header' rule : failed to parse sample expression <path,foo]> : unknown converter 'foo'.",
      'Error(s) found in configuration file : /h.cfg',
    ],
  ],
  [
    'frontend f\n bind :80\n acl a foo_bar x\n',
    [
      "parsing [/h.cfg:3] : error detected while parsing ACL 'a' : unknown fetch method 'foo_bar' in ACL expression 'foo_bar'.",
      'Error(s) found in configuration file : /h.cfg',
      'Fatal errors found in configuration.',
    ],
  ],
  [
    'frontend f\n bind foo:bar\n',
    [
      "parsing [/h.cfg:2] : 'bind' : invalid character 'b' in port number 'bar' in 'foo:bar'",
      'Error(s) found in configuration file : /h.cfg',
      'Fatal errors found in configuration.',
    ],
  ],
  [
    'backend b\n server s 1.1.1.1:80 weight 999\n',
    [
      "[/h.cfg:2] : 'server b/s' : weight of server s is not within 0 and 256 (999)..",
      'Error(s) found in configuration file : /h.cfg',
      'Fatal errors found in configuration.',
    ],
  ],
]

const CONFIG = `${HEAD}
frontend f
 bind *:80
 acl post method POST
 stick-table type ip size 1k expire 10m store http_req_cnt
 http-request track-sc0 src
 http-request deny deny_status 429 if { path /deny }
 http-request return status 200 content-type text/plain lf-string "%[path,field(2,/)] %[str(a-b),regsub(-,+,g)] %[str(abc),sha1,hex]" if { path_beg /conv/ }
 http-request return status 200 content-type text/plain string many if { hdr_cnt(x-a) gt 1 }
 http-request return status 200 content-type text/plain lf-string "%[path,map_beg(/m.map,none)]" if { path_dir map }
 http-request redirect prefix http://new code 303 drop-query if { path /pre }
 http-request replace-path /rp/(.*) /x/\\1
 http-request set-header X-A %[src] if !post { path /src }
 http-response replace-header X-Srv s(.) server\\1
 http-response set-status 202 reason Okay if { res.hdr(x-srv) server3 }
 use_backend third if { path /third }
 use_backend %[path,map_beg(/m.map,app)]
backend app
 balance uri
 cookie SRV insert indirect
 server s1 127.0.0.1:8081 cookie A
 server s2 127.0.0.1:8082 cookie B
backend third
 server s3 127.0.0.1:8083
${BACK}`

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel([haproxy])
})
afterAll(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

const told = async (text: string): Promise<string[]> => {
  const { stderr } = await kernel.run(['haproxy', '-c', '-f', '/h.cfg'], { files: { '/h.cfg': text } })
  return stderr
    .split('\n')
    .filter((line) => line.startsWith('[ALERT]'))
    .map((line) => line.replace(/^.*? : config : /, ''))
}

describe('haproxy -c', () => {
  it.each(WRONG)('%j', async (text, words) => {
    expect(await told(text)).toEqual(words)
  })

  it('warns of timeouts that are missing, and finds no listener', async () => {
    const files = { '/h.cfg': 'backend b\n server s 127.0.0.1:1\n' }
    const { stdout, stderr, status } = await kernel.run(['haproxy', '-c', '-f', '/h.cfg'], { files })
    expect(stderr).toContain("[WARNING]  (2) : config : missing timeouts for backend 'b'.\n   | While".slice(13))
    expect(stdout).toBe(
      'Warnings were found.\nConfiguration file has no error but will not start (no listener) => exit(2).\n',
    )
    expect(status).toBe(2)
  })
})

describe('haproxy', () => {
  it('answers by its rules, as haproxy 2.6 does', async () => {
    const files = { '/h.cfg': CONFIG, '/m.map': '# names\n/map/a A\n/map any\n' }
    await kernel.run(['haproxy', '-D', '-f', '/h.cfg'], { files })
    const ask = async (target: string, headers: [string, string][] = [], method = 'GET'): Promise<string> => {
      const stream = await dial(kernel.sys, inet('127.0.0.1', 80))
      const response = await request(stream, { method, target, headers: [['Host', 'h'], ...headers] })
      const fields = ['x-srv', 'location', 'set-cookie'].flatMap((name) => response.headers.getAll(name))
      const body = await response.body.text()
      stream.close()
      return [response.status, response.reason, ...fields, body.split('\n')[0]].join(' | ')
    }
    await kernel.sys.sleep(100)
    expect(await ask('/deny')).toBe('429 | Too Many Requests | <html><body><h1>429 Too Many Requests</h1>')
    expect(await ask('/conv/Foo')).toBe('200 | OK | conv a+b A9993E364706816ABA3E25717850C26C9CD0D89D')
    expect(
      await ask('/', [
        ['X-A', '1'],
        ['X-A', '2'],
      ]),
    ).toBe('200 | OK | many')
    expect(await ask('/map/abc')).toBe('200 | OK | A')
    expect(await ask('/pre?x')).toBe('303 | See Other | http://new/pre | ')
    // sdbm of the path over two servers.
    expect(await ask('/uri/a')).toMatch(/^200 \| OK \| server[12] \| SRV=[AB]; path=\/ \| s[12] GET \/uri\/a {2}$/)
    expect(await ask('/x', [['Cookie', 'SRV=B; o=1']])).toBe('200 | OK | server2 | s2 GET /x  o=1')
    expect(await ask('/rp/q', [['Cookie', 'SRV=A']])).toBe('200 | OK | server1 | s1 GET /x/q  ')
    expect(await ask('/third')).toBe('202 | Okay | server3 | s3 GET /third  ')
    expect(await ask('/src', [['Cookie', 'SRV=A']])).toBe('200 | OK | server1 | s1 GET /src 127.0.0.1 ')
  })
})
