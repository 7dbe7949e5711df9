import { isDirectory, isErrno, type Stat } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, UsageError, value } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { join } from '../paths.ts'

const options = {
  changes: flag('c', 'changes'),
  quiet: flag('f', 'silent'),
  quietLong: flag('', 'quiet'),
  verbose: flag('v', 'verbose'),
  dereference: flag('', 'dereference'),
  noDereference: flag('h', 'no-dereference'),
  from: value('', 'from'),
  noPreserveRoot: flag('', 'no-preserve-root'),
  preserveRoot: flag('', 'preserve-root'),
  reference: value('', 'reference'),
  recursive: flag('R', 'recursive'),
  h: flag('H'),
  l: flag('L'),
  p: flag('P'),
}
type Context = ProgramContext<typeof options>

/** -1 leaves a number as it is. */
interface Owner {
  readonly uid: number
  readonly gid: number
}

/** `user`, `user:group`, `user:` (the user's own group), `:group`, and `.` for `:`. @returns a message when unknown */
function parseOwner(text: string, accounts: Accounts): Owner | string {
  const separator = text.includes(':') ? ':' : accounts.uid(text) === undefined && text.includes('.') ? '.' : ':'
  const at = text.indexOf(separator)
  const user = at < 0 ? text : text.slice(0, at)
  const group = at < 0 ? undefined : text.slice(at + 1)
  const uid = user === '' ? -1 : accounts.uid(user)
  if (uid === undefined) return `invalid user: '${text}'`
  if (group === undefined) return { uid, gid: -1 }
  const own = user === '' ? -1 : accounts.users.find((each) => each.uid === uid)?.gid
  const gid = group === '' ? own : accounts.gid(group)
  if (gid === undefined) return group === '' ? `invalid spec: '${text}'` : `invalid group: '${text}'`
  return { uid, gid }
}

class Changer {
  good = true
  private readonly context: Context
  private readonly accounts: Accounts
  private readonly owner: Owner
  private readonly group: boolean
  constructor(context: Context, accounts: Accounts, owner: Owner, group: boolean) {
    this.context = context
    this.accounts = accounts
    this.owner = owner
    this.group = group
  }

  private label(uid: number, gid: number): string {
    const user = this.accounts.userName(uid) ?? String(uid)
    const group = this.accounts.groupName(gid) ?? String(gid)
    if (this.group) return group
    return this.owner.gid < 0 ? user : `${user}:${group}`
  }

  private async report(path: string, old: Stat, uid: number, gid: number): Promise<void> {
    const { options: o, io } = this.context
    const what = this.group ? 'group' : 'ownership'
    const changed = old.uid !== uid || old.gid !== gid
    if (changed && (o.verbose || o.changes))
      await io.print(`changed ${what} of '${path}' from ${this.label(old.uid, old.gid)} to ${this.label(uid, gid)}\n`)
    else if (o.verbose) await io.print(`${what} of '${path}' retained as ${this.label(uid, gid)}\n`)
  }

  async change(path: string): Promise<void> {
    const { sys, options: o } = this.context
    const follow = !o.noDereference && !o.recursive
    try {
      const old = follow ? sys.stat(path) : sys.lstat(path)
      const uid = this.owner.uid < 0 ? old.uid : this.owner.uid
      const gid = this.owner.gid < 0 ? old.gid : this.owner.gid
      sys.chown(path, uid, gid, { follow })
      await this.report(path, old, uid, gid)
      if (o.recursive && isDirectory(old.mode))
        for (const { name } of sys.readdir(path)) await this.change(join(path, name))
    } catch (error) {
      if (!isErrno(error)) throw error
      this.good = false
      const verb =
        error.code === 'ENOENT' || error.code === 'ENOTDIR'
          ? 'cannot access'
          : `changing ${this.group ? 'group' : 'ownership'} of`
      if (!o.quiet && !o.quietLong) await this.context.fail(`${verb} '${path}': ${error.message}`)
    }
  }
}

async function changeAll(context: Context, group: boolean): Promise<number> {
  const { operands, options: o, sys } = context
  const [spec] = operands
  const files = o.reference === undefined ? operands.slice(1) : operands
  if (spec === undefined) throw new UsageError('missing operand')
  if (files.length === 0) throw new UsageError(`missing operand after '${spec}'`)
  const accounts = await Accounts.read(sys)
  const owner = o.reference === undefined ? readSpec(spec, accounts, group) : sys.stat(o.reference)
  if (typeof owner === 'string') {
    await context.fail(owner)
    return 1
  }
  const changer = new Changer(context, accounts, { uid: group ? -1 : owner.uid, gid: owner.gid }, group)
  for (const path of files) await changer.change(path)
  return changer.good ? 0 : 1
}

function readSpec(spec: string, accounts: Accounts, group: boolean): Owner | string {
  if (!group) return parseOwner(spec, accounts)
  const gid = accounts.gid(spec)
  return gid === undefined ? `invalid group: '${spec}'` : { uid: -1, gid }
}

/** chown: change owner and group. GNU coreutils 9 chown. */
export const chown = defineProgram({
  name: 'coreutils/chown',
  paths: ['/bin/chown'],
  covers: 'partial',
  lacks: ['--from', '-R -L'],
  summary: 'change file owner and group',
  sizeBytes: 72664,
  usage: 'chown [OPTION]... [OWNER][:[GROUP]] FILE...',
  options,
  main: (context) => changeAll(context, false),
})

/** chgrp: change group. GNU coreutils 9 chgrp. */
export const chgrp = defineProgram({
  name: 'coreutils/chgrp',
  paths: ['/bin/chgrp'],
  covers: 'partial',
  lacks: ['-R -L'],
  summary: 'change group ownership',
  sizeBytes: 68568,
  usage: 'chgrp [OPTION]... GROUP FILE...',
  options,
  main: (context) => changeAll(context, true),
})
