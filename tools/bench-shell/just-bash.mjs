// One workload under just-bash, with its limits lifted. Prints one line of JSON.
// argv: the folder whose node_modules has just-bash, the script, the folder with its input, `/bench` inside
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { collectGarbage } from './garbage.mjs'

const LIMITS = `CommandCount LoopIterations AwkIterations SedIterations AwkParserOperations WorkUnits TraversalEntries
  TraversalWork GlobOperations ArrayElements OutputSize StringLength HeredocSize LiveBytes InputBytes ArchiveBytes
  ArchiveCompressedBytes ArchiveEntryBytes FileSystemBytes SourceBytes BraceExpansionResults`

const [, , folder, script, input] = process.argv
const { Bash } = await import(pathToFileURL(join(folder, 'node_modules/just-bash/dist/bundle/index.js')).href)
const executionLimits = Object.fromEntries(LIMITS.split(/\s+/).map((name) => [`max${name}`, 1e9]))
executionLimits.maxCallDepth = 5000
const bash = new Bash({
  executionLimits,
  env: { BENCH_DIR: '/bench', BENCH_SCALE: process.env.BENCH_SCALE ?? '1' },
})
await bash.exec('mkdir -p /bench')
for (const entry of readdirSync(input, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue
  const from = join(entry.parentPath ?? entry.path, entry.name)
  const to = `/bench/${relative(input, from)}`
  await bash.fs.mkdir(dirname(to), { recursive: true })
  await bash.fs.writeFile(to, readFileSync(from))
}

await collectGarbage()
const cpu = process.cpuUsage()
const started = performance.now()
const { stdout, stderr, exitCode } = await bash.exec(readFileSync(script, 'utf8'), { rawScript: true })
const ms = performance.now() - started
const used = process.cpuUsage(cpu)
const cpuMs = (used.user + used.system) / 1000
process.stdout.write(`${JSON.stringify({ ms, cpuMs, out: stdout, err: stderr.slice(0, 400), code: exitCode })}\n`)
process.exit(0)
