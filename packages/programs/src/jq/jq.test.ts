import { execFileSync } from 'node:child_process'
import { bootTestKernel } from '@drydock/kernel/testing'
import { afterAll, expect, it } from 'vitest'
import { jqPrograms } from './index.ts'

const INPUT = '{"a":[{"n":"x","v":2},{"n":"y","v":1}],"s":"hi","o":{"k":null}}'
const kernel = await bootTestKernel(jqPrograms)
afterAll(() => kernel.shutdown())
const hasJq = ((): boolean => {
  try {
    execFileSync('jq', ['-n', '1'])
    return true
  } catch {
    return false
  }
})()

it
  .skipIf(!hasJq)
  .each([
    ['.'],
    ['-r', '.a[] | "\\(.n)=\\(.v)"'],
    ['-c', '.a | map(.v + 1), sort_by(.v), group_by(.n), (.[0] | to_entries)'],
    ['-c', '[.a[] | select(.v > 1)] | length, .[0].n'],
    ['-r', '.a[] | [.n, .v] | @csv, @tsv'],
    ['reduce .a[] as $i (0; . + $i.v)'],
    ['-c', '.a[0].v |= . * 10 | .o.k // "none", keys'],
    ['if .s | test("^h") then "yes" else "no" end'],
  ])('jq %s %s', async (...words) => {
  const ours = await kernel.run(['jq', ...words], { stdin: INPUT })
  expect(ours.stderr + ours.stdout).toBe(execFileSync('jq', words, { input: INPUT, encoding: 'utf8' }))
})
