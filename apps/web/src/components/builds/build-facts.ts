import type { BuildRecord, BuildStep } from '@drydock/docker-api'

/** The first tag, or the name of the context's folder. */
export const buildName = ({ tags, name }: BuildRecord): string => tags[0] ?? name

/** `0.4s`, `2m 5s`. */
export function durationText({ startedAt, completedAt }: Pick<BuildStep, 'startedAt' | 'completedAt'>): string {
  const seconds = Math.max(0, completedAt - startedAt) / 1000
  return seconds < 60 ? `${seconds.toFixed(1)}s` : `${Math.floor(seconds / 60)}m ${Math.floor(seconds % 60)}s`
}

/** How long the whole of it took. */
export const buildDuration = ({ createdAt, completedAt }: BuildRecord): string =>
  durationText({ startedAt: createdAt, completedAt })

/**
 * What each step printed, by its number. The log is `--progress=plain`: every line begins with the number of its step, and
 * how a step is called and how it ended is told beside its output.
 */
export function outputsOf({ log, vertexes }: BuildRecord): ReadonlyMap<number, readonly string[]> {
  const outputs = new Map<number, string[]>(vertexes.map(({ index }) => [index, []]))
  const names = new Map(vertexes.map(({ index, name }) => [index, name]))
  for (const line of log.split('\n')) {
    const [, number = '', words = ''] = /^#(\d+) (.*)$/.exec(line) ?? []
    const index = Number(number)
    if (words === names.get(index) || /^(\.\.\.$|CACHED$|DONE \d)/.test(words)) continue
    outputs.get(index)?.push(words)
  }
  return outputs
}

/** The part of the build's time that a step takes, both 0 to 1. */
export function spanOf({ createdAt, completedAt }: BuildRecord, step: BuildStep): { from: number; part: number } {
  const whole = Math.max(1, completedAt - createdAt)
  const from = Math.min(1, Math.max(0, (step.startedAt - createdAt) / whole))
  return { from, part: Math.min(1 - from, Math.max(0, (step.completedAt - step.startedAt) / whole)) }
}
