import { Failure } from '../failure.ts'
import type { Privilege } from '../server/command.ts'
import type { Catalog } from '../store/catalog.ts'
import type { Entry } from '../store/collection.ts'
import type { Document } from '../wire/message.ts'
import type { ScramMechanism } from '@drydock/crypto'
import { type Credential, makeCredential, MECHANISMS } from './credential.ts'

export interface Role {
  readonly role: string
  readonly db: string
}
export interface Account {
  readonly name: string
  readonly database: string
  readonly roles: readonly Role[]
}

const DATABASE = 'admin'
const COLLECTION = 'system.users'

/** What each built-in role allows; those that end in AnyDatabase, and root, allow it everywhere. */
const ROLES: Readonly<Record<string, readonly Privilege[]>> = {
  read: ['read'],
  readWrite: ['read', 'write'],
  dbAdmin: ['admin', 'monitor'],
  dbOwner: ['read', 'write', 'admin', 'users', 'monitor'],
  userAdmin: ['users'],
  readAnyDatabase: ['read', 'monitor'],
  readWriteAnyDatabase: ['read', 'write'],
  userAdminAnyDatabase: ['users'],
  dbAdminAnyDatabase: ['admin', 'monitor'],
  clusterMonitor: ['monitor'],
  clusterManager: ['monitor', 'cluster'],
  hostManager: ['monitor', 'cluster'],
  clusterAdmin: ['monitor', 'cluster'],
  backup: ['read', 'monitor'],
  restore: ['write', 'admin'],
  root: ['read', 'write', 'admin', 'users', 'monitor', 'cluster'],
}
const isEverywhere = (role: string): boolean => !/^(?:read|readWrite|dbAdmin|dbOwner|userAdmin)$/.test(role)

/** Whether an account may do a thing in a database. */
export const allows = ({ roles }: Account, privilege: Privilege, database: string): boolean =>
  roles.some(({ role, db }) => (isEverywhere(role) || db === database) && ROLES[role]?.includes(privilege))

/** Accounts, as documents of admin.system.users. */
export class Users {
  private readonly catalog: Catalog
  private readonly chance: (length: number) => Uint8Array

  constructor(catalog: Catalog, chance: (length: number) => Uint8Array) {
    this.catalog = catalog
    this.chance = chance
  }

  get any(): boolean {
    return (this.catalog.find(DATABASE, COLLECTION)?.size ?? 0) > 0
  }

  all(): Document[] {
    return [...(this.catalog.find(DATABASE, COLLECTION)?.all() ?? [])].map(({ document }) => document)
  }

  private entry(database: string, name: string): Entry | undefined {
    return this.catalog.find(DATABASE, COLLECTION)?.byId(`${database}.${name}`)
  }

  find(database: string, name: string): Account | undefined {
    const found = this.entry(database, name)?.document
    return found && { name, database, roles: found.roles as Role[] }
  }

  credential(database: string, name: string, mechanism: ScramMechanism): Credential | undefined {
    const found = this.entry(database, name)?.document.credentials as Record<string, Credential> | undefined
    return found?.[mechanism]
  }

  mechanisms(database: string, name: string): readonly string[] {
    return Object.keys((this.entry(database, name)?.document.credentials ?? {}) as object)
  }

  /** @throws Failure */
  create(database: string, name: string, given: Document): void {
    if (this.entry(database, name)) throw new Failure(51003, `User "${name}@${database}" already exists`)
    const { pwd, roles = [], customData } = given
    if (typeof pwd !== 'string')
      throw new Failure(
        'BadValue',
        "Must provide a 'pwd' field for all user documents, except those with '$external' as the user's source db",
      )
    this.catalog.require(DATABASE, COLLECTION).insert({
      _id: `${database}.${name}`,
      user: name,
      db: database,
      credentials: this.credentials(name, pwd, given.mechanisms),
      roles: rolesOf(roles, database),
      ...(customData === undefined ? {} : { customData }),
    })
  }

  private credentials(name: string, password: string, wanted: unknown): Document {
    const mechanisms = (wanted as ScramMechanism[] | undefined) ?? MECHANISMS
    return Object.fromEntries(mechanisms.map((each) => [each, makeCredential(each, name, password, this.chance)]))
  }

  /** @throws Failure */
  update(database: string, name: string, change: (user: Document) => Document): void {
    const entry = this.entry(database, name)
    if (!entry) throw new Failure('UserNotFound', `Could not find user "${name}" for db "${database}"`)
    this.catalog.get(DATABASE, COLLECTION).replace(entry, change(entry.document))
  }

  /** @throws Failure */
  setPassword(database: string, name: string, given: Document): void {
    this.update(database, name, (user) => ({
      ...user,
      ...(typeof given.pwd === 'string' && { credentials: this.credentials(name, given.pwd, given.mechanisms) }),
      ...(given.roles !== undefined && { roles: rolesOf(given.roles, database) }),
      ...(given.customData !== undefined && { customData: given.customData }),
    }))
  }

  /** @throws Failure */
  drop(database: string, name: string): void {
    const entry = this.entry(database, name)
    if (!entry) throw new Failure('UserNotFound', `User '${name}@${database}' not found`)
    this.catalog.get(DATABASE, COLLECTION).delete(entry.document._id)
  }
}

/** A role may be a name alone: of the same database. @throws Failure */
export function rolesOf(given: unknown, database: string): Role[] {
  return (given as (string | Role)[]).map((each) => {
    const role = typeof each === 'string' ? { role: each, db: database } : { role: each.role, db: each.db }
    if (!Object.hasOwn(ROLES, role.role))
      throw new Failure('RoleNotFound', `Could not find role: ${role.role}@${role.db}`)
    return role
  })
}
