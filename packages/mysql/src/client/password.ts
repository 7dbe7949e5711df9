import type { Process } from '@drydock/abi'
import { readLines, type Stdio } from '@drydock/libc'

export async function askPassword({ sys }: Process, io: Stdio): Promise<string> {
  await io.err.write('Enter password: ')
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
