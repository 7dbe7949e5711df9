import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Program } from '@drydock/abi'
import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BANNER } from './banner.ts'
import { busyboxPrograms } from './index.ts'

const applets = busyboxPrograms.map(
  (program): Program => ({ ...program, paths: [`/bin/${program.name.replace('busybox/', '')}`] }),
)
const FILES = { '/root/f': 'hi\n', '/root/g': 'a b\nc\n' }

/** Complete lines of standard error, and the status: what the applets of busybox 1.35 answer. */
const COMPLAINTS: readonly (readonly [argv: string, stderr: string, status: number])[] = [
  ['touch nope/x', 'touch: nope/x: No such file or directory\n', 1],
  ['touch -r nope x', "touch: can't stat 'nope': No such file or directory\n", 1],
  ['rm nope', "rm: can't remove 'nope': No such file or directory\n", 1],
  ['rm /tmp', "rm: '/tmp' is a directory\n", 1],
  ['mkdir /tmp', "mkdir: can't create directory '/tmp': File exists\n", 1],
  ['rmdir f', "rmdir: 'f': Not a directory\n", 1],
  ['cp nope x', "cp: can't stat 'nope': No such file or directory\n", 1],
  ['cp /tmp x', "cp: omitting directory '/tmp'\n", 1],
  ['cp f nope/x', "cp: can't create 'nope/x': No such file or directory\n", 1],
  ['mv nope x', "mv: can't rename 'nope': No such file or directory\n", 1],
  ['mv f nope/x', "mv: can't rename 'f': No such file or directory\n", 1],
  ['cat nope', "cat: can't open 'nope': No such file or directory\n", 1],
  ['cat /tmp', 'cat: read error: Is a directory\n', 1],
  ['ls nope', 'ls: nope: No such file or directory\n', 1],
  ['ln nope x', 'ln: nope: No such file or directory\n', 1],
  ['head nope', 'head: nope: No such file or directory\n', 1],
  ['head -n x f', "head: invalid number 'x'\n", 1],
  ['tail -n x f', "tail: invalid number 'x'\n", 1],
  ['wc nope', 'wc: nope: No such file or directory\n', 1],
  ['sort nope', 'sort: nope: No such file or directory\n', 2],
  ['uniq nope', "uniq: can't open 'nope': No such file or directory\n", 1],
  ['cut f', 'cut: expected a list of bytes, characters, or fields\n', 1],
  ['grep x nope', 'grep: nope: No such file or directory\n', 2],
  ['grep [ f', "grep: bad regex '['\n", 2],
  ['sed k f', 'sed: unsupported command k\n', 1],
  ['sed s/a f', "sed: unmatched '/'\n", 1],
  ['sed p nope', 'sed: nope: No such file or directory\n', 1],
  ['find nope', 'find: nope: No such file or directory\n', 1],
  ['find . -name', 'find: -name requires an argument\n', 1],
  ['find . -type z', "find: invalid argument 'z' to '-type'\n", 1],
  ['stat nope', "stat: can't stat 'nope': No such file or directory\n", 1],
  ['date -d zz', "date: invalid date 'zz'\n", 1],
  ['id nope', 'id: unknown user nope\n', 1],
  ['chmod zz f', "chmod: invalid mode 'zz'\n", 1],
  ['chmod 644 nope', 'chmod: nope: No such file or directory\n', 1],
  ['chown nouser f', 'chown: unknown user nouser\n', 1],
  ['chown root nope', 'chown: nope: No such file or directory\n', 1],
  ['du nope', 'du: nope: No such file or directory\n', 1],
  ['kill', 'kill: you need to specify whom to kill\n', 1],
  ['kill abc', "kill: invalid number 'abc'\n", 1],
  ['kill 9999999', "kill: can't kill pid 9999999: No such process\n", 1],
  ['kill -ZZ 1', "kill: bad signal name 'ZZ'\n", 1],
  ['killall nope', 'killall: nope: no process killed\n', 1],
  ['sleep x', "sleep: invalid number 'x'\n", 1],
  ['tar xf nope', "tar: can't open 'nope': No such file or directory\n", 1],
  ['gzip nope', 'gzip: nope: No such file or directory\n', 1],
  ['gunzip nope.gz', 'gunzip: nope.gz: No such file or directory\n', 1],
  ['env nope', "env: can't execute 'nope': No such file or directory\n", 127],
  ['test 1 -eq x', 'test: x: bad number\n', 2],
  ['expr', 'expr: too few arguments\n', 2],
  ['expr 1 +', 'expr: syntax error\n', 2],
  ['expr a + 1', 'expr: non-numeric argument\n', 2],
  ['realpath nope/x', 'realpath: nope/x: No such file or directory\n', 1],
  ['mktemp zz', 'mktemp: (null): Invalid argument\n', 1],
  ['tee /nope/x', 'tee: /nope/x: No such file or directory\n', 1],
  ['timeout x y', "timeout: invalid number 'x'\n", 1],
  ['md5sum nope', "md5sum: can't open 'nope': No such file or directory\n", 1],
]

