import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

/** Scripts as users write them, and what node 20.20 prints for each, status included: both are files of this folder. */
const HOME = join(import.meta.dirname, 'fixtures', 'node-scripts')
const NAMES = readdirSync(HOME).filter((name) => name.endsWith('.js') || name.endsWith('.sh'))
/** In its own folder, with what goes wrong among what is printed. */
const RUN = `mkdir -p /w; cd /w; tar xf -
for f in ${NAMES.join(' ')}; do echo "@@ $f"; mkdir -p /w/d; cd /w/d
case $f in *.sh) timeout 30 sh /w/$f;; *) timeout 30 node /w/$f;; esac </dev/null 2>&1
echo "status $?"; cd /w; rm -rf /w/d; done`

/** Numbers of processes and ports, versions, and places in node's own sources are no one's business. */
const plain = (text: string): string =>
  text
    .replaceAll('\r', '')
    .replaceAll(/\(node:\d+\)/g, '(node:PID)')
    .replaceAll(/Node\.js v[\d.]+/g, 'Node.js VERSION')
    .replaceAll(/(localhost|127\.0\.0\.1):\d{4,5}/g, '$1:PORT')
    .replaceAll(/(node:[\w/]+):\d+(:\d+)?/g, '$1')

it('scripts print what node prints', () => {
  const input = spawnSync('tar', ['cf', '-', '-C', HOME, ...NAMES]).stdout
  const command = `docker run --rm -q -i -w / node:20 sh -c '${RUN}'`
  const { stdout } = spawnSync('node', ['apps/cli/bin/drydock.mjs', '-c', command], {
    input,
    timeout: 280_000,
    maxBuffer: 1 << 24,
  })
  const parts = stdout.toString().split('@@ ').slice(1)
  expect(parts.length).toBe(NAMES.length)
  for (const part of parts) {
    const [name = '', ...lines] = part.split('\n')
    const wanted = readFileSync(join(HOME, `${name.trim()}.out`), 'utf8')
    expect(plain(lines.join('\n')), name).toBe(plain(wanted))
  }
}, 300_000)
