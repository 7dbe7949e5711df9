/** Values of a stream that holds one JSON text a line; what does not end with a line break counts as well. */
export async function* readJsonLines<T>(source: AsyncIterable<Uint8Array>): AsyncGenerator<T, void, void> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of source) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as T
  }
  if (rest.trim() !== '') yield JSON.parse(rest) as T
}
