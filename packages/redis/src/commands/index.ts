import type { Command } from '../command.ts'
import { aclCommands } from './acl.ts'
import { bitCommands } from './bits.ts'
import { connectionCommands } from './connection.ts'
import { functionCommands } from './functions.ts'
import { geoCommands } from './geo.ts'
import { hashCommands } from './hashes.ts'
import { withHelp } from './help.ts'
import { hyperLogLogCommands } from './hyperloglog.ts'
import { keyCommands } from './keys.ts'
import { listCommands } from './lists.ts'
import { pubSubCommands } from './pub-sub.ts'
import { replicationCommands } from './replication.ts'
import { scriptingCommands } from './scripting.ts'
import { serverCommands } from './server.ts'
import { setCommands } from './sets.ts'
import { sortedSetCommands } from './sorted-sets.ts'
import { streamCommands } from './streams.ts'
import { stringCommands } from './strings.ts'
import { transactionCommands } from './transactions.ts'

/** Every command by its name in small letters. */
export const commands: ReadonlyMap<string, Command> = new Map(
  [
    ...stringCommands,
    ...keyCommands,
    ...listCommands,
    ...hashCommands,
    ...setCommands,
    ...sortedSetCommands,
    ...streamCommands,
    ...bitCommands,
    ...geoCommands,
    ...hyperLogLogCommands,
    ...pubSubCommands,
    ...transactionCommands,
    ...scriptingCommands,
    ...functionCommands,
    ...connectionCommands,
    ...replicationCommands,
    ...serverCommands(() => commands),
    ...aclCommands(() => commands),
  ].map((command) => [command.name, withHelp(command)]),
)
