import { isErrno, O_ACCMODE, O_RDWR, O_WRONLY, type ProcessInfo, type Stat, type Sys } from '@drydock/abi'
import { readTextIfAny } from '@drydock/libc'

/** Something that a process has open or stands on. */
export interface OpenEntry {
  readonly process: ProcessInfo
  /** `cwd`, `rtd`, `txt`, or the number of a descriptor. */
  readonly fd: string
  /** r, w or u of a descriptor, else ''. */
  readonly access: string
  /** What the link says: a path, `pipe:[12]`, `socket:[7]`. */
  readonly link: string
  readonly stat: Stat | undefined
  readonly offset: number
}

const PLACES: readonly (readonly [fd: string, link: string])[] = [
  ['cwd', 'cwd'],
  ['rtd', 'root'],
  ['txt', 'exe'],
]

function orUndefined<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

/** All that a process has open, as /proc/PID tells those who may look. proc_pid_fd(5) */
export async function openEntries(sys: Sys, process: ProcessInfo): Promise<OpenEntry[]> {
  const home = `/proc/${process.pid}`
  const entry = (fd: string, path: string, access: string, offset: number): OpenEntry[] => {
    const link = orUndefined(() => sys.readlink(path))
    return link === undefined ? [] : [{ process, fd, access, link, offset, stat: orUndefined(() => sys.stat(path)) }]
  }
  const found = PLACES.flatMap(([fd, link]) => entry(fd, `${home}/${link}`, '', 0))
  for (const { name } of orUndefined(() => sys.readdir(`${home}/fd`)) ?? []) {
    const info = await readTextIfAny(sys, `${home}/fdinfo/${name}`)
    const mode = Number.parseInt(/flags:\s*(\d+)/.exec(info)?.[1] ?? '0', 8) & O_ACCMODE
    const offset = Number(/pos:\s*(\d+)/.exec(info)?.[1] ?? 0)
    found.push(...entry(name, `${home}/fd/${name}`, mode === O_RDWR ? 'u' : mode === O_WRONLY ? 'w' : 'r', offset))
  }
  return found
}
