import { type Steps, wait } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import { parseFlags } from './flags.ts'
import { HELP_SUMMARIES } from './help-summaries.ts'
import { HELP_TOPICS } from './help-topics.ts'

const COLUMN = 40
const ROWS_HEAD = (version: string): string => `GNU bash, version ${version} (x86_64-pc-linux-gnu)
These shell commands are defined internally.  Type \`help' to see this list.
Type \`help name' to find out more about the function \`name'.
Use \`info bash' to find out more about the shell in general.
Use \`man -k' or \`info' to find out more about commands not in this list.

A star (*) next to a name means that the command is disabled.

`

/** One entry of the list: a star for what is disabled, cut to the column. */
function cell(shell: Shell, topic: string, synopsis: string): string {
  const text = (shell.disabled.has(topic) ? '*' : ' ') + synopsis
  return text.length > COLUMN - 2 ? `${text.slice(0, COLUMN - 2)}>` : text
}

/** Two columns, the first half of the topics on the left. */
function overview(shell: Shell): string {
  const cells = [...HELP_TOPICS].map(([topic, synopsis]) => cell(shell, topic, synopsis))
  const rows = Math.ceil(cells.length / 2)
  return cells
    .slice(0, rows)
    .map((left, at) => `${left.padEnd(COLUMN)}${cells[at + rows] ?? ''}`.trimEnd())
    .join('\n')
}

function article(topic: string, synopsis: string, summary: string, manual: boolean): string {
  if (!manual) return `${topic}: ${synopsis}\n    ${summary}\n`
  return `NAME\n    ${topic} - ${summary}\n\nSYNOPSIS\n    ${synopsis}\n\nDESCRIPTION\n    ${summary}\n\nSEE ALSO\n    bash(1)\n\n`
}

/** The builtin help. bash(1), "SHELL BUILTIN COMMANDS". */
export function* showHelp(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, { flags: 'dms' })
  if (operands.length === 0) {
    yield* wait(shell.print(`${ROWS_HEAD(shell.dialect.version)}${overview(shell)}\n`))
    return 0
  }
  let status = 1
  if (/[*?]|\[.*\]/.test(operands[0] ?? '')) {
    const plural = operands.length > 1 ? 's' : ''
    yield* wait(shell.print(`Shell commands matching keyword${plural} \`${operands.join("', `")}'\n\n`))
  }
  for (const pattern of operands) {
    const exact = HELP_TOPICS.has(pattern)
    const found = [...HELP_TOPICS].filter(([topic]) =>
      exact ? topic === pattern : topic.startsWith(pattern) || shell.patterns.matches(pattern, topic),
    )
    for (const [topic, synopsis] of found) {
      const summary = HELP_SUMMARIES.get(topic) ?? ''
      status = 0
      if (options.has('d')) yield* wait(shell.print(`${topic} - ${summary}\n`))
      else if (options.has('s')) yield* wait(shell.print(`${topic}: ${synopsis}\n`))
      else yield* wait(shell.print(article(topic, synopsis, summary, options.has('m'))))
    }
  }
  const last = operands.at(-1) ?? ''
  if (status)
    yield* wait(
      shell.complain(
        `help: no help topics match \`${last}'.  Try \`help help' or \`man -k ${last}' or \`info ${last}'.`,
      ),
    )
  return status
}
