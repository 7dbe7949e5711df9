import type { Tree } from './tree.ts'

const WORD_VALUES: ReadonlyMap<string, Tree> = new Map<string, Tree>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
])
const FLOAT = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/
const INTEGERS: readonly (readonly [RegExp, number])[] = [
  [/^[-+]?0b([01]+)$/, 2],
  [/^[-+]?0o?([0-7]+)$/, 8],
  [/^[-+]?0x([0-9a-fA-F]+)$/, 16],
  [/^[-+]?(0|[1-9]\d*)$/, 10],
]

/** A plain scalar as go-yaml v3 resolves it: `010` is octal, `1_000` a number, `yes` a word. */
export function resolvePlain(word: string): Tree {
  const known = WORD_VALUES.get(word)
  if (known !== undefined) return known
  if (!/^[-+.\d]/.test(word)) return word
  const digits = word.replaceAll('_', '')
  for (const [form, base] of INTEGERS) {
    const match = form.exec(digits)
    if (match) return Number.parseInt(match[1] ?? '0', base) * (digits.startsWith('-') ? -1 : 1)
  }
  if (FLOAT.test(digits)) return Number(digits)
  return word
}
