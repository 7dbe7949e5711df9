import { ENOENT, isErrno, type Program, type Sys, stubProgram } from '@drydock/abi'
import { searchPath } from '@drydock/libc'

/** A command of this image. */
export interface Command {
  readonly name: string
  readonly path: string
  /** The program its stub names; undefined when that is in another room. */
  readonly row: Program | undefined
}

const STUB_BYTES = 128

/** The program's name in a stub; undefined for every other file and where there is none. */
function programAt(sys: Sys, path: string): string | undefined {
  try {
    const fd = sys.open(path, 0)
    try {
      return stubProgram(sys.pread(fd, STUB_BYTES, 0))
    } finally {
      sys.close(fd)
    }
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

/** A command by its name; undefined when the image has none, or when it is a script or a shell's own. */
export function findCommand(sys: Sys, rows: readonly Program[], name: string, path?: string): Command | undefined {
  try {
    const file = searchPath(sys, name, path)
    const program = programAt(sys, file)
    if (program === undefined) return undefined
    return { name: name.slice(name.lastIndexOf('/') + 1), path: file, row: rows.find((row) => row.name === program) }
  } catch (error) {
    if (error === ENOENT || isErrno(error)) return undefined
    throw error
  }
}

/** Every command of this image that has a row here, by name. */
export function installed(sys: Sys, rows: readonly Program[]): Command[] {
  const commands = new Map<string, Command>()
  for (const row of rows)
    for (const path of row.paths) {
      const name = path.slice(path.lastIndexOf('/') + 1)
      if (!commands.has(name) && programAt(sys, path) === row.name) commands.set(name, { name, path, row })
    }
  return [...commands.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Chapter of the manual: 8 for the administrator's commands. */
export const sectionOf = ({ path, row }: Command): string => (/\/sbin\//.test(row?.paths[0] ?? path) ? '8' : '1')
