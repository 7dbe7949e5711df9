import { SIGNALS, SIGRTMIN } from '@drydock/abi'
import type { Job } from './job-table.ts'
import type { Shell } from './shell.ts'

/** strsignal(3). */
const TEXTS: ReadonlyMap<number, string> = new Map([
  [SIGNALS.SIGHUP, 'Hangup'],
  [SIGNALS.SIGINT, 'Interrupt'],
  [SIGNALS.SIGQUIT, 'Quit'],
  [SIGNALS.SIGILL, 'Illegal instruction'],
  [5, 'Trace/breakpoint trap'],
  [SIGNALS.SIGABRT, 'Aborted'],
  [7, 'Bus error'],
  [8, 'Floating point exception'],
  [SIGNALS.SIGKILL, 'Killed'],
  [SIGNALS.SIGUSR1, 'User defined signal 1'],
  [SIGNALS.SIGSEGV, 'Segmentation fault'],
  [SIGNALS.SIGUSR2, 'User defined signal 2'],
  [SIGNALS.SIGPIPE, 'Broken pipe'],
  [SIGNALS.SIGALRM, 'Alarm clock'],
  [SIGNALS.SIGTERM, 'Terminated'],
  [SIGNALS.SIGSTKFLT, 'Stack fault'],
  [SIGNALS.SIGXCPU, 'CPU time limit exceeded'],
  [SIGNALS.SIGXFSZ, 'File size limit exceeded'],
  [SIGNALS.SIGVTALRM, 'Virtual timer expired'],
  [SIGNALS.SIGPROF, 'Profiling timer expired'],
  [SIGNALS.SIGIO, 'I/O possible'],
  [SIGNALS.SIGPWR, 'Power failure'],
  [SIGNALS.SIGSYS, 'Bad system call'],
])
export const signalText = (signal: number): string =>
  TEXTS.get(signal) ?? (signal >= SIGRTMIN ? `Real-time signal ${signal - SIGRTMIN}` : `Unknown signal ${signal}`)

function stateText(job: Job): string {
  if (job.state !== 'Done') return job.state
  const last = job.processes.at(-1)?.status
  if (last?.kind === 'signaled') return signalText(last.signal)
  return last?.kind === 'exited' && last.code !== 0 ? `Exit ${last.code}` : 'Done'
}

/** `[1]+  Stopped                 sleep 100` */
export function jobLine(shell: Shell, job: Job, pids = false): string {
  const mark = `[${job.id}]${shell.jobs.mark(job)}`
  const tail = job.state === 'Running' ? ' &' : ''
  const pid = pids ? `${String(job.processes[0]?.pid ?? 0).padStart(5)} ` : ' '
  return `${mark} ${pid}${stateText(job).padEnd(24)}${job.command}${tail}`
}
