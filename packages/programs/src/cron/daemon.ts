import { ECHILD, EINTR, isErrno, SIGCHLD, type Sys, WNOHANG } from '@drydock/abi'
import { type Passwd, readPasswd, readTextIfAny, writeFile } from '@drydock/libc'
import type { Zone } from '../format/strftime.ts'
import type { Job } from './crontab-file.ts'
import { isDue } from './schedule.ts'

const MINUTE_MS = 60_000
/** That it is there says that jobs of `@reboot` have run since the machine came up. */
const BOOTED = '/run/crond.reboot'

/** A job of a user who is there. */
export interface Due {
  readonly job: Job
  readonly user: Passwd
}

export interface Daemon {
  readonly sys: Sys
  readonly zone: Zone
  /** The tables as they are now. */
  jobs(): Promise<readonly { readonly job: Job; readonly userName: string }[]>
  start(due: Due): void
}

/** Runs jobs at their minutes, for ever. cron(8) */
export async function keepTime({ sys, zone, jobs, start }: Daemon): Promise<never> {
  sys.sigaction(SIGCHLD, () => reap(sys))
  const run = async (isWanted: (job: Job) => boolean): Promise<void> => {
    const users = await readPasswd(sys)
    for (const { job, userName } of await jobs()) {
      const user = users.find(({ name }) => name === userName)
      if (user && isWanted(job)) start({ job, user })
    }
  }
  if ((await readTextIfAny(sys, BOOTED)) === '') {
    await noteBoot(sys)
    await run(({ schedule }) => schedule.reboot)
  }
  for (;;) {
    const minute = await nextMinute(sys)
    await run(({ schedule }) => isDue(schedule, minute, zone))
  }
}

async function noteBoot(sys: Sys): Promise<void> {
  try {
    await writeFile(sys, BOOTED, '1\n')
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** Sleeps until the next minute begins. @returns when that is, in milliseconds */
async function nextMinute(sys: Sys): Promise<number> {
  const next = (Math.floor(sys.clock.now() / MINUTE_MS) + 1) * MINUTE_MS
  for (let left = next - sys.clock.now(); left > 0; left = next - sys.clock.now())
    try {
      await sys.sleep(left)
    } catch (error) {
      if (error !== EINTR) throw error
    }
  return next
}

function reap(sys: Sys): void {
  try {
    for (;;) {
      const ended = sys.wait(-1, WNOHANG)
      if (ended === undefined || ended instanceof Promise) return
    }
  } catch (error) {
    if (error !== ECHILD) throw error
  }
}

/** Files of a folder with their text; none where there is no folder. */
export async function readFolder(
  sys: Sys,
  folder: string,
  isWanted: (name: string) => boolean,
): Promise<readonly { readonly name: string; readonly text: string }[]> {
  const names = namesIn(sys, folder).filter(isWanted).sort()
  return Promise.all(names.map(async (name) => ({ name, text: await readTextIfAny(sys, `${folder}/${name}`) })))
}

function namesIn(sys: Sys, folder: string): string[] {
  try {
    return sys.readdir(folder).map(({ name }) => name)
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}
