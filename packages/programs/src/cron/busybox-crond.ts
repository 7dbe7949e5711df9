import { isErrno, O_APPEND, O_CREAT, O_WRONLY, type Process, type Sys } from '@drydock/abi'
import { defineProgram, encodeText, flag, readPasswd, readTextIfAny, value, writeAll } from '@drydock/libc'
import { timeZone } from '../format/strftime.ts'
import { BANNER } from '../busybox/banner.ts'
import { detach } from '../servers/files/detach.ts'
import { BUSYBOX_SPOOL, UPDATED } from './busybox-crontab.ts'
import { type Job, readCrontab } from './crontab-file.ts'
import { keepTime, readFolder } from './daemon.ts'
import { removeIfAny } from './edit-table.ts'
import { runJob } from './run-job.ts'

/** Messages of less weight than the level are left out: 0 tells all, 8 is the default. */
type Log = (level: number, message: string) => Promise<void>
const DEFAULT_LEVEL = 8
/** Minutes after which all tables are read again. */
const RESCAN = 60

interface Table {
  readonly user: string
  readonly jobs: readonly Job[]
}

async function readTables(sys: Sys, folder: string, log: Log): Promise<readonly Table[]> {
  const users = await readPasswd(sys)
  const tables: Table[] = []
  for (const { name, text } of await readFolder(sys, folder, (each) => !each.startsWith('.') && each !== UPDATED)) {
    if (!users.some((user) => user.name === name)) {
      await log(DEFAULT_LEVEL, `ignoring file '${name}' (no such user)`)
      continue
    }
    const { jobs, problems } = readCrontab(text)
    const lines = text.split('\n')
    for (const { line } of problems) await log(9, `user ${name}: parse error at ${lines[line] ?? ''}`)
    for (const job of jobs) await log(5, `user:${name} entry:${job.command}`)
    tables.push({ user: name, jobs })
  }
  return tables
}

/** Reads the tables again when crontab(1) says so, and each hour. */
function followTables(sys: Sys, folder: string, log: Log) {
  let tables: readonly Table[] | undefined
  let age = 0
  return async () => {
    const updated = (await readTextIfAny(sys, `${folder}/${UPDATED}`)) !== ''
    if (updated) removeIfAny(sys, `${folder}/${UPDATED}`)
    age += 1
    if (!tables || updated || age > RESCAN) {
      tables = await readTables(sys, folder, log)
      age = 0
    }
    return tables.flatMap(({ user, jobs }) => jobs.map((job) => ({ job, userName: user })))
  }
}

async function serve(
  sys: Sys,
  env: ReadonlyMap<string, string>,
  folder: string,
  log: Log,
  level: number,
): Promise<never> {
  const version = /BusyBox v([\d.]+)/.exec(BANNER)?.[1] ?? ''
  await log(DEFAULT_LEVEL, `crond (busybox ${version}) started, log level ${level}`)
  return keepTime({
    sys,
    zone: timeZone(env),
    jobs: followTables(sys, folder, log),
    start({ job, user }) {
      const pid = runJob(sys, { job, user, inherited: env, subject: () => `cron: ${job.command}` })
      void log(DEFAULT_LEVEL, `USER ${user.name} pid ${String(pid).padStart(3)} cmd ${job.command}`)
    },
  })
}

/** crond of busybox. What jobs print goes to sendmail, which on Alpine finds nobody to take it. */
export const busyboxCrond = defineProgram({
  name: 'busybox/crond',
  paths: ['/usr/sbin/crond'],
  covers: 'partial',
  lacks: ['the system log, as no syslog listens', 'CRON_TZ'],
  summary: 'run scheduled commands',
  usage: 'crond [-fbS] [-l N] [-d N] [-L LOGFILE] [-c DIR]',
  options: {
    foreground: flag('f'),
    background: flag('b'),
    syslog: flag('S'),
    level: value('l'),
    toStderr: value('d'),
    logFile: value('L'),
    folder: value('c'),
  },
  async main({ sys, env, fail, options: o }) {
    const folder = o.folder ?? BUSYBOX_SPOOL
    const level = Number(o.toStderr ?? o.level ?? DEFAULT_LEVEL)
    try {
      sys.stat(folder)
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`can't change directory to '${folder}': ${error.message}`)
      return 1
    }
    const logOf =
      (of: Sys): Log =>
      async (weight, message) => {
        if (weight < level || (o.toStderr === undefined && o.logFile === undefined)) return
        await writeLine(of, o.logFile, `crond: ${message}\n`)
      }
    if (o.foreground || o.toStderr !== undefined) return serve(sys, env, folder, logOf(sys), level)
    const daemon = (child: Process): Promise<number> => {
      detach(child.sys)
      return serve(child.sys, env, folder, logOf(child.sys), level)
    }
    sys.fork(daemon, { setsid: true, orphanOf: 'reaper' })
    return 0
  },
})

async function writeLine(sys: Sys, file: string | undefined, line: string): Promise<void> {
  if (file === undefined) return void (await writeAll(sys, 2, encodeText(line)))
  const fd = sys.open(file, O_WRONLY | O_CREAT | O_APPEND, 0o666)
  await writeAll(sys, fd, encodeText(line))
  sys.close(fd)
}
