import { isErrno, type Sys } from '@drydock/abi'
import { readText } from '../state/files.ts'

export interface RuntimeUser {
  readonly uid: number
  readonly gid: number
  readonly groups: readonly number[]
  readonly home: string
}

/** A user that the image does not know; the message is that of moby's user lookup. */
export class UserError extends Error {}

const rows = (sys: Sys, path: string): string[][] => {
  try {
    return readText(sys, path)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(':'))
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}

const LAST_ID = 2 ** 31 - 1

const isNumber = (text: string): boolean => /^\d+$/.test(text)

/**
 * Who `wish` is by the passwd and group files of the caller's root: `name`, `uid`, `name:group`, `uid:gid` or empty.
 * @throws UserError
 */
export function findUser(sys: Sys, wish: string, groupAdd: readonly string[] = []): RuntimeUser {
  const [userWish = '', groupWish] = wish.split(':')
  const groups = rows(sys, '/etc/group')
  const row = rows(sys, '/etc/passwd').find(([name, , uid]) =>
    userWish === '' ? uid === '0' : name === userWish || uid === userWish,
  )
  if (!row && userWish !== '' && !isNumber(userWish))
    throw new UserError(`unable to find user ${userWish}: no matching entries in passwd file`)
  for (const each of [userWish, groupWish ?? ''])
    if (isNumber(each) && Number(each) > LAST_ID) throw new UserError(`uids and gids must be in range 0-${LAST_ID}`)
  const uid = row ? Number(row[2]) : Number(userWish || '0')
  const gid = groupWish ? findGroup(groups, groupWish) : row ? Number(row[3]) : 0
  const member = groupWish ? [] : groupsOf(groups, row?.[0])
  const more = groupAdd.map((name) => findGroup(groups, name))
  return { uid, gid, groups: [...new Set([gid, ...member, ...more])], home: row?.[5] || '/' }
}

function findGroup(groups: readonly string[][], wish: string): number {
  const row = groups.find(([name, , gid]) => name === wish || gid === wish)
  if (row) return Number(row[2])
  if (isNumber(wish)) return Number(wish)
  throw new UserError(`unable to find group ${wish}: no matching entries in group file`)
}

const groupsOf = (groups: readonly string[][], name: string | undefined): number[] =>
  name === undefined
    ? []
    : groups.filter(([, , , members = '']) => members.split(',').includes(name)).map(([, , gid]) => Number(gid))
