import type { JsonMessage } from '@drydock/docker-api'
import { humanSize } from '@drydock/cli-plugin'

/** The right half of a layer's line: `[==>   ]  1.2MB/3.4MB`. moby, pkg/jsonmessage. @param columns of the terminal */
export function progressBar(detail: NonNullable<JsonMessage['progressDetail']>, columns: number, now: number): string {
  const { current = 0, total = 0 } = detail
  if (current <= 0 && total <= 0) return ''
  if (total <= 0) return detail.units ? `${current} ${detail.units}` : humanSize(current).padStart(8)
  const percent = Math.min(50, Math.trunc(Math.trunc((current / total) * 100) / 2))
  const bar = columns > 110 ? `[${'='.repeat(percent)}>${' '.repeat(50 - percent)}] ` : ''
  return bar + numbers(detail) + (percent < 50 ? remaining(detail, columns, now) : '')
}

function numbers({ current = 0, total = 0, hidecounts, units }: NonNullable<JsonMessage['progressDetail']>): string {
  if (hidecounts) return ''
  if (units) return current > total ? `${current} ${units}` : `${current}/${total} ${units}`
  const shown = humanSize(current).padStart(8)
  return current > total ? shown : `${shown}/${humanSize(total)}`
}

function remaining(detail: NonNullable<JsonMessage['progressDetail']>, columns: number, now: number): string {
  const { current = 0, total = 0, start = 0 } = detail
  if (columns <= 50 || start === 0 || current <= 0) return ''
  const elapsed = now - start
  const left = Math.trunc((elapsed / current) * (total - current))
  return ` ${goSeconds(left)}`
}

/** A time.Duration of whole seconds. */
function goSeconds(seconds: number): string {
  const [h, m, s] = [Math.trunc(seconds / 3600), Math.trunc(seconds / 60) % 60, seconds % 60]
  if (h > 0) return `${h}h${m}m${s}s`
  return m > 0 ? `${m}m${s}s` : `${s}s`
}