const OUTPUTS: readonly (readonly [argv: string, stdout: string])[] = [
  ['wc g', '        2         3         6 g\n'],
  ['wc -l g', '2 g\n'],
  ['diff f g', '--- f\n+++ g\n@@ -1 +1,2 @@\n-hi\n+a b\n+c\n'],
  ['mkdir -v d', "created directory: 'd'\n"],
  ['cmp f g', 'f g differ: char 1, line 1\n'],
  ['chmod -v 600 f', "mode of 'f' changed to 0600 (rw-------)\n"],
]

/** Command lines that are wrong as a whole: a complaint if there is one, then the help. */
const WRONG: readonly (readonly [argv: string, complaint: string, form: string, status: number])[] = [
  ['touch', '', 'Usage: touch [-cham] [-d DATE] [-t DATE] [-r FILE] FILE...', 1],
  ['touch -z f', "touch: invalid option -- 'z'\n", 'Usage: touch [-cham]', 1],
  ['cp --nope a b', "cp: unrecognized option '--nope'\n", 'or: cp [-arPLHpfinlsu]', 1],
  ['cat --number f', "cat: unrecognized option '--number'\n", 'Usage: cat [-nbvteA] [FILE]...', 1],
  ['grep -P x f', "grep: invalid option -- 'P'\n", 'Usage: grep', 2],
  ['head -n', "head: option requires an argument -- 'n'\n", 'Usage: head', 1],
  ['seq', '', 'Usage: seq [-w]', 1],
  ['ls --help', '', 'Usage: ls [-1AaCxdLHRFplinshrSXvctu]', 0],
]

const first = (text: string): string => text.split('\n', 1)[0] ?? ''

describe('applets of busybox', () => {
  let kernel: TestKernel
  const run = (argv: string) => kernel.run(argv.split(' '), { files: FILES })
  beforeAll(async () => {
    kernel = await bootTestKernel(applets)
  })

  it.each(COMPLAINTS)('%s', async (argv, stderr, status) => {
    const result = await run(argv)
    expect({ stderr: result.stderr, status: result.status }).toEqual({ stderr, status })
  })

  it.each(OUTPUTS)('%s', async (argv, stdout) => {
    expect((await run(argv)).stdout).toBe(stdout)
  })

  it.each(WRONG)('%s: help', async (argv, complaint, form, status) => {
    const result = await run(argv)
    expect(result.stderr.startsWith(`${complaint}${BANNER}\n\nUsage: `)).toBe(true)
    expect(result.stderr).toContain(form)
    expect(result.status).toBe(status)
  })
})

describe('applets of a busybox built with musl', () => {
  const MUSL: readonly (readonly [argv: string, line: string])[] = [
    ['touch -z f', 'touch: unrecognized option: z'],
    ['touch --nope f', 'touch: unrecognized option: nope'],
    ['head -n', 'head: option requires an argument: n'],
    ['cat loop', "cat: can't open 'loop': Symbolic link loop"],
  ]
  let kernel: TestKernel
  beforeAll(async () => {
    const loader: Program = { ...(applets[0] as Program), name: 'musl/ld', paths: ['/lib/ld-musl-x86_64.so.1'] }
    kernel = await bootTestKernel([...applets, loader])
    kernel.sys.symlink('loop', '/root/loop')
  })

  it.each(MUSL)('%s', async (argv, line) => {
    expect(first((await kernel.run(argv.split(' '))).stderr)).toBe(line)
  })
})

const real = spawnSync('busybox', ['true']).status === 0
if (!real) process.stderr.write('no busybox on this machine: its applets are not asked\n')

describe.skipIf(!real)('the busybox of this machine', () => {
  const folder = real ? mkdtempSync(join(tmpdir(), 'drydock-busybox-')) : ''
  beforeAll(() => {
    execFileSync('sh', ['-c', "printf 'hi\\n' >f; printf 'a b\\nc\\n' >g"], { cwd: folder })
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each(COMPLAINTS)('says the same of %s', (argv, stderr, status) => {
    const result = spawnSync('busybox', argv.split(' '), { cwd: folder, encoding: 'utf8', input: '' })
    expect({ stderr: result.stderr, status: result.status }).toEqual({ stderr, status })
  })
})
