import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HeadlessHost, openHeadless } from './headless.ts'

const LIMIT_MS = 90_000
const ENV = new Map([
  ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  ['HOME', '/root'],
])

let host: HeadlessHost
const text = new TextDecoder()
const run = async (line: string): Promise<string> => {
  const argv = ['/bin/bash', '-c', line]
  const { stdout, stderr } = await host.run({
    argv,
    env: ENV,
    cwd: '/root',
    timeoutMs: LIMIT_MS,
    leaveBackground: true,
  })
  return text.decode(stdout) + text.decode(stderr)
}

/** Until the line prints it, since what is asked for comes with an event. */
const until = (line: string, wanted: string): string => `until ${line} | grep -q '${wanted}'; do sleep 0.05; done`

const TRAEFIK = `services:
  traefik:
    image: traefik:v3.1
    command: --api.insecure=true --providers.docker
    ports: ["80:80", "8080:8080"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]
  whoami:
    image: traefik/whoami
    labels:
      - "traefik.http.routers.whoami.rule=Host(\\\`whoami.localhost\\\`)"
      - "traefik.http.routers.api.rule=PathPrefix(\\\`/svc\\\`) && !Method(\\\`POST\\\`)"
      - "traefik.http.routers.api.middlewares=strip"
      - "traefik.http.middlewares.strip.stripprefix.prefixes=/svc"
`
const HAPROXY = `defaults
  mode http
  timeout connect 5s
  timeout client 50s
  timeout server 50s
frontend web
  bind *:80
  acl secret path_beg /secret
  http-request deny if secret
  default_backend pages
backend pages
  balance roundrobin
  server w1 w1:80 check
  server w2 w2:80 check weight 2
listen stats
  bind *:8404
  stats enable
  stats uri /stats
`

beforeAll(async () => {
  host = await openHeadless({})
}, LIMIT_MS)
afterAll(() => host.close())

describe('traefik', () => {
  const ask = 'curl -s -H Host:whoami.localhost localhost'

  it(
    'finds its routes in labels',
    async () => {
      await run(`mkdir -p edge; cd edge; cat > compose.yaml <<X\n${TRAEFIK}X\ndocker compose up -d --quiet-pull`)
      expect(await run(`${until(ask, 'Hostname')}; ${ask}`)).toMatch(
        /^Hostname: [0-9a-f]{12}\nIP: 127\.0\.0\.1\nIP: ::1\nIP: [\d.]+\nRemoteAddr: [\d.]+:\d+\nGET \/ HTTP\/1\.1\r\nHost: whoami\.localhost\r\nUser-Agent: curl\/[\d.]+\r\nAccept: \*\/\*\r\nX-Forwarded-For: [\d.]+\r\nX-Forwarded-Host: whoami\.localhost\r\nX-Forwarded-Port: 80\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Server: [0-9a-f]{12}\r\nX-Real-Ip: [\d.]+\r\n\r\n$/,
      )
      expect(await run('curl -s localhost/svc/x?y=1')).toContain('\nGET /x?y=1 HTTP/1.1\r\n')
      expect(await run('curl -s -X POST localhost/svc/x')).toBe('404 page not found\n')
    },
    LIMIT_MS,
  )

  it(
    'follows what starts and stops',
    async () => {
      const services = 'curl -s localhost:8080/api/http/services/whoami-edge@docker'
      await run(`cd edge; docker compose up -d --scale whoami=3; ${until(services, 'http.*http.*http.*http')}`)
      const hosts = await run(`for n in 1 2 3 4 5 6; do ${ask} | grep Hostname; done | sort | uniq -c`)
      expect(hosts).toMatch(/^( +2 Hostname: [0-9a-f]{12}\n){3}$/)
      await run('cd edge; docker compose stop whoami')
      expect(await run(`${until(ask, 'not found')}; ${ask}; cd edge; docker compose down`)).toContain(
        '404 page not found',
      )
    },
    LIMIT_MS,
  )
})

describe('haproxy', () => {
  it(
    'balances by weight, denies and shows its servers',
    async () => {
      const image = 'docker run --rm --network n -v /root/h.cfg:/usr/local/etc/haproxy/haproxy.cfg haproxy'
      await run(
        `cat > h.cfg <<'X'\n${HAPROXY}X\ndocker network create n; for n in 1 2; do docker run -d --name w$n --network n traefik/whoami --name w$n; done`,
      )
      expect(await run(`${image} -c -f /usr/local/etc/haproxy/haproxy.cfg 2>&1 | tail -1`)).toBe(
        'Configuration file is valid\n',
      )
      await run(
        `${image.replace('--rm', '-d --name lb -p 8000:80 -p 8404:8404')}; ${until('curl -s localhost:8000', 'Name')}`,
      )
      const names = await run('for n in 1 2 3 4 5 6; do curl -s localhost:8000 | grep Name; done | sort | uniq -c')
      expect(names).toBe('      2 Name: w1\n      4 Name: w2\n')
      expect(await run('curl -s -w %{http_code} localhost:8000/secret')).toMatch(/<h1>403 Forbidden<\/h1>.*403$/s)
      expect(await run("curl -s 'localhost:8404/stats;csv' | cut -d, -f1,2,18")).toBe(
        '# pxname,svname,status\nweb,FRONTEND,OPEN\npages,w1,UP\npages,w2,UP\npages,BACKEND,UP\nstats,FRONTEND,OPEN\nstats,BACKEND,UP\n',
      )
      const wrong = await run(`sed -i s/balance/balanse/ h.cfg; ${image}; docker rm -f lb w1 w2 > /dev/null; ${image}`)
      expect(wrong).toContain(
        "config : parsing [/usr/local/etc/haproxy/haproxy.cfg:12] : unknown keyword 'balanse' in 'backend' section\n",
      )
    },
    LIMIT_MS,
  )

  it(
    "starts nginx with one file of the host's in place of the image's",
    async () => {
      await run('echo "server { listen 80; location / { return 200 own; } }" > own.conf')
      await run('docker run -d -q --name own -p 8089:80 -v ./own.conf:/etc/nginx/conf.d/default.conf nginx:alpine')
      await run(until('curl -s localhost:8089', 'own'))
      expect(await run('docker logs own 2>&1 | grep differs')).toBe(
        '10-listen-on-ipv6-by-default.sh: info: /etc/nginx/conf.d/default.conf differs from the packaged version\n',
      )
    },
    LIMIT_MS,
  )
})
