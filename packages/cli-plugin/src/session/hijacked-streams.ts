import { type ByteStream, EPIPE, isErrno, SIGPIPE, type Sys } from '@drydock/abi'
import { StdDemultiplexer } from '@drydock/docker-api'
import { writeAll } from '@drydock/libc'
import type { Cli } from './cli.ts'
import { CliError } from './cli-error.ts'
import { EscapeProxy, parseDetachKeys } from './detach-keys.ts'
import { withRawTerminal } from './terminal-mode.ts'

export interface StreamPlan {
  /** Standard input goes to the container. */
  readonly stdin: boolean
  /** The container has a terminal: raw bytes come back, not frames. */
  readonly tty: boolean
  readonly detachKeys: string | undefined
}

/** How the streams ended. */
export type StreamEnd = 'closed' | 'detached'

/**
 * Joins this process's standard streams with a container's until the engine closes the connection or the user types the
 * detach keys.
 */
export function joinStreams(cli: Cli, stream: ByteStream, plan: StreamPlan): Promise<StreamEnd> {
  const before = cli.sys.sigaction(SIGPIPE, 'SIG_IGN')
  const joined = withRawTerminal(cli, plan.tty && plan.stdin, async () => {
    const output = plan.tty ? copyRaw(cli, stream) : copyFrames(cli, stream)
    const input = plan.stdin ? sendInput(cli, stream, plan) : new Promise<never>(() => {})
    const end = await Promise.race([output, input])
    if (end === 'sent') return output
    return end
  })
  return joined.finally(() => cli.sys.sigaction(SIGPIPE, before))
}

/** SIGPIPE ends the process where its own output broke, not where a connection did. Go: os/signal */
async function show(sys: Sys, fd: 1 | 2, bytes: Uint8Array): Promise<void> {
  try {
    await writeAll(sys, fd, bytes)
  } catch (error) {
    if (error === EPIPE) {
      sys.sigaction(SIGPIPE, 'SIG_DFL')
      sys.kill(sys.getpid(), SIGPIPE)
    }
    throw error
  }
}

async function copyRaw(cli: Cli, stream: ByteStream): Promise<'closed'> {
  await cli.io.out.flush()
  for (;;) {
    const bytes = await readOr(stream)
    if (bytes.length === 0) return 'closed'
    await show(cli.sys, 1, bytes)
  }
}

/** Frames to standard output and standard error, each at once. */
export async function copyFrames(cli: Cli, stream: Pick<ByteStream, 'read'>): Promise<'closed'> {
  await cli.io.out.flush()
  const demultiplexer = new StdDemultiplexer()
  for (;;) {
    const bytes = await readOr(stream)
    if (bytes.length === 0) return 'closed'
    for (const { kind, payload } of demultiplexer.push(bytes)) {
      if (kind === 3) throw new CliError(new TextDecoder().decode(payload))
      await show(cli.sys, kind === 2 ? 2 : 1, payload)
    }
  }
}

/** A connection cut off reads as its end. */
async function readOr(stream: Pick<ByteStream, 'read'>): Promise<Uint8Array> {
  try {
    return await stream.read(65536)
  } catch (error) {
    if (isErrno(error) && (error.code === 'ECONNRESET' || error.code === 'EPIPE')) return new Uint8Array(0)
    throw error
  }
}

async function sendInput(cli: Cli, stream: ByteStream, plan: StreamPlan): Promise<'sent' | 'detached'> {
  const proxy = plan.tty ? new EscapeProxy(parseDetachKeys(plan.detachKeys ?? 'ctrl-p,ctrl-q')) : undefined
  for (;;) {
    const bytes = await cli.sys.read(0, 32768)
    if (bytes.length === 0) break
    const { pass, escaped } = proxy ? proxy.push(bytes) : { pass: bytes, escaped: false }
    if (!(await sent(stream, pass))) return 'sent'
    if (escaped) return 'detached'
  }
  stream.shutdown()
  return 'sent'
}

/** @returns false when the other side is gone */
async function sent(stream: ByteStream, bytes: Uint8Array): Promise<boolean> {
  try {
    if (bytes.length > 0) await stream.write(bytes)
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}
