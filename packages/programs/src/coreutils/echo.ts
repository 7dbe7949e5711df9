import type { Program } from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import { encodeText } from '../text/encoding.ts'
import { unescapeEcho } from './printf-escapes.ts'

/** Leading words made only of the letters n, e and E behind a dash are options; any other word ends them. */
function parse(words: readonly string[]): { text: string; newline: boolean; escapes: boolean } {
  let newline = true
  let escapes = false
  let first = 0
  for (; /^-[neE]+$/.test(words[first] ?? ''); first++)
    for (const letter of (words[first] ?? '').slice(1)) {
      if (letter === 'n') newline = false
      else escapes = letter === 'e'
    }
  return { text: words.slice(first).join(' '), newline, escapes }
}

/** echo: print its words. GNU coreutils 9 echo. */
export const echo: Program = {
  name: 'coreutils/echo',
  paths: ['/bin/echo'],
  covers: 'full',
  summary: 'display a line of text',
  sizeBytes: 43856,
  async main({ sys, argv }) {
    const io = new Stdio(sys)
    const { text, newline, escapes } = parse(argv.slice(1))
    const { text: shown, stopped } = escapes ? unescapeEcho(text) : { text, stopped: false }
    await io.print(encodeText(shown + (newline && !stopped ? '\n' : '')))
    await io.out.flush()
    return 0
  },
}
