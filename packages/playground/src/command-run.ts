import {
  exitStatus,
  isErrno,
  type MaybePromise,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  SEEK_SET,
  SIGKILL,
  type Sys,
  type WaitStatus,
  type WindowSize,
} from '@drydock/abi'
import { concat, writeAll } from '@drydock/libc'

/** A program to be run on a host as a child of init. */
export interface CommandOptions {
  /** An absolute path and its arguments. */
  readonly argv: readonly string[]
  readonly env: ReadonlyMap<string, string>
  readonly cwd: string
  /** The size of the terminal that it gets; without, its three streams are an empty file and two pipes. */
  readonly tty?: WindowSize
  /** What stands on standard input; nothing without. Typed ahead where there is a terminal. */
  readonly input?: Uint8Array
  /** Kills the whole session of the command after this long, in milliseconds. */
  readonly timeoutMs: number
  /**
   * Hears what is printed as it comes, in place of collecting it. Reading goes on when it has resolved, and ends with
   * false: the command then writes into a pipe without a reader, pipe(7).
   */
  readonly onOutput?: (stream: OutputStream, bytes: Uint8Array) => MaybePromise<boolean | void>
  /** Does not wait until children that were left have closed the streams. */
  readonly leaveBackground?: boolean
  /** Both streams are one, as after `2>&1`: all is `stdout`, in the order in which it was written. */
  readonly joined?: boolean
}

/** With a terminal there is no `stderr`. */
export type OutputStream = 'stdout' | 'stderr'

export interface CommandOutcome {
  readonly stdout: Uint8Array
  /** Empty where there is a terminal. */
  readonly stderr: Uint8Array
  /** As a shell has it in `$?`. */
  readonly exitStatus: number
}

interface Started {
  readonly pid: number
  readonly outputs: readonly number[]
}

/** What children that were left in the background may still say, in milliseconds. */
const LINGER_MS = 20

/**
 * Runs one program and collects what it prints, or passes it on.
 * @throws ENOENT, EACCES, ENOEXEC when it cannot be started
 */
export async function runCommand(
  sys: Sys,
  waitFor: (pid: number) => Promise<WaitStatus>,
  options: CommandOptions,
): Promise<CommandOutcome> {
  const { pid, outputs } = await (options.tty ? onTerminal(sys, options, options.tty) : onPipes(sys, options))
  const collected: Record<OutputStream, Uint8Array[]> = { stdout: [], stderr: [] }
  const hear = options.onOutput ?? ((stream, bytes) => void collected[stream].push(bytes))
  const open = new Set(outputs)
  const close = (fd: number): void => {
    if (open.delete(fd)) sys.close(fd)
  }
  const closed = Promise.all(
    outputs.map(async (fd, i) => {
      await read(sys, fd, (bytes) => hear(i === 0 ? 'stdout' : 'stderr', bytes))
      close(fd)
    }),
  )
  const timer = sys.clock.after(options.timeoutMs, () => killSession(sys, pid))
  const status = await waitFor(pid)
  if (options.leaveBackground || options.tty) await Promise.race([closed, sys.sleep(LINGER_MS)])
  else await closed
  timer.cancel()
  for (const fd of open) close(fd)
  return { stdout: concat(collected.stdout), stderr: concat(collected.stderr), exitStatus: exitStatus(status) }
}

async function onTerminal(sys: Sys, options: CommandOptions, size: WindowSize): Promise<Started> {
  const { master, slave } = sys.openpty(size)
  try {
    const pid = await spawn(sys, options, { fds: new Map([0, 1, 2].map((fd) => [fd, slave])), ctty: 0 })
    if (options.input) await writeAll(sys, master, options.input)
    return { pid, outputs: [master] }
  } finally {
    sys.close(slave)
  }
}

async function onPipes(sys: Sys, options: CommandOptions): Promise<Started> {
  const stdin = await openInput(sys, options.input)
  const [stdout, toStdout] = sys.pipe()
  const [stderr, toStderr] = options.joined ? [undefined, sys.dup(toStdout)] : sys.pipe()
  try {
    const fds = new Map([
      [0, stdin],
      [1, toStdout],
      [2, toStderr],
    ])
    return { pid: await spawn(sys, options, { fds }), outputs: stderr === undefined ? [stdout] : [stdout, stderr] }
  } finally {
    for (const fd of [stdin, toStdout, toStderr]) sys.close(fd)
  }
}

/** A file without a name, read from its beginning. */
async function openInput(sys: Sys, input: Uint8Array | undefined): Promise<number> {
  if (!input) return sys.open('/dev/null', O_RDONLY)
  const path = `/tmp/.input-${sys.clock.monotonic()}`
  const fd = sys.open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
  sys.unlink(path)
  await writeAll(sys, fd, input)
  sys.lseek(fd, 0, SEEK_SET)
  return fd
}

function spawn(
  sys: Sys,
  { argv, env, cwd }: CommandOptions,
  how: { fds: ReadonlyMap<number, number>; ctty?: number },
): MaybePromise<number> {
  return sys.spawn(argv[0] ?? '', { argv, env, cwd, setsid: true, ...how })
}

function killSession(sys: Sys, session: number): void {
  for (const { pid, sid } of sys.processes()) {
    if (sid !== session) continue
    try {
      sys.kill(pid, SIGKILL)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
}

/** Until the end, or until nobody hears any more; a master whose slaves are all closed answers EIO, pty(7). */
async function read(sys: Sys, fd: number, hear: (bytes: Uint8Array) => MaybePromise<boolean | void>): Promise<void> {
  try {
    for (let bytes = await sys.read(fd, 65536); bytes.length > 0; bytes = await sys.read(fd, 65536))
      if ((await hear(bytes)) === false) return
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}
