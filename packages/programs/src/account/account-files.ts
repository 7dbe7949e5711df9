import { isErrno, type Sys } from '@drydock/abi'
import { readTextFile, writeFile } from '@drydock/libc'

/** A line of passwd(5), shadow(5), group(5) or gshadow(5): its fields, the name first. */
export type AccountRow = string[]
const PATHS = { passwd: '/etc/passwd', shadow: '/etc/shadow', group: '/etc/group', gshadow: '/etc/gshadow' } as const
type FileName = keyof typeof PATHS

async function readRows(sys: Sys, path: string): Promise<AccountRow[] | undefined> {
  try {
    return (await readTextFile(sys, path))
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(':'))
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

export interface NewUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly gecos: string
  readonly home: string
  readonly shell: string
}

/** The account files of a host as they are changed by useradd and its kin; nothing is written before `save`. */
export class AccountFiles {
  readonly passwd: AccountRow[]
  readonly group: AccountRow[]
  private shadow: AccountRow[] | undefined
  private gshadow: AccountRow[] | undefined
  private readonly sys: Sys

  private constructor(sys: Sys, rows: readonly (AccountRow[] | undefined)[]) {
    this.sys = sys
    const [passwd = [], shadow, group = [], gshadow] = rows
    this.passwd = passwd
    this.shadow = shadow
    this.group = group
    this.gshadow = gshadow
  }

  static async read(sys: Sys): Promise<AccountFiles> {
    const rows: (AccountRow[] | undefined)[] = []
    for (const path of Object.values(PATHS)) rows.push(await readRows(sys, path))
    return new AccountFiles(sys, rows)
  }

  /** @throws EACCES, EROFS… */
  async save(): Promise<void> {
    const files: [FileName, AccountRow[] | undefined][] = [
      ['passwd', this.passwd],
      ['group', this.group],
      ['shadow', this.shadow],
      ['gshadow', this.gshadow],
    ]
    for (const [name, rows] of files)
      if (rows) await writeFile(this.sys, PATHS[name], rows.map((row) => `${row.join(':')}\n`).join(''), 0o644)
  }

  user(name: string): AccountRow | undefined {
    return this.passwd.find((row) => row[0] === name)
  }
  /** By name or number. */
  groupRow(name: string): AccountRow | undefined {
    return this.group.find((row) => row[0] === name) ?? this.group.find((row) => row[2] === name)
  }

  /** The first free number: ordinary ones from 1000 up, those of the system from 999 down. useradd(8). */
  freeId(system: boolean): number {
    const used = new Set([...this.passwd, ...this.group].map((row) => Number(row[2])))
    let id = system ? 999 : 1000
    while (used.has(id)) id += system ? -1 : 1
    return id
  }

  addUser(user: NewUser): void {
    const { name, uid, gid, gecos, home, shell } = user
    this.passwd.push([name, 'x', String(uid), String(gid), gecos, home, shell])
    const day = Math.floor(this.sys.clock.now() / 86_400_000)
    this.shadow?.push([name, '!', String(day), '0', '99999', '7', '', '', ''])
  }
  addGroup(name: string, gid: number): void {
    this.group.push([name, 'x', String(gid), ''])
    this.gshadow?.push([name, '!', '', ''])
  }

  addMember(group: string, user: string): void {
    this.changeMembers(group, (members) => (members.includes(user) ? members : [...members, user]))
  }
  removeMember(group: string, user: string): void {
    this.changeMembers(group, (members) => members.filter((each) => each !== user))
  }
  private changeMembers(group: string, change: (members: string[]) => string[]): void {
    for (const rows of [this.group, this.gshadow ?? []]) {
      const row = rows.find((each) => each[0] === group)
      if (row) row[3] = change((row[3] ?? '').split(',').filter(Boolean)).join(',')
    }
  }
  members(group: string): string[] {
    return (this.group.find((row) => row[0] === group)?.[3] ?? '').split(',').filter(Boolean)
  }

  removeUser(name: string): void {
    this.drop(this.passwd, name)
    this.drop(this.shadow ?? [], name)
    for (const [group = ''] of this.group) this.removeMember(group, name)
  }
  removeGroup(name: string): void {
    this.drop(this.group, name)
    this.drop(this.gshadow ?? [], name)
  }
  private drop(rows: AccountRow[], name: string): void {
    const at = rows.findIndex((row) => row[0] === name)
    if (at >= 0) rows.splice(at, 1)
  }
  renameUser(from: string, to: string): void {
    for (const rows of [this.passwd, this.shadow ?? []]) {
      const row = rows.find((each) => each[0] === from)
      if (row) row[0] = to
    }
    for (const [group = ''] of this.group)
      this.changeMembers(group, (members) => members.map((each) => (each === from ? to : each)))
  }

  /** What crypt(3) made, or `!` and `*` for no password that fits. */
  passwordOf(name: string): string {
    const own = this.user(name)?.[1] ?? '*'
    return own === 'x' ? (this.shadow?.find((row) => row[0] === name)?.[1] ?? '*') : own
  }
  setPassword(name: string, hash: string): void {
    const secret = this.shadow?.find((row) => row[0] === name)
    const row = secret ?? this.user(name)
    if (!row) return
    row[1] = hash
    if (secret) secret[2] = String(Math.floor(this.sys.clock.now() / 86_400_000))
  }
}
