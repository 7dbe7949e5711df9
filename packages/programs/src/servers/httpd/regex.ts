const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  xdigit: 'A-Fa-f0-9',
  word: '\\w',
  punct: '!-\\/:-@\\[-`{-~',
}

/** A PCRE as JavaScript writes it; undefined when it can't be compiled. */
export function compileRegex(pattern: string, fold = false): RegExp | undefined {
  const [, letters = ''] = /^\(\?([a-z]+)\)/.exec(pattern) ?? []
  const source = pattern
    .slice(letters === '' ? 0 : letters.length + 3)
    .replaceAll('(?P<', '(?<')
    .replace(/\[:(\w+):\]/g, (whole, name: string) => CLASSES[name] ?? whole)
    .replace(/\\A/g, '^')
    .replace(/\\[zZ]/g, '$')
    .replace(/\\h/g, '[ \\t]')
    .replace(/([*+?}])\+/g, '$1')
  const flags = `${fold || letters.includes('i') ? 'i' : ''}${letters.includes('s') ? 's' : ''}${letters.includes('m') ? 'm' : ''}`
  try {
    return new RegExp(source, flags)
  } catch {
    return undefined
  }
}
