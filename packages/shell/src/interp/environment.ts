import { specialParameter } from '../expand/special.ts'
import type { FunctionDefinition } from '../syntax/ast.ts'
import { exportedText } from '../syntax/print.ts'
import { type Steps, wait } from './flow.ts'
import { IndexedArray } from './indexed-array.ts'
import { SET_OPTIONS } from './options.ts'
import { quietly } from './redirect.ts'
import type { Shell } from './shell.ts'
import { Parser } from '../syntax/parser.ts'
import { ShellSyntaxError } from '../syntax/syntax-error.ts'

/** COMP_WORDBREAKS as readline has it, with the `@` of host names. */
const COMPLETION_BREAKS = ' \t\n"\'@><=;|&(:'
const VERSION_INFO = ['5', '2', '15', '1', 'release', 'x86_64-pc-linux-gnu']

/** The variables that a shell begins with: the environment, and its own. */
export function* startVariables(
  shell: Shell,
  env: ReadonlyMap<string, string>,
  command: string | undefined,
): Steps<void> {
  const { variables, sys } = shell
  for (const [name, value] of env) {
    if (/^[A-Za-z_]\w*$/.test(name)) variables.define(name, { value, exported: true })
    else if (shell.dialect.name === 'bash') {
      const imported = FUNCTION.exec(name)?.[1]
      if (imported !== undefined) yield* importFunction(shell, imported, value)
    }
  }
  setDefault(shell, 'PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin')
  const cwd = quietly(() => sys.getcwd()) ?? '/'
  const given = env.get('PWD')
  const same =
    given?.startsWith('/') &&
    quietly(() => sys.stat(given).ino === sys.stat('.').ino && sys.stat(given).dev === sys.stat('.').dev)
  variables.define('PWD', { value: same && given ? given : cwd, exported: true })
  variables.define('IFS', { value: ' \t\n' })
  const ppid = String(sys.getppid())
  variables.define(
    'PPID',
    shell.dialect.name === 'bash' ? { value: ppid, readonly: true, integer: true } : { value: ppid },
  )
  variables.define('OPTIND', { value: '1' })
  setDefault(shell, 'PS4', '+ ')
  if (shell.dialect.name !== 'dash') dynamicVariables(shell)
  if (shell.dialect.name !== 'dash') raiseLevel(shell)
  if (shell.dialect.name === 'bash') bashVariables(shell, command)
}

function raiseLevel({ variables }: Shell): void {
  const level = Number(variables.get('SHLVL') ?? 0)
  variables.define('SHLVL', { value: String((Number.isInteger(level) ? level : 0) + 1), exported: true })
}

function setDefault(shell: Shell, name: string, value: string): void {
  if (!shell.variables.raw(name)) shell.variables.define(name, { value })
}

function dynamicVariables(shell: Shell): void {
  const integer = shell.dialect.name === 'bash'
  shell.variables.define('RANDOM', {
    integer,
    dynamic: { read: () => String(shell.random()), write: (value) => void (shell.seed = Number(value) | 0) },
  })
  if (shell.dialect.name === 'bash') shell.variables.define('SRANDOM', { integer, dynamic: { read: chance(shell) } })
  shell.variables.define('SECONDS', {
    integer,
    dynamic: {
      read: () => String(Math.floor((shell.sys.clock.now() - shell.startedMs) / 1000)),
      write: (value) => void (shell.startedMs = shell.sys.clock.now() - Number(value) * 1000),
    },
  })
}

/** 32 bits of chance. */
const chance = (shell: Shell) => (): string => {
  const [a = 0, b = 0, c = 0, d = 0] = shell.sys.entropy.bytes(4)
  return String(((a << 24) | (b << 16) | (c << 8) | d) >>> 0)
}

function bashVariables(shell: Shell, command: string | undefined): void {
  const { variables, sys } = shell
  variables.define('BASH', { value: '/bin/bash' })
  if (!variables.raw('OLDPWD')) variables.define('OLDPWD', { exported: true })
  variables.define('BASH_VERSION', { value: shell.dialect.version })
  variables.define('BASH_VERSINFO', { readonly: true, array: new IndexedArray(VERSION_INFO.entries()) })
  const { nodename } = sys.uname()
  for (const [name, value] of [
    ['HOSTNAME', nodename],
    ['HOSTTYPE', 'x86_64'],
    ['MACHTYPE', 'x86_64-pc-linux-gnu'],
    ['OSTYPE', 'linux-gnu'],
    ['TERM', 'dumb'],
  ] as const)
    setDefault(shell, name, value)
  variables.define('UID', { value: String(sys.getuid()), readonly: true, integer: true })
  variables.define('EUID', { value: String(sys.geteuid()), readonly: true, integer: true })
  variables.define('OPTERR', { value: '1' })
  variables.define('COMP_WORDBREAKS', { value: COMPLETION_BREAKS })
  if (command !== undefined) variables.define('BASH_EXECUTION_STRING', { value: command })
  for (const name of (variables.get('SHELLOPTS') ?? '').split(':'))
    if (SET_OPTIONS.some(([, each]) => each === name)) shell.options.add(name)
  for (const name of ['SHELLOPTS', 'BASHOPTS']) {
    const inherited = variables.raw(name)?.exported ?? false
    const read = (): string => String(specialParameter(shell, name))
    variables.define(name, { readonly: true, exported: inherited, dynamic: { read } })
  }
}

const FUNCTION = /^BASH_FUNC_(.+)%%$/

/** What programs get: the variables that are exported, and in bash the functions. bash(1), "FUNCTIONS". */
export function environmentOf({ variables, functions, dialect }: Shell): Map<string, string> {
  const env = variables.exported()
  if (dialect.name === 'bash')
    for (const [name, { exported, definition }] of functions)
      if (exported) env.set(`BASH_FUNC_${name}%%`, exportedText(definition.body))
  return env
}

/** Takes a function that a parent exported; text behind its end makes it none. */
function* importFunction(shell: Shell, name: string, value: string): Steps<void> {
  if (!value.startsWith('() {')) return
  const definition = soleFunction(shell, `${name} ${value}`)
  if (definition) {
    shell.functions.set(name, { definition, source: 'environment', exported: true })
    return
  }
  if (definition === null)
    yield* wait(shell.say(`${shell.name}: warning: ${name}: ignoring function definition attempt`))
  yield* wait(shell.say(`${shell.name}: error importing function definition for \`${name}'`))
}

/** @returns null when there is more than the definition, undefined when it cannot be read */
function soleFunction(shell: Shell, text: string): FunctionDefinition | null | undefined {
  try {
    const parser = new Parser(text, shell.syntax)
    const list = parser.next()
    const command = list?.items[0]?.command
    if (command?.type !== 'function') return undefined
    return list?.items.length === 1 && !parser.next() ? command : null
  } catch (error) {
    if (error instanceof ShellSyntaxError) return undefined
    throw error
  }
}
