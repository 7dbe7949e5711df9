import type { Section } from './config.ts'

interface User {
  readonly name: string
  readonly password: string
  readonly secure: boolean
  readonly groups: readonly string[]
}

/** `userlist` sections. Passwords that are not in clear are not known here: nobody comes in by them. */
export class Users {
  private readonly lists = new Map<string, readonly User[]>()

  constructor(sections: readonly Section[]) {
    for (const { kind, name, lines } of sections) {
      if (kind !== 'userlist') continue
      const rows = lines.map(({ words }) => words)
      const inGroups = rows.filter(([word]) => word === 'group')
      this.lists.set(
        name,
        rows
          .filter(([word]) => word === 'user')
          .map(([, user = '', how, password = '', ...rest]) => ({
            ...{ name: user, password, secure: how === 'password' },
            groups: [
              ...(rest[rest.indexOf('groups') + 1] ?? '').split(',').filter(() => rest.includes('groups')),
              ...inGroups.filter((row) => (row[3] ?? '').split(',').includes(user)).map((row) => row[1] ?? ''),
            ],
          })),
      )
    }
  }

  find(list: string, name: string, password: string): User | undefined {
    return this.lists.get(list)?.find((user) => user.name === name && user.password === password && !user.secure)
  }
}
