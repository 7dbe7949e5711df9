import { isErrno, type Sys } from '@drydock/abi'
import { type Passwd, searchPath } from '@drydock/libc'
import type { Accounts } from './accounts.ts'

/** The groups a user is in, the own one first. getgrouplist(3). */
export const groupsOf = (accounts: Accounts, user: Passwd): number[] => [
  ...new Set([
    user.gid,
    ...accounts.groups.filter((group) => group.members.includes(user.name)).map((group) => group.gid),
  ]),
]

/** Gives up the caller's identity for a user's. @throws EPERM when the caller is not root */
export function becomeUser(sys: Sys, accounts: Accounts, user: Passwd): void {
  sys.setgroups(groupsOf(accounts, user))
  sys.setgid(user.gid)
  sys.setuid(user.uid)
}

/** execvp(3) with a line for what cannot be run. @returns 126 or 127 */
export async function execOrFail(
  sys: Sys,
  words: readonly string[],
  env: ReadonlyMap<string, string>,
  complain: (reason: string) => Promise<void>,
  argv0?: string,
): Promise<number> {
  try {
    const argv = argv0 === undefined ? words : [argv0, ...words.slice(1)]
    return await sys.exec(searchPath(sys, words[0] ?? '', env.get('PATH')), argv, env)
  } catch (error) {
    if (!isErrno(error)) throw error
    await complain(error.message)
    return error.code === 'ENOENT' ? 127 : 126
  }
}
