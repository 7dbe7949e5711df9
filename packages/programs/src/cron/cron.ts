import { isErrno, type Process, type Sys } from '@drydock/abi'
import { getopt, flag, programName, readTextIfAny, Stdio, UsageError, value, writeFile } from '@drydock/libc'
import { timeZone } from '../format/strftime.ts'
import type { Program } from '@drydock/abi'
import { detach } from '../servers/files/detach.ts'
import { readCrontab } from './crontab-file.ts'
import { keepTime, readFolder } from './daemon.ts'
import { runJob } from './run-job.ts'
import { spoolFolder } from './spool.ts'

const PID_FILE = '/run/crond.pid'
/** Files of other names in cron.d are left alone, as editors' and dpkg's leftovers. */
const PLAIN_NAME = /^[A-Za-z0-9_-]+$/

/** All tables of the machine. */
async function tables(sys: Sys): Promise<readonly { name: string; text: string; system: boolean }[]> {
  const own = await readFolder(sys, spoolFolder(sys), () => true)
  const system = [
    { name: 'crontab', text: await readTextIfAny(sys, '/etc/crontab') },
    ...(await readFolder(sys, '/etc/cron.d', (name) => PLAIN_NAME.test(name))),
  ]
  return [...system.map((file) => ({ ...file, system: true })), ...own.map((file) => ({ ...file, system: false }))]
}

async function serve(sys: Sys, env: ReadonlyMap<string, string>): Promise<never> {
  return keepTime({
    sys,
    zone: timeZone(env),
    jobs: async () =>
      (await tables(sys)).flatMap(({ name, text, system }) =>
        readCrontab(text, system).jobs.map((job) => ({ job, userName: job.user ?? name })),
      ),
    start: ({ job, user }) =>
      void runJob(sys, { job, user, subject: (host) => `Cron <${user.name}@${host}> ${job.command}` }),
  })
}

/** @returns the number of another daemon that runs */
async function otherDaemon(sys: Sys): Promise<number | undefined> {
  const pid = Number(await readTextIfAny(sys, PID_FILE))
  if (!(pid > 0) || pid === sys.getpid()) return undefined
  try {
    sys.kill(pid, 0)
    return pid
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

const OPTIONS = { foreground: flag('f'), plain: flag('n'), level: value('L'), lsb: flag('l') }

async function main(process: Process): Promise<number> {
  const { sys, argv, env } = process
  const io = new Stdio(sys)
  const name = programName(process)
  try {
    const { options } = getopt(argv.slice(1), OPTIONS)
    const other = await otherDaemon(sys)
    if (other !== undefined) {
      await io.warn(
        `${name}: can't lock /var/run/crond.pid, otherpid may be ${other}: Resource temporarily unavailable\n`,
      )
      return 1
    }
    if (options.foreground || options.plain) {
      await writeFile(sys, PID_FILE, `${sys.getpid()}\n`)
      return await serve(sys, env)
    }
    const daemon = async (child: Process): Promise<number> => {
      detach(child.sys)
      await writeFile(child.sys, PID_FILE, `${child.sys.getpid()}\n`)
      return serve(child.sys, env)
    }
    sys.fork(daemon, { setsid: true, orphanOf: 'reaper' })
    return 0
  } catch (error) {
    if (error instanceof UsageError) await io.warn(`${name}: ${error.message}\nusage: ${name}\n`)
    else if (isErrno(error)) await io.warn(`${name}: can't open or create /var/run/crond.pid: ${error.message}\n`)
    else throw error
    return 1
  }
}

/** cron: runs what crontabs say, and mails what that prints. Debian's cron 3.0pl1; `crond -n` of cronie. cron(8) */
export const cron: Program = {
  name: 'cron/cron',
  paths: ['/usr/sbin/cron', '/usr/sbin/crond'],
  covers: 'partial',
  lacks: [
    'a log, as no syslog listens',
    'jobs that a change of the clock has skipped',
    'cronie: RANDOM_DELAY, anacron',
  ],
  summary: 'daemon to execute scheduled commands',
  sizeBytes: 59792,
  rssBytes: 2.6 * 1024 ** 2,
  main,
}
