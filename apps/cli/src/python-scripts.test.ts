import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Scripts, and beside each what CPython 3.11 printed for it on Linux. */
const FOLDER = 'apps/cli/src/python-scripts'
/** Threads of the library work for these, which take turns only where WebAssembly can be suspended. */
const THREADED: ReadonlySet<string> = new Set([
  'executor-of-processes',
  'process-manager',
  'process-pool',
  'shared-values',
])
const all = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.py'))
  .map((file) => file.slice(0, -3))
const suspends = 'Suspending' in WebAssembly
const names = all.filter((name) => suspends || !THREADED.has(name))
const LIMIT_MS = 170_000

const MARK = '@@@@ '
/** Runs all of them in one container, each in a folder of its own. */
function outputs(): ReadonlyMap<string, string> {
  const files = names.map((name) => {
    const text = readFileSync(join(FOLDER, `${name}.py`), 'utf8')
    return `mkdir -p w/${name}; cat > w/${name}/${name}.py <<'END OF SCRIPT'\n${text}END OF SCRIPT\n`
  })
  const each = `for n in ${names.join(' ')}; do cd /w/$n; echo "${MARK}$n"; timeout 30 python $n.py </dev/null 2>&1; done`
  const run = `docker run -d -q --name py python:3.11-slim sleep 1000 >/dev/null; docker cp -q w py:/; docker exec py sh -c '${each}'`
  const script = [...files, run, ''].join('\n')
  const argv = ['apps/cli/bin/drydock.mjs', '-c', 'cat > /root/all.sh; sh /root/all.sh']
  const { stdout } = spawnSync('node', argv, { input: script, encoding: 'utf8', timeout: LIMIT_MS })
  const parts = stdout.split(MARK).slice(1)
  return new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]))
}

describe('scripts that CPython has run on Linux', () => {
  let found: ReadonlyMap<string, string> | undefined
  it.each(names)(
    '%s',
    (name) => {
      found ??= outputs()
      expect(found.get(name)).toBe(readFileSync(join(FOLDER, `${name}.txt`), 'utf8'))
    },
    LIMIT_MS + 5000,
  )
})
