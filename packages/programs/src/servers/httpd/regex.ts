import { ASCII_CLASSES } from '../../text/ascii-classes.ts'

/** A PCRE as JavaScript writes it; undefined when it can't be compiled. */
export function compileRegex(pattern: string, fold = false): RegExp | undefined {
  const [, letters = ''] = /^\(\?([a-z]+)\)/.exec(pattern) ?? []
  const source = pattern
    .slice(letters === '' ? 0 : letters.length + 3)
    .replaceAll('(?P<', '(?<')
    .replace(/\[:(\w+):\]/g, (whole, name: string) => (name === 'word' ? '\\w' : ASCII_CLASSES.get(name)) ?? whole)
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
