import { type Call, type Command, commandTable } from '../command.ts'
import { CommandError, OK, type Reply, ReplyMap } from '../resp/reply.ts'
import { integer } from '../store/numbers.ts'
import { CATEGORIES, categoryOf } from '../acl/categories.ts'
import { describeClient } from './connection.ts'

type Sub = (call: Call, words: readonly string[]) => Reply

const HELP = `ACL <subcommand> [<arg> [value] [opt] ...]. Subcommands are:
CAT [<category>]
    List all commands that belong to <category>, or all command categories
    when no category is specified.
DELUSER <username> [<username> ...]
    Delete a list of users.
DRYRUN <username> <command> [<arg> ...]
    Returns whether the user can execute the given command without executing the command.
GETUSER <username>
    Get the user's details.
GENPASS [<bits>]
    Generate a secure 256-bit user password. The optional \`bits\` argument can
    be used to specify a different size.
LIST
    Show users details in config file format.
LOAD
    Reload users from the ACL file.
LOG [<count> | RESET]
    Show the ACL log entries.
SAVE
    Save the current config to the ACL file.
SETUSER <username> <attribute> [<attribute> ...]
    Create or modify a user with the specified attributes.
USERS
    List all the registered usernames.
WHOAMI
    Return the current connection username.
HELP
    Prints this help.`

const NO_FILE =
  'ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.'

const noFile: Sub = () => {
  throw new CommandError(NO_FILE)
}

const log: Sub = ({ server, now }, [count = '10']) => {
  const { refusals } = server.acl
  if (count.toLowerCase() === 'reset') {
    refusals.length = 0
    return OK
  }
  return refusals.slice(0, integer(count)).map(
    (each, at) =>
      new ReplyMap([
        ['count', each.count],
        ['reason', each.reason],
        ['context', each.client.queue ? 'multi' : 'toplevel'],
        ['object', each.object],
        ['username', each.user],
        ['age-seconds', String((now - each.atMs) / 1000)],
        ['client-info', describeClient(each.client, now)],
        ['entry-id', refusals.length - 1 - at],
        ['timestamp-created', each.atMs],
        ['timestamp-last-updated', each.atMs],
      ]),
  )
}

const genpass: Sub = ({ server }, [bits = '256']) => {
  const count = integer(bits)
  if (count <= 0 || count > 4096)
    throw new CommandError(
      'ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096',
    )
  const digits = Math.ceil(count / 4)
  const bytes = server.sys.entropy.bytes(Math.ceil(digits / 2))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .slice(0, digits)
}

const subs = (table: () => ReadonlyMap<string, Command>): Readonly<Record<string, Sub>> => ({
  WHOAMI: ({ client }) => client.user,
  USERS: ({ server }) => [...server.acl.users.keys()].toSorted(),
  LIST: ({ server }) => [...server.acl.users.values()].map((user) => user.describe()).toSorted(),
  GETUSER: ({ server }, [name = '']) => {
    const user = server.acl.users.get(name)
    return user ? new ReplyMap(user.facts()) : null
  },
  SETUSER: ({ server }, [name = '', ...rules]) => {
    if (name === '' || /\s/.test(name)) throw new CommandError("ERR Usernames can't contain spaces or null characters")
    server.acl.set(name, rules)
    return OK
  },
  DELUSER: ({ server }, names) => names.filter((name) => server.acl.delete(name)).length,
  CAT: (_call, [name]) => {
    if (name === undefined) return CATEGORIES
    const found = categoryOf(table(), name.toLowerCase())
    if (!found) throw new CommandError(`ERR Unknown category '${name}'`)
    return [...found]
  },
  DRYRUN: ({ server }, [name = '', ...argv]) => {
    const user = server.acl.users.get(name)
    if (!user) throw new CommandError(`ERR User '${name}' not found`)
    const command = table().get((argv[0] ?? '').toLowerCase())
    if (!command) throw new CommandError(`ERR Command '${argv[0] ?? ''}' not found`)
    const refusal = server.acl.judge(user, command, argv)
    if (!refusal) return OK
    return refusal.reason === 'key'
      ? `User ${name} has no permissions to access the '${refusal.object}' key`
      : refusal.words
  },
  GENPASS: genpass,
  LOG: log,
  LOAD: noFile,
  SAVE: noFile,
  HELP: () => HELP.split('\n'),
})

export const aclCommands = (table: () => ReadonlyMap<string, Command>): readonly Command[] =>
  commandTable({
    acl: [
      -2,
      'a',
      '',
      (call, [sub = '', ...words]) => {
        const run = subs(table)[sub.toUpperCase()]
        if (!run) throw new CommandError(`ERR unknown subcommand '${sub}'. Try ACL HELP.`)
        return run(call, words)
      },
    ],
  })
