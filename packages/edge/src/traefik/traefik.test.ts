import { inet } from '@drydock/abi'
import { request } from '@drydock/http'
import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { dial, writeFile } from '@drydock/libc'
import { connectTls } from '@drydock/tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { whoami } from '../whoami.ts'
import { parseRule } from './rule.ts'
import { traefik } from './traefik.ts'

const STATIC = `
entryPoints:
  web: {address: ":80"}
  websecure: {address: ":443", http: {tls: {}}}
  moved: {address: ":81", http: {redirections: {entryPoint: {to: websecure}}}}
  db: {address: ":82"}
providers: {file: {filename: /dyn.yml}}
api: {insecure: true}
ping: {}
metrics: {prometheus: {}}
accessLog: {format: json, filePath: /access.log}
log: {level: ERROR}
`
const DYNAMIC = `
http:
  routers:
    limited: {rule: "Path(\`/limited\`)", service: one, middlewares: [limit]}
    retried: {rule: "Path(\`/retried\`)", service: half, middlewares: [again]}
    inside: {rule: "PathPrefix(\`/inside\`)", service: one, middlewares: [inside]}
    outside: {rule: "PathPrefix(\`/outside\`)", service: one, middlewares: [outside]}
    small: {rule: "Path(\`/packed\`)", service: one, middlewares: [packed]}
    headed: {rule: "Path(\`/headed\`)", service: one, middlewares: [headed]}
    asked: {rule: "Path(\`/asked\`)", service: one, middlewares: [ask]}
    paged: {rule: "Path(\`/paged\`)", service: gone, middlewares: [pages]}
    dealt: {rule: "Path(\`/dealt\`)", service: shares}
    kept: {rule: "Path(\`/kept\`)", service: kept}
    both: {rule: "Host(\`a\`, \`b\`)", service: one}
    secure: {rule: "Path(\`/secure\`)", service: one, tls: {}}
    nowhere: {rule: "Path(\`/x\`)", service: none}
    odd: {rule: "Path(\`/odd\`)", service: one, middlewares: [odd]}
  middlewares:
    limit: {rateLimit: {average: 1, period: 1m, burst: 2}}
    again: {retry: {attempts: 3}}
    inside: {ipAllowList: {sourceRange: [127.0.0.0/8]}}
    outside: {ipAllowList: {sourceRange: [10.0.0.0/8]}}
    packed: {compress: {minResponseBodyBytes: 10}}
    headed: {headers: {frameDeny: true, stsSeconds: 5, forceSTSHeader: true, customResponseHeaders: {X-Own: mine}, customRequestHeaders: {X-Asked: "1"}}}
    ask: {forwardAuth: {address: "http://127.0.0.1:9001/bench", authResponseHeaders: [Content-Type]}}
    pages: {errors: {status: ["500-599"], service: one, query: "/bench?{status}"}}
    odd: {digestAuth: {users: []}}
  services:
    one: {loadBalancer: {servers: [{url: "http://127.0.0.1:9001"}]}}
    two: {loadBalancer: {servers: [{url: "http://127.0.0.1:9002"}]}}
    half: {loadBalancer: {servers: [{url: "http://127.0.0.1:9"}, {url: "http://127.0.0.1:9001"}]}}
    gone: {loadBalancer: {servers: [{url: "http://127.0.0.1:9"}]}}
    kept: {loadBalancer: {sticky: {cookie: {name: s, httpOnly: true}}, servers: [{url: "http://127.0.0.1:9001"}, {url: "http://127.0.0.1:9002"}]}}
    shares: {weighted: {services: [{name: one, weight: 3}, {name: two, weight: 1}]}}
tcp:
  routers: {db: {entryPoints: [db], rule: "HostSNI(\`*\`)", service: db}}
  services: {db: {loadBalancer: {servers: [{address: "127.0.0.1:9002"}]}}}
`

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel([traefik, whoami])
  const files = { '/etc/traefik/traefik.yml': STATIC, '/dyn.yml': DYNAMIC }
  for (const n of [1, 2]) void kernel.run(['/whoami', '--port', `900${n}`, '--name', `w${n}`])
  void kernel.run(['traefik'], { files })
  await kernel.sys.sleep(300)
})
afterAll(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

interface Asking {
  readonly port?: number
  readonly tls?: boolean
  readonly headers?: readonly (readonly [string, string])[]
}

async function ask(target: string, { port = 80, tls = false, headers = [] }: Asking = {}) {
  const plain = await dial(kernel.sys, inet('127.0.0.1', port))
  const options = {
    name: 'h',
    roots: [],
    insecure: true,
    nowMs: Date.now(),
    random: (n: number) => kernel.sys.entropy.bytes(n),
  }
  const stream = tls ? await connectTls(plain, options) : plain
  const response = await request(stream, { target, headers: [['Host', 'h'], ['Connection', 'close'], ...headers] })
  const body = await response.body.readAll()
  stream.close()
  return { status: response.status, headers: response.headers, text: new TextDecoder().decode(body) }
}

describe('traefik', () => {
  it('limits rates by tokens, and addresses by networks', async () => {
    const statuses = [await ask('/limited'), await ask('/limited'), await ask('/limited')]
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429])
    expect(statuses[2]?.text).toBe('Too Many Requests')
    expect(statuses[2]?.headers.get('retry-after')).toBe('60')
    expect((await ask('/inside')).status).toBe(200)
    expect((await ask('/outside')).text).toBe('Forbidden')
  })

  it('tries again, asks elsewhere, and shows pages of others', async () => {
    expect((await ask('/retried')).status).toBe(200)
    expect((await ask('/retried')).status).toBe(200)
    expect((await ask('/asked')).status).toBe(200)
    const paged = await ask('/paged')
    expect([paged.status, paged.text]).toEqual([502, '1'])
  })

  it('compresses and adds fields', async () => {
    const packed = await ask('/packed', { headers: [['Accept-Encoding', 'gzip']] })
    expect([packed.headers.get('content-encoding'), packed.headers.get('vary')]).toEqual(['gzip', 'Accept-Encoding'])
    const { headers, text } = await ask('/headed')
    expect(['x-frame-options', 'strict-transport-security', 'x-own'].map((name) => headers.get(name))).toEqual([
      'DENY',
      'max-age=5',
      'mine',
    ])
    expect(text).toMatch(/X-Asked: 1\r\n/i)
  })

  it('deals out by weight, and keeps clients by cookies', async () => {
    const names: string[] = []
    for (let n = 0; n < 8; n++) names.push(/Name: (\w+)/.exec((await ask('/dealt')).text)?.[1] ?? '')
    expect(names.filter((name) => name === 'w1')).toHaveLength(6)
    const first = await ask('/kept')
    const cookie = first.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^s=[0-9a-f]{16}; Path=\/; HttpOnly$/)
    const again = await ask('/kept', { headers: [['Cookie', cookie.split(';')[0] ?? '']] })
    expect(again.text.split('\n')[0]).toBe(first.text.split('\n')[0])
    expect(again.headers.has('set-cookie')).toBe(false)
  })

  it('speaks TLS, sends there, and passes TCP on', async () => {
    expect((await ask('/secure', { port: 443, tls: true })).text).toContain('X-Forwarded-Proto: https\r\n')
    expect((await ask('/secure')).status).toBe(404)
    const moved = await ask('/a?b', { port: 81 })
    expect([moved.status, moved.headers.get('location'), moved.text]).toEqual([
      301,
      'https://h/a?b',
      'Moved Permanently',
    ])
    expect((await ask('/', { port: 82 })).text).toContain('Name: w2\n')
  })

  it('tells what is wrong, and of itself', async () => {
    const rows = JSON.parse((await ask('/api/http/routers', { port: 8080 })).text) as {
      name: string
      error?: string[]
    }[]
    const errors = Object.fromEntries(rows.flatMap(({ name, error }) => (error ? [[name, error[0]]] : [])))
    expect(errors).toEqual({
      'both@file':
        'error while adding rule Host(`a`, `b`): unexpected number of parameters for Host; got 2, expected one of [1]',
      'nowhere@file': 'the service "none@file" does not exist',
      'odd@file': 'invalid middleware "odd@file" configuration: invalid middleware type or middleware does not exist',
    })
    expect((await ask('/ping', { port: 8080 })).text).toBe('OK')
    expect((await ask('/metrics', { port: 8080 })).text).toMatch(
      /traefik_service_requests_total\{code="200",method="GET",protocol="http",service="one@file"\} \d+\n/,
    )
  })

  it('reads its file again when that changes', async () => {
    await writeFile(kernel.sys, '/dyn.yml', DYNAMIC.replace('Path(`/limited`)', 'Path(`/new`)'))
    await kernel.sys.sleep(1500)
    expect((await ask('/limited')).status).toBe(404)
    expect((await ask('/new')).status).toBe(429)
  })
})

describe('rules of version 2', () => {
  it('take several arguments, and names that are gone since', () => {
    expect(() => parseRule('Host(`a`, `b`)', 'v2')).not.toThrow()
    expect(() => parseRule('HostHeader(`a`)')).toThrow('unsupported function: HostHeader')
  })
})
