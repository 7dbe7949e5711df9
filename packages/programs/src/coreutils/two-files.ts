import { isErrno, O_RDONLY } from '@drydock/abi'
import { type ProgramContext, UsageError } from '@drydock/libc'
import { LineReader } from '../text/line-reader.ts'

/** A file of the command line, `-` for the standard input, line by line. */
export interface NamedLines {
  readonly path: string
  readonly lines: LineReader
}

/**
 * The two files that comm and join are given.
 * @param end the byte that ends a line
 * @returns undefined when one could not be opened: it has been said
 * @throws UsageError
 */
export async function openTwoFiles(
  { sys, operands, fail }: Pick<ProgramContext<never>, 'sys' | 'operands' | 'fail'>,
  end: number,
): Promise<readonly [NamedLines, NamedLines] | undefined> {
  const [first, second, extra] = operands
  if (first === undefined) throw new UsageError('missing operand')
  if (second === undefined) throw new UsageError(`missing operand after '${first}'`)
  if (extra !== undefined) throw new UsageError(`extra operand '${extra}'`)
  const open = (path: string): NamedLines => ({
    path,
    lines: new LineReader(sys, path === '-' ? 0 : sys.open(path, O_RDONLY), end),
  })
  let path = first
  try {
    const one = open(first)
    path = second
    return [one, open(second)]
  } catch (error) {
    if (!isErrno(error)) throw error
    await fail(`${path}: ${error.message}`)
    return undefined
  }
}
