import { isErrno } from '@drydock/abi'
import { defineProgram, flag, list, type Passwd, type ProgramContext, value } from '@drydock/libc'
import { AccountFiles } from '../account/account-files.ts'
import { Accounts } from '../account/accounts.ts'
import { becomeUser, execOrFail } from '../account/become.ts'
import { ask } from '../account/prompt.ts'
import { passwordFits } from '../account/sha512-crypt.ts'

const options = {
  command: value('c', 'command'),
  sessionCommand: value('', 'session-command'),
  fast: flag('f', 'fast'),
  group: list('g', 'group'),
  suppGroup: list('G', 'supp-group'),
  login: flag('l', 'login'),
  preserve: flag('mp', 'preserve-environment'),
  pty: flag('P', 'pty'),
  shell: value('s', 'shell'),
  user: value('u', 'user'),
  whitelist: value('w', 'whitelist-environment'),
}
type Context = ProgramContext<typeof options>

const ROOT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const USER_PATH = '/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games'

function environment({ env, options: o }: Context, user: Passwd, shell: string, login: boolean): Map<string, string> {
  const path: [string, string] = ['PATH', user.uid === 0 ? ROOT_PATH : USER_PATH]
  const own: [string, string][] = [
    ['HOME', user.home],
    ['SHELL', shell],
  ]
  const names: [string, string][] = [
    ['USER', user.name],
    ['LOGNAME', user.name],
  ]
  if (login) {
    const kept = ['TERM', ...(o.whitelist?.split(',') ?? [])].flatMap((key): [string, string][] => {
      const text = env.get(key)
      return text === undefined ? [] : [[key, text]]
    })
    return new Map([...kept, ...own, ...names, path])
  }
  if (o.preserve) return new Map(env)
  return new Map([...env, ...own, ...(user.uid === 0 ? [] : names)])
}

async function allowed({ sys, io, name }: Context, user: Passwd): Promise<boolean> {
  if (sys.getuid() === 0) return true
  const password = await ask(sys, 'Password: ', true)
  const files = await AccountFiles.read(sys)
  if (password !== undefined && (await passwordFits(sys, password, files.passwordOf(user.name))) && sys.geteuid() === 0)
    return true
  await io.warn(`${name}: Authentication failure\n`)
  return false
}

async function switchUser(context: Context, words: readonly string[]): Promise<number> {
  const { sys, options: o, fail, io } = context
  const login = o.login > 0 || words[0] === '-'
  const [name = 'root', ...rest] = words[0] === '-' ? words.slice(1) : words
  const accounts = await Accounts.read(sys)
  const user = accounts.users.find((each) => each.name === name)
  if (!user) {
    await fail(`user ${name} does not exist or the user entry does not contain all the required fields`)
    return 1
  }
  if (!(await allowed(context, user))) return 1
  const shell = o.shell ?? ((o.preserve && context.env.get('SHELL')) || user.shell || '/bin/sh')
  const env = environment(context, user, shell, login)
  try {
    becomeUser(sys, accounts, user)
  } catch (error) {
    if (!isErrno(error)) throw error
    await fail(`cannot set groups: ${error.message}`)
    return 1
  }
  if (login)
    try {
      sys.chdir(user.home)
    } catch (error) {
      if (!isErrno(error)) throw error
      await io.warn(`${context.name}: warning: cannot change directory to ${user.home}: ${error.message}\n`)
    }
  const command = o.command ?? o.sessionCommand
  const argv = [shell, ...(command === undefined ? [] : ['-c', command]), ...rest]
  const base = shell.slice(shell.lastIndexOf('/') + 1)
  const argv0 = login ? `-${base}` : base
  return execOrFail(sys, argv, env, (reason) => fail(`failed to execute ${shell}: ${reason}`), argv0)
}

/** su: run a shell as another user. util-linux 2.38. */
export const su = defineProgram({
  name: 'util-linux/su',
  paths: ['/bin/su'],
  covers: 'partial',
  lacks: ['PAM', '-P', '-g', '-G', 'the set-user-ID of its file, where the kernel gives none'],
  summary: 'run a command with substitute user and group ID',
  sizeBytes: 72000,
  usage: 'su [options] [-] [<user> [<argument>...]]',
  options,
  main: (context) => switchUser(context, context.operands),
})

/** runuser: su for root alone, without a password. */
export const runuser = defineProgram({
  name: 'util-linux/runuser',
  paths: ['/sbin/runuser'],
  covers: 'partial',
  lacks: ['PAM', '-P', '-g', '-G'],
  summary: 'run a command with substitute user and group ID',
  sizeBytes: 55592,
  usage: 'runuser [options] -u <user> [[--] <command>]',
  stopAtOperand: true,
  options,
  async main(context) {
    const { sys, options: o, operands, env, fail } = context
    if (sys.getuid() !== 0) {
      await fail('may not be used by non-root users')
      return 1
    }
    if (o.user === undefined) {
      const words = [...operands]
      const at = words.indexOf('-c')
      return switchUser(
        at < 0 ? context : { ...context, options: { ...o, command: words[at + 1] } },
        at < 0 ? words : words.filter((_, i) => i !== at && i !== at + 1),
      )
    }
    const accounts = await Accounts.read(sys)
    const user = accounts.users.find((each) => each.name === o.user)
    if (!user) {
      await fail(`user ${o.user} does not exist or the user entry does not contain all the required fields`)
      return 1
    }
    if (operands.length === 0) {
      await fail('no command was specified')
      return 1
    }
    becomeUser(sys, accounts, user)
    return execOrFail(sys, operands, env, (reason) => fail(`failed to execute ${operands[0]}: ${reason}`))
  },
})
