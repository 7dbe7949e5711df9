import { isErrno, type Sys } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, UsageError, value } from '@drydock/libc'
import { AccountFiles } from '../account/account-files.ts'
import { ask } from '../account/prompt.ts'
import { hashPassword } from '../account/sha512-crypt.ts'
import { statOr } from '../coreutils/copy-tree.ts'
import { makeHome, removeHome } from './home.ts'

/** Short options are busybox's, long ones are Debian's and busybox's alike. */
const options = {
  home: value('h', 'home'),
  gecos: value('g', 'gecos'),
  comment: value('', 'comment'),
  shell: value('s', 'shell'),
  ingroup: value('G', 'ingroup'),
  gid: value('', 'gid'),
  uid: value('u', 'uid'),
  system: flag('S', 'system'),
  disabledPassword: flag('D', 'disabled-password'),
  disabledLogin: flag('', 'disabled-login'),
  noHome: flag('H', 'no-create-home'),
  skel: value('k'),
  group: flag('', 'group'),
  quiet: flag('q', 'quiet'),
  badName: flag('', 'force-badname'),
  removeHome: flag('', 'remove-home'),
}
type Context = ProgramContext<typeof options>

/** Alpine's adduser is busybox's, which says less. */
const isBusybox = (sys: Sys): boolean =>
  statOr(sys, '/bin/busybox', true) !== undefined && !statOr(sys, '/usr/bin/dpkg', true)

async function setPassword(context: Context, files: AccountFiles, name: string, busybox: boolean): Promise<number> {
  const { sys, io } = context
  if (busybox) await io.print(`Changing password for ${name}\n`)
  const first = await ask(sys, 'New password: ', true)
  const second = await ask(sys, busybox ? 'Retype password: ' : 'Retype new password: ', true)
  if (!first || first !== second) {
    await io.warn(
      busybox
        ? `Passwords don't match\npasswd: password for ${name} is unchanged\n`
        : 'Sorry, passwords do not match.\n',
    )
    return 1
  }
  files.setPassword(name, await hashPassword(sys, first))
  await files.save()
  await io.print(busybox ? `passwd: password for ${name} changed by root\n` : 'passwd: password updated successfully\n')
  return 0
}

/** Asks for what gecos holds, as chfn does. */
async function askGecos({ sys, io }: Context, name: string): Promise<string> {
  await io.print(`Changing the user information for ${name}\nEnter the new value, or press ENTER for the default\n`)
  await io.out.flush()
  const fields: string[] = []
  for (const title of ['Full Name', 'Room Number', 'Work Phone', 'Home Phone', 'Other'])
    fields.push((await ask(sys, `\t${title} []: `)) ?? '')
  await ask(sys, 'Is the information correct? [Y/n] ')
  return fields.join(',').replace(/,+$/, '')
}

async function addToGroup(
  { sys, io, name: program, fail }: Context,
  user: string,
  group: string,
  busybox: boolean,
): Promise<number> {
  const files = await AccountFiles.read(sys)
  if (!files.user(user)) {
    await fail(busybox ? `unknown user ${user}` : `The user \`${user}' does not exist.`)
    return 1
  }
  if (!files.group.some((row) => row[0] === group)) {
    await fail(busybox ? `unknown group ${group}` : `The group \`${group}' does not exist.`)
    return 1
  }
  if (!busybox && files.members(group).includes(user)) {
    await io.print(`The user \`${user}' is already a member of \`${group}'.\n`)
    return 0
  }
  if (!busybox) await io.print(`Adding user \`${user}' to group \`${group}' ...\n`)
  files.addMember(group, user)
  await files.save()
  if (!busybox && program === 'adduser') await io.print('Done.\n')
  return 0
}

