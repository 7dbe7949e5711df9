import { isErrno, type Sys } from '@drydock/abi'
import { defineProgram, flag, list, type ProgramContext, UsageError, value } from '@drydock/libc'
import { AccountFiles } from '../account/account-files.ts'
import { statOr } from '../coreutils/copy-tree.ts'
import { makeHome, removeHome } from './home.ts'

/** Statuses of useradd(8) and its kin. */
const BAD_ARGUMENT = 3
const UID_IN_USE = 4
const NO_SUCH = 6
const NAME_IN_USE = 9
const CANNOT_UPDATE = 10

const NAME = /^[a-z_][a-z0-9_-]*\$?$/i

/** Says so when the files cannot be written. */
async function save(files: AccountFiles, fail: (message: string) => Promise<void>): Promise<number> {
  try {
    await files.save()
    return 0
  } catch (error) {
    if (!isErrno(error)) throw error
    await fail('cannot lock /etc/passwd; try again later.')
    return 1
  }
}
async function onlyRoot(sys: Sys, fail: (message: string) => Promise<void>): Promise<boolean> {
  if (sys.geteuid() === 0) return true
  await fail('Permission denied.')
  await fail('cannot lock /etc/passwd; try again later.')
  return false
}

const options = {
  base: value('b', 'base-dir'),
  comment: value('c', 'comment'),
  home: value('d', 'home-dir'),
  gid: value('g', 'gid'),
  groups: list('G', 'groups'),
  skel: value('k', 'skel'),
  key: list('K', 'key'),
  noLog: flag('l', 'no-log-init'),
  createHome: flag('m', 'create-home'),
  noHome: flag('M', 'no-create-home'),
  noGroup: flag('N', 'no-user-group'),
  nonUnique: flag('o', 'non-unique'),
  password: value('p', 'password'),
  system: flag('r', 'system'),
  shell: value('s', 'shell'),
  uid: value('u', 'uid'),
  userGroup: flag('U', 'user-group'),
  expire: value('e', 'expiredate'),
  inactive: value('f', 'inactive'),
}
type Context = ProgramContext<typeof options>

/** The group of a new user: one named, or one of the user's name. */
async function primaryGroup(
  { options: o, fail }: Context,
  files: AccountFiles,
  name: string,
  uid: number,
): Promise<number | undefined> {
  if (o.gid !== undefined) {
    const row = files.groupRow(o.gid)
    if (!row) await fail(`group '${o.gid}' does not exist`)
    return row && Number(row[2])
  }
  if (o.noGroup) return 100
  if (files.groupRow(name)) {
    await fail(`group ${name} exists - if you want to add this user to that group, use -g.`)
    return undefined
  }
  const gid = files.group.some((row) => row[2] === String(uid)) ? files.freeId(o.system > 0) : uid
  files.addGroup(name, gid)
  return gid
}

async function add(context: Context, name: string): Promise<number> {
  const { sys, options: o, fail } = context
  const files = await AccountFiles.read(sys)
  if (!NAME.test(name)) {
    await fail(`invalid user name '${name}': use --badname to ignore`)
    return BAD_ARGUMENT
  }
  if (files.user(name)) {
    await fail(`user '${name}' already exists`)
    return NAME_IN_USE
  }
  const uid = o.uid === undefined ? files.freeId(o.system > 0) : Number(o.uid)
  if (!Number.isInteger(uid) || uid < 0) {
    await fail(`invalid user ID '${o.uid}'`)
    return BAD_ARGUMENT
  }
  if (!o.nonUnique && files.passwd.some((row) => row[2] === String(uid))) {
    await fail(`UID ${uid} is not unique`)
    return UID_IN_USE
  }
  const extra = o.groups.flatMap((text) => text.split(','))
  const missing = extra.filter((group) => !files.groupRow(group))
  for (const group of missing) await fail(`group '${group}' does not exist`)
  if (missing.length) return NO_SUCH
  const gid = await primaryGroup(context, files, name, uid)
  if (gid === undefined) return o.gid === undefined ? NAME_IN_USE : NO_SUCH
  const home = o.home ?? `${o.base ?? '/home'}/${name}`
  files.addUser({ name, uid, gid, gecos: o.comment ?? '', home, shell: o.shell ?? '/bin/sh' })
  for (const group of extra) files.addMember(files.groupRow(group)?.[0] ?? group, name)
  if (o.password !== undefined) files.setPassword(name, o.password)
  const status = await save(files, fail)
  if (status !== 0 || !o.createHome || o.noHome) return status
  if (statOr(sys, home, true)) {
    await fail(`warning: the home directory ${home} already exists.`)
    await fail('Not copying any file from skel directory into it.')
  } else await makeHome(sys, home, uid, gid)
  return 0
}

