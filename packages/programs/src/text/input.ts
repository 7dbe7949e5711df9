import { EISDIR, isDirectory, isErrno, O_RDONLY, type Sys } from '@drydock/abi'

interface Reporter {
  readonly sys: Sys
  fail(message: string): Promise<void>
}

/** How a program words a file that it cannot read; default `FILE: reason`. */
export type Complaint = (path: string, reason: string) => string
const plain: Complaint = (path, reason) => `${path}: ${reason}`

/**
 * Calls `use` with a descriptor for each operand in turn, standard input for `-` and for no operands at all.
 * A file that cannot be opened or read is reported and passed over.
 * @param use  gets the mode of a file that has a name
 * @param announce  called when a file is open and before it is read (the title lines of head and tail)
 * @returns whether all went well
 */
export async function eachInput(
  context: Reporter,
  operands: readonly string[],
  use: (fd: number, path: string, mode: number | undefined) => Promise<void>,
  complaint: Complaint = plain,
  announce?: (path: string) => Promise<void>,
): Promise<boolean> {
  let good = true
  for (const path of operands.length ? operands : ['-'])
    good = (await withInput(context, path, (fd, mode) => use(fd, path, mode), complaint, announce)) && good
  return good
}

export async function withInput(
  context: Reporter,
  path: string,
  use: (fd: number, mode: number | undefined) => Promise<void>,
  complaint: Complaint = plain,
  announce?: (path: string) => Promise<void>,
): Promise<boolean> {
  let fd = -1
  try {
    fd = path === '-' ? 0 : context.sys.open(path, O_RDONLY)
    if (announce) await announce(path)
    const mode = path === '-' ? undefined : context.sys.fstat(fd).mode
    if (mode !== undefined && isDirectory(mode)) throw EISDIR
    await use(fd, mode)
    return true
  } catch (error) {
    if (!isErrno(error) || error.code === 'EPIPE') throw error
    await context.fail(complaint(path, error.message))
    return false
  } finally {
    if (fd > 0 && path !== '-') context.sys.close(fd)
  }
}
