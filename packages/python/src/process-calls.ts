import { exitStatus, isErrno, RESOURCES, type ResourceName, SIGPIPE, type Sys } from '@drydock/abi'
import { answer, asNumber, asText, type ForeignAnswer, type ForeignCall, searchPath } from '@drydock/libc'

const X_OK = 1
const [S_IFMT, S_IFDIR] = [0o170000, 0o040000]

/** A child as the interpreter asks for it; what is not said is inherited. */
interface SpawnRequest {
  readonly files: readonly string[]
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string | null
  readonly fds: readonly (readonly [number, number])[]
  readonly newSession?: boolean
  readonly pgid?: number
  readonly uid?: number
  readonly gid?: number
  readonly umask?: number
  /** The child's descriptor that becomes its controlling terminal. */
  readonly ctty?: number
}

const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin'

/** Of all places a program could be in, the first where it can be run. execvp(3) */
function firstOf(sys: Sys, files: readonly string[]): string {
  const runs = (path: string): boolean => {
    try {
      sys.access(path, X_OK)
      return (sys.stat(path).mode & S_IFMT) !== S_IFDIR
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
  }
  return files.find(runs) ?? files.at(-1) ?? ''
}

async function spawnChild(sys: Sys, request: unknown): Promise<ForeignAnswer> {
  const { files, argv, env, cwd, fds, newSession, ...numbers } = request as SpawnRequest
  const path = files.length > 1 ? firstOf(sys, files) : searchPath(sys, files[0] ?? '', env.PATH ?? DEFAULT_PATH)
  const options = {
    argv,
    env: new Map(Object.entries(env)),
    fds: new Map(fds),
    defaultSignals: [SIGPIPE],
    ...(cwd === null ? {} : { cwd }),
    ...(newSession ? { setsid: true } : {}),
    ...numbers,
  }
  return answer(await sys.spawn(path, options))
}

async function waitFor(sys: Sys, pid: number, options: number): Promise<ForeignAnswer> {
  const result = await sys.wait(pid, options)
  if (!result) return answer(null)
  const { status } = result
  const signal = status.kind === 'signaled' || status.kind === 'stopped' ? status.signal : 0
  return answer({ pid: result.pid, code: exitStatus(status), signal, stopped: status.kind === 'stopped' })
}

/** Numbers of the wire: -1 is RLIM_INFINITY. */
const fromLimit = (value: number): number => (Number.isFinite(value) ? value : -1)
const toLimit = (value: number): number => (value < 0 ? Infinity : value)

function limit(sys: Sys, args: readonly unknown[]): ForeignAnswer {
  const [which, pid, soft, hard] = args
  const resource = RESOURCES[asNumber(which)] as ResourceName
  const set =
    soft === undefined || soft === null ? undefined : { soft: toLimit(asNumber(soft)), hard: toLimit(asNumber(hard)) }
  const was = sys.prlimit(resource, set, asNumber(pid) || undefined)
  return answer([fromLimit(was.soft), fromLimit(was.hard)])
}

/** Processes, their groups, owners and limits. */
export const PROCESS_CALLS: readonly (readonly [name: string, ForeignCall])[] = [
  ['spawn', (sys, [request]) => spawnChild(sys, request)],
  ['wait', (sys, [pid, options]) => waitFor(sys, asNumber(pid), asNumber(options))],
  [
    'exec',
    (sys, [path, argv, env]) =>
      sys.exec(searchPath(sys, asText(path), ''), argv as string[], new Map(Object.entries(env as object))),
  ],
  ['ids', (sys) => answer({ uid: sys.getuid(), euid: sys.geteuid(), gid: sys.getgid(), egid: sys.getegid() })],
  ['groups', (sys) => answer(sys.getgroups())],
  ['setuid', (sys, [uid]) => answer(sys.setuid(asNumber(uid)))],
  ['seteuid', (sys, [uid]) => answer(sys.seteuid(asNumber(uid)))],
  ['setgid', (sys, [gid]) => answer(sys.setgid(asNumber(gid)))],
  ['setgroups', (sys, [groups]) => answer(sys.setgroups(groups as number[]))],
  ['getpgid', (sys, [pid]) => answer(sys.getpgid(asNumber(pid) || undefined))],
  ['setpgid', (sys, [pid, pgid]) => answer(sys.setpgid(asNumber(pid), asNumber(pgid)))],
  ['getsid', (sys, [pid]) => answer(sys.getsid(asNumber(pid) || undefined))],
  ['setsid', (sys) => answer(sys.setsid())],
  ['setpriority', (sys, [pid, nice]) => answer(sys.setpriority(asNumber(pid), asNumber(nice)))],
  ['times', (sys) => answer(sys.times())],
  ['limit', limit],
  [
    'niceOf',
    (sys, [pid]) => {
      const wanted = asNumber(pid) || sys.getpid()
      return answer(sys.processes().find((each) => each.pid === wanted)?.nice ?? 0)
    },
  ],
]