/** useradd: create a user. shadow 4.13. */
export const useradd = defineProgram({
  name: 'shadow/useradd',
  paths: ['/usr/sbin/useradd'],
  covers: 'partial',
  lacks: ['-D', '-k', '-K', '-e', '-f'],
  summary: 'create a new user or update default new user information',
  sizeBytes: 143160,
  usage: 'useradd [options] LOGIN',
  usageStatus: 2,
  options,
  async main(context) {
    const [name] = context.operands
    if (name === undefined) throw new UsageError('missing operand')
    return (await onlyRoot(context.sys, context.fail)) ? add(context, name) : 1
  },
})

/** userdel: delete a user. */
export const userdel = defineProgram({
  name: 'shadow/userdel',
  paths: ['/usr/sbin/userdel'],
  covers: 'full',
  summary: 'delete a user account and related files',
  sizeBytes: 93912,
  usage: 'userdel [options] LOGIN',
  usageStatus: 2,
  options: { force: flag('f', 'force'), remove: flag('r', 'remove') },
  async main({ sys, operands, options: o, fail }) {
    const [name] = operands
    if (name === undefined) throw new UsageError('missing operand')
    if (!(await onlyRoot(sys, fail))) return 1
    const files = await AccountFiles.read(sys)
    const user = files.user(name)
    if (!user) {
      await fail(`user '${name}' does not exist`)
      return NO_SUCH
    }
    const busy = sys.processes().find((p) => String(p.uid) === user[2])
    if (busy && !o.force) {
      await fail(`user ${name} is currently used by process ${busy.pid}`)
      return 8
    }
    files.removeUser(name)
    const group = files.groupRow(name)
    if (group?.[0] === name && group[2] === user[3] && !group[3]) files.removeGroup(name)
    const status = await save(files, fail)
    if (status === 0 && o.remove) {
      if (!statOr(sys, `/var/mail/${name}`, true)) await fail(`${name} mail spool (/var/mail/${name}) not found`)
      const home = user[5] ?? ''
      if (!statOr(sys, home, true)) await fail(`${name} home directory (${home}) not found`)
      else removeHome(sys, home)
    }
    return status
  },
})

/** groupadd: create a group. */
export const groupadd = defineProgram({
  name: 'shadow/groupadd',
  paths: ['/usr/sbin/groupadd'],
  covers: 'full',
  summary: 'create a new group',
  sizeBytes: 68984,
  usage: 'groupadd [options] GROUP',
  usageStatus: 2,
  options: {
    force: flag('f', 'force'),
    gid: value('g', 'gid'),
    key: list('K', 'key'),
    nonUnique: flag('o', 'non-unique'),
    password: value('p', 'password'),
    system: flag('r', 'system'),
  },
  async main({ sys, operands, options: o, fail }) {
    const [name] = operands
    if (name === undefined) throw new UsageError('missing operand')
    if (!(await onlyRoot(sys, fail))) return CANNOT_UPDATE
    const files = await AccountFiles.read(sys)
    if (!NAME.test(name)) {
      await fail(`'${name}' is not a valid group name`)
      return BAD_ARGUMENT
    }
    if (files.group.some((row) => row[0] === name)) {
      if (o.force) return 0
      await fail(`group '${name}' already exists`)
      return NAME_IN_USE
    }
    const taken = o.gid !== undefined && files.group.some((row) => row[2] === o.gid)
    if (taken && !o.nonUnique && !o.force) {
      await fail(`GID '${o.gid}' already exists`)
      return UID_IN_USE
    }
    const free = o.gid === undefined || (taken && o.force && !o.nonUnique)
    files.addGroup(name, free ? files.freeId(o.system > 0) : Number(o.gid))
    return save(files, fail)
  },
})

