import { isErrno, O_RDONLY, type Process, SIGPIPE, type Sys } from '@drydock/abi'
import { encodeText, type Passwd, readAll, writeAll } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { becomeUser } from '../account/become.ts'
import { type Job, splitCommand } from './crontab-file.ts'

export const SENDMAIL = '/usr/sbin/sendmail'
const PATH = '/usr/bin:/bin'

export interface RunOptions {
  readonly job: Job
  readonly user: Passwd
  /** The daemon's environment, where jobs inherit it as busybox's do. */
  readonly inherited?: ReadonlyMap<string, string>
  /** The subject of what is mailed. */
  readonly subject: (host: string) => string
}

/** Runs a job as its user in a process of its own, which sends by mail what the job prints. cron(8) */
export function runJob(sys: Sys, options: RunOptions): number {
  return sys.fork(({ sys: child }) => work(child, options), { setsid: true })
}

function environment({ job, user, inherited }: RunOptions): Map<string, string> {
  const env = new Map([
    ...(inherited ?? []),
    ['HOME', user.home],
    ...(inherited?.has('PATH') ? [] : [['PATH', PATH] as const]),
    ['SHELL', '/bin/sh'],
    ...job.variables,
    ['LOGNAME', user.name],
    ...(inherited ? [['USER', user.name] as const] : []),
  ])
  return env
}

async function work(sys: Sys, options: RunOptions): Promise<number> {
  const env = environment(options)
  const { line, input } = splitCommand(options.job.command)
  const accounts = await Accounts.read(sys)
  const [reader, writer] = sys.pipe()
  const stdin = await inputOf(sys, input)
  const entry = async (job: Process): Promise<number> => {
    becomeUser(job.sys, accounts, options.user)
    changeTo(job.sys, env.get('HOME') ?? '/')
    const shell = env.get('SHELL') ?? '/bin/sh'
    return job.sys.exec(shell, [shell, '-c', line], env)
  }
  const fds = new Map([
    [0, stdin],
    [1, writer],
    [2, writer],
  ])
  const pid = sys.fork(entry, { fds })
  for (const fd of [stdin, writer]) sys.close(fd)
  const printed = await readAll(sys, reader)
  await sys.wait(pid)
  if (printed.length > 0) await mail(sys, options, env, printed)
  return 0
}

async function inputOf(sys: Sys, text: string): Promise<number> {
  if (text === '') return sys.open('/dev/null', O_RDONLY)
  const [reader, writer] = sys.pipe()
  sys.fork(async ({ sys: child }) => {
    child.close(reader)
    await writeAll(child, writer, encodeText(text))
    return 0
  }, {})
  sys.close(writer)
  return reader
}

function changeTo(sys: Sys, folder: string): void {
  try {
    sys.chdir(folder)
  } catch (error) {
    if (!isErrno(error)) throw error
    sys.chdir('/')
  }
}

/** Hands the output to sendmail(8); without one it is lost, as cron's log says where there is one. */
async function mail(
  sys: Sys,
  { user, subject }: RunOptions,
  env: ReadonlyMap<string, string>,
  body: Uint8Array,
): Promise<void> {
  const to = env.get('MAILTO') ?? user.name
  if (to === '') return
  const head = [`From: root (Cron Daemon)`, `To: ${to}`, `Subject: ${subject(sys.uname().nodename)}`]
  const variables = [...env].map(([name, value]) => `X-Cron-Env: <${name}=${value}>`)
  const [reader, writer] = sys.pipe()
  const fds = new Map([
    [0, reader],
    [1, 1],
    [2, 2],
  ])
  try {
    const pid = await sys.spawn(SENDMAIL, { argv: ['sendmail', '-ti'], env, fds })
    sys.close(reader)
    sys.sigaction(SIGPIPE, 'SIG_IGN')
    await writeAll(sys, writer, encodeText(`${[...head, ...variables].join('\n')}\n\n`))
    await writeAll(sys, writer, body)
    sys.close(writer)
    await sys.wait(pid)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}
