import { isErrno, type Sys } from '@drydock/abi'
import { readTextFile } from './stdio.ts'

/** One line of /etc/passwd. passwd(5). */
export interface Passwd {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly gecos: string
  readonly home: string
  readonly shell: string
}
/** One line of /etc/group. group(5). */
export interface Group {
  readonly name: string
  readonly gid: number
  readonly members: readonly string[]
}

export async function readPasswd(sys: Sys): Promise<readonly Passwd[]> {
  return (await rows(sys, '/etc/passwd')).map(([name = '', , uid, gid, gecos = '', home = '/', shell = '/bin/sh']) => ({
    name,
    uid: Number(uid),
    gid: Number(gid),
    gecos,
    home,
    shell,
  }))
}

export async function readGroups(sys: Sys): Promise<readonly Group[]> {
  return (await rows(sys, '/etc/group')).map(([name = '', , gid, members = '']) => ({
    name,
    gid: Number(gid),
    members: members.split(',').filter(Boolean),
  }))
}

async function rows(sys: Sys, path: string): Promise<string[][]> {
  try {
    const text = await readTextFile(sys, path)
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(':'))
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}
