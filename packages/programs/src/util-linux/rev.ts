import { defineProgram } from '@drydock/libc'
import { encodeText } from '../text/encoding.ts'
import { eachInput } from '../text/input.ts'
import { LineReader } from '../text/line-reader.ts'

/** rev: reverse lines characterwise. util-linux 2.38. */
export const rev = defineProgram({
  name: 'util-linux/rev',
  paths: ['/usr/bin/rev'],
  covers: 'full',
  summary: 'reverse lines characterwise',
  sizeBytes: 14648,
  usage: 'rev [options] [<file> ...]',
  options: {},
  async main(context) {
    const complaint = (path: string, reason: string): string => `cannot open ${path}: ${reason}`
    const use = async (fd: number): Promise<void> => {
      const reader = new LineReader(context.sys, fd)
      for (;;) {
        const line = await reader.next()
        if (line === undefined) return
        await context.io.print(encodeText([...line].reverse().join('') + (reader.terminated ? '\n' : '')))
      }
    }
    return (await eachInput(context, context.operands, use, complaint)) ? 0 : 1
  },
})
