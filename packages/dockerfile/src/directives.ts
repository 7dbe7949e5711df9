import { DockerfileError } from './dockerfile-error.ts'

const KNOWN: ReadonlySet<string> = new Set(['syntax', 'escape', 'check'])

/** Reads `# name=value` lines at the head of a file; the first line that is none ends them. */
export class DirectiveReader {
  readonly values = new Map<string, string>()
  private done = false

  /** @returns whether the line was a directive @throws DockerfileError for a second one of the same name */
  take(line: string): boolean {
    if (this.done) return false
    const [, name = '', value = ''] = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/.exec(line) ?? []
    const key = name.toLowerCase()
    if (!KNOWN.has(key)) {
      this.done = true
      return false
    }
    if (this.values.has(key)) throw new DockerfileError(`only one ${key} parser directive can be used`)
    this.values.set(key, value)
    return true
  }
}

/** The value of one directive of a file; undefined when it has none. */
export function directiveOf(text: string, name: string): string | undefined {
  const reader = new DirectiveReader()
  const lines = text.replace(/^\ufeff/, '').split('\n')
  try {
    for (const line of lines[0]?.startsWith('#!') ? lines.slice(1) : lines)
      if (!reader.take(line.replace(/\r$/, ''))) break
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error
  }
  return reader.values.get(name)
}
