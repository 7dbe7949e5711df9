import type { Backend } from './backend.ts'

export interface Role {
  /** The verifier of its password; '' without one. */
  readonly secret: string
  readonly canLogin: boolean
}

/** What a client is let in by. */
export interface RolesAndDatabases {
  readonly roles: ReadonlyMap<string, Role>
  readonly databases: ReadonlySet<string>
}

const SQL = `SELECT 'role', rolname, coalesce(rolpassword, ''), rolcanlogin::text FROM pg_authid
  UNION ALL SELECT 'database', datname, '', '' FROM pg_database`

/** Roles and databases as they were when somebody could be asked: while a transaction is open nobody else can. */
export class Roles {
  private readonly backend: Backend
  private known: RolesAndDatabases | undefined

  constructor(backend: Backend) {
    this.backend = backend
  }

  async current(): Promise<RolesAndDatabases> {
    if (this.known && !this.backend.isFree) return this.known
    const rows = await this.backend.query(SQL)
    const of = (kind: string): string[][] => rows.filter(([first]) => first === kind)
    this.known = {
      roles: new Map(
        of('role').map(([, name = '', secret = '', login]) => [name, { secret, canLogin: login === 'true' }]),
      ),
      databases: new Set(of('database').map(([, name = '']) => name)),
    }
    return this.known
  }
}
