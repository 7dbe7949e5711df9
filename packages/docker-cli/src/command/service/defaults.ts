import type { TaskRestartPolicy, UpdateConfig } from '@drydock/docker-api'

/** What swarmkit does when nothing is said; as soon as one thing is, the client says the rest. */
export const DEFAULT_UPDATE: UpdateConfig = {
  Parallelism: 1,
  FailureAction: 'pause',
  Monitor: 5_000_000_000,
  MaxFailureRatio: 0,
  Order: 'stop-first',
}
export const DEFAULT_RESTART: TaskRestartPolicy = { Condition: 'any', Delay: 5_000_000_000, MaxAttempts: 0 }

type Values = Readonly<Record<string, unknown>>

/** Flags and the fields they set; `empty`: Go leaves a 0 out. */
const UPDATES: readonly (readonly [flag: string, field: keyof UpdateConfig, empty: boolean])[] = [
  ['parallelism', 'Parallelism', false],
  ['delay', 'Delay', true],
  ['failure-action', 'FailureAction', true],
  ['monitor', 'Monitor', true],
  ['max-failure-ratio', 'MaxFailureRatio', false],
  ['order', 'Order', false],
]
const KEY = { update: 'UpdateConfig', rollback: 'RollbackConfig' } as const

/** `UpdateConfig` or `RollbackConfig` when one of its flags was given. @param before what the flags change */
export function updateFrom(
  kind: 'update' | 'rollback',
  flags: Values,
  changed: ReadonlySet<string>,
  before: UpdateConfig,
): { UpdateConfig?: UpdateConfig; RollbackConfig?: UpdateConfig } {
  const given = UPDATES.filter(([flag]) => changed.has(`${kind}-${flag}`))
  if (given.length === 0) return {}
  const config = new Map<string, unknown>(Object.entries(before))
  for (const [flag, field, empty] of given) {
    const value = flags[`${kind}-${flag}`]
    if (empty && (value === 0 || value === '')) config.delete(field)
    else config.set(field, value)
  }
  return { [KEY[kind]]: Object.fromEntries(config) as unknown as UpdateConfig }
}

const RESTARTS: readonly (readonly [flag: string, field: keyof TaskRestartPolicy])[] = [
  ['restart-condition', 'Condition'],
  ['restart-delay', 'Delay'],
  ['restart-max-attempts', 'MaxAttempts'],
  ['restart-window', 'Window'],
]
/** `RestartPolicy` when one of its flags was given. */
export function restartFrom(
  flags: Values,
  changed: ReadonlySet<string>,
  before: TaskRestartPolicy,
): { RestartPolicy?: TaskRestartPolicy } {
  const given = RESTARTS.filter(([flag]) => changed.has(flag))
  if (given.length === 0) return {}
  return { RestartPolicy: { ...before, ...Object.fromEntries(given.map(([flag, field]) => [field, flags[flag]])) } }
}
