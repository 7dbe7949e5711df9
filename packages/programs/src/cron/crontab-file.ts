import { BadSchedule, readSchedule, type Schedule } from './schedule.ts'

/** One line of a crontab that runs something. */
export interface Job {
  readonly schedule: Schedule
  /** Who runs it, in tables that say so. */
  readonly user: string | undefined
  /** For the shell, with `%` as they were written. */
  readonly command: string
  /** The variables set above it. */
  readonly variables: ReadonlyMap<string, string>
}
export interface CrontabProblem {
  /** Counted from 0, as cron's own messages have it. */
  readonly line: number
  readonly reason: string
}
export interface Crontab {
  readonly jobs: readonly Job[]
  readonly problems: readonly CrontabProblem[]
}

const VARIABLE = /^("[^"]*"|'[^']*'|[A-Za-z_][\w.-]*)\s*=\s*(.*?)\s*$/
const unquoted = (text: string): string => /^(["'])(.*)\1$/.exec(text)?.[2] ?? text

/** Reads a table. @param system  lines name a user, as those of /etc/crontab do. crontab(5) */
export function readCrontab(text: string, system = false): Crontab {
  const jobs: Job[] = []
  const problems: CrontabProblem[] = []
  const variables = new Map<string, string>()
  for (const [at, whole] of text.split('\n').entries()) {
    const line = whole.trimStart()
    if (line === '' || line.startsWith('#')) continue
    const [, name, value = ''] = VARIABLE.exec(line) ?? []
    if (name !== undefined) variables.set(unquoted(name), unquoted(value))
    else
      try {
        jobs.push(readJob(line, system, new Map(variables)))
      } catch (error) {
        if (!(error instanceof BadSchedule)) throw error
        problems.push({ line: at, reason: error.message })
      }
  }
  return { jobs, problems }
}

function readJob(line: string, system: boolean, variables: ReadonlyMap<string, string>): Job {
  const { schedule, rest } = readSchedule(line)
  if (!system) return { schedule, user: undefined, command: rest, variables }
  const [, user = '', command = ''] = /^(\S+)\s*(.*)$/.exec(rest) ?? []
  if (user === '') throw new BadSchedule('bad username')
  return { schedule, user, command, variables }
}

/** What the shell gets and what stands on its standard input: parted by the first `%` without a backslash. */
export function splitCommand(command: string): { readonly line: string; readonly input: string } {
  const [line = '', ...input] = command.split(/(?<!\\)%/)
  const plain = (text: string): string => text.replaceAll('\\%', '%')
  return { line: plain(line), input: input.length === 0 ? '' : `${input.map(plain).join('\n')}\n` }
}
