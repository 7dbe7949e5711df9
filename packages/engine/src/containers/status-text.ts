import type { StateRecord } from './record.ts'
import { statusOf } from './record.ts'
import { parseTime } from '../timestamps.ts'

/** go-units HumanDuration: `Less than a second`, `5 minutes`, `About an hour`. @param ms a span of time */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000)
  if (seconds < 1) return 'Less than a second'
  if (seconds === 1) return '1 second'
  if (seconds < 60) return `${seconds} seconds`
  const minutes = Math.trunc(seconds / 60)
  if (minutes === 1) return 'About a minute'
  if (minutes < 60) return `${minutes} minutes`
  const hours = Math.round(seconds / 3600)
  if (hours === 1) return 'About an hour'
  if (hours < 48) return `${hours} hours`
  if (hours < 24 * 7 * 2) return `${Math.trunc(hours / 24)} days`
  if (hours < 24 * 30 * 2) return `${Math.trunc(hours / 24 / 7)} weeks`
  if (hours < 24 * 365 * 2) return `${Math.trunc(hours / 24 / 30)} months`
  return `${Math.trunc(hours / 24 / 365)} years`
}

/** The STATUS column of docker ps. moby State.String */
export function statusText(state: StateRecord, nowMs: number): string {
  const up = humanDuration(nowMs - parseTime(state.StartedAt))
  const ended = humanDuration(nowMs - parseTime(state.FinishedAt))
  if (state.Running && state.Paused) return `Up ${up} (Paused)`
  if (state.Restarting) return `Restarting (${state.ExitCode}) ${ended} ago`
  if (state.Running) return `Up ${up}${healthText(state)}`
  const status = statusOf(state)
  if (status === 'removing') return 'Removal In Progress'
  if (status === 'dead') return 'Dead'
  if (status === 'created') return 'Created'
  return `Exited (${state.ExitCode}) ${ended} ago`
}

function healthText({ Health }: StateRecord): string {
  if (!Health || Health.Status === 'none') return ''
  return Health.Status === 'starting' ? ' (health: starting)' : ` (${Health.Status})`
}
