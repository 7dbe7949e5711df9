import type { Program } from '@drydock/abi'
import { DIALECTS, type Dialect } from './interp/dialect.ts'
import { shellMain } from './main.ts'

const LACKS: readonly string[] = ['text in locales other than UTF-8']

function shellProgram(name: Dialect['name'], row: Omit<Program, 'name' | 'main' | 'covers'>): Program {
  const dialect = DIALECTS.get(name)
  if (!dialect) throw new TypeError(name)
  return { name: `shell/${name}`, covers: 'partial', lacks: LACKS, main: shellMain(dialect), ...row }
}

export const shellPrograms: readonly Program[] = [
  shellProgram('bash', {
    paths: ['/bin/bash', '/usr/bin/bash'],
    summary: 'GNU Bourne-Again SHell',
    sizeBytes: 1265648,
    rssBytes: 3.4 * 1024 ** 2,
  }),
  shellProgram('dash', {
    paths: ['/bin/dash', '/usr/bin/dash'],
    summary: 'command interpreter (shell)',
    sizeBytes: 125640,
    rssBytes: 0.9 * 1024 ** 2,
  }),
  shellProgram('ash', {
    paths: ['/bin/ash'],
    summary: 'the shell of busybox',
    sizeBytes: 919304,
    rssBytes: 0.9 * 1024 ** 2,
  }),
]