async function addUser(context: Context, name: string): Promise<number> {
  const { sys, io, options: o, fail } = context
  const busybox = isBusybox(sys)
  const files = await AccountFiles.read(sys)
  const system = o.system > 0
  const say = async (text: string): Promise<void> => {
    if (!busybox && !o.quiet) await io.print(text)
  }
  if (files.user(name)) {
    if (system && !busybox) {
      await say(`The system user \`${name}' already exists. Exiting.\n`)
      return 0
    }
    await fail(busybox ? `user '${name}' in use` : `The user \`${name}' already exists.`)
    return 1
  }
  const groupName = o.ingroup ?? o.gid
  const group = groupName === undefined ? undefined : files.groupRow(groupName)
  if (groupName !== undefined && !group) {
    await fail(busybox ? `unknown group ${groupName}` : `The group \`${groupName}' does not exist.`)
    return 1
  }
  const uid = o.uid === undefined ? files.freeId(system) : Number(o.uid)
  await say(`Adding ${system ? 'system ' : ''}user \`${name}' ${system ? `(UID ${uid}) ` : ''}...\n`)
  let gid = group && Number(group[2])
  if (gid === undefined && system && !o.group) gid = 65_534
  if (gid === undefined) {
    gid = files.group.some((row) => row[2] === String(uid)) ? files.freeId(system) : uid
    await say(`Adding new group \`${name}' (${system ? 'GID ' : ''}${gid}) ...\n`)
    files.addGroup(name, gid)
  }
  const primary = files.groupRow(String(gid))?.[0] ?? name
  await say(
    system
      ? `Adding new user \`${name}' (UID ${uid}) with group \`${primary}' ...\n`
      : `Adding new user \`${name}' (${uid}) with group \`${primary} (${gid})' ...\n`,
  )
  const home = o.home ?? (system && !busybox ? '/nonexistent' : `/home/${name}`)
  const shell = o.shell ?? (system ? (busybox ? '/bin/false' : '/usr/sbin/nologin') : busybox ? '/bin/sh' : '/bin/bash')
  const gecos = o.gecos ?? o.comment ?? (busybox ? 'Linux User,,,' : '')
  files.addUser({ name, uid, gid, gecos, home, shell })
  await files.save()
  const wantsHome = !o.noHome && (!system || (o.home !== undefined && !busybox))
  if (!wantsHome)
    await say(`Not creating ${system && o.home === undefined ? "`/nonexistent'" : `home directory \`${home}'`}.\n`)
  else if (statOr(sys, home, true))
    await say(`The home directory \`${home}' already exists.  Not touching this directory.\n`)
  else {
    await say(`Creating home directory \`${home}' ...\n`)
    if (!system) await say("Copying files from `/etc/skel' ...\n")
    await makeHome(sys, home, uid, gid, busybox ? 0o2755 : system ? 0o755 : 0o700)
  }
  if (system) return 0
  if (!o.disabledPassword && !o.disabledLogin) {
    await io.out.flush()
    const status = await setPassword(context, files, name, busybox)
    if (busybox) return status
  }
  if (busybox) return 0
  if (o.gecos === undefined && o.comment === undefined) {
    const row = files.user(name)
    if (row) row[4] = await askGecos(context, name)
  }
  if (files.groupRow('users')) {
    await say(
      `Adding new user \`${name}' to supplemental / extra groups \`users' ...\nAdding user \`${name}' to group \`users' ...\n`,
    )
    files.addMember('users', name)
  }
  await files.save()
  return 0
}

async function addGroup(context: Context, name: string): Promise<number> {
  const { sys, io, options: o, fail } = context
  const busybox = isBusybox(sys)
  const files = await AccountFiles.read(sys)
  if (files.group.some((row) => row[0] === name)) {
    await fail(busybox ? `group '${name}' in use` : `The group \`${name}' already exists.`)
    return 1
  }
  const gid = o.gid !== undefined ? Number(o.gid) : files.freeId(o.system > 0)
  files.addGroup(name, gid)
  await files.save()
  if (!busybox && !o.quiet) await io.print(`Adding group \`${name}' (GID ${gid}) ...\nDone.\n`)
  return 0
}

const guarded = async (context: Context, act: () => Promise<number>): Promise<number> => {
  const { sys, fail } = context
  try {
    if (sys.geteuid() === 0) return await act()
    await fail(
      isBusybox(sys) ? 'permission denied (are you root?)' : 'Only root may add a user or group to the system.',
    )
  } catch (error) {
    if (!isErrno(error)) throw error
    await fail(error.message)
  }
  return 1
}

