import { isErrno } from '@drydock/abi'
import { defineProgram, flag, list, optional, searchPath, value } from '@drydock/libc'
import { ignoredSignals, setSignals } from './env-signals.ts'

/** env: run a program in a changed environment. GNU coreutils 9 env. */
export const env = defineProgram({
  name: 'coreutils/env',
  paths: ['/usr/bin/env'],
  covers: 'partial',
  lacks: ['--block-signal'],
  summary: 'run a program in a modified environment',
  sizeBytes: 48536,
  usage: 'env [OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]',
  usageStatus: 125,
  stopAtOperand: true,
  options: {
    ignore: flag('i', 'ignore-environment'),
    null: flag('0', 'null'),
    unset: list('u', 'unset'),
    chdir: value('C', 'chdir'),
    split: value('S', 'split-string'),
    debug: flag('v', 'debug'),
    defaultSignal: optional('', 'default-signal'),
    ignoreSignal: optional('', 'ignore-signal'),
    listSignals: flag('', 'list-signal-handling'),
  },
  async main({ sys, io, env: inherited, options: o, operands, fail }) {
    const words = [...(o.split === undefined ? [] : splitString(o.split)), ...operands]
    if (words[0] === '-') words.shift()
    const environment = new Map(o.ignore || operands[0] === '-' ? [] : inherited)
    for (const name of o.unset) environment.delete(name)
    while (words[0]?.includes('=')) {
      const word = words.shift() ?? ''
      environment.set(word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1))
    }
    const [command] = words
    if (command === undefined) {
      for (const [name, text] of environment) await io.print(`${name}=${text}${o.null ? '\0' : '\n'}`)
      return 0
    }
    const wrong = setSignals(sys, o.defaultSignal, 'SIG_DFL') ?? setSignals(sys, o.ignoreSignal, 'SIG_IGN')
    if (wrong !== undefined) {
      await fail(wrong)
      return 125
    }
    if (o.listSignals) await io.warn(ignoredSignals(sys))
    try {
      if (o.chdir !== undefined) sys.chdir(o.chdir)
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`cannot change directory to '${o.chdir}': ${error.message}`)
      return 125
    }
    try {
      await io.out.flush()
      return await sys.exec(searchPath(sys, command, environment.get('PATH')), words, environment)
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`'${command}': ${error.message}`)
      return error.code === 'ENOENT' ? 127 : 126
    }
  },
})

const splitString = (text: string): string[] =>
  (text.match(/(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+/g) ?? []).map((word) =>
    word.replace(
      /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g,
      (_, single?: string, double?: string, char?: string) => single ?? double ?? char ?? '',
    ),
  )

/** printenv: print all or part of the environment. GNU coreutils 9. */
export const printenv = defineProgram({
  name: 'coreutils/printenv',
  paths: ['/usr/bin/printenv'],
  covers: 'full',
  summary: 'print all or part of environment',
  sizeBytes: 39760,
  usage: 'printenv [OPTION]... [VARIABLE]...',
  usageStatus: 2,
  options: { null: flag('0', 'null') },
  async main({ io, env: environment, options: o, operands }) {
    const end = o.null ? '\0' : '\n'
    if (operands.length === 0) for (const [name, text] of environment) await io.print(`${name}=${text}${end}`)
    let missing = false
    for (const name of operands) {
      const text = environment.get(name)
      if (text === undefined) missing = true
      else await io.print(`${text}${end}`)
    }
    return missing ? 1 : 0
  },
})
