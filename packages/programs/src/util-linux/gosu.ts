import type { Process, Program } from '@drydock/abi'
import { programName, Stdio } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { becomeUser, execOrFail } from '../account/become.ts'

/** `gosu user[:group] command…`: becomes the user and then the command, with nothing in between. */
async function main(process: Process): Promise<number> {
  const { sys, argv, env } = process
  const io = new Stdio(sys)
  const name = programName(process)
  const [, who = '', ...command] = argv
  if (command.length === 0) {
    await io.warn(`Usage: ${name} user-spec command [args]\n   eg: ${name} tianon bash\n`)
    return 1
  }
  const [user = '', group] = who.split(':')
  const accounts = await Accounts.read(sys)
  const found = accounts.users.find((each) => each.name === user || String(each.uid) === user)
  const groupFound = accounts.groups.find((each) => each.name === group || String(each.gid) === group)
  if (!found || (group !== undefined && !groupFound)) {
    await io.warn(
      `error: failed switching to "${who}": unable to find user ${user}: no matching entries in passwd file\n`,
    )
    return 1
  }
  becomeUser(sys, accounts, { ...found, gid: groupFound?.gid ?? found.gid })
  const complain = (reason: string): Promise<void> => io.warn(`error: exec: "${command[0]}": ${reason}\n`)
  return execOrFail(sys, command, new Map([...env, ['HOME', found.home]]), complain)
}

export const gosu: Program = {
  name: 'gosu/gosu',
  paths: ['/usr/local/bin/gosu', '/usr/local/bin/su-exec'],
  covers: 'full',
  summary: 'run a command as another user, in place of itself',
  sizeBytes: 2_363_392,
  main,
}
