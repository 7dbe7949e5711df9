import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { bootTestKernel } from '@drydock/kernel/testing'
import { describe, expect, it } from 'vitest'
import { shellPrograms } from './index.ts'

/** A directory of recorded cases: arrays of {title, code, stdout, status, asFile?}. */
const ORACLE = process.env['SHELL_ORACLE']
/** Files that need no programs besides the shell, with the share of cases that must pass. */
const FILES: readonly [file: string, share: number][] = [
  ['word-split', 0.85],
  ['loop', 0.85],
  ['case_', 0.9],
  ['sh-func', 0.9],
  ['var-op-slice', 0.85],
]

interface Case {
  readonly title: string
  readonly code: string
  readonly stdout: string
  readonly status: number
  readonly asFile?: { readonly stdout: string; readonly status: number }
}

if (!ORACLE) console.warn('skipped: SHELL_ORACLE names no directory of recorded cases')

describe.skipIf(!ORACLE)('recorded answers of bash', () => {
  const dir = ORACLE ?? ''
  const there = ORACLE ? new Set(readdirSync(join(dir, 'cases'))) : new Set<string>()
  const standins = ORACLE ? readdirSync(join(dir, 'standins')) : []
  const files = Object.fromEntries(
    standins.map((name) => [`/usr/local/bin/${name}`, readFileSync(join(dir, 'standins', name), 'utf8')]),
  )

  it.each(FILES.filter(([file]) => there.has(`${file}.json`)))('%s', async (file, share) => {
    const cases = JSON.parse(readFileSync(join(dir, 'cases', `${file}.json`), 'utf8')) as Case[]
    let passed = 0
    for (const each of cases) {
      const kernel = await bootTestKernel(shellPrograms)
      kernel.sys.symlink('/bin/dash', '/bin/sh')
      const { stdout, status } = await kernel.run(['bash', '-c', each.code], {
        files,
        env: { SH: 'bash', TMP: '/root' },
      })
      kernel.shutdown()
      if ([each, each.asFile].some((answer) => answer?.stdout === stdout && answer.status === status)) passed++
    }
    expect(passed / cases.length).toBeGreaterThan(share)
  })
})
