import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { netPrograms } from '../../net/index.ts'
import { opensslPrograms } from '../../openssl/index.ts'
import { serverPrograms } from '../index.ts'

const CONFIG = `
worker_processes 1;
events { }
stream {
  log_format short '$protocol $status $bytes_received $upstream_addr';
  upstream back { server 127.0.0.1:9; server 127.0.0.1:81; }
  server { listen 90; proxy_pass back; access_log /var/log/nginx/stream.log short; }
  server { listen 91; return "hello $remote_addr\\n"; }
}
http {
  types { text/html html; text/plain txt; }
  access_log off;
  proxy_cache_path /var/cache/nginx levels=1:2 keys_zone=kept:1m;
  upstream ring { hash $arg_k consistent; server 127.0.0.1:8096; server 127.0.0.1:8097; }
  server { listen 81; add_header Cache-Control $arg_cc; location / { return 200 "$connection $request_uri\\n"; } location /auth { if ($http_x_key = open) { add_header X-User ann; return 204; } add_header WWW-Authenticate Basic always; return 401; } location /cookie { add_header Set-Cookie "a=b; Path=/app"; return 200; } }
  server { listen 8096; return 200 "six"; }
  server { listen 8097; return 200 "seven"; }
  server {
    listen 80;
    root /www;
    add_header X-Cache $upstream_cache_status;
    location /kept { proxy_pass http://127.0.0.1:81; proxy_cache kept; proxy_cache_valid 1m; proxy_cache_bypass $arg_fresh; }
    location /guarded { auth_request /ask; auth_request_set $who $upstream_http_x_user; add_header X-Who $who; alias /www/r.txt; }
    location = /ask { internal; proxy_pass http://127.0.0.1:81/auth; }
    location /words { alias /www/words.html; default_type text/html; sub_filter old new; sub_filter_once off; }
    location /ring { proxy_pass http://ring; }
    location /cookie { proxy_pass http://127.0.0.1:81; proxy_cookie_path /app /; }
    location /secure { proxy_pass https://127.0.0.1:443; }
  }
  limit_req_zone $arg_k zone=slow:1m rate=1r/m;
  geo $arg_ip $six { default x; 2001:db8::/32 six; }
  upstream pair { server 127.0.0.1:8098; server 127.0.0.1:8097; }
  server { listen 8098; location / { return 500; } location /404 { return 404 "none"; } location /send { add_header X-Accel-Redirect /inside; add_header Cache-Control no-store; return 200 x; } location /told { return 200 "$request_method $uri $content_length $http_transfer_encoding"; } }
  server {
    listen 82;
    large_client_header_buffers 2 1k;
    client_max_body_size 10;
    location /500 { proxy_next_upstream error http_500; proxy_pass http://pair; }
    location /404 { proxy_next_upstream http_404; proxy_next_upstream_tries 1; proxy_pass http://127.0.0.1:8098; }
    location /send { proxy_pass http://127.0.0.1:8098; }
    location /inside { internal; return 200 "inside"; }
    location /told { proxy_pass http://127.0.0.1:8098; }
    location /broken/ { rewrite ^/broken/(.*) /told/$1 break; proxy_pass http://127.0.0.1:8098/other; }
    location /old/ { rewrite ^/old/(.*)$ /new/$1 redirect; }
    location /dry { limit_req zone=slow; limit_req_dry_run on; add_header X-S $limit_req_status; alias /www/r.txt; }
    location /six { return 200 $six; }
    location /bare { return 301; }
    location /status { stub_status; }
    location /tag { add_header ETag mine; alias /www/r.txt; }
  }
  server { listen 443 ssl; server_name site.test; ssl_certificate /k/site.pem; ssl_certificate_key /k/site.key; location / { return 200 "$scheme $ssl_protocol $ssl_server_name\\n"; } location /r { return 301 /x; } }
}
`
const FILES = {
  '/etc/hosts': '127.0.0.1 localhost site.test\n',
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nnobody:x:99:99::/:/bin/false\n',
  '/etc/nginx/nginx.conf': CONFIG,
  '/www/r.txt': '0123456789',
  '/www/words.html': 'old Old oldest',
  '/k/.keep': '',
  '/run/.keep': '',
  '/var/cache/.keep': '',
  '/var/log/nginx/.keep': '',
}

let kernel: TestKernel
const text = async (line: string): Promise<string> => {
  const { stdout, stderr } = await kernel.run(line.split(' '))
  return stdout + stderr
}

beforeAll(async () => {
  kernel = await bootTestKernel(
    [...netPrograms, ...serverPrograms, ...opensslPrograms].filter(({ name }) => !name.startsWith('busybox/')),
  )
  await kernel.run(['ip', 'link', 'set', 'lo', 'up'], { files: FILES })
  await text('openssl req -x509 -newkey rsa:1024 -nodes -keyout /k/site.key -out /k/site.pem -subj /CN=site.test')
  expect(await text('nginx')).toBe('')
  await text('ping -c 2 127.0.0.1')
})

