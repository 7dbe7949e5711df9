/** Whether the text ends with a whole statement: sqlite3_complete. Semicolons in texts, comments and triggers end none. */
export const isComplete = (text: string): boolean => {
  const { ends, open } = scan(text)
  return (
    !open &&
    ends.at(-1) !== undefined &&
    text
      .slice(ends.at(-1))
      .trim()
      .replace(/^(--[^\n]*\s*|\/\*[\s\S]*?\*\/\s*)+$/, '') === ''
  )
}

/** The statements of a text, each with its semicolon; what is behind the last of them is one too. */
export function statementsOf(text: string): string[] {
  const found: string[] = []
  let from = 0
  for (const end of scan(text).ends) {
    found.push(text.slice(from, end))
    from = end
  }
  return [...found, text.slice(from)].filter((each) => bare(each) !== '')
}

/** Without comments and blanks: whether anything is left. */
const bare = (text: string): string =>
  text
    .replace(/--[^\n]*/g, '')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(';', '')
    .trim()

const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[A-Za-z_]\w*|;|['"`[]|\S/g

/** Where statements end; and whether a quote is open at the end. */
function scan(text: string): { readonly ends: readonly number[]; readonly open: boolean } {
  const ends: number[] = []
  let words: string[] = []
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (/^['"`[]$/.test(token)) return { ends, open: true }
    if (token.startsWith('--') || token.startsWith('/*')) continue
    if (token !== ';') {
      words.push(token.toLowerCase())
      continue
    }
    // A trigger ends with END; its statements do not end it.
    const trigger = /^(explain )?create (temp |temporary )?trigger\b/.test(words.slice(0, 5).join(' '))
    if (trigger && words.at(-1) !== 'end') {
      words.push(';')
      continue
    }
    ends.push(index + 1)
    words = []
  }
  return { ends, open: false }
}
