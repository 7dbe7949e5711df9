import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nginx } from './nginx.ts'

/** What nginx 1.22.1 says of these inside `http { … }`, without the place behind it. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['server { root; }', 'invalid number of arguments in "root" directive'],
  ['server { listen 80 foo; }', 'invalid parameter "foo"'],
  ['server { gzip yes; }', 'invalid value "yes" in "gzip" directive, it must be "on" or "off"'],
  ['server { location / { proxy_pass http://nohost.invalid; } }', 'host not found in upstream "nohost.invalid"'],
  ['server { location / { proxy_pass nohost; } }', 'invalid URL prefix'],
  [
    'server { location ~ x { proxy_pass http://127.0.0.1/a; } }',
    '"proxy_pass" cannot have URI part in location given by regular expression, or inside named location, or inside "if" statement, or inside "limit_except" block',
  ],
  ['server { location /a {} location /a {} }', 'duplicate location "/a"'],
  ['server { if ($x = ) {} }', 'invalid condition "$x"'],
  ['server { access_log /tmp/x nope; }', 'unknown log format "nope"'],
  ['server { listen 80; listen 80; }', 'a duplicate listen 0.0.0.0:80'],
  [
    'server { listen 80 default_server; } server { listen 80 default_server; }',
    'a duplicate default server for 0.0.0.0:80',
  ],
  ['server { location ~ ( {} }', 'pcre2_compile() failed: missing closing parenthesis in "("'],
  [
    'server { location / { alias /x; root /y; } }',
    '"root" directive is duplicate, "alias" directive was specified earlier',
  ],
  ['upstream a {}', 'no servers are inside upstream'],
  ['upstream a { server b:80; }', 'host not found in upstream "b:80"'],
  ['upstream a { server 127.0.0.1 wei=2; }', 'invalid parameter "wei=2"'],
  ['upstream a { server 127.0.0.1 backup; }', 'no servers in upstream "a"'],
  [
    'upstream a { ip_hash; server 127.0.0.1:1; server 127.0.0.1:2 backup; }',
    'balancing method does not support parameter "backup"',
  ],
  ['upstream b { server 127.0.0.1; } upstream b { server 127.0.0.1; }', 'duplicate upstream "b"'],
  ['limit_req_zone $remote_addr zone=one:10m;', 'invalid number of arguments in "limit_req_zone" directive'],
  ['limit_req_zone $remote_addr zone=one:10 rate=1r/s;', 'zone "zone=one:10" is too small'],
  ['limit_req_zone $remote_addr zone=one:10m rate=x;', 'invalid rate "rate=x"'],
  ['server { location / { return abc; } }', 'invalid return code "abc"'],
  ['server { location / { expires foo; } }', '"expires" directive invalid value'],
  ['server { location / { error_page 200 /x; } }', 'value "200" must be between 300 and 599'],
  ['server { listen 99999; }', 'invalid port in "99999" of the "listen" directive'],
  ['server { listen abc:80; }', 'host not found in "abc:80" of the "listen" directive'],
  ['server { location /a { location /b {} } }', 'location "/b" is outside location "/a"'],
  ['server { location = /a { location /a {} } }', 'location "/a" cannot be inside the exact location "/a"'],
  ['server { server_tokens maybe; }', 'invalid value "maybe"'],
  ['server { client_max_body_size 1x; }', '"client_max_body_size" directive invalid value'],
  ['server { keepalive_requests x; }', '"keepalive_requests" directive invalid number'],
  ['server { set foo bar; }', 'invalid variable name "foo"'],
  ['server { allow foo; }', 'invalid parameter "foo"'],
  ['geo $x { default 1; foo 2; }', 'invalid network "foo"'],
  ['server { error_log /tmp/x foo; }', 'invalid log level "foo"'],
  ['proxy_pass http://x;', '"proxy_pass" directive is not allowed here'],
  ['default_type text/html; default_type a/b;', '"default_type" directive is duplicate'],
  ['server { gzip_comp_level 20; }', 'value must be between 1 and 9'],
  ['split_clients "$remote_addr" $v { 150% a; * b; }', 'percent total is greater than 100%'],
  ['server { return 200 "a$"; }', 'invalid variable name'],
  ['server { return 200 "${a"; }', 'the closing bracket in "a" variable is missing'],
  ['include nope.conf;', 'open() "/etc/nginx/nope.conf" failed (2: No such file or directory)'],
  ['server { location / }', 'unexpected "}"'],
  ['sever { }', 'unknown directive "sever"'],
  ['server { listen 80 }', 'unexpected "}"'],
  ['server "a" { }', 'invalid number of arguments in "server" directive'],
  ['gzip on { }', 'directive "gzip" is not terminated by ";"'],
  ['server;', 'directive "server" has no opening "{"'],
]
/** The same, where nginx tells no place; the last two are found when all else is well-formed. */
const WITHOUT_PLACE: readonly (readonly [string, string])[] = [
  ['server { return 200 "$nope"; }', 'unknown "nope" variable'],
  ['log_format x "$foo";', 'unknown "foo" variable'],
  ['server { limit_req zone=one; }', 'zero size shared memory zone "one"'],
  ['server { limit_conn addr 5; }', 'zero size shared memory zone "addr"'],
]
const ACCEPTED: readonly string[] = [
  'map a $b { default 1; ~^x(?<y>.)$ $y; } server { return 200 $y; }',
  'include conf.d/*.none;',
  'server { location / { proxy_pass http://$host; resolver 127.0.0.11; } }',
  'server { listen [::]:80; listen *:81 reuseport; server_name ~^(?<n>a)$; return 301 https://$n$request_uri; }',
]

describe('nginx -t', () => {
  let kernel: TestKernel
  const say = async (text: string): Promise<string> => {
    const files = { '/etc/nginx/n.conf': `events {}\nhttp {\n${text}\n}\n` }
    return (await kernel.run(['nginx', '-t', '-c', 'n.conf'], { files })).stderr
  }
  beforeAll(async () => {
    kernel = await bootTestKernel([nginx])
    await kernel.run(['nginx', '-v'], {
      files: { '/etc/hosts': '127.0.0.1 localhost\n', '/etc/passwd': 'root:x:0:0::/:/bin/sh\n' },
    })
  })
  afterAll(() => {
    expect(kernel.oopses()).toEqual([])
    kernel.shutdown()
  })

  it.each(REFUSED)('%s', async (text, words) => {
    expect(await say(text)).toContain(`nginx: [emerg] ${words} in /etc/nginx/n.conf:3\nnginx: configuration file`)
  })

  it.each(WITHOUT_PLACE)('%s', async (text, words) => {
    expect(await say(text)).toContain(`nginx: [emerg] ${words}\nnginx: configuration file`)
  })

  it.each(ACCEPTED)('%s', async (text) => {
    expect(await say(text)).toMatch(/syntax is ok\n.*test is successful\n$/)
  })

  it('warns of a name said twice and goes on', async () => {
    expect(await say('server { server_name a; } server { server_name a; }')).toMatch(
      /nginx: \[warn\] conflicting server name "a" on 0\.0\.0\.0:80, ignored\n.*syntax is ok\n.*successful\n$/,
    )
  })
})
