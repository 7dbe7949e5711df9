import { isErrno } from '@drydock/abi'
import { defineProgram, flag, type Passwd, type ProgramContext, value } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { becomeUser, execOrFail } from '../account/become.ts'

const options = {
  user: value('u', 'user'),
  group: value('g', 'group'),
  login: flag('i', 'login'),
  shell: flag('s', 'shell'),
  setHome: flag('H', 'set-home'),
  keepEnv: flag('E', 'preserve-env'),
  nonInteractive: flag('n', 'non-interactive'),
  background: flag('b', 'background'),
  stdin: flag('S', 'stdin'),
  kill: flag('kK'),
  list: flag('l', 'list'),
  validate: flag('v', 'validate'),
  version: flag('V', 'version'),
  chdir: value('D', 'chdir'),
  prompt: value('p', 'prompt'),
}
type Context = ProgramContext<typeof options>

const SECURE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
/** What env_reset lets through. sudoers(5). */
const KEPT = ['TERM', 'LANG', 'LC_ALL', 'DISPLAY', 'COLORTERM', 'TZ', 'PS1']

function environment({ env, options: o, sys }: Context, user: Passwd, caller: string): Map<string, string> {
  const kept = o.keepEnv ? [...env] : [...env].filter(([key]) => KEPT.includes(key))
  return new Map([
    ...kept,
    ['PATH', SECURE_PATH],
    ['HOME', user.home],
    ['SHELL', user.shell],
    ['USER', user.name],
    ['LOGNAME', user.name],
    ['SUDO_USER', caller],
    ['SUDO_UID', String(sys.getuid())],
    ['SUDO_GID', String(sys.getgid())],
  ])
}

/** sudo: root just runs the command; nobody else gets further, for there is no policy. sudo 1.9. */
export const sudo = defineProgram({
  name: 'sudo/sudo',
  paths: ['/usr/bin/sudo'],
  covers: 'partial',
  lacks: ['/etc/sudoers', 'passwords', '-e', '-A'],
  summary: 'execute a command as another user',
  sizeBytes: 281624,
  usage: 'sudo [-EHnSis] [-D directory] [-g group] [-u user] [VAR=value] [command [arg ...]]',
  stopAtOperand: true,
  options,
  async main(context) {
    const { sys, io, operands, options: o, fail } = context
    if (o.version) {
      await io.print('Sudo version 1.9.13p3\n')
      return 0
    }
    if (sys.geteuid() !== 0) {
      await fail('/usr/bin/sudo must be owned by uid 0 and have the setuid bit set')
      return 1
    }
    const accounts = await Accounts.read(sys)
    const wanted = (o.user ?? 'root').replace(/^#/, '')
    const user = accounts.users.find((each) => each.name === wanted || String(each.uid) === wanted)
    if (!user) {
      await fail(`unknown user ${o.user}`)
      return 1
    }
    const caller = accounts.userName(sys.getuid()) ?? 'root'
    if (o.list) {
      await io.print(`User ${caller} may run the following commands on ${sys.uname().nodename}:\n    (ALL : ALL) ALL\n`)
      return 0
    }
    const isAssignment = (word: string): boolean => /^[A-Za-z_]\w*=/.test(word)
    const first = operands.findIndex((word) => !isAssignment(word))
    const words = first < 0 ? [] : operands.slice(first)
    const env = environment(context, user, caller)
    if (o.group !== undefined) env.set('SUDO_GROUP', o.group)
    for (const word of first < 0 ? operands : operands.slice(0, first))
      env.set(word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1))
    if (words.length === 0 && !o.login && !o.shell) {
      if (o.kill || o.validate) return 0
      await io.warn(
        'usage: sudo -h | -K | -k | -V\nusage: sudo -v [-ABkNnS] [-g group] [-h host] [-p prompt] [-u user]\n',
      )
      return 1
    }
    try {
      becomeUser(sys, accounts, user)
      if (o.login) sys.chdir(user.home)
      if (o.chdir !== undefined) sys.chdir(o.chdir)
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`unable to change directory: ${error.message}`)
      return 1
    }
    const interactive = o.login > 0 || o.shell > 0
    const command = interactive ? [user.shell, ...(words.length ? ['-c', words.join(' ')] : [])] : words
    const argv0 = o.login ? `-${user.shell.slice(user.shell.lastIndexOf('/') + 1)}` : undefined
    const complain = (reason: string): Promise<void> =>
      fail(
        reason === 'No such file or directory'
          ? `${command[0]}: command not found`
          : `unable to execute ${command[0]}: ${reason}`,
      )
    const status = await execOrFail(sys, command, env, complain, argv0)
    return status === 0 ? 0 : 1
  },
})
