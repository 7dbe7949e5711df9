/** `caddy fmt`: a tab for each brace, one blank line between blocks at most, one blank between words. */
export function formatted(text: string): string {
  const lines: string[] = []
  let depth = 0
  for (const line of text.replaceAll('\r\n', '\n').split('\n').map(squeezed)) {
    if (line === '') {
      if (lines.at(-1) !== '' && lines.length > 0 && !lines.at(-1)?.endsWith('{')) lines.push('')
      continue
    }
    if (line.startsWith('}')) {
      depth = Math.max(0, depth - 1)
      while (lines.at(-1) === '') lines.pop()
    }
    lines.push('\t'.repeat(depth) + line)
    if (/(^|\s)\{$/.test(line)) depth++
  }
  while (lines.at(-1) === '') lines.pop()
  return lines.length > 0 ? `${lines.join('\n')}\n` : ''
}

/** Words of a line with one blank between them; what is in quotes stays. */
const squeezed = (line: string): string =>
  (line.trim().match(/"(?:\\.|[^"\\])*"\S*|`[^`]*`\S*|#.*|[^\s"`]+(?:"(?:\\.|[^"\\])*"\S*)?/g) ?? []).join(' ')
