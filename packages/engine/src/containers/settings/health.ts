import type { HealthConfig } from '@drydock/docker-api'
import { invalid } from '../../problem.ts'

/** Nanoseconds. */
const SHORTEST = 1_000_000
const SPANS = ['Interval', 'Timeout', 'StartPeriod', 'StartInterval'] as const

/** @throws Problem invalid */
export function checkHealth(health: HealthConfig | undefined): void {
  if (!health) return
  for (const name of SPANS) {
    const span = health[name] ?? 0
    if (span !== 0 && span < SHORTEST) throw invalid(`${name} in Healthcheck cannot be less than 1ms`)
  }
  if ((health.Retries ?? 0) < 0) throw invalid('Retries in Healthcheck cannot be negative')
}
