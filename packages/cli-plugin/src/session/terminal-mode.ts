import { rawTermios } from '@drydock/abi'
import type { Cli } from './cli.ts'

/** Runs `body` with the terminal of standard input raw, and puts it back whatever happens. */
export async function withRawTerminal<T>(cli: Cli, wanted: boolean, body: () => Promise<T>): Promise<T> {
  if (!wanted || !cli.isTerminal(0)) return body()
  const before = cli.sys.tcgetattr(0)
  const kept = { ...before, cc: { ...before.cc } }
  cli.sys.tcsetattr(0, rawTermios(before))
  try {
    return await body()
  } finally {
    cli.sys.tcsetattr(0, kept)
  }
}
