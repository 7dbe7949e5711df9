/** Values of a body that holds one JSON text after another, with or without newlines between (RFC 7464's poor cousin). */
export async function* readJsonLines<T>(body: AsyncIterable<Uint8Array>): AsyncGenerator<T, void, void> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as T
    if (isWhole(rest)) {
      yield JSON.parse(rest) as T
      rest = ''
    }
  }
  if (rest.trim() !== '') yield JSON.parse(rest) as T
}

/** The engine's streams of stats and events may leave the newline to the next line. */
function isWhole(text: string): boolean {
  if (!text.endsWith('}')) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
