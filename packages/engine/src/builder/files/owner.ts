import { isErrno, type Sys } from '@drydock/abi'
import { invalid } from '../../problem.ts'
import { readText } from '../../state/files.ts'
import { findInRoot } from '../../runtime/scoped-path.ts'

export interface Owner {
  readonly uid: number
  readonly gid: number
}

function rows(sys: Sys, root: string, path: string): string[][] {
  try {
    return readText(sys, findInRoot(sys, root, path))
      .split('\n')
      .map((line) => line.split(':'))
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}

/**
 * Who `--chown` names: `user`, `user:group`, numbers or names of the image's passwd and group. A user alone brings his
 * group, a number alone is both. @throws Problem invalid for names that the image does not know
 */
export function ownerOf(sys: Sys, root: string, wish: string): Owner {
  const [user = '', group] = wish.split(':', 2)
  const row = rows(sys, root, '/etc/passwd').find(([name]) => name === user)
  if (!row && !/^\d+$/.test(user))
    throw invalid(
      `unable to convert uid/gid chown string to host mapping: can't find uid for user ${user}: no such user: ${user}`,
    )
  const uid = row ? Number(row[2]) : Number(user)
  if (group === undefined) return { uid, gid: row ? Number(row[3]) : uid }
  return { uid, gid: groupOf(sys, root, group) }
}

function groupOf(sys: Sys, root: string, group: string): number {
  const row = rows(sys, root, '/etc/group').find(([name]) => name === group)
  if (row) return Number(row[2])
  if (/^\d+$/.test(group)) return Number(group)
  throw invalid(
    `unable to convert uid/gid chown string to host mapping: can't find gid for group ${group}: no such group: ${group}`,
  )
}
