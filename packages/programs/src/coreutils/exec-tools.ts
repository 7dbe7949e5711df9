import { isErrno, type Sys } from '@drydock/abi'
import { defineProgram, flag, searchPath, UsageError, value } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'

/** Becomes the command; 126 and 127 as POSIX has them for utilities that run others. */
async function become(
  sys: Sys,
  words: readonly string[],
  env: ReadonlyMap<string, string>,
  fail: (message: string) => Promise<void>,
): Promise<number> {
  try {
    return await sys.exec(searchPath(sys, words[0] ?? '', env.get('PATH')), words, env)
  } catch (error) {
    if (!isErrno(error)) throw error
    await fail(`failed to run command '${words[0]}': ${error.message}`)
    return error.code === 'ENOENT' ? 127 : 126
  }
}

/** stdbuf: run a command with other buffering; programs here flush by themselves, so it only runs it. */
export const stdbuf = defineProgram({
  name: 'coreutils/stdbuf',
  paths: ['/usr/bin/stdbuf'],
  covers: 'partial',
  lacks: ['a change of the buffering'],
  summary: 'run a command with modified I/O stream buffering',
  sizeBytes: 47976,
  usage: 'stdbuf OPTION... COMMAND',
  usageStatus: 125,
  stopAtOperand: true,
  options: { input: value('i', 'input'), output: value('o', 'output'), error: value('e', 'error') },
  async main({ sys, env, operands, options: o, fail }) {
    if (operands.length === 0) throw new UsageError('missing operand')
    const modes = [o.input, o.output, o.error].filter((mode) => mode !== undefined)
    if (modes.length === 0) throw new UsageError('you must specify a buffering mode option')
    const wrong = modes.find((mode) => !/^(L|\d+([kKMG]B?)?)$/.test(mode))
    if (wrong !== undefined) {
      await fail(`invalid mode '${wrong}'`)
      return 125
    }
    if (o.input === 'L') throw new UsageError('line buffering stdin is meaningless')
    return become(sys, operands, env, fail)
  },
})

/** chroot: run a command with another root. GNU coreutils 9. */
export const chroot = defineProgram({
  name: 'coreutils/chroot',
  paths: ['/usr/sbin/chroot'],
  covers: 'full',
  summary: 'run command or interactive shell with special root directory',
  sizeBytes: 43920,
  usage: 'chroot [OPTION] NEWROOT [COMMAND [ARG]...]',
  usageStatus: 125,
  stopAtOperand: true,
  options: { userspec: value('', 'userspec'), groups: value('', 'groups'), skipChdir: flag('', 'skip-chdir') },
  async main({ sys, env, operands, options: o, fail }) {
    const [root, ...command] = operands
    if (root === undefined) throw new UsageError('missing operand')
    try {
      sys.chroot(root)
      if (!o.skipChdir) sys.chdir('/')
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`cannot change root directory to '${root}': ${error.message}`)
      return 125
    }
    const accounts = await Accounts.read(sys)
    const [user = '', group] = (o.userspec ?? '').split(':')
    const account = accounts.users.find((each) => each.name === user || String(each.uid) === user)
    const uid = user === '' ? undefined : accounts.uid(user)
    const gid = group ? accounts.gid(group) : account?.gid
    if (user !== '' && uid === undefined) {
      await fail('invalid user')
      return 125
    }
    if (o.groups !== undefined) sys.setgroups(o.groups.split(',').flatMap((name) => accounts.gid(name) ?? []))
    if (gid !== undefined) sys.setgid(gid)
    if (uid !== undefined) sys.setuid(uid)
    return become(sys, command.length ? command : [env.get('SHELL') ?? '/bin/sh', '-i'], env, fail)
  },
})
