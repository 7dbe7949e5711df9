import type { Sys } from '@drydock/abi'
import { type Group, type Passwd, readGroups, readPasswd } from '@drydock/libc'

/** Names of users and groups, read once from /etc/passwd and /etc/group. getpwuid(3), getgrgid(3). */
export class Accounts {
  readonly users: readonly Passwd[]
  readonly groups: readonly Group[]

  private constructor(users: readonly Passwd[], groups: readonly Group[]) {
    this.users = users
    this.groups = groups
  }

  static async read(sys: Sys): Promise<Accounts> {
    return new Accounts(await readPasswd(sys), await readGroups(sys))
  }

  userName(uid: number): string | undefined {
    return this.users.find((user) => user.uid === uid)?.name
  }
  groupName(gid: number): string | undefined {
    return this.groups.find((group) => group.gid === gid)?.name
  }
  /** The number for a name or a number written out. */
  uid(name: string): number | undefined {
    return this.users.find((user) => user.name === name)?.uid ?? (/^\d+$/.test(name) ? Number(name) : undefined)
  }
  gid(name: string): number | undefined {
    return this.groups.find((group) => group.name === name)?.gid ?? (/^\d+$/.test(name) ? Number(name) : undefined)
  }
}
