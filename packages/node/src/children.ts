import { isErrno, O_RDONLY, O_WRONLY, parseSignal, SIGPIPE, type Sys } from '@drydock/abi'
import { concatBytes } from '@drydock/codec'
import { type ForeignAnswer, searchPath, writeAll } from '@drydock/libc'

export interface SpawnRequest {
  readonly file: string
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
  /** For each descriptor: a pipe or a socket to the script, or the script's own; of a pipe from 3 on it is said which way. */
  readonly stdio: readonly (number | 'pipe' | 'inherit' | 'ignore' | 'pipe-in' | 'pipe-out' | 'socket')[]
}

/** Starts a child with pipes where asked. @returns its pid and the script's ends of the pipes, -1 for none */
export async function spawnChild(sys: Sys, request: SpawnRequest): Promise<{ pid: number; fds: readonly number[] }> {
  const path = searchPath(sys, request.file, request.env.PATH ?? '/usr/local/bin:/usr/bin:/bin')
  const ours: number[] = []
  const theirs: number[] = []
  const fds = new Map<number, number>()
  request.stdio.forEach((kind, fd) => {
    const [our, their] = childEnd(sys, kind, fd)
    ours.push(our)
    fds.set(fd, their)
    if (kind !== 'inherit' && typeof kind !== 'number') theirs.push(their)
  })
  try {
    const env = new Map(Object.entries(request.env))
    const cwd = request.cwd === undefined ? {} : { cwd: request.cwd }
    const pid = await sys.spawn(path, { argv: request.argv, env, fds, defaultSignals: [SIGPIPE], ...cwd })
    return { pid, fds: ours }
  } finally {
    for (const fd of theirs) sys.close(fd)
  }
}

function childEnd(sys: Sys, kind: SpawnRequest['stdio'][number], fd: number): [number, number] {
  if (kind === 'inherit') return [-1, fd]
  if (typeof kind === 'number') return [-1, kind]
  if (kind === 'ignore') return [-1, sys.open('/dev/null', fd === 0 ? O_RDONLY : O_WRONLY)]
  const [read, write] = kind === 'socket' ? sys.socketpair() : sys.pipe()
  for (const own of [read, write]) sys.setFdFlags(own, { cloexec: true })
  return fd === 0 || kind === 'pipe-in' ? [write, read] : [read, write]
}

/** How long a child may run and how much it may write. */
export interface ChildLimits {
  /** 0 for none. */
  readonly timeoutMs: number
  /** Ends it when it may no longer. */
  readonly signal: string
  /** Bytes of each of its two streams. */
  readonly most: number
}

/**
 * Runs a child to its end, its input and both outputs at once.
 * @returns how it ended, and the bytes of standard output with those of standard error behind them
 */
export async function runChild(
  sys: Sys,
  request: SpawnRequest,
  limits: ChildLimits,
  input: Uint8Array,
): Promise<ForeignAnswer> {
  const { pid, fds } = await spawnChild(sys, request)
  const [inside = -1, out = -1, err = -1] = fds
  let [late, over, full]: [boolean, boolean, string] = [false, false, '']
  const kill = (): void => {
    if (!over) sys.kill(pid, parseSignal(limits.signal) ?? 15)
  }
  const clock = async (): Promise<void> => {
    await sys.sleep(limits.timeoutMs)
    late = !over
    kill()
  }
  const overflow = (name: string) => (): void => {
    full ||= name
    kill()
  }
  if (limits.timeoutMs > 0) unheard(clock())
  if (inside >= 0) unheard(feed(sys, inside, input))
  const [stdout, stderr] = await Promise.all([
    gathered(sys, out, limits.most, overflow('stdout')),
    gathered(sys, err, limits.most, overflow('stderr')),
  ])
  const ended = await sys.wait(pid)
  over = true
  const bytes = concatBytes([stdout, stderr])
  const lengths = [out < 0 ? -1 : stdout.length, err < 0 ? -1 : stderr.length]
  return { value: { pid, status: ended?.status, lengths, late, full }, bytes }
}

async function feed(sys: Sys, fd: number, input: Uint8Array): Promise<void> {
  try {
    await writeAll(sys, fd, input)
  } finally {
    sys.close(fd)
  }
}

/** A child that reads no more, and a clock that a signal stops, are nobody's failure. */
function unheard(work: Promise<unknown>): void {
  work.catch((error: unknown) => {
    if (!isErrno(error)) throw error
  })
}

async function gathered(sys: Sys, fd: number, most: number, full: () => void): Promise<Uint8Array> {
  if (fd < 0) return new Uint8Array(0)
  const parts: Uint8Array[] = []
  let length = 0
  for (;;) {
    const bytes = await sys.read(fd, 65536)
    if (bytes.length === 0) break
    const room = most - length
    if (bytes.length > room) full()
    parts.push(bytes.subarray(0, Math.max(room, 0)))
    length += Math.min(bytes.length, Math.max(room, 0))
  }
  sys.close(fd)
  return concatBytes(parts)
}
