import { isErrno, type Sys } from '@drydock/abi'
import { readAll, readFile } from '@drydock/libc'

/** A file of options, one a line: `user-agent = "x"`, `-L`, `url=…`. curl(1), --config @returns words of a command line */
export function configWords(text: string): string[] {
  const words: string[] = []
  for (const whole of text.split('\n')) {
    const line = whole.trim()
    if (line === '' || line.startsWith('#')) continue
    const [, name = '', rest = ''] = /^([^\s=:]+)\s*[\s=:]?\s*(.*)$/.exec(line) ?? []
    words.push(name.startsWith('-') ? name : `--${name}`)
    if (rest !== '') words.push(parameter(rest))
  }
  return words
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
])

function parameter(text: string): string {
  if (!text.startsWith('"')) return text.replace(/\s+#.*$/, '')
  const [, quoted = ''] = /^"((?:\\.|[^"\\])*)/.exec(text) ?? []
  return quoted.replace(/\\(.)/g, (_, letter: string) => ESCAPES.get(letter) ?? letter)
}

/** Words of the command line with those of -K and of the user's own file in their places. */
export async function withConfigFiles(
  sys: Sys,
  argv: readonly string[],
  home: string | undefined,
): Promise<{ readonly words: string[]; readonly missing: string | undefined }> {
  const words: string[] = []
  const plain = /^(-q|--disable)$/.test(argv[0] ?? '')
  if (!plain && home !== undefined) words.push(...configWords((await textOf(sys, `${home}/.curlrc`)) ?? ''))
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (word !== '-K' && word !== '--config') {
      words.push(word)
      continue
    }
    const path = argv[++at]
    const text = path === undefined ? undefined : await textOf(sys, path)
    if (path === undefined) words.push(word)
    else if (text === undefined) return { words, missing: path }
    else words.push(...configWords(text))
  }
  return { words, missing: undefined }
}

async function textOf(sys: Sys, path: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(path === '-' ? await readAll(sys, 0) : await readFile(sys, path))
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}
