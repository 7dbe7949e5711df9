import { API_VERSION } from '../version.ts'
import type { Call } from './route.ts'

/** `1.41` -> 1041: versions by order. */
export const versionNumber = (version: string): number => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major * 1000 + minor
}

export const NEWEST_VERSION = versionNumber(API_VERSION)

/** Whether the client speaks a version before that one. @param version `1.42` */
export const speaksBefore = ({ version: spoken }: Pick<Call, 'version'>, version: string): boolean =>
  spoken < versionNumber(version)

/** What an answer was before a version changed it. */
export interface Change<T> {
  readonly before: string
  readonly was: (answer: T) => T
}

/** An answer as the client's version has it. */
export function asSpoken<T>(call: Pick<Call, 'version'>, changes: readonly Change<T>[], answer: T): T {
  if (call.version >= NEWEST_VERSION) return answer
  return changes.reduce((older, { before, was }) => (speaksBefore(call, before) ? was(older) : older), answer)
}
