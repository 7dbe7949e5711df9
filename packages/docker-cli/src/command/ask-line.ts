import type { Cli } from '@drydock/cli-plugin'

/** A line from the terminal, not shown when it is a secret. */
export async function askLine(cli: Cli, prompt: string, secret: boolean): Promise<string> {
  const before = secret && cli.isTerminal(0) ? cli.sys.tcgetattr(0) : undefined
  if (before) cli.sys.tcsetattr(0, { ...before, echo: false, cc: { ...before.cc } })
  await cli.print(prompt)
  await cli.io.out.flush()
  try {
    return await readLine(cli)
  } finally {
    if (before) {
      cli.sys.tcsetattr(0, before)
      await cli.print('\n')
    }
  }
}

async function readLine(cli: Cli): Promise<string> {
  const bytes: number[] = []
  for (;;) {
    const [byte] = await cli.sys.read(0, 1)
    if (byte === undefined || byte === 10)
      return new TextDecoder().decode(Uint8Array.from(bytes)).replace(/\r$/, '').trim()
    bytes.push(byte)
  }
}
