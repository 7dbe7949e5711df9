/** One command of a lesson, with lines that have to be in what it prints, in their order. */
export interface LessonStep {
  /** The instance that it is typed on. */
  readonly host: string
  readonly command: string
  readonly expected: readonly string[]
  /** Default 0. */
  readonly status: number
}

const MARK = '\u001e'

/**
 * Reads a transcript: `$ ` begins a command and `> ` goes on with it; other lines are what it prints, where `…` stands
 * for any text within a line; `[status N]` is how it ends. Lines that are not there may stand between those that are.
 * `@node2` alone on a line: what follows is typed on that instance.
 */
export function readLesson(text: string): readonly LessonStep[] {
  let host = 'node1'
  const steps: { host: string; command: string; expected: string[]; status: number }[] = []
  for (const line of text.split('\n')) {
    const last = steps.at(-1)
    const status = /^\[status (\d+)\]$/.exec(line)?.[1]
    const instance = /^@(node\d+)$/.exec(line)?.[1]
    if (instance !== undefined) host = instance
    else if (line.startsWith('$ ')) steps.push({ host, command: line.slice(2), expected: [], status: 0 })
    else if (!last || line.startsWith('# ') || line === '') continue
    else if (line === '>' || line.startsWith('> ')) last.command += `\n${line.slice(2)}`
    else if (status !== undefined) last.status = Number(status)
    else last.expected.push(line)
  }
  return steps
}

/** Steps in a row that are typed on the same instance. */
export function turnsOf(steps: readonly LessonStep[]): readonly (readonly LessonStep[])[] {
  const turns: LessonStep[][] = []
  for (const step of steps) {
    const last = turns.at(-1)
    if (last?.[0]?.host === step.host) last.push(step)
    else turns.push([step])
  }
  return turns
}

/** Steps as one script of a shell, which tells after each how it ended. */
export const scriptOf = (steps: readonly LessonStep[]): string =>
  steps.map(({ command }) => `${command}\nprintf '${MARK}%s${MARK}' "$?"\n`).join('')

/** What is wrong with an outcome, command by command. */
export function judgeLesson(steps: readonly LessonStep[], output: string): readonly string[] {
  const parts = output.split(MARK)
  return steps.flatMap((step, at) => {
    const [printed, status] = [parts[2 * at], parts[2 * at + 1]]
    if (printed === undefined || status === undefined) return [`$ ${step.command}: was not run`]
    const wrong = [
      ...(Number(status) === step.status ? [] : [`status ${status} in place of ${step.status}`]),
      ...missing(step.expected, printed.replaceAll('\r', '').split('\n')),
    ]
    return wrong.length === 0 ? [] : [`$ ${step.command}: ${wrong.join('; ')}\n${printed}`]
  })
}

function missing(expected: readonly string[], printed: readonly string[]): readonly string[] {
  let from = 0
  return expected.flatMap((line) => {
    const pattern = new RegExp(`^${line.split('…').map(escaped).join('.*')}$`)
    const found = printed.findIndex((each, at) => at >= from && pattern.test(each.trimEnd()))
    if (found < 0) return [`lacks: ${line}`]
    from = found + 1
    return []
  })
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
