import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { netPrograms } from '../net/index.ts'
import { serverPrograms } from './index.ts'

const main = (site: string): string => `
user  nginx;
worker_processes  1;
error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;
events { worker_connections 1024; }
http {
  types { text/html html htm; text/css css; }
  default_type application/octet-stream;
  access_log /var/log/nginx/access.log;
  ${site}
}
`
const SITE = `
map $http_user_agent $kind { default other; ~*curl tool; }
upstream back { server 127.0.0.1:9999; server 127.0.0.1:8081; }
server {
  listen 80 default_server;
  listen [::]:80;
  server_name localhost;
  root /www;
  location / { index index.html; }
  location /api/ { proxy_pass http://back/; proxy_set_header X-Real-IP $remote_addr; }
  location /down/ { proxy_pass http://127.0.0.1:9999; }
  location = /old { return 301 /new; }
  location /files/ { alias /srv/; autoindex on; }
  location ~ \\.php$ { deny all; }
  location /spa/ { try_files $uri $uri/ /index.html; }
  location ~ ^/item/(?<id>\\d+)$ { rewrite ^ /api/items?id=$id last; }
  location = /kind { return 200 "$kind\n"; }
  error_page 404 /404.html;
}
geo $near { default far; 127.0.0.0/8 near; }
limit_req_zone $arg_k zone=one:1m rate=1r/m;
upstream weighted { server 127.0.0.1:8083 weight=2; server 127.0.0.1:8084; }
upstream spare { server 127.0.0.1:9999; server 127.0.0.1:8084 backup; }
server {
  listen 8082;
  root /www;
  location /gz/ { alias /srv/; gzip on; gzip_min_length 1; gzip_types text/plain; default_type text/plain; }
  location /auth/ { alias /srv/; auth_basic "Secret"; auth_basic_user_file users; }
  location = /limited { limit_req zone=one burst=1 nodelay; limit_req_status 429; try_files /index.html =404; }
  location = /geo { return 200 "$near $scheme $server_port $arg_x\n"; }
  location /weighted { proxy_pass http://weighted/; }
  location /spare { proxy_pass http://spare/; }
  location /inside { internal; return 200 "inside\n"; }
  location = /outside { rewrite ^ /inside last; }
  location = /late { expires 1h; add_header X-A a; add_header X-B b always; return 404; }
  location = /status { stub_status; }
  location /json/ { alias /srv/; autoindex on; autoindex_format json; }
  location /only/ { limit_except GET { deny all; } alias /srv/; }
  location = /if { if ($request_method = POST) { return 409 "no\n"; } if (-f $document_root/index.html) { set $f file; } return 200 "$f\n"; }
}
server { listen 8083; return 200 "a\n"; }
server { listen 8084; return 200 "b\n"; }
server {
  listen 8081;
  add_header X-Back yes;
  location / { default_type text/plain; return 200 "back $request_uri ip=$http_x_real_ip\\n"; }
}
server { listen 80; server_name *.example.com; location / { return 200 "wild\\n"; } }
`
const httpdConf = (port: number, rest: string): string => {
  const modules = 'mpm_event unixd log_config dir alias headers proxy proxy_http'.split(' ')
  const loads = modules.map((name) => `LoadModule ${name}_module modules/mod_${name}.so\n`).join('')
  return `ServerRoot "/usr/local/apache2"\nListen ${port}\nServerName here\nDocumentRoot htdocs\nErrorLog /proc/self/fd/2\n${loads}${rest}`
}
const FILES = {
  '/etc/hosts': '127.0.0.1 localhost a.example.com\n',
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nnginx:x:101:101:nginx:/:/bin/false\n',
  '/etc/nginx/nginx.conf': main(SITE),
  '/etc/nginx/users': 'bob:{PLAIN}pw\nann:$apr1$abcdefgh$5VEbMkemELfbhC5ck.U.z1\n',
  '/etc/nginx/bad.conf': main('server { lisen 80; }'),
  '/www/index.html': '<h1>hello</h1>\n',
  '/www/404.html': 'not here\n',
  '/srv/a.txt': 'aaa',
  '/run/.keep': '',
  '/var/log/nginx/.keep': '',
  '/usr/local/apache2/conf/httpd.conf': httpdConf(
    8088,
    'LogFormat "%h %l %u %t \\"%r\\" %>s %b" common\nCustomLog /proc/self/fd/1 common\nIncludeOptional conf/extra/*.conf\n',
  ),
  '/usr/local/apache2/conf/extra/proxy.conf':
    'ProxyPass /back/ http://127.0.0.1:8089/\nProxyPassReverse /back/ http://127.0.0.1:8089/\nProxyPass /gone http://127.0.0.1:9\nHeader set X-By "a b"\n',
  '/usr/local/apache2/conf/backend.conf': httpdConf(
    8089,
    'PidFile logs/behind.pid\nRedirect /old http://127.0.0.1:8089/new\n',
  ),
  '/usr/local/apache2/conf/unloaded.conf':
    'LoadModule mpm_event_module modules/mod_mpm_event.so\nProxyPass / http://x/\n',
  '/usr/local/apache2/htdocs/index.html': '<html><body><h1>It works!</h1></body></html>\n',
  '/usr/local/apache2/logs/.keep': '',
}

