const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['b', '\b'],
  ['a', '\x07'],
])

/** Words of a line, with "double" and 'single' quotes and \xHH, as redis reads lines. @returns undefined for open quotes */
export function splitArguments(line: string): string[] | undefined {
  const words: string[] = []
  let at = 0
  for (;;) {
    while (/\s/.test(line[at] ?? '')) at++
    if (at >= line.length) return words
    const word = readWord(line, at)
    if (!word) return undefined
    words.push(word.text)
    at = word.end
  }
}

interface Word {
  readonly text: string
  readonly end: number
}

function readWord(line: string, from: number): Word | undefined {
  let text = ''
  let at = from
  while (at < line.length && !/\s/.test(line[at] ?? '')) {
    const quote = line[at]
    if (quote !== '"' && quote !== "'") {
      text += line[at++]
      continue
    }
    const quoted = quote === '"' ? doubleQuoted(line, at + 1) : singleQuoted(line, at + 1)
    // Behind a closing quote comes a blank or the end.
    if (!quoted || (quoted.end < line.length && !/\s/.test(line[quoted.end] ?? ''))) return undefined
    text += quoted.text
    at = quoted.end
  }
  return { text, end: at }
}

function doubleQuoted(line: string, from: number): Word | undefined {
  let text = ''
  for (let at = from; at < line.length; at++) {
    const char = line[at] ?? ''
    if (char === '"') return { text, end: at + 1 }
    if (char !== '\\') {
      text += char
      continue
    }
    const hex = /^\\x([0-9a-f]{2})/i.exec(line.slice(at, at + 4))?.[1]
    if (hex !== undefined) {
      text += String.fromCharCode(Number.parseInt(hex, 16))
      at += 3
      continue
    }
    const escaped = line[++at] ?? ''
    text += ESCAPES.get(escaped) ?? escaped
  }
  return undefined
}

function singleQuoted(line: string, from: number): Word | undefined {
  let text = ''
  for (let at = from; at < line.length; at++) {
    if (line[at] === "'") return { text, end: at + 1 }
    if (line[at] === '\\' && line[at + 1] === "'") at++
    text += line[at]
  }
  return undefined
}
