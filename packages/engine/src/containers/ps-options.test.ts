import { describe, expect, it } from 'vitest'
import { readPsOptions } from './ps-options.ts'

/** What procps said to the real engine. */
const refused: readonly (readonly [args: string, words: string])[] = [
  ['-zz', 'ps: error: unsupported SysV option'],
  ['x;y', 'ps: error: unsupported option (BSD syntax)'],
  ['-q', 'ps: error: List of process IDs must follow -q.'],
  ['-o', 'ps: error: format specification must follow -o'],
  ['--nosuch', 'ps: error: unknown gnu long option'],
  ['-o uid=PID', 'specifying "uid=PID" is not allowed'],
]

describe('ps options', () => {
  it.each(refused)('%s', (args, words) => expect(() => readPsOptions(args)).toThrow(words))
  it.each([
    ['-ef', [], false],
    ['aux', [], true],
    ['-eo pid,comm -o user', ['pid', 'comm', 'user'], false],
    ['o pid', ['pid'], false],
    ['-ef --forest --format=pid,cmd', ['pid', 'cmd'], false],
    ['-u root -f 17', [], false],
    ['-o pid=ID', ['pid=ID'], false],
  ])('%s', (args, columns, userFormat) => expect(readPsOptions(args)).toEqual({ columns, userFormat }))
})