/** groupdel: delete a group. */
export const groupdel = defineProgram({
  name: 'shadow/groupdel',
  paths: ['/usr/sbin/groupdel'],
  covers: 'full',
  summary: 'delete a group',
  sizeBytes: 64920,
  usage: 'groupdel [options] GROUP',
  usageStatus: 2,
  options: { force: flag('f', 'force') },
  async main({ sys, operands, options: o, fail }) {
    const [name] = operands
    if (name === undefined) throw new UsageError('missing operand')
    if (!(await onlyRoot(sys, fail))) return CANNOT_UPDATE
    const files = await AccountFiles.read(sys)
    const group = files.group.find((row) => row[0] === name)
    if (!group) {
      await fail(`group '${name}' does not exist`)
      return NO_SUCH
    }
    const owner = files.passwd.find((row) => row[3] === group[2])
    if (owner && !o.force) {
      await fail(`cannot remove the primary group of user '${owner[0]}'`)
      return 8
    }
    files.removeGroup(name)
    return save(files, fail)
  },
})

/** usermod: modify a user. */
export const usermod = defineProgram({
  name: 'shadow/usermod',
  paths: ['/usr/sbin/usermod'],
  covers: 'partial',
  lacks: ['-e', '-f'],
  summary: 'modify a user account',
  sizeBytes: 134968,
  usage: 'usermod [options] LOGIN',
  usageStatus: 2,
  options: {
    append: flag('a', 'append'),
    comment: value('c', 'comment'),
    home: value('d', 'home'),
    gid: value('g', 'gid'),
    groups: value('G', 'groups'),
    login: value('l', 'login'),
    lock: flag('L', 'lock'),
    move: flag('m', 'move-home'),
    nonUnique: flag('o', 'non-unique'),
    password: value('p', 'password'),
    shell: value('s', 'shell'),
    uid: value('u', 'uid'),
    unlock: flag('U', 'unlock'),
  },
  async main({ sys, operands, options: o, fail }) {
    const [name] = operands
    if (name === undefined) throw new UsageError('missing operand')
    if (!(await onlyRoot(sys, fail))) return 1
    const files = await AccountFiles.read(sys)
    const user = files.user(name)
    if (!user) {
      await fail(`user '${name}' does not exist`)
      return NO_SUCH
    }
    const wanted = o.groups?.split(',').filter(Boolean) ?? []
    const missing = [...wanted, ...(o.gid === undefined ? [] : [o.gid])].filter((group) => !files.groupRow(group))
    for (const group of missing) await fail(`group '${group}' does not exist`)
    if (missing.length) return NO_SUCH
    const oldHome = user[5] ?? ''
    const set = (field: number, text: string | undefined): void => {
      if (text !== undefined) user[field] = text
    }
    set(4, o.comment)
    set(5, o.home)
    set(6, o.shell)
    set(2, o.uid)
    set(3, o.gid === undefined ? undefined : files.groupRow(o.gid)?.[2])
    if (o.groups !== undefined) {
      const names = wanted.map((group) => files.groupRow(group)?.[0] ?? group)
      if (!o.append) for (const [group = ''] of files.group) files.removeMember(group, name)
      for (const group of names) files.addMember(group, name)
    }
    const hash = files.passwordOf(name)
    if (o.password !== undefined) files.setPassword(name, o.password)
    if (o.lock && !hash.startsWith('!')) files.setPassword(name, `!${hash}`)
    if (o.unlock) files.setPassword(name, hash.replace(/^!/, ''))
    if (o.login !== undefined) files.renameUser(name, o.login)
    const status = await save(files, fail)
    if (status === 0 && o.move && o.home !== undefined && statOr(sys, oldHome, true)) sys.rename(oldHome, o.home)
    return status
  },
})
