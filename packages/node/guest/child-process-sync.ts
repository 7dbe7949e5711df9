import { Buffer } from 'buffer'
import { callerFrames, framed } from './errors.ts'
import { callSync } from './host.ts'
import { requestOf, type SpawnOptions } from './spawn-request.ts'
import { signalName } from './signals.ts'

interface Ran {
  readonly pid: number
  readonly status: { readonly kind: string; readonly code?: number; readonly signal?: number }
  /** Bytes of standard output; those of standard error stand behind them; -1 for a stream that was no pipe. */
  readonly lengths: readonly [number, number]
  readonly late: boolean
  readonly full: '' | 'stdout' | 'stderr'
}

const failure = (code: string, file: string, args: readonly string[]): Error => {
  const numbers: Readonly<Record<string, number>> = { ENOENT: -2, EACCES: -13, ETIMEDOUT: -110, ENOBUFS: -105 }
  const more = { errno: numbers[code], code, syscall: `spawnSync ${file}`, path: file, spawnargs: [...args] }
  return Object.assign(new Error(`spawnSync ${file} ${code}`), more)
}

const inputBytes = (input: unknown): Uint8Array =>
  input === undefined || input === null
    ? new Uint8Array(0)
    : typeof input === 'string'
      ? Buffer.from(input)
      : (input as Uint8Array)

/** Runs a child to its end while the script stands still. */
export function runSync(file: string, args: readonly string[], options: SpawnOptions) {
  const request = requestOf(file, args, options)
  const { encoding } = options
  const shown = (bytes: Uint8Array | null): unknown =>
    bytes && encoding && encoding !== 'buffer' ? Buffer.from(bytes).toString(encoding) : bytes
  try {
    const limits = {
      timeoutMs: options.timeout ?? 0,
      signal: signalName(options.killSignal ?? 'SIGTERM'),
      most: options.maxBuffer ?? 1024 * 1024,
    }
    const { value, bytes } = callSync('spawnSync', [request, limits], inputBytes(options.input))
    const { pid, status, lengths, late, full } = value as Ran
    const [out, err] = lengths
    const stdout = shown(out < 0 ? null : Buffer.from(bytes.subarray(0, out)))
    const stderr = shown(err < 0 ? null : Buffer.from(bytes.subarray(Math.max(out, 0))))
    const code = late ? 'ETIMEDOUT' : full === '' ? undefined : 'ENOBUFS'
    return {
      ...(code === undefined ? {} : { error: failure(code, request.file, request.argv.slice(1)) }),
      status: status.kind === 'exited' ? (status.code ?? 0) : null,
      signal: status.kind === 'signaled' ? signalName(status.signal ?? 0) : null,
      output: [null, stdout, stderr],
      pid,
      stdout,
      stderr,
    }
  } catch (error) {
    const { code = 'ENOENT' } = error as { code?: string }
    const none = { status: null, signal: null, output: null, pid: 0, stdout: null, stderr: null }
    return { error: failure(code, file, args), ...none }
  }
}

/** As {@link runSync}, and @throws where the child did not end well. */
export function outputOf(file: string, args: readonly string[], options: SpawnOptions): unknown {
  const inherits = options.stdio === undefined
  const ran = runSync(file, args, options)
  if (inherits && ran.stderr !== null) callSync('write', [2], Buffer.from(ran.stderr as string))
  if ('error' in ran && ran.error) throw Object.assign(ran.error, { ...ran, error: ran.error })
  if (ran.status === 0) return ran.stdout
  const told = ran.stderr === null ? '' : String(ran.stderr)
  const words = `Command failed: ${[file, ...args].join(' ')}${told === '' ? '' : `\n${told}`}`
  throw framed(
    Object.assign(new Error(words), ran),
    'genericNodeError (node:internal/errors:984:15)',
    'wrappedFn (node:internal/errors:538:14)',
    'checkExecSyncError (node:child_process:891:11)',
    'execSync (node:child_process:963:15)',
    ...callerFrames(),
  )
}
