import type { WaitStatus } from '@drydock/abi'

export interface JobProcess {
  readonly pid: number
  status: WaitStatus | undefined
}
/** A pipeline that the shell started. */
export interface Job {
  readonly id: number
  readonly pgid: number
  readonly processes: JobProcess[]
  readonly command: string
  state: 'Running' | 'Stopped' | 'Done'
  /** Its change of state has been told. */
  told: boolean
  background: boolean
  /** Terminal settings to be put back by fg. */
  noHangUp?: boolean
}

/** The jobs, with the current and the previous one. bash(1), "JOB CONTROL". */
export class JobTable {
  readonly jobs = new Map<number, Job>()
  /** Statuses of children that are gone and may still be asked for by `wait PID`. */
  readonly ended = new Map<number, WaitStatus>()
  /** Exit statuses that `wait PID` has told: it may ask again. */
  readonly waited = new Map<number, number>()
  /** What is to be done when a child is gone. */
  readonly onEnd = new Map<number, () => void>()
  private recent: number[] = []

  add(job: Omit<Job, 'id' | 'state' | 'told'>): Job {
    const id = Math.max(0, ...this.jobs.keys()) + 1
    const made: Job = { ...job, id, state: 'Running', told: false }
    this.jobs.set(id, made)
    this.touch(made)
    return made
  }

  /** Makes it the current job. */
  touch(job: Job): void {
    this.recent = [job.id, ...this.recent.filter((id) => id !== job.id)]
  }

  remove(job: Job): void {
    this.jobs.delete(job.id)
    this.recent = this.recent.filter((id) => id !== job.id)
  }

  private ranked(): number[] {
    const stopped = this.recent.filter((id) => this.jobs.get(id)?.state === 'Stopped')
    return [...stopped, ...this.recent.filter((id) => !stopped.includes(id) && this.jobs.has(id))]
  }

  current(): Job | undefined {
    return this.jobs.get(this.ranked()[0] ?? 0)
  }

  mark(job: Job): '+' | '-' | ' ' {
    const at = this.ranked().indexOf(job.id)
    return at === 0 ? '+' : at === 1 ? '-' : ' '
  }

  /** `%1`, `%+`, `%-`, `%%`, `%name`, `%?text`. */
  find(spec: string): Job | undefined {
    const text = spec.startsWith('%') ? spec.slice(1) : spec
    if (text === '' || text === '+' || text === '%') return this.current()
    if (text === '-') return this.jobs.get(this.ranked()[1] ?? this.ranked()[0] ?? 0)
    if (/^\d+$/.test(text)) return this.jobs.get(Number(text))
    const matches = (job: Job): boolean =>
      text.startsWith('?') ? job.command.includes(text.slice(1)) : job.command.startsWith(text)
    return [...this.jobs.values()].find(matches)
  }

  byPid(pid: number): Job | undefined {
    return [...this.jobs.values()].find((job) => job.processes.some((each) => each.pid === pid))
  }

  /** Notes what wait(2) said about a child. */
  note(pid: number, status: WaitStatus): Job | undefined {
    const job = this.byPid(pid)
    const gone = status.kind === 'exited' || status.kind === 'signaled'
    if (gone) this.ended.set(pid, status)
    if (gone) this.onEnd.get(pid)?.()
    const process = job?.processes.find((each) => each.pid === pid)
    if (!job || !process) return undefined
    if (gone || status.kind === 'stopped') process.status = status
    else process.status = undefined
    const before = job.state
    job.state = stateOf(job)
    if (job.state !== before) job.told = false
    if (job.state === 'Stopped') this.touch(job)
    return job
  }

  /** A subshell can list its parent's jobs but not wait for them. */
  copy(): JobTable {
    const copy = new JobTable()
    for (const [id, job] of this.jobs)
      copy.jobs.set(id, { ...job, processes: job.processes.map((each) => ({ ...each })) })
    copy.recent = [...this.recent]
    return copy
  }
}

function stateOf(job: Job): Job['state'] {
  const alive = job.processes.filter(({ status }) => !status || status.kind === 'stopped')
  if (alive.length === 0) return 'Done'
  return alive.some(({ status }) => status?.kind === 'stopped') ? 'Stopped' : 'Running'
}