const sizeBytes = 37322
/** adduser: add a user, or a user to a group, in the words of Debian's adduser 3.134 or of busybox. */
export const adduser = defineProgram({
  name: 'adduser/adduser',
  paths: ['/usr/sbin/adduser'],
  covers: 'partial',
  lacks: ['/etc/adduser.conf', '--encrypt-home', '--firstuid and its kin'],
  summary: 'add users to the system',
  sizeBytes,
  usage: 'adduser [--uid id] [--disabled-password] [--gecos text] [--ingroup group] user [group]',
  options,
  async main(context) {
    const [user, group] = context.operands
    if (user === undefined) throw new UsageError('Only one or two names allowed.')
    if (context.options.group && !context.options.system) return guarded(context, () => addGroup(context, user))
    return guarded(context, () =>
      group === undefined ? addUser(context, user) : addToGroup(context, user, group, isBusybox(context.sys)),
    )
  },
})

/** addgroup: add a group, or a user to one. */
export const addgroup = defineProgram({
  name: 'adduser/addgroup',
  paths: ['/usr/sbin/addgroup'],
  covers: 'partial',
  lacks: ['/etc/adduser.conf'],
  summary: 'add groups to the system',
  sizeBytes,
  usage: 'addgroup [--gid id] [--system] group',
  options: { ...options, gecos: value('', 'gecos'), gid: value('g', 'gid') },
  async main(context) {
    const [name, group] = context.operands
    if (name === undefined) throw new UsageError('Only one or two names allowed.')
    return guarded(context, () =>
      group === undefined ? addGroup(context, name) : addToGroup(context, name, group, isBusybox(context.sys)),
    )
  },
})

async function remove(context: Context, name: string, group: boolean, withHome: boolean): Promise<number> {
  const { sys, io, options: o, fail } = context
  const busybox = isBusybox(sys)
  const files = await AccountFiles.read(sys)
  const row = group ? files.group.find((each) => each[0] === name) : files.user(name)
  if (!row) {
    await fail(
      busybox
        ? `unknown ${group ? 'group' : 'user'} ${name}`
        : `The ${group ? 'group' : 'user'} \`${name}' does not exist.`,
    )
    return busybox ? 1 : group ? 3 : 2
  }
  if (group) files.removeGroup(name)
  else files.removeUser(name)
  const own = group ? undefined : files.group.find((each) => each[0] === name && each[2] === row[3] && !each[3])
  if (own) files.removeGroup(name)
  await files.save()
  if (withHome && !group) {
    if (!busybox) await io.print('Looking for files to backup/remove ...\nRemoving files ...\n')
    removeHome(sys, row[5] ?? '')
  }
  if (!busybox && !o.quiet) await io.print(`Removing ${group ? 'group' : 'user'} \`${name}' ...\nDone.\n`)
  return 0
}

async function removeMember(context: Context, user: string, group: string): Promise<number> {
  const { sys, io, fail } = context
  const files = await AccountFiles.read(sys)
  if (!files.members(group).includes(user)) {
    await fail(`The user \`${user}' is not a member of group \`${group}'.`)
    return 6
  }
  files.removeMember(group, user)
  await files.save()
  if (!isBusybox(sys)) await io.print(`Removing user \`${user}' from group \`${group}' ...\nDone.\n`)
  return 0
}

const remover = (command: 'deluser' | 'delgroup') =>
  defineProgram({
    name: `adduser/${command}`,
    paths: [`/usr/sbin/${command}`],
    covers: 'partial',
    lacks: ['--backup', '--remove-all-files'],
    summary: `remove ${command === 'deluser' ? 'users' : 'groups'} from the system`,
    sizeBytes: 17012,
    usage: `${command} [--remove-home] name [group]`,
    options,
    async main(context) {
      const [name, group] = context.operands
      if (name === undefined) throw new UsageError('Only one or two names allowed.')
      const whole = command === 'delgroup' || context.options.group > 0
      return guarded(context, () =>
        group === undefined
          ? remove(context, name, whole, context.options.removeHome > 0)
          : removeMember(context, name, group),
      )
    },
  })
export const deluser = remover('deluser')
export const delgroup = remover('delgroup')
