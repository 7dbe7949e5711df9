import type { Command, CommandTable } from '../command.ts'
import { ADMINISTRATION_COMMANDS } from './administration.ts'
import { COLLECTION_COMMANDS } from './collections.ts'
import { HELLO_COMMANDS } from './hello.ts'
import { READING_COMMANDS } from './reading.ts'
import { WRITING_COMMANDS } from './writing.ts'

/** Every command that this server knows, by its name. docs: Database Commands */
export const COMMANDS: CommandTable = {
  ...HELLO_COMMANDS,
  ...READING_COMMANDS,
  ...WRITING_COMMANDS,
  ...COLLECTION_COMMANDS,
  ...ADMINISTRATION_COMMANDS,
  listCommands: { privilege: 'open', help: 'get a list of all db commands', run: () => ({ commands: commandHelp() }) },
}

/** Other spellings that clients use. */
const ALIASES: Readonly<Record<string, keyof typeof COMMANDS>> = {
  ismaster: 'isMaster',
  buildinfo: 'buildInfo',
  findandmodify: 'findAndModify',
  getlasterror: 'getLastError',
  dbstats: 'dbStats',
  collstats: 'collStats',
  deleteIndexes: 'dropIndexes',
}

export const nameOf = (given: string): string => ALIASES[given] ?? given

const commandHelp = (): Record<string, { help: string }> =>
  Object.fromEntries(Object.entries(COMMANDS).map(([name, { help }]: [string, Command]) => [name, { help }]))
