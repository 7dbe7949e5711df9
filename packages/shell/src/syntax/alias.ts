import type { Cursor } from './cursor.ts'

/** Puts the text of an alias in place of its name at the cursor. POSIX, 2.3.1. */
export function expandAlias(cursor: Cursor): void {
  for (;;) {
    cursor.aliases = cursor.aliases.filter(({ end }) => end > cursor.position)
    const match = /^[^\s;&|()<>$`'"\\=/]+(?=[\s;&|()<>]|$)/.exec(
      cursor.source.slice(cursor.position, cursor.position + 256),
    )
    const name = match?.[0]
    if (!name || cursor.aliases.some((each) => each.name === name)) return
    const value = cursor.options.alias(name)
    if (value === undefined) return
    const { position } = cursor
    const rest = cursor.source.slice(position + name.length)
    cursor.source = cursor.source.slice(0, position) + value + rest
    const grown = value.length - name.length
    for (const each of cursor.aliases) each.end += grown
    cursor.aliases.push({ name, end: position + value.length })
    cursor.aliasNext = /[ \t]$/.test(value) ? position + value.length : -1
    cursor.skipBlanks()
  }
}
