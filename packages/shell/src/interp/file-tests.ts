import {
  isBlockDevice,
  isCharDevice,
  isDirectory,
  isErrno,
  isFifo,
  isRegular,
  isSocket,
  isSymlink,
  R_OK,
  S_ISGID,
  S_ISUID,
  S_ISVTX,
  type Stat,
  W_OK,
  X_OK,
} from '@drydock/abi'
import { elementOf } from '../expand/numbers.ts'
import { specialParameter } from '../expand/special.ts'
import type { Shell } from './shell.ts'
import { isSet } from './variables.ts'

const statOf = (shell: Shell, path: string): Stat | undefined => quietly(() => shell.sys.stat(path))
const accessible = (shell: Shell, path: string, mode: number): boolean =>
  path !== '' && quietly(() => (shell.sys.access(path, mode), true)) === true

type Test = (shell: Shell, operand: string) => boolean
const onStat =
  (test: (stat: Stat, shell: Shell) => boolean): Test =>
  (shell, path) => {
    const stat = path === '' ? undefined : statOf(shell, path)
    return stat !== undefined && test(stat, shell)
  }

/** Unary operators of test and [[ ]]. bash(1), "CONDITIONAL EXPRESSIONS". */
const UNARY: ReadonlyMap<string, Test> = new Map<string, Test>([
  ['-a', onStat(() => true)],
  ['-e', onStat(() => true)],
  ['-f', onStat(({ mode }) => isRegular(mode))],
  ['-d', onStat(({ mode }) => isDirectory(mode))],
  ['-b', onStat(({ mode }) => isBlockDevice(mode))],
  ['-c', onStat(({ mode }) => isCharDevice(mode))],
  ['-p', onStat(({ mode }) => isFifo(mode))],
  ['-S', onStat(({ mode }) => isSocket(mode))],
  ['-s', onStat(({ size }) => size > 0)],
  ['-g', onStat(({ mode }) => (mode & S_ISGID) !== 0)],
  ['-u', onStat(({ mode }) => (mode & S_ISUID) !== 0)],
  ['-k', onStat(({ mode }) => (mode & S_ISVTX) !== 0)],
  ['-O', onStat(({ uid }, { sys }) => uid === sys.geteuid())],
  ['-G', onStat(({ gid }, { sys }) => gid === sys.getgid())],
  ['-N', onStat(({ mtimeMs, atimeMs }) => mtimeMs > atimeMs)],
  ['-h', (shell, path) => isLink(shell, path)],
  ['-L', (shell, path) => isLink(shell, path)],
  ['-r', (shell, path) => accessible(shell, path, R_OK)],
  ['-w', (shell, path) => accessible(shell, path, W_OK)],
  ['-x', (shell, path) => accessible(shell, path, X_OK)],
  ['-t', ({ sys }, fd) => /^\d+$/.test(fd) && quietly(() => sys.isatty(Number(fd))) === true],
  ['-z', (_, text) => text === ''],
  ['-n', (_, text) => text !== ''],
  ['-o', (shell, name) => shell.options.has(name)],
  ['-v', (shell, name) => variableIsSet(shell, name)],
  ['-R', (shell, name) => shell.variables.raw(name)?.nameref === true],
])

const isLink = ({ sys }: Shell, path: string): boolean => {
  const stat = path === '' ? undefined : quietly(() => sys.lstat(path))
  return stat !== undefined && isSymlink(stat.mode)
}

function variableIsSet(shell: Shell, text: string): boolean {
  const match = /^([A-Za-z_]\w*)\[(.*)\]$/s.exec(text)
  if (!match)
    return (
      isSet(shell.variables.find(text)) || (!shell.variables.raw(text) && specialParameter(shell, text) !== undefined)
    )
  const [, name = '', index = ''] = match
  const variable = shell.variables.find(name)
  if (index === '@' || index === '*')
    return (variable?.array?.size ?? variable?.assoc?.size ?? 0) > 0 || variable?.value !== undefined
  return elementOf(shell, name, index) !== undefined
}

/** @returns undefined for an operator that is none */
export const fileUnary = (shell: Shell, operator: string, operand: string): boolean | undefined =>
  UNARY.get(operator)?.(shell, operand)
export const isUnary = (operator: string): boolean => UNARY.has(operator)

/** `-nt`, `-ot`, `-ef`. */
export function fileBinary(shell: Shell, operator: string, left: string, right: string): boolean | undefined {
  if (!FILE_BINARY.has(operator)) return undefined
  const [a, b] = [statOf(shell, left), statOf(shell, right)]
  if (operator === '-ef') return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino
  const [newer, older] = operator === '-nt' ? [a, b] : [b, a]
  return newer !== undefined && (older === undefined || newer.mtimeMs > older.mtimeMs)
}
const FILE_BINARY: ReadonlySet<string> = new Set(['-nt', '-ot', '-ef'])
export const isFileBinary = (operator: string): boolean => FILE_BINARY.has(operator)

function quietly<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}
