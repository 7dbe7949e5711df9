import { bootTestKernel, placeFile, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { coreutils } from '../../coreutils/index.ts'
import { netPrograms } from '../../net/index.ts'
import { serverPrograms } from '../index.ts'

const MODULES =
  'mpm_event unixd authz_core authz_host authz_user authn_core authn_file auth_basic access_compat alias autoindex cgid dir env ' +
  'expires headers log_config mime proxy proxy_http proxy_balancer rewrite setenvif status version'
const LOADS = MODULES.split(' ')
  .map((name) => `LoadModule ${name}_module modules/mod_${name}.so\n`)
  .join('')
const ROOT = '/usr/local/apache2'
const SITE = String.raw`ServerName main.test
Listen 8080
ErrorLog logs/error_log
LogFormat "%m %U%q %s %>s %{X}i" short
CustomLog logs/access_log short
DocumentRoot htdocs
<Directory ${ROOT}/htdocs>
  AllowOverride All
  Options Indexes FollowSymLinks
  Require all granted
</Directory>
<FilesMatch "^\.ht">
  Require all denied
</FilesMatch>
<Location /secret>
  AuthType Basic
  AuthName "Mine"
  AuthUserFile conf/users
  Require valid-user
</Location>
<Location /far>
  <RequireAll>
    Require all granted
    Require not ip 127.0.0.1
  </RequireAll>
</Location>
<If "%{QUERY_STRING} =~ /if=(\w+)/ && -n %{HTTP_USER_AGENT}">
  Header set X-If yes
</If>
<Location /fancy>
  IndexOptions FancyIndexing
</Location>
Alias /fancy ${ROOT}/htdocs/list
Redirect 301 /old http://e.com/new
RedirectMatch ^/m/(.*)\.html$ /$1.php
ErrorDocument 404 /missing.html
ErrorDocument 403 "no entry"
ScriptAlias /cgi/ ${ROOT}/cgi-bin/
<Directory ${ROOT}/cgi-bin>
  Require all granted
</Directory>
<Location /status>
  SetHandler server-status
</Location>
RewriteEngine On
RewriteCond %{HTTP_HOST} ^www\.(.+)$ [NC]
RewriteRule ^(.*)$ http://%1$1 [R=301,L]
RewriteRule ^/short/(\d+)$ /a.txt?id=$1 [R,L]
RewriteRule ^/inner$ /a.txt
<Proxy balancer://pool>
  BalancerMember http://127.0.0.1:9
  BalancerMember http://127.0.0.1:8080
</Proxy>
ProxyPass /pool balancer://pool
<VirtualHost *:8080>
  ServerName main.test
  RewriteEngine On
  RewriteOptions Inherit
</VirtualHost>
<VirtualHost *:8080>
  ServerName two.test
  ServerAlias *.two.test
  DocumentRoot other
  <Directory ${ROOT}/other>
    Require all granted
  </Directory>
</VirtualHost>
`
// The virtual host of the same name is left out where rules of the main server are asked for.
const MAIN_ONLY = SITE.replace(/<VirtualHost[\s\S]*/, '')
const FILES: Readonly<Record<string, string>> = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\n',
  [`${ROOT}/conf/httpd.conf`]: LOADS + MAIN_ONLY,
  [`${ROOT}/conf/hosts.conf`]:
    LOADS + SITE.replace('8080', '8081').replaceAll('*:8080', '*:8081') + 'PidFile logs/two.pid\n',
  [`${ROOT}/conf/users`]: 'ann:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n',
  [`${ROOT}/htdocs/index.html`]: 'home\n',
  [`${ROOT}/htdocs/a.txt`]: 'hello\n',
  [`${ROOT}/htdocs/missing.html`]: 'not here\n',
  [`${ROOT}/htdocs/list/b.txt`]: 'b\n',
  [`${ROOT}/htdocs/secret/s.txt`]: 's\n',
  [`${ROOT}/htdocs/app/.htaccess`]:
    'RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^(.+)$ front.txt?path=$1 [QSA,L]\nHeader set X-Q "expr=%{QUERY_STRING}"\n',
  [`${ROOT}/htdocs/app/front.txt`]: 'front\n',
  [`${ROOT}/htdocs/bad/.htaccess`]: 'Nonsense on\n',
  [`${ROOT}/other/index.html`]: 'two\n',
  [`${ROOT}/logs/.keep`]: '',
}

