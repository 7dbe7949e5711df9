const SPECIAL = /[.*+?^${}()|[\]\\/]/g

/** Patterns of KEYS, SCAN and PSUBSCRIBE: `*`, `?`, `[a-c]`, `[^x]` and `\` before any of them. */
export function globMatcher(pattern: string): (text: string) => boolean {
  if (pattern === '*') return () => true
  if (!/[*?[\\]/.test(pattern)) return (text) => text === pattern
  let source = ''
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] ?? ''
    if (char === '*') source += '[^]*'
    else if (char === '?') source += '[^]'
    else if (char === '\\' && i + 1 < pattern.length) source += (pattern[++i] ?? '').replace(SPECIAL, '\\$&')
    else if (char === '[' && pattern.indexOf(']', i) > 0) {
      const end = pattern.indexOf(']', i + 1)
      const inside = pattern.slice(i + 1, end)
      source += `[${inside.replace(/[\\\]]/g, '\\$&').replace(/(?!^)\^/g, '\\^')}]`
      i = end
    } else source += char.replace(SPECIAL, '\\$&')
  }
  const regex = new RegExp(`^${source}$`)
  return (text) => regex.test(text)
}
