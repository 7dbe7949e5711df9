import { inet } from '@drydock/abi'
import { request } from '@drydock/http'
import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { dial } from '@drydock/libc'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caddy } from './index.ts'

const CADDYFILE = `
:8001 {
	@no path /auth
	respond @no 401
	header X-User ann
	respond "one {method} {uri} {header.X-User}"
}
:8000 {
	map {path} {out} {
		/map1 one
		~/map(.)$ "re \${1}"
		default def
	}
	@ua header_regexp ua X-Agent ^curl/(.)
	respond @ua "agent {re.ua.1}"
	forward_auth /barred 127.0.0.1:8001 {
		uri /auth
	}
	forward_auth /free 127.0.0.1:8001 {
		uri /ok
		copy_headers X-User
	}
	reverse_proxy /free 127.0.0.1:8001
	reverse_proxy /try 127.0.0.1:1 127.0.0.1:8001 {
		lb_policy first
		lb_try_duration 1s
		fail_duration 10s
	}
	reverse_proxy /caught 127.0.0.1:8001 {
		rewrite /auth
		@e status 4xx
		handle_response @e {
			respond "caught {rp.status_code}"
		}
	}
	request_body /big {
		max_size 5
	}
	@plain path /map* /other
	respond @plain "{out}"
}
`

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel([caddy])
  const files = { '/root/Caddyfile': CADDYFILE }
  const { stdout } = await kernel.run(['caddy', 'start', '--config', '/root/Caddyfile'], { files })
  expect(stdout).toMatch(/^Successfully started Caddy \(pid=\d+\) - Caddy is running in the background\n$/)
  await kernel.sys.sleep(500)
})
afterAll(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

async function ask(target: string, port = 8000, method = 'GET', body?: string, headers: [string, string][] = []) {
  const stream = await dial(kernel.sys, inet('127.0.0.1', port))
  const fields: [string, string][] = [['Host', 'h'], ['Connection', 'close'], ...headers]
  const response = await request(stream, { method, target, headers: fields, ...(body === undefined ? {} : { body }) })
  const text = await response.body.text()
  stream.close()
  return `${response.status} ${text}`.trimEnd()
}

/** As caddy 2.6 answers. */
describe('caddy', () => {
  it('maps, matches fields and measures bodies', async () => {
    expect(await ask('/map1')).toBe('200 one')
    expect(await ask('/map7')).toBe('200 re 7')
    expect(await ask('/other')).toBe('200 def')
    expect(await ask('/', 8000, 'GET', undefined, [['X-Agent', 'curl/8']])).toBe('200 agent 8')
    expect(await ask('/big', 8000, 'POST', '123456')).toBe('413')
  })

  it('asks for leave, tries others, and takes answers over', async () => {
    expect(await ask('/barred')).toBe('401')
    expect(await ask('/free')).toBe('200 one GET /free ann')
    expect(await ask('/try')).toBe('200 one GET /try')
    expect(await ask('/caught')).toBe('200 caught 401')
  })

  it('changes parts of its configuration', async () => {
    const listen = '/config/apps/http/servers/srv0/listen'
    const json: [string, string][] = [['Content-Type', 'application/json']]
    expect(await ask(listen, 2019, 'POST', '":8005"', json)).toBe('200')
    expect(await ask(listen, 2019)).toMatch(/^200 \[":800\d",":8005"\]$/)
    expect(await ask(`${listen}/1`, 2019, 'DELETE')).toBe('200')
    expect(await ask('/config/apps/nope/x', 2019, 'POST', '1', json)).toMatch(/^400 /)
    expect(await ask('/config/apps/http/nope', 2019, 'PATCH', '1', json)).toMatch(/^404 .*key does not exist: nope/)
  })
})
