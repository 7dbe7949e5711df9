import { defineProgram, flag } from '@drydock/libc'
import { AccountFiles } from '../account/account-files.ts'
import { ask } from '../account/prompt.ts'
import { hashPassword, passwordFits } from '../account/sha512-crypt.ts'
import { Accounts } from '../account/accounts.ts'

/** passwd: change a password. shadow 4.13. */
export const passwd = defineProgram({
  name: 'shadow/passwd',
  paths: ['/usr/bin/passwd'],
  covers: 'partial',
  lacks: ['ageing (-n, -x, -w, -i, -e)'],
  summary: 'change user password',
  sizeBytes: 68248,
  usage: 'passwd [options] [LOGIN]',
  usageStatus: 6,
  options: {
    delete: flag('d', 'delete'),
    lock: flag('l', 'lock'),
    quiet: flag('q', 'quiet'),
    status: flag('S', 'status'),
    unlock: flag('u', 'unlock'),
  },
  async main({ sys, io, operands, options: o, fail }) {
    const own = (await Accounts.read(sys)).userName(sys.getuid())
    const name = operands[0] ?? own ?? ''
    const files = await AccountFiles.read(sys)
    if (!files.user(name)) {
      await fail(`user '${name}' does not exist`)
      return 1
    }
    const root = sys.geteuid() === 0
    if (!root && name !== own) {
      await fail(`You may not view or modify password information for ${name}.`)
      return 1
    }
    const hash = files.passwordOf(name)
    const finish = async (changed: string, said: string): Promise<number> => {
      files.setPassword(name, changed)
      await files.save()
      if (!o.quiet) await fail(said)
      return 0
    }
    if (o.status) {
      const state = hash === '' ? 'NP' : /^[!*]/.test(hash) ? 'L' : 'P'
      const date = new Date(sys.clock.now())
      await io.print(
        `${name} ${state} ${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()} 0 99999 7 -1\n`,
      )
      return 0
    }
    if (o.delete) return finish('', 'password changed.')
    if (o.lock) return finish(hash.startsWith('!') ? hash : `!${hash}`, 'password changed.')
    if (o.unlock) return finish(hash.replace(/^!/, ''), 'password changed.')
    if (!root) {
      await io.warn(`Changing password for ${name}.\n`)
      const current = await ask(sys, 'Current password: ', true)
      if (current === undefined || !(await passwordFits(sys, current, hash))) {
        await io.warn('passwd: Authentication token manipulation error\npasswd: password unchanged\n')
        return 10
      }
    }
    const first = await ask(sys, 'New password: ', true)
    const second = await ask(sys, 'Retype new password: ', true)
    if (!first || first !== second) {
      await io.warn(
        `${first ? 'Sorry, passwords do not match.' : 'No password has been supplied.'}\npasswd: Authentication token manipulation error\npasswd: password unchanged\n`,
      )
      return 10
    }
    return finish(await hashPassword(sys, first), 'password updated successfully')
  },
})

/** chpasswd: passwords for many users, `name:password` a line. */
export const chpasswd = defineProgram({
  name: 'shadow/chpasswd',
  paths: ['/usr/sbin/chpasswd'],
  covers: 'partial',
  lacks: ['-c other than SHA512', '-R'],
  summary: 'update passwords in batch mode',
  sizeBytes: 64936,
  usage: 'chpasswd [options]',
  options: { encrypted: flag('e', 'encrypted') },
  async main({ sys, io, options: o, fail }) {
    const files = await AccountFiles.read(sys)
    let number = 0
    let bad = false
    for await (const line of io.lines()) {
      number++
      const [name = '', ...rest] = line.split(':')
      if (rest.length === 0) {
        await fail(`line ${number}: missing new password`)
        bad = true
      } else if (!files.user(name)) {
        await fail(`line ${number}: user '${name}' does not exist`)
        bad = true
      } else files.setPassword(name, o.encrypted ? rest.join(':') : await hashPassword(sys, rest.join(':')))
    }
    if (bad) {
      await fail('error detected, changes ignored')
      return 1
    }
    await files.save()
    return 0
  },
})
