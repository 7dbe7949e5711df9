import type { Process } from '@drydock/abi'
import { readLines, type Stdio } from './stdio.ts'

/** Asks on standard error and reads a line from standard input, which a terminal does not echo. @returns it, empty at the end */
export async function askPassword({ sys }: Process, io: Stdio, prompt: string): Promise<string> {
  await io.err.write(prompt)
  const before = sys.isatty(0) ? sys.tcgetattr(0) : undefined
  if (before) sys.tcsetattr(0, { ...before, echo: false })
  try {
    const { value: line } = await readLines(sys, 0).next()
    return line ?? ''
  } finally {
    if (before) sys.tcsetattr(0, before)
    await io.err.write('\n')
  }
}
