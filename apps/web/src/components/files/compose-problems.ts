import type { Problem } from './problem.ts'

/** What compose said of a file, each line where it belongs. */
export function composeProblems(text: string, said: string): readonly Problem[] {
  return said
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^time=.*level=debug/.test(line))
    .map((message) => {
      const line = lineOf(text.split('\n'), message)
      const severity = /level=warning/.test(message) ? 'warning' : 'error'
      return { severity, message: plain(message), from: line, to: line }
    })
}

/** logrus prints `time="…" level=warning msg="…"`. */
const plain = (message: string): string => {
  const quoted = /\bmsg="((?:[^"\\]|\\.)*)"/.exec(message)?.[1]
  return quoted === undefined ? message : quoted.replaceAll(/\\(.)/g, '$1')
}

/** A line that it names itself, or the key that the path in it leads to (`services.web.ports.0`, `service "web"`). */
function lineOf(lines: readonly string[], message: string): number {
  const named = /\bline (\d+)/.exec(message)?.[1]
  if (named !== undefined) return Number(named)
  const path = /\b(?:services|networks|volumes|configs|secrets)(?:\.[\w-]+)+/.exec(message)?.[0].split('.')
  if (path) return lineOfPath(lines, path)
  const name = /"([\w.-]+)"/.exec(message)?.[1]
  return name === undefined ? 1 : Math.max(1, lines.findIndex((line) => line.includes(name)) + 1)
}

/** Follows the keys downwards, each below the one before and indented more; where one is missing the last one found. */
function lineOfPath(lines: readonly string[], path: readonly string[]): number {
  let at = -1
  let indent = -1
  for (const key of path) {
    const found = childAt(lines, at + 1, indent, key)
    if (found < 0) break
    at = found
    indent = indentOf(lines[found] ?? '')
  }
  return Math.max(1, at + 1)
}

const indentOf = (line: string): number => line.length - line.trimStart().length

function childAt(lines: readonly string[], from: number, indent: number, key: string): number {
  const index = /^\d+$/.test(key) ? Number(key) : -1
  let items = 0
  for (let at = from; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (line.trim() === '') continue
    if (indentOf(line) <= indent && !line.trimStart().startsWith('- ')) return -1
    if (index >= 0 && line.trimStart().startsWith('-') && items++ === index) return at
    if (index < 0 && line.trimStart().startsWith(`${key}:`)) return at
  }
  return -1
}
