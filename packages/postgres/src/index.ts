import type { Program } from '@drydock/abi'
import { postgresTools } from './client/small-tools.ts'
import { psql } from './psql/psql.ts'
import { initdb } from './server/initdb.ts'
import { postgres } from './server/postgres.ts'

/** PostgreSQL and its tools, a row each. */
export const postgresPrograms: readonly Program[] = [postgres, initdb, psql, ...postgresTools]
