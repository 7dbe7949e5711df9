// Writes SUPPORT.md from the program table and checks the documents; with --check it only compares.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { importSource } from './bundle.mjs'

const PAIRS = {
  real: 'the real docker on our engine',
  own: 'our docker on our engine',
  foreign: 'our docker on a real engine',
}

/** What passes between a browser's tab and a port, and what cannot. */
const OPENED_PORTS = [
  [
    'HTTP',
    'requests and answers of any size, streamed',
    'trailers, 103 Early Hints, and compression, which nobody needs here',
  ],
  [
    'TLS',
    'from the first answer on that asks for it, as nginx, httpd and servers in Go do, or by a port that ends with 443',
    'certificates are not looked at, and the page itself is http: location.protocol and Secure cookies show it',
  ],
  [
    'server-sent events',
    'as they come; the server hears at once when a source is closed or its page is left',
    'in pages of which the script below is kept away, when the server hears of an end depends on the browser',
  ],
  [
    'WebSocket',
    "to the page's own origin, text and binary, subprotocols, close codes, and the end of a page that is left; by a script that the page gets as its first one",
    'pages whose Content-Security-Policy forbids scripts of their own origin; Workers and frames without an address of their own; extensions (permessage-deflate); other ports and hosts, which go to the real network',
  ],
  [
    'cookies',
    "where the browser has the Cookie Store API, kept with the port's origin",
    'HttpOnly: scripts of the page can read them',
  ],
]

/** What the page shows of an instance, and what it cannot. */
const PAGE = [
  [
    'undo and timeline',
    'sixty moments that hold 256 MiB together; the newest that hold 64 MiB together outlive a reload',
    'a removal of more than 64 MiB cannot be taken back after a reload; what was only in memory',
  ],
  [
    'builds',
    'the fifty newest of root on the instance, by docker build, buildx and compose: steps, times, logs, Dockerfile',
    'a build that is still running; builds of the classic builder, of other users and of other clients of the API',
  ],
  [
    'map',
    'packets once a second, of 24 containers at most',
    'which of several networks a packet of a container was on is told from its neighbours',
  ],
  [
    'without a network',
    'everything; ports that were opened before, and 80, 8080, 3000 and 5000 of the instances',
    'an address of another port that was never opened',
  ],
]

/** Images of applications whose programs are not those that they have in life. */
const APPLICATIONS = [
  [
    'dockersamples/examplevotingapp_vote',
    'Flask and redis-py in CPython, as in life; Flask serves it, and not gunicorn, which forks',
  ],
  ['dockersamples/examplevotingapp_result', 'Express, pg and socket.io in Node, as in life; the page is ours'],
  [
    'dockersamples/examplevotingapp_worker',
    'a stand-in: a program for Node that does what the one in .NET does in life',
  ],
]

const { allPrograms } = await importSource('packages/playground/src/all-programs.ts')
const { absentSoftware } = await importSource('packages/hub/src/absent-software.ts')
const misses = JSON.parse(readFileSync('tools/parity-misses.json', 'utf8'))
const text = support(allPrograms)
const problems = [...brokenPaths('ARCHITECTURE.md'), ...brokenPaths('README.md')]

if (!process.argv.includes('--check')) writeFileSync('SUPPORT.md', text)
else if (!existsSync('SUPPORT.md') || readFileSync('SUPPORT.md', 'utf8') !== text)
  problems.push('SUPPORT.md is older than the tables: npm run docs')
if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exit(1)
}
console.log(`docs: ${allPrograms.length} programs, paths in the documents exist`)

function support(programs) {
  const families = Map.groupBy ? Map.groupBy(programs, family) : groupBy(programs, family)
  const tables = [...families].sort(([a], [b]) => a.localeCompare(b)).map(([name, rows]) => table(name, rows))
  return `# What is supported

Made from the tables in the code by \`npm run docs\`; do not edit.

Everything here is simulated: programs are written in TypeScript and behave as the real ones where a row says *full*. What a
*partial* one lacks stands beside it, and the program itself says so in one line when it is asked for it.

Beyond single programs: machines and containers speak TLS 1.3 to one another, with certificates that are checked; addresses
beyond the LAN's router are asked by https without any, in clear. Nothing of the real internet can be reached.

${cellsTable('Opened ports', ['what', 'passes', 'does not'], OPENED_PORTS)}
${cellsTable('The page', ['what', 'there is', 'there is not'], PAGE)}
${cellsTable('Images of applications', ['image', 'what runs in it'], APPLICATIONS)}
${absent(absentSoftware(programs))}
${tables.join('\n')}
${transcripts(misses)}`
}

/** Programs that images are about and that nobody wrote yet. */
function absent(rows) {
  const lines = rows.map(([image, names]) => `| ${image} | ${names} |`)
  return `## What images lack of their software

These images have their configuration and the files around it, and everything else in them runs; the programs named here say
in one line that they are not simulated.

| image | what is missing |
|---|---|
${lines.join('\n')}

Interpreters of PHP in WebAssembly were looked at, not built in. php-wasm 0.1.0 (Apache-2.0; PHP 8.4 is 13.8 MB, 3.5 MB compressed)
makes the same system calls as the CPython here, but longjmp goes through functions of JavaScript: by WebAssembly's promise
integration no call inside of one can wait, so that a script in a browser could not read a file of its container when it
includes it. It has no mysqli and no pdo_mysql either. @php-wasm (WordPress Playground's) is under the GPL, and this project under the MIT licence.
`
}

function cellsTable(title, heads, rows) {
  const lines = [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return `## ${title}\n\n${lines.join('\n')}\n`
}

/** What `npm run parity` compares and what of it differs. */
function transcripts(rows) {
  const cell = (text) => text.replaceAll('|', '\\|')
  const lines = rows.map(
    ({ pairs, script, command, reason }) =>
      `| ${script} | ${command === '*' ? 'most of them' : `\`${cell(command)}\``} | ${pairs.map((pair) => PAIRS[pair]).join('; ')} | ${cell(reason)} |`,
  )
  return `## Against transcripts of the real Docker

The transcripts are of docker 28.2 on an engine 20.10. Of their commands these do not print the same:

| transcript | command | with | why |
|---|---|---|---|
${lines.join('\n')}
`
}

function family({ name }) {
  return name.split('/')[0]
}

function table(name, rows) {
  const lines = [...rows]
    .sort((a, b) => a.name.localeCompare(b.name))
    .map(
      (row) =>
        `| ${row.name.split('/').slice(1).join('/')} | ${row.summary} | ${row.covers} | ${(row.lacks ?? []).join('; ')} |`,
    )
  return `## ${name}\n\n| program | what it does | covers | lacks |\n|---|---|---|---|\n${lines.join('\n')}\n`
}

function groupBy(rows, key) {
  const groups = new Map()
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row])
  return groups
}

/** Every path in backquotes that looks like one of ours must exist. */
function brokenPaths(document) {
  if (!existsSync(document)) return [`${document} is missing`]
  const paths = [
    ...readFileSync(document, 'utf8').matchAll(/`((?:packages|apps|e2e|tools|docs|\.ci)\/[^`\s*<>…]*)`/g),
  ].map((match) => match[1])
  return paths.filter((path) => !existsSync(path)).map((path) => `${document}: ${path} does not exist`)
}