let kernel: TestKernel
const run = (line: string) => kernel.run(line.split(' '))
const text = async (line: string): Promise<string> => {
  const { stdout, stderr } = await run(line)
  return stdout + stderr
}

beforeAll(async () => {
  const programs = [...netPrograms, ...serverPrograms].filter(({ name }) => !name.startsWith('busybox/'))
  kernel = await bootTestKernel(programs)
  await kernel.run(['ip', 'link', 'set', 'lo', 'up'], { files: FILES })
})

describe('nginx', () => {
  beforeAll(async () => {
    await run('nginx')
    await run('ping -c 2 127.0.0.1')
  })

  it.each<[string, string | RegExp]>([
    ['curl -s localhost', '<h1>hello</h1>\n'],
    [
      'curl -sI localhost',
      /^HTTP\/1\.1 200 OK\r\nServer: nginx\/\S+\r\nDate: .*\r\nContent-Type: text\/html\r\nContent-Length: 15\r\nLast-Modified: .*\r\nConnection: keep-alive\r\nETag: "[0-9a-f]+-f"\r\nAccept-Ranges: bytes\r\n\r\n$/,
    ],
    ['curl -s -w %{http_code} localhost/nope', 'not here\n404'],
    ['curl -s localhost/api/x?y=1', 'back /x?y=1 ip=127.0.0.1\n'],
    ['curl -s localhost/api/x?y=2', 'back /x?y=2 ip=127.0.0.1\n'],
    ['curl -s localhost/item/42', 'back /items?id=42 ip=127.0.0.1\n'],
    ['curl -s localhost/down/', /<center><h1>502 Bad Gateway<\/h1><\/center>\r\n<hr><center>nginx\//],
    ['curl -s -o /dev/null -w %{http_code}:%{redirect_url} localhost/old', '301:http://localhost/new'],
    ['curl -s localhost/files/', /<a href="a\.txt">a\.txt<\/a> {46}\d\d-\w{3}-\d{4} \d\d:\d\d {19}3\r\n/],
    ['curl -s localhost/a.php', /403 Forbidden/],
    ['curl -s localhost/spa/x/y', '<h1>hello</h1>\n'],
    ['curl -s -r 4-8 localhost', 'hello'],
    ['curl -s -X POST localhost', /405 Not Allowed/],
    ['curl -s a.example.com', 'wild\n'],
    ['curl -s localhost/kind', 'tool\n'],
    ['curl -s -A x localhost/kind', 'other\n'],
    ['curl -sI localhost:8081', /X-Back: yes\r\n/],
    ['curl -s -o /dev/null -w %{http_code} localhost:8082/auth/a.txt', '401'],
    ['curl -sI localhost:8082/auth/a.txt', /WWW-Authenticate: Basic realm="Secret"\r\n\r\n$/],
    ['curl -s -u bob:pw localhost:8082/auth/a.txt', 'aaa'],
    ['curl -s -u ann:pw localhost:8082/auth/a.txt', 'aaa'],
    ['curl -s -o /dev/null -w %{http_code} -u bob:x localhost:8082/auth/a.txt', '401'],
    [
      'curl -sI -H Accept-Encoding:gzip localhost:8082/gz/a.txt',
      /Connection: keep-alive\r\nETag: W\/"\w+-3"\r\nContent-Encoding: gzip\r\n\r\n$/,
    ],
    ['curl -s --compressed localhost:8082/gz/a.txt', 'aaa'],
    ['curl -s -o /dev/null -w %{http_code} localhost:8082/limited?k=1', '200'],
    ['curl -s -o /dev/null -w %{http_code} localhost:8082/limited?k=1', '200'],
    ['curl -s -o /dev/null -w %{http_code} localhost:8082/limited?k=1', '429'],
    ['curl -s localhost:8082/geo?x=1', 'near http 8082 1\n'],
    ['curl -s localhost:8082/spare', 'b\n'],
    ['curl -s -o /dev/null -w %{http_code} localhost:8082/inside', '404'],
    ['curl -s localhost:8082/outside', 'inside\n'],
    ['curl -sI localhost:8082/late', /Connection: keep-alive\r\nX-B: b\r\n\r\n$/],
    ['curl -s localhost:8082/status', /^Active connections: 1 \nserver accepts handled requests\n (\d+) \1 \d+ \n/],
    [
      'curl -s localhost:8082/json/',
      /^\[\r\n\{ "name":"a\.txt", "type":"file", "mtime":"[^"]+ GMT", "size":3 \}\r\n\]$/,
    ],
    ['curl -s -X POST -o /dev/null -w %{http_code} localhost:8082/only/a.txt', '403'],
    ['curl -s -X POST localhost:8082/if', 'no\n'],
    ['curl -s localhost:8082/if', 'file\n'],
    [
      'curl -s localhost:8082/weighted localhost:8082/weighted localhost:8082/weighted localhost:8082/weighted',
      /^a\nb\na\na\n$/,
    ],
    [
      'nginx -t',
      'nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n',
    ],
    [
      'nginx -t -c bad.conf',
      /nginx: \[emerg\] unknown directive "lisen" in \/etc\/nginx\/bad\.conf:11\nnginx: configuration file \/etc\/nginx\/bad\.conf test failed\n$/,
    ],
    ['nginx -g user', /\[emerg\]/],
  ])('%s', async (line, expected) => {
    const found = await text(line)
    if (typeof expected === 'string') expect(found).toBe(expected)
    else expect(found).toMatch(expected)
  })

  it('answers 304 to who has it', async () => {
    const tag = /ETag: (\S+)/.exec(await text('curl -sI localhost'))?.[1] ?? ''
    expect(await text(`curl -s -o /dev/null -w %{http_code} -H If-None-Match:${tag} localhost`)).toBe('304')
  })

  it('reloads, logs and quits', async () => {
    const reloaded = FILES['/etc/nginx/nginx.conf'].replace('/www;', '/srv;')
    await kernel.run(['nginx', '-s', 'reload'], { files: { '/etc/nginx/nginx.conf': reloaded } })
    await run('ping -c 2 127.0.0.1')
    expect(await text('curl -s localhost/a.txt')).toBe('aaa')
    await run('nginx -s quit')
    await run('ping -c 2 127.0.0.1')
    expect(await text('curl -sS localhost')).toContain('curl: (7)')
    const log = new TextDecoder().decode(await kernel.sys.read(kernel.sys.open('/var/log/nginx/access.log', 0), 65536))
    expect(log).toMatch(
      /^127\.0\.0\.1 - - \[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET \/ HTTP\/1\.1" 200 15 "-" "curl\/[\d.]+"\n/,
    )
  })
})

describe('httpd', () => {
  it('serves its folder and logs to its output', async () => {
    // Loads what the server is made of, which takes time of its own.
    expect(await text('httpd -t')).toBe('Syntax OK\n')
    const running = run('httpd -DFOREGROUND')
    await run('ping -c 2 127.0.0.1')
    expect(await text('curl -s localhost:8088')).toBe('<html><body><h1>It works!</h1></body></html>\n')
    expect(await text('curl -s localhost:8088/x')).toContain('<p>The requested URL was not found on this server.</p>')
    const behind = run('httpd -DFOREGROUND -f /usr/local/apache2/conf/backend.conf')
    await run('ping -c 2 127.0.0.1')
    expect(await text('curl -sI localhost:8088/back/index.html')).toMatch(
      /Content-Length: 45\r\n(.*\r\n)*X-By: a b\r\n/,
    )
    expect(await text('curl -s localhost:8088/back/')).toBe('<html><body><h1>It works!</h1></body></html>\n')
    expect(await text('curl -sI localhost:8088/back/old')).toContain('Location: http://localhost:8088/back/new\r\n')
    expect(await text('curl -s localhost:8088/gone')).toContain('<title>503 Service Unavailable</title>')
    expect(await text('httpd -t -f /usr/local/apache2/conf/unloaded.conf')).toContain(
      "AH00526: Syntax error on line 2 of /usr/local/apache2/conf/unloaded.conf:\nInvalid command 'ProxyPass', perhaps misspelled or defined by a module not included in the server configuration",
    )
    for (const { pid, argv } of kernel.sys.processes()) if (argv[0] === 'httpd') kernel.sys.kill(pid, 15)
    const { stdout, stderr } = await running
    await behind
    expect(stdout).toMatch(/"GET \/ HTTP\/1\.1" 200 45\n.*"GET \/x HTTP\/1\.1" 404 236\n/)
    expect(stderr).toMatch(/AH00489: Apache\/\S+ \(Unix\) configured -- resuming normal operations/)
  })
})

afterAll(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})
