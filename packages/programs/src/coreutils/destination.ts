import { isDirectory } from '@drydock/abi'
import { UsageError } from '@drydock/libc'
import { basename, join } from '../paths.ts'
import { statOr } from './copy-tree.ts'
import type { Sys } from '@drydock/abi'

export interface Pair {
  readonly from: string
  readonly to: string
}

interface Request {
  readonly sys: Sys
  readonly operands: readonly string[]
  /** -t DIRECTORY */
  readonly targetDirectory: string | undefined
  /** -T: the last operand is never a folder to put things into. */
  readonly noTargetDirectory: boolean
}

/** What goes where, for cp, mv, ln and install: the last operand may be a folder. @returns a message when it cannot be */
export function pairOperands({ sys, operands, targetDirectory, noTargetDirectory }: Request): readonly Pair[] | string {
  const into = (folder: string, names: readonly string[]): Pair[] =>
    names.map((from) => ({ from, to: join(folder, basename(from)) }))
  const folder = (path: string): boolean => isDirectory(statOr(sys, path, true)?.mode ?? 0)
  if (operands.length === 0) throw new UsageError('missing file operand')
  if (targetDirectory !== undefined)
    return folder(targetDirectory)
      ? into(targetDirectory, operands)
      : `target directory '${targetDirectory}': ${reason(sys, targetDirectory)}`
  const last = operands.at(-1) ?? ''
  const [first = ''] = operands
  if (operands.length === 1) throw new UsageError(`missing destination file operand after '${first}'`)
  if (noTargetDirectory) {
    if (operands.length > 2) throw new UsageError(`extra operand '${operands[2]}'`)
    return [{ from: first, to: last }]
  }
  if (folder(last)) return into(last, operands.slice(0, -1))
  if (operands.length > 2) return `target '${last}': ${reason(sys, last)}`
  if (last.endsWith('/') && statOr(sys, last.replace(/\/+$/, ''), true)) return `cannot stat '${last}': Not a directory`
  if (last.endsWith('/') && !statOr(sys, last, true) && !folder(first))
    return `cannot create regular file '${last}': Not a directory`
  return [{ from: first, to: last }]
}

const reason = (sys: Sys, path: string): string =>
  statOr(sys, path, true) ? 'Not a directory' : 'No such file or directory'
