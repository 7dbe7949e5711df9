import { isErrno, O_APPEND, O_CREAT, O_WRONLY } from '@drydock/abi'
import {
  defineProgram,
  encodeText,
  flag,
  type ProgramContext,
  readAll,
  readTextFile,
  value,
  writeAll,
  writeFile,
} from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { decodeText } from '../text/encoding.ts'
import { editText, removeIfAny } from './edit-table.ts'

export const BUSYBOX_SPOOL = '/var/spool/cron/crontabs'
/** Names of users whose tables changed: crond looks here each minute. */
export const UPDATED = 'cron.update'

const options = { folder: value('c'), user: value('u'), list: flag('l'), edit: flag('e'), remove: flag('r') }
type Context = ProgramContext<typeof options>

async function store({ sys }: Context, folder: string, user: string, text: string | undefined): Promise<void> {
  if (text === undefined) removeIfAny(sys, `${folder}/${user}`)
  else await writeFile(sys, `${folder}/${user}`, text, 0o600)
  const fd = sys.open(`${folder}/${UPDATED}`, O_WRONLY | O_CREAT | O_APPEND, 0o600)
  await writeAll(sys, fd, encodeText(`${user}\n`))
  sys.close(fd)
}

async function readOrSay({ sys, fail }: Context, path: string, shown: string): Promise<string | undefined> {
  try {
    return await readTextFile(sys, path)
  } catch (error) {
    if (!isErrno(error)) throw error
    await fail(`can't open '${shown}': ${error.message}`)
    return undefined
  }
}

async function edit(context: Context, folder: string, user: string): Promise<number> {
  const { sys, env } = context
  const file = `${folder}/.crontab.${sys.getpid()}`
  const before = await readTextFile(sys, `${folder}/${user}`).catch((error: unknown) => {
    if (isErrno(error)) return ''
    throw error
  })
  const edited = await editText(sys, env, file, before, 'vi')
  removeIfAny(sys, file)
  if (edited.status !== 0) return 1
  await store(context, folder, user, edited.text)
  return 0
}

/** crontab of busybox: tables are not checked, crond says what is wrong with them. */
export const busyboxCrontab = defineProgram({
  name: 'busybox/crontab',
  paths: ['/usr/bin/crontab'],
  covers: 'full',
  summary: 'maintain crontab files for individual users',
  usage: 'crontab [-c DIR] [-u USER] [-ler]|[FILE]',
  options,
  async main(context) {
    const { sys, io, fail, operands, options: o } = context
    const accounts = await Accounts.read(sys)
    const user = o.user ?? accounts.userName(sys.getuid()) ?? 'root'
    if (!accounts.users.some(({ name }) => name === user)) {
      await fail(`unknown user ${user}`)
      return 1
    }
    const folder = o.folder ?? BUSYBOX_SPOOL
    if (o.edit) return edit(context, folder, user)
    if (o.remove) {
      await store(context, folder, user, undefined)
      return 0
    }
    if (o.list) {
      const text = await readOrSay(context, `${folder}/${user}`, user)
      if (text !== undefined) await io.print(text)
      return text === undefined ? 1 : 0
    }
    const [file = '-'] = operands
    const text = file === '-' ? decodeText(await readAll(sys, 0)) : await readOrSay(context, file, file)
    if (text === undefined) return 1
    await store(context, folder, user, text)
    return 0
  },
})