afterAll(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

describe('modules of nginx', () => {
  it.each<[string, string | RegExp]>([
    ['curl -s -k https://localhost/', 'https TLSv1.3 localhost\n'],
    ['curl -s --cacert /k/site.pem https://site.test/', 'https TLSv1.3 site.test\n'],
    ['curl -s -S https://site.test/', /^curl: \(60\) /],
    ['curl -s -k -o /dev/null -w %{redirect_url} https://localhost/r', 'https://localhost/x'],
    ['curl -s http://localhost:443/', /<center>The plain HTTP request was sent to HTTPS port<\/center>/],
    ['curl -s localhost/secure', /^https TLSv1\.3/],
    [
      'curl -s -r 0-1,4-5 localhost/r.txt',
      /^\r\n--0{19}1\r\nContent-Type: text\/plain\r\nContent-Range: bytes 0-1\/10\r\n\r\n01\r\n--/,
    ],
    ['curl -s -o /dev/null -w %{http_code} -r 20- localhost/r.txt', '416'],
    ['curl -s -H If-Range:"x" -r 0-1 localhost/r.txt', '0123456789'],
    ['curl -s -i localhost/guarded', /^HTTP\/1\.1 401 Unauthorized\r\n(.*\r\n)*WWW-Authenticate: Basic\r\n/],
    ['curl -s -i -H X-Key:open localhost/guarded', /X-Who: ann\r\n(.*\r\n)*\r\n0123456789$/],
    ['curl -s localhost/words', 'new new newest'],
    ['curl -s -i localhost/kept', /X-Cache: MISS\r\n\r\n(\d+) \/kept\n$/],
    ['curl -s -i localhost/kept', /X-Cache: HIT\r\n\r\n(\d+) \/kept\n$/],
    ['curl -s -i localhost/kept?fresh=1', /X-Cache: BYPASS\r\n/],
    ['curl -s -i localhost/kept?cc=no-store', /X-Cache: MISS\r\n/],
    ['curl -s -i localhost/kept?cc=no-store', /X-Cache: MISS\r\n/],
    // As nginx 1.22 deals those keys out.
    ['curl -s localhost/ring?k=a localhost/ring?k=b localhost/ring?k=c localhost/ring?k=d', 'sevensixsevensix'],
    ['curl -sI localhost/cookie', /Set-Cookie: a=b; Path=\/\r\n/],
    ['curl -s localhost:90/through', /^\d+ \/through\n$/],
    ['nc 127.0.0.1 91', 'hello 127.0.0.1\n'],
    ['cat /var/log/nginx/stream.log', /^TCP 200 \d+ 127\.0\.0\.1:9, 127\.0\.0\.1:81\n$/],
    ['curl -s localhost:82/500', 'seven'],
    ['curl -s localhost:82/404', 'none'],
    ['curl -s -i localhost:82/send', /Cache-Control: no-store\r\n\r\ninside$/],
    ['curl -s -d abc -H Transfer-Encoding:chunked localhost:82/told', 'POST /told 3 '],
    ['curl -s -o /dev/null -w %{http_code} -d 12345678901 -H Transfer-Encoding:chunked localhost:82/told', '413'],
    ['curl -s localhost:82/broken/x', 'GET /told/x  '],
    ['curl -s -o /dev/null -w %{redirect_url} localhost:82/old/a%20b?c', 'http://localhost:82/new/a%20b?c'],
    ['curl -s -I localhost:82/dry?k=1', /X-S: PASSED\r\n/],
    ['curl -s -I localhost:82/dry?k=1', /X-S: REJECTED_DRY_RUN\r\n/],
    ['curl -s -I localhost:82/dry', /Accept-Ranges: bytes\r\n\r\n$/],
    ['curl -s localhost:82/six?ip=2001:db8::1 localhost:82/six?ip=2001:db9::1', 'sixx'],
    ['curl -s -I localhost:82/bare', /\r\nLocation: \r\n/],
    ['curl -s -I localhost:82/tag', /ETag: mine\r\n/],
    ['curl -s -o /dev/null -w %{http_code} -X POST localhost:82/status', '405'],
    ['curl -s -o /dev/null -w %{http_code} -X foo localhost:82/six', '400'],
    [`curl -s -H X-A:${'a'.repeat(1100)} localhost:82/six`, /<center>Request Header Or Cookie Too Large</],
    [`curl -s localhost:82/six/${'a'.repeat(1100)}`, /<h1>414 Request-URI Too Large</],
    ['nginx -t -c /www/r.txt', /test failed/],
  ])('%s', async (line, expected) => {
    const found = line.startsWith('cat ')
      ? new TextDecoder().decode(await kernel.sys.read(kernel.sys.open(line.slice(4), 0), 65536))
      : await text(line)
    if (typeof expected === 'string') expect(found).toBe(expected)
    else expect(found).toMatch(expected)
  })
})
