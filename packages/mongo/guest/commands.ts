import type { Document } from 'bson'
import { format, formatPage, table } from './format.ts'
import type { Shell } from './shell.ts'

type Show = (shell: Shell) => string

/** As df -h would, by thousands of 1024. */
function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let [value, unit] = [bytes, 0]
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024
  return `${value.toFixed(2)} ${units[unit]}`
}

function databases(shell: Shell): string {
  const rows = shell.connection.command('admin', { listDatabases: 1 }).databases as Document[]
  return table(rows.map(({ name, sizeOnDisk }) => [String(name), size(Number(sizeOnDisk))]))
}

function collections({ db }: Shell): string {
  const rows = db.getCollectionInfos({}, { nameOnly: true }).filter(({ name }) => !String(name).startsWith('system.'))
  const views = rows.some(({ type }) => type !== 'collection')
  const named = rows.map(({ name, type }) => [String(name), type === 'collection' ? '' : `[${String(type)}]`] as const)
  const sorted = named.toSorted(([a], [b]) => (a < b ? -1 : 1))
  return views ? table(sorted) : sorted.map(([name]) => name).join('\n')
}

const BUILT_IN = ['dbAdmin', 'dbOwner', 'enableSharding', 'read', 'readWrite', 'userAdmin']

/** `show …` */
const SHOWS: Readonly<Record<string, Show>> = {
  dbs: databases,
  databases,
  collections,
  tables: collections,
  users: (shell) => format(shell.db.getUsers().users, shell.look),
  roles: (shell) =>
    format(
      BUILT_IN.map((role) => ({ role, db: shell.db.getName(), isBuiltin: true, roles: [], inheritedRoles: [] })),
      shell.look,
    ),
  profile: () =>
    'db.system.profile is empty.\nUse db.setProfilingLevel(2) will enable profiling.\nUse db.getCollection("system.profile").find() to show raw profile entries.',
  logs: (shell) => format(shell.connection.command('admin', { getLog: '*' }).names, shell.look),
  log: (shell) => (shell.connection.command('admin', { getLog: 'global' }).log as string[]).join('\n'),
  startupWarnings: (shell) =>
    (shell.connection.command('admin', { getLog: 'startupWarnings' }).log as string[]).join('\n'),
}

const HELP = `
  Shell Help:

    use                                        Set current database
    show                                       'show databases'/'show dbs': Print a list of all available databases.
                                               'show collections'/'show tables': Print a list of all collections for current database.
                                               'show users': Print a list of all users for current database.
                                               'show roles': Print a list of all roles for current database.
                                               'show log <type>': log for current connection, if type is not set uses 'global'
                                               'show logs': Print all logs.
    exit                                       Quit the MongoDB shell with exit/exit()/.exit
    quit                                       Quit the MongoDB shell with quit/quit()
    it                                         Prints the next page of the last cursor
    load                                       Loads and runs a JavaScript file into the current shell environment
    version                                    Shell version
    sleep                                      Sleep for the specified number of milliseconds
    print                                      Prints the contents of an object to the output
    cls                                        Clears the screen like console.clear()

  For more information on usage: https://mongodb.com/docs/mongodb-shell
`

type ShellCommand = (shell: Shell, words: readonly string[]) => string

/** Lines that are no JavaScript. @throws Error for a `show` that shows nothing */
export const SHELL_COMMANDS: Readonly<Record<string, ShellCommand>> = {
  use: (shell, [name = '']) => shell.use(name.replaceAll(/['"`;]/g, '')),
  show: (shell, [what = '']) => {
    const show = SHOWS[what.replace(/;$/, '')]
    if (!show) throw new Error(`[COMMON-10003] '${what}' is not a valid argument for "show".`)
    return show(shell)
  },
  it: (shell) => (shell.lastCursor ? formatPage(shell.lastCursor, shell.look) || 'no cursor' : 'no cursor'),
  help: () => HELP,
  cls: () => '\x1b[H\x1b[2J\x1b[3J',
}