let kernel: TestKernel
const run = async (line: string): Promise<string> => {
  const { stdout, stderr } = await kernel.run(line.split(' '))
  return stdout + stderr
}
const check = async (text: string): Promise<string> => {
  placeFile(kernel.sys, '/tmp/t.conf', LOADS + text)
  return run('httpd -t -f /tmp/t.conf')
}

beforeAll(async () => {
  kernel = await bootTestKernel([
    ...coreutils,
    ...netPrograms,
    ...serverPrograms.filter(({ name }) => !name.startsWith('busybox/')),
  ])
  await kernel.run(['ip', 'link', 'set', 'lo', 'up'], { files: FILES })
  placeFile(
    kernel.sys,
    `${ROOT}/cgi-bin/said`,
    '#!/usr/bin/tail -n+2\nContent-Type: text/plain\nX-Script: 1\n\nfrom a script\n',
    0o755,
  )
  await run('httpd')
  await run('httpd -f conf/hosts.conf')
  await run('ping -c 2 127.0.0.1')
})

describe('httpd', () => {
  it.each<[string, string | RegExp]>([
    ['curl -s localhost:8080/', 'home\n'],
    ['curl -s -w %{http_code} localhost:8080/nope', 'not here\n404'],
    ['curl -s localhost:8080/app/.htaccess', 'no entry'],
    ['curl -s localhost:8080/far', 'no entry'],
    ['curl -s -o /dev/null -w %{http_code}:%{redirect_url} localhost:8080/old/x?y', '301:http://e.com/new/x?y'],
    ['curl -s -o /dev/null -w %{redirect_url} localhost:8080/m/p.html', 'http://localhost:8080/p.php'],
    ['curl -s -o /dev/null -w %{redirect_url} localhost:8080/list', 'http://localhost:8080/list/'],
    [
      'curl -s -o /dev/null -w %{http_code}:%{redirect_url} localhost:8080/short/7',
      '302:http://localhost:8080/a.txt?id=7',
    ],
    ['curl -s -o /dev/null -w %{redirect_url} -H Host:www.x.org localhost:8080/p', 'http://x.org/p'],
    ['curl -s localhost:8080/inner', 'hello\n'],
    ['curl -si localhost:8080/app/one/two?k=v', /X-Q: path=one\/two&k=v\r\n[\s\S]*front\n$/],
    ['curl -s localhost:8080/bad/', /<title>500 Internal Server Error<\/title>/],
    [
      'curl -si localhost:8080/secret/s.txt',
      /^HTTP\/1\.1 401 Unauthorized[\s\S]*WWW-Authenticate: Basic realm="Mine"\r\n/,
    ],
    ['curl -s -u ann:secret localhost:8080/secret/s.txt', 's\n'],
    ['curl -s -u ann:no -o /dev/null -w %{http_code} localhost:8080/secret/s.txt', '401'],
    ['curl -sI localhost:8080/a.txt?if=x', /X-If: yes\r\n/],
    [
      'curl -s localhost:8080/list/',
      /<ul><li><a href="\/"> Parent Directory<\/a><\/li>\n<li><a href="b.txt"> b.txt<\/a><\/li>\n<\/ul>/,
    ],
    [
      'curl -s localhost:8080/fancy/',
      /<hr> {6}<a href="\/">Parent Directory<\/a> {29}- {3}\n {6}<a href="b.txt">b.txt<\/a> {19}\d{4}-\d\d-\d\d \d\d:\d\d {4}2 {3}\n<hr><\/pre>/,
    ],
    ['curl -si localhost:8080/cgi/said', /X-Script: 1\r\n[\s\S]*Content-Type: text\/plain\r\n[\s\S]*from a script/],
    [
      'curl -si -H Range:bytes=1-2 localhost:8080/a.txt',
      /^HTTP\/1\.1 206 [\s\S]*Content-Range: bytes 1-2\/6\r\n[\s\S]*\r\n\r\nel$/,
    ],
    ['curl -s localhost:8080/pool/a.txt', 'hello\n'],
    ['curl -s localhost:8080/status?auto', /^localhost\n[\s\S]*Total Accesses: \d+\n[\s\S]*BusyWorkers: 1\n/],
    ['curl -s -X OPTIONS -D - localhost:8080/a.txt', /Allow: GET,POST,OPTIONS,HEAD,TRACE\r\n/],
    ['curl -s -H Host:two.test localhost:8081/', 'two\n'],
    ['curl -s -H Host:deep.two.test localhost:8081/', 'two\n'],
    ['curl -s -H Host:else localhost:8081/', 'home\n'],
    ['tail -n 1 /usr/local/apache2/logs/access_log', /^GET \/\S* 200 200 -\n$/],
  ])('%s', async (line, expected) => {
    if (typeof expected === 'string') expect(await run(line)).toBe(expected)
    else expect(await run(line)).toMatch(expected)
  })

  it.each<[string, string]>([
    [
      'Foo',
      "Invalid command 'Foo', perhaps misspelled or defined by a module not included in the server configuration",
    ],
    ['ServerName', 'ServerName takes one argument, The hostname and port of the server'],
    ['<Directory />\nServerName x\n</Directory>', 'ServerName not allowed in <Directory> context'],
    ['Require all granted', 'Require not allowed here'],
    ['Options Foo', 'Illegal option Foo'],
    ['Options Indexes -FollowSymLinks', 'Either all Options must start with + or -, or no Option may.'],
    ['RewriteRule ( x', "RewriteRule: cannot compile regular expression '('"],
    [
      '<Location />\nRequire ip 1.2.3.400\n</Location>',
      "ip address '1.2.3.400' appears to be invalid: The specified IP address is invalid.",
    ],
    ['KeepAlive maybe', 'KeepAlive must be On or Off'],
    ['DocumentRoot /nowhere', "DocumentRoot '/nowhere' is not a directory, or is not readable"],
    ['ProxyPass /a b', 'ProxyPass URL must be absolute!: b'],
    ['Listen x', 'Port must be specified'],
  ])('says of %j what is wrong', async (text, words) => {
    expect(await check(`${text}\n`)).toMatch(/^AH00526: Syntax error on line \d+ of \/tmp\/t\.conf:\n/)
    expect(await check(`${text}\n`)).toContain(`:\n${words}\n`)
  })

  it('reads sections by what is there, and says which is open', async () => {
    const conditions =
      'ServerName x\n<IfModule !rewrite_module>\nFoo\n</IfModule>\n<IfVersion < 2.4>\nFoo\n</IfVersion>\nDefine here a.test\n<IfDefine here>\nServerAdmin ${here}\n</IfDefine>\n'
    expect(await check(conditions)).toBe('Syntax OK\n')
    expect(await check('<Directory />\n')).toMatch(
      /^httpd: Syntax error on line \d+ of .*: .*:\d+: <Directory> was not closed\.\n/,
    )
    expect(await check('LoadModule x_module modules/mod_x.so\n')).toContain(
      'Cannot load modules/mod_x.so into server: /usr/local/apache2/modules/mod_x.so: cannot open shared object file: No such file or directory\n',
    )
    expect(await run('httpd -S -f conf/hosts.conf')).toMatch(
      /^VirtualHost configuration:\n\*:8081 {17}is a NameVirtualHost\n {9}default server main\.test \(.*:\d+\)\n {9}port 8081 namevhost main\.test \(.*\)\n {9}port 8081 namevhost two\.test \(.*\)\n {17}wild alias \*\.two\.test\nServerRoot: "\/usr\/local\/apache2"\n/,
    )
    expect(await run('httpd -M')).toMatch(
      /^Loaded Modules:\n core_module \(static\)\n so_module \(static\)\n http_module \(static\)\n mpm_event_module \(shared\)\n/,
    )
  })

  it('is told what to do by -k', async () => {
    expect(await run('httpd -k start')).toMatch(/^httpd \(pid \d+\) already running\n/)
    placeFile(
      kernel.sys,
      `${ROOT}/conf/httpd.conf`,
      LOADS + MAIN_ONLY.replace('Redirect 301 /old', 'Redirect 302 /old'),
    )
    await run('httpd -k graceful')
    await run('ping -c 2 127.0.0.1')
    expect(await run('curl -s -o /dev/null -w %{http_code} localhost:8080/old')).toBe('302')
    await run('httpd -k stop')
    await run('ping -c 2 127.0.0.1')
    expect(await run('httpd -k stop')).toBe('httpd (no pid file) not running\n')
  })
})

afterAll(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})
