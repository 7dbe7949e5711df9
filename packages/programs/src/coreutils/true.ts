import { defineProgram } from '@drydock/libc'
import type { Program } from '@drydock/abi'

const status = (name: string, code: number, summary: string): Program => ({
  name: `coreutils/${name}`,
  paths: [`/bin/${name}`],
  covers: 'full',
  summary,
  sizeBytes: 35664,
  main: () => code,
})

/** true and false: whatever their words, only a status. */
export const trueProgram = status('true', 0, 'do nothing, successfully')
export const falseProgram = status('false', 1, 'do nothing, unsuccessfully')

/** pwd: print the working directory. */
export const pwd = defineProgram({
  name: 'coreutils/pwd',
  paths: ['/bin/pwd'],
  covers: 'full',
  summary: 'print name of current/working directory',
  sizeBytes: 43856,
  usage: 'pwd [OPTION]...',
  options: {
    logical: { kind: 'flag', short: 'L', long: 'logical' },
    physical: { kind: 'flag', short: 'P', long: 'physical' },
  },
  async main({ sys, io, env, order }) {
    const named = env.get('PWD')
    const logical = order.at(-1) === 'logical' && named?.startsWith('/') && !/\/\.\.?(\/|$)/.test(named)
    await io.print(`${logical ? named : sys.getcwd()}\n`)
    return 0
  },
})
