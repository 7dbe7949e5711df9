import type { Command, CommandGroup } from './command.ts'
import { flagUsages } from './flag-usages.ts'
import type { FlagTable } from './flag.ts'
import { type EngineFacts, isShown } from './requirements.ts'

const shows = (command: Command, facts: EngineFacts): boolean => !command.hidden && isShown(command, facts)

const row = (command: Command): string => `  ${command.name.padEnd(11)} ${command.short}\n`

/** The usage line: `docker ps [OPTIONS]`. */
export const useLine = (command: Command, parentPath: string): string => `${parentPath} ${command.use}`

function section(title: string, commands: readonly Command[], facts: EngineFacts): string {
  const shown = commands.filter((command) => shows(command, facts))
  return shown.length === 0 ? '' : `\n${title}:\n${shown.map(row).join('')}`
}

const byName = (a: Command, b: Command): number => (a.name < b.name ? -1 : 1)

const experimentWords = (path: string): string =>
  `\nEXPERIMENTAL:\n  ${path} is an experimental feature.\n  Experimental features provide early access to product functionality. These\n  features may change between releases without warning, or can be removed from a\n  future release. Learn more about experimental features in our documentation:\n  https://docs.docker.com/go/experimental/\n`

const shownFlags = (flags: FlagTable, facts: EngineFacts): FlagTable =>
  Object.fromEntries(Object.entries(flags).filter(([, flag]) => isShown(flag, facts)))

/** Help of a command below the root. */
export function commandHelp(command: Command, parentPath: string, width: number, facts: EngineFacts): string {
  const options = flagUsages(shownFlags(command.flags, facts), width - 1)
  const path = `${parentPath} ${command.name}`
  const children = (command.children ?? []).toSorted(byName)
  return [
    `Usage:  ${useLine(command, parentPath)}\n\n${(command.long ?? command.short).trim()}\n`,
    command.aliasLine ? `\nAliases:\n  ${command.aliasLine}\n` : '',
    command.example ? `\nExamples:\n${command.example}\n` : '',
    command.experimental ? experimentWords(path) : '',
    options === '' ? '' : `\nOptions:\n${options}`,
    section(
      'Management Commands',
      children.filter((child) => child.group === 'management'),
      facts,
    ),
    section(
      'Commands',
      children.filter((child) => child.group !== 'management'),
      facts,
    ),
    children.length > 0 ? `\nRun '${path} COMMAND --help' for more information on a command.\n` : '',
  ].join('')
}

const GROUPS: readonly (readonly [string, CommandGroup])[] = [
  ['Common Commands', 'common'],
  ['Management Commands', 'management'],
  ['Swarm Commands', 'swarm'],
  ['Commands', 'plain'],
]

/** Help of `docker` itself. */
export function rootHelp(commands: readonly Command[], flags: FlagTable, width: number, facts: EngineFacts): string {
  const groups = GROUPS.map(([title, group]) => {
    const members = commands.filter((command) => (command.group ?? 'plain') === group)
    const sorted = members.toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0) || byName(a, b))
    return section(title, sorted, facts)
  })
  return [
    'Usage:  docker [OPTIONS] COMMAND\n\nA self-sufficient runtime for containers\n',
    ...groups,
    `\nGlobal Options:\n${flagUsages(flags, width - 1)}`,
    "\nRun 'docker COMMAND --help' for more information on a command.\n",
    '\nFor more help on how to use Docker, head to https://docs.docker.com/go/guides/\n',
  ].join('')
}
