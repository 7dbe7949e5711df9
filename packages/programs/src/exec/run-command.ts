import { exitStatus, isErrno, type Sys, type WaitResult } from '@drydock/abi'
import { searchPath } from '@drydock/libc'

/** What became of a command that a program ran for itself. */
export type Outcome =
  | { readonly kind: 'ended'; readonly result: WaitResult; readonly status: number }
  | { readonly kind: 'not-run'; readonly code: string; readonly message: string }

export interface RunOptions {
  readonly cwd?: string
  readonly env?: ReadonlyMap<string, string>
  /** Standard input, where it is not the caller's. */
  readonly stdin?: number
  /** Descriptors it does not get. */
  readonly cloexec?: readonly number[]
}

/** Starts a command found by PATH. @returns its pid, or why it could not run */
export async function startCommand(
  sys: Sys,
  words: readonly string[],
  env: ReadonlyMap<string, string>,
  options: RunOptions = {},
): Promise<number | Outcome> {
  for (const fd of options.cloexec ?? []) sys.setFdFlags(fd, { cloexec: true })
  try {
    const path = searchPath(sys, words[0] ?? '', env.get('PATH'))
    const fds =
      options.stdin === undefined
        ? undefined
        : new Map([
            [0, options.stdin],
            ...sys
              .openFds()
              .filter((fd) => fd === 1 || fd === 2)
              .map((fd): [number, number] => [fd, fd]),
          ])
    return await sys.spawn(path, {
      argv: words,
      env: options.env ?? env,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(fds ? { fds } : {}),
    })
  } catch (error) {
    if (!isErrno(error)) throw error
    return { kind: 'not-run', code: error.code, message: error.message }
  }
}

export async function runCommand(
  sys: Sys,
  words: readonly string[],
  env: ReadonlyMap<string, string>,
  options: RunOptions = {},
): Promise<Outcome> {
  const pid = await startCommand(sys, words, env, options)
  if (typeof pid !== 'number') return pid
  const result = await sys.wait(pid)
  if (!result) throw new Error('wait without WNOHANG gave nothing')
  return { kind: 'ended', result, status: exitStatus(result.status) }
}
