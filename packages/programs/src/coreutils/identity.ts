import { defineProgram, flag, type ProgramContext, UsageError } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'

const options = {
  a: flag('a'),
  context: flag('Z', 'context'),
  group: flag('g', 'group'),
  groups: flag('G', 'groups'),
  name: flag('n', 'name'),
  real: flag('r', 'real'),
  user: flag('u', 'user'),
  zero: flag('z', 'zero'),
}
type Context = ProgramContext<typeof options>

interface Identity {
  readonly uid: number
  readonly gid: number
  readonly groups: readonly number[]
}

function identityOf({ sys }: Context, accounts: Accounts, user: string | undefined): Identity | undefined {
  if (user === undefined) {
    const gid = sys.getgid()
    return { uid: sys.geteuid(), gid, groups: [...new Set([gid, ...sys.getgroups()])] }
  }
  const account = accounts.users.find((each) => each.name === user || String(each.uid) === user)
  if (!account) return undefined
  const member = accounts.groups.filter((group) => group.members.includes(account.name)).map((group) => group.gid)
  return { uid: account.uid, gid: account.gid, groups: [...new Set([account.gid, ...member])] }
}

function describe(
  { options: o, flavour, sys, operands }: Context,
  accounts: Accounts,
  { uid, gid, groups }: Identity,
): string {
  const userName = accounts.userName(uid)
  const groupText = (each: number): string => (o.name ? (accounts.groupName(each) ?? String(each)) : String(each))
  if (o.user) return o.name ? (userName ?? String(uid)) : String(uid)
  if (o.group) return groupText(gid)
  if (o.groups) return groups.map(groupText).join(o.zero ? '\0' : ' ')
  const labelled = (id: number, name: string | undefined): string =>
    name === undefined ? String(id) : `${id}(${name})`
  const both = `uid=${labelled(uid, userName)} gid=${labelled(gid, accounts.groupName(gid))}`
  // Busybox shows what getgroups(2) has, and nothing when that is empty.
  const shown = flavour === 'busybox' && operands.length === 0 ? sys.getgroups() : groups
  if (shown.length === 0) return both
  return `${both} groups=${shown.map((each) => labelled(each, accounts.groupName(each))).join(',')}`
}

/** id: print user and group ids. GNU coreutils 9 id. */
export const id = defineProgram({
  name: 'coreutils/id',
  paths: ['/usr/bin/id'],
  covers: 'full',
  summary: 'print real and effective user and group IDs',
  sizeBytes: 48144,
  usage: 'id [OPTION]... [USER]...',
  options,
  async main(context) {
    const { operands, options: o, sys, io } = context
    const accounts = await Accounts.read(sys)
    if (o.name && !o.user && !o.group && !o.groups) {
      await context.fail('cannot print only names or real IDs in default format')
      return 1
    }
    let status = 0
    for (const user of operands.length ? operands : [undefined]) {
      const identity = identityOf(context, accounts, user)
      if (identity) await io.print(`${describe(context, accounts, identity)}${o.zero ? '\0' : '\n'}`)
      else {
        await context.fail(`'${user}': no such user`)
        status = 1
      }
    }
    return status
  },
})

/** groups: print the groups a user is in. GNU coreutils 9. */
export const groups = defineProgram({
  name: 'coreutils/groups',
  paths: ['/usr/bin/groups'],
  covers: 'full',
  summary: 'print the groups a user is in',
  sizeBytes: 39824,
  usage: 'groups [OPTION]... [USERNAME]...',
  options: {},
  async main({ operands, sys, io, fail }) {
    const accounts = await Accounts.read(sys)
    const names = (ids: readonly number[]): string =>
      [...new Set(ids)].map((gid) => accounts.groupName(gid) ?? String(gid)).join(' ')
    if (operands.length === 0) await io.print(`${names([sys.getgid(), ...sys.getgroups()])}\n`)
    let status = 0
    for (const user of operands) {
      const account = accounts.users.find((each) => each.name === user)
      if (account) {
        const member = accounts.groups.filter((group) => group.members.includes(user)).map((group) => group.gid)
        await io.print(`${user} : ${names([account.gid, ...member])}\n`)
      } else {
        await fail(`'${user}': no such user`)
        status = 1
      }
    }
    return status
  },
})

/** whoami: print the effective user's name. GNU coreutils 9. */
export const whoami = defineProgram({
  name: 'coreutils/whoami',
  paths: ['/usr/bin/whoami'],
  covers: 'full',
  summary: 'print effective user name',
  sizeBytes: 39760,
  usage: 'whoami [OPTION]...',
  options: {},
  async main({ operands, sys, io, fail }) {
    if (operands[0] !== undefined) throw new UsageError(`extra operand '${operands[0]}'`)
    const uid = sys.geteuid()
    const name = (await Accounts.read(sys)).userName(uid)
    if (name === undefined) {
      await fail(`cannot find name for user ID ${uid}`)
      return 1
    }
    await io.print(`${name}\n`)
    return 0
  },
})

/** logname: print the login name. */
export const logname = defineProgram({
  name: 'coreutils/logname',
  paths: ['/usr/bin/logname'],
  covers: 'full',
  summary: "print user's login name",
  usage: 'logname [OPTION]',
  options: {},
  async main({ sys, io, fail }) {
    const name = (await Accounts.read(sys)).userName(sys.getuid())
    if (name !== undefined) await io.print(`${name}\n`)
    else await fail('no login name')
    return name === undefined ? 1 : 0
  },
})
