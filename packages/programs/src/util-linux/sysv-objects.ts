import { isErrno, type Sys, type SysvKind } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'

/** A row of /proc/sysvipc/KIND by the names of its columns. proc_sysvipc(5) */
export type SysvRow = ReadonlyMap<string, number>

export async function readSysv(sys: Sys, kind: SysvKind): Promise<SysvRow[]> {
  try {
    const [head = '', ...lines] = (await readTextFile(sys, `/proc/sysvipc/${kind}`)).trimEnd().split('\n')
    const names = head.trim().split(/\s+/)
    return lines.map((line) => {
      const values = line.trim().split(/\s+/)
      return new Map(names.map((name, at) => [name, readCell(name, values[at] ?? '0')]))
    })
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}

/** Permissions are octal. */
const readCell = (name: string, text: string): number => Number.parseInt(text, name === 'perms' ? 8 : 10)

/** `0x07753a24` */
export const keyText = (row: SysvRow): string => `0x${((row.get('key') ?? 0) >>> 0).toString(16).padStart(8, '0')}`
export const octal = (row: SysvRow): string => ((row.get('perms') ?? 0) & 0o777).toString(8)
export const cell = (row: SysvRow, name: string): number => row.get(name) ?? 0

export interface Owners {
  readonly user: (uid: number) => string
  readonly group: (gid: number) => string
}
export async function readOwners(sys: Sys): Promise<Owners> {
  const accounts = await Accounts.read(sys)
  return {
    user: (uid) => accounts.userName(uid) ?? String(uid),
    group: (gid) => accounts.groupName(gid) ?? String(gid),
  }
}

/** A setting of the namespace below /proc/sys/kernel. */
export async function setting(sys: Sys, name: string): Promise<readonly string[]> {
  return (await readTextFile(sys, `/proc/sys/kernel/${name}`)).trim().split(/\s+/)
}
