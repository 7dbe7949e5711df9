import type { Errno } from './errno.ts'
import type { Sys } from './sys.ts'

/** What becomes of calls that are not let through: they fail, or end the caller by SIGSYS. seccomp(2), "return values" */
export type SeccompFilter = ReadonlyMap<keyof Sys, Errno | 'kill'>
