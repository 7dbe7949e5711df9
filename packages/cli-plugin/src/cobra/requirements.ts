import { isOlder } from '@drydock/docker-api'

/** What a command or a flag wants of the engine. */
export interface Requirement {
  /** The first version of the API that has it. */
  readonly since?: string
  /** An engine in a swarm, one that manages it, or one with experiments switched on. */
  readonly needs?: 'swarm' | 'manager' | 'experimental'
  /** The engine's kind of system. */
  readonly os?: 'linux' | 'windows'
}

/** What the engine told of itself. */
export interface EngineFacts {
  readonly apiVersion: string
  readonly os: string
  readonly experimental: boolean
  /** Undefined where the engine does not say, or there is none. */
  readonly swarm: { readonly active: boolean; readonly manager: boolean } | undefined
}

/** Whether help shows it. */
export function isShown({ since, needs, os }: Requirement, facts: EngineFacts): boolean {
  if (since !== undefined && isOlder(facts.apiVersion, since)) return false
  if (os !== undefined && facts.os !== '' && os !== facts.os) return false
  if (needs === 'experimental') return facts.experimental
  if (needs === undefined || !facts.swarm) return true
  return needs === 'manager' ? facts.swarm.manager : facts.swarm.active
}

/** Whether {@link refusal} can only be told by asking the engine. */
export const mustAsk = ({ since, needs, os }: Requirement): boolean =>
  since !== undefined || os !== undefined || needs === 'experimental'

/** Why it can't be used; a swarm that is missing the engine itself tells. @param name  `docker checkpoint`, `"--all"` */
export function refusal(name: string, { since, needs, os }: Requirement, facts: EngineFacts): string | undefined {
  if (since !== undefined && isOlder(facts.apiVersion, since))
    return `${name} requires API version ${since}, but the Docker daemon API version is ${facts.apiVersion}`
  if (os !== undefined && facts.os !== '' && os !== facts.os)
    return `${name} is only supported on a Docker daemon running on ${os}, but the Docker daemon is running on ${facts.os}`
  if (needs === 'experimental' && !facts.experimental)
    return `${name} is only supported on a Docker daemon with experimental features enabled`
  return undefined
}
