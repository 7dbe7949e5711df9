import {
  CAPABILITIES,
  EPERM,
  type Errno,
  errnoByNumber,
  hasCapability,
  type SeccompFilter,
  type Sys,
} from '@drydock/abi'
import { invalid, Problem } from '../../problem.ts'
import { LINUX_CALLS } from './calls.ts'

/** One group of calls of a profile file. docs.docker.com/engine/security/seccomp, OCI runtime spec "seccomp" */
interface Rule {
  readonly name?: string
  readonly names?: readonly string[]
  readonly action?: string
  readonly errnoRet?: number
  readonly args?: readonly unknown[] | null
  readonly includes?: { readonly caps?: readonly string[] }
  readonly excludes?: { readonly caps?: readonly string[] }
}

export interface Profile {
  readonly defaultAction?: string
  readonly defaultErrnoRet?: number
  readonly syscalls?: readonly Rule[] | null
}

/** What a profile does with a call: undefined lets it through. */
type Verdict = Errno | 'kill' | undefined
type Judge = (number: number | undefined) => Verdict

const ACTIONS: Readonly<Record<string, Judge>> = {
  SCMP_ACT_ALLOW: () => undefined,
  SCMP_ACT_LOG: () => undefined,
  SCMP_ACT_TRACE: () => undefined,
  SCMP_ACT_NOTIFY: () => undefined,
  SCMP_ACT_ERRNO: (number) => errnoByNumber(number ?? EPERM.errno) ?? EPERM,
  SCMP_ACT_KILL: () => 'kill',
  SCMP_ACT_KILL_THREAD: () => 'kill',
  SCMP_ACT_KILL_PROCESS: () => 'kill',
  SCMP_ACT_TRAP: () => 'kill',
}

/** @throws Problem for text that is no profile, in the daemon's words or the runtime's */
export function readProfile(text: string): Profile {
  const profile = decode(text)
  for (const { name, names } of profile.syscalls ?? [])
    if (name && names?.length)
      throw invalid("both 'name' and 'names' are specified in the seccomp profile, use either 'name' or 'names'")
  const actions = [profile.defaultAction ?? '', ...(profile.syscalls ?? []).map(({ action }) => action ?? '')]
  const unknown = actions.find((action) => !(action in ACTIONS))
  if (unknown !== undefined)
    throw invalid(
      `failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: string ${unknown} is not a valid action for seccomp: unknown`,
    )
  return profile
}

function decode(text: string): Profile {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Problem('system', `Decoding seccomp profile failed: ${(error as Error).message}`)
  }
}

/**
 * The calls that a profile keeps a process from. Rules for certain arguments refuse nothing here: what they let
 * through counts as let through.
 *
 * @param capabilities what the container has, as a mask: rules may hold with some and without others
 */
export function compileProfile(profile: Profile, capabilities: number): SeccompFilter {
  const judge = (action: string | undefined, number: number | undefined): Verdict => ACTIONS[action ?? '']?.(number)
  const byDefault = judge(profile.defaultAction, profile.defaultErrnoRet)
  const named = new Map<string, Verdict>()
  for (const rule of profile.syscalls ?? []) {
    const verdict = judge(rule.action, rule.errnoRet)
    if (!holds(rule, capabilities) || (verdict !== undefined && rule.args?.length)) continue
    for (const name of rule.names ?? (rule.name ? [rule.name] : [])) if (!named.has(name)) named.set(name, verdict)
  }
  const filter = new Map<keyof Sys, Errno | 'kill'>()
  for (const { call, names } of LINUX_CALLS) {
    const known = names.find((name) => named.has(name))
    const verdict = known === undefined ? byDefault : named.get(known)
    if (verdict !== undefined) filter.set(call, verdict)
  }
  return filter
}

function holds({ includes, excludes }: Rule, capabilities: number): boolean {
  const has = (name: string): boolean => hasCapability(capabilities, CAPABILITIES.indexOf(name.replace(/^CAP_/, '')))
  return (includes?.caps ?? []).every(has) && !excludes?.caps?.some(has)
}
