import { type Signal, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH, signalName } from '@drydock/abi'
import { inBackground } from './background.ts'
import type { Cli } from './cli.ts'
import { CliError } from './cli-error.ts'

const FORWARDED = [SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTERM]

/**
 * Sends the signals this process gets to the container.
 * @returns `stop` ends that; `forced` rejects at the third SIGINT or SIGTERM
 */
export function proxySignals(cli: Cli, container: () => string | undefined): { stop(): void; forced: Promise<never> } {
  let terminations = 0
  const { promise: forced, reject } = withReject()
  inBackground(forced)
  const forward = (signal: Signal): void => {
    if (signal === SIGINT || signal === SIGTERM) terminations++
    if (terminations >= 3) reject(new CliError('\ngot 3 SIGTERM/SIGINTs, forcefully exiting'))
    const id = container()
    if (id !== undefined) inBackground(cli.client.containers.kill(id, (signalName(signal) ?? 'SIGTERM').slice(3)))
  }
  const before = FORWARDED.map((signal) => [signal, cli.sys.sigaction(signal, forward, { restart: true })] as const)
  const stop = (): void => {
    for (const [signal, disposition] of before) cli.sys.sigaction(signal, disposition)
  }
  return { stop, forced }
}

/** Keeps the size of a container's terminal that of ours. @returns stops it */
export function followWindowSize(cli: Cli, resize: (size: { h: number; w: number }) => Promise<void>): () => void {
  if (!cli.isTerminal(1)) return () => {}
  const send = (): void => {
    const { rows, cols } = cli.sys.getWindowSize(1)
    if (rows > 0 && cols > 0) inBackground(resize({ h: rows, w: cols }))
  }
  const before = cli.sys.sigaction(SIGWINCH, send, { restart: true })
  send()
  return () => {
    cli.sys.sigaction(SIGWINCH, before)
  }
}

function withReject(): { promise: Promise<never>; reject: (error: CliError) => void } {
  let reject: (error: CliError) => void = () => {}
  const promise = new Promise<never>((_, fail) => {
    reject = fail
  })
  return { promise, reject }
}
