import { ESRCH, isErrno, isRegular, O_RDONLY, POLLIN, type Stat, type Sys } from '@drydock/abi'
import type { Stdio } from '@drydock/libc'

/** A file that tail -f watches. */
export interface Followed {
  readonly path: string
  /** -1 while it is not there. */
  fd: number
  shown: boolean
}

export interface FollowOptions {
  /** Watch the name (-F) and open it again when it is another file. */
  readonly byName: boolean
  readonly titles: boolean
  readonly intervalMs: number
  /** End when this process has ended. */
  readonly pid: number | undefined
}

interface Context {
  readonly sys: Sys
  readonly io: Stdio
  fail(message: string): Promise<void>
}

const statOrNone = (sys: Sys, path: string): Stat | undefined => {
  try {
    return sys.stat(path)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

function alive(sys: Sys, pid: number): boolean {
  try {
    sys.kill(pid, 0)
    return true
  } catch (error) {
    if (error === ESRCH) return false
    if (isErrno(error)) return true
    throw error
  }
}

/** -F: the name vanished, came back, or is another file now. */
async function reopen(context: Context, file: Followed): Promise<void> {
  const { sys } = context
  const now = statOrNone(sys, file.path)
  if (!now) {
    if (file.fd >= 0) await context.fail(`'${file.path}' has become inaccessible: No such file or directory`)
    drop(sys, file)
    return
  }
  const old = file.fd >= 0 ? sys.fstat(file.fd) : undefined
  if (old && old.ino === now.ino && old.dev === now.dev) return
  const message = old ? 'has been replaced' : 'has appeared'
  drop(sys, file)
  file.fd = sys.open(file.path, O_RDONLY)
  await context.fail(`'${file.path}' ${message};  following new file`)
}

function drop(sys: Sys, file: Followed): void {
  if (file.fd > 0) sys.close(file.fd)
  file.fd = -1
}

/** Prints what was added to one file. @returns false at the end of a pipe */
async function drain(context: Context, file: Followed, title: () => Promise<void>): Promise<boolean> {
  const { sys, io } = context
  if (file.fd < 0) return true
  const stat = sys.fstat(file.fd)
  if (isRegular(stat.mode) && stat.size < sys.lseek(file.fd, 0, 1)) {
    await context.fail(`${file.path}: file truncated`)
    sys.lseek(file.fd, 0, 0)
  }
  for (;;) {
    if (!isRegular(stat.mode)) {
      const [found = 0] = await sys.poll([{ fd: file.fd, events: POLLIN }], 0)
      if (found === 0) return true
    }
    const bytes = await sys.read(file.fd, 65536)
    if (bytes.length === 0) return isRegular(stat.mode)
    await title()
    await io.out.write(bytes)
    await io.out.flush()
  }
}

/** Looks at the files again and again, woken early by changes where the file system tells them. */
export async function follow(context: Context, files: Followed[], options: FollowOptions): Promise<number> {
  const { sys, io } = context
  let last = files.findLast((file) => file.fd >= 0)
  for (;;) {
    for (const file of files) {
      if (options.byName && file.path !== '-') await reopen(context, file)
      const title = async (): Promise<void> => {
        if (options.titles && last !== file) await io.print(`\n==> ${file.path} <==\n`)
        last = file
      }
      if (!(await drain(context, file, title))) drop(sys, file)
    }
    if (!options.byName && files.every((file) => file.fd < 0)) return 0
    if (options.pid !== undefined && !alive(sys, options.pid)) return 0
    await wait(sys, files, options.intervalMs)
  }
}

/** Sleeps in short naps while something changes, so that `tail -f` of a log feels alive. */
async function wait(sys: Sys, files: readonly Followed[], intervalMs: number): Promise<void> {
  const nap = Math.max(10, Math.min(intervalMs, 100))
  const sizes = files.map((file) => (file.fd >= 0 ? sys.fstat(file.fd).size : -1)).join()
  for (let slept = 0; slept < intervalMs; slept += nap) {
    await sys.sleep(Math.min(nap, intervalMs - slept))
    if (files.map((file) => (file.fd >= 0 ? sys.fstat(file.fd).size : -1)).join() !== sizes) return
  }
}
