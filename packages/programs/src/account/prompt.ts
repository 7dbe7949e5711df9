import type { Sys } from '@drydock/abi'
import { writeAll } from '@drydock/libc'
import { isTerminal } from '../text/terminal.ts'

/** Asks on standard error and reads one line, byte by byte, so that the rest stays for whoever reads next. */
export async function ask(sys: Sys, prompt: string, hidden = false): Promise<string | undefined> {
  await writeAll(sys, 2, new TextEncoder().encode(prompt))
  const terminal = hidden && isTerminal(sys, 0)
  const saved = terminal ? sys.tcgetattr(0) : undefined
  if (saved) sys.tcsetattr(0, { ...saved, echo: false }, true)
  try {
    const bytes: number[] = []
    for (;;) {
      const [byte] = await sys.read(0, 1)
      if (byte === undefined && bytes.length === 0) return undefined
      if (byte === undefined || byte === 10) return new TextDecoder().decode(Uint8Array.from(bytes))
      bytes.push(byte)
    }
  } finally {
    if (saved) {
      sys.tcsetattr(0, saved)
      await writeAll(sys, 2, Uint8Array.of(10))
    }
  }
}
