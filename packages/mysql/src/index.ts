import type { Program } from '@drydock/abi'
import { mysqladmin } from './client/admin.ts'
import { mysqldump } from './client/dump.ts'
import { mysql } from './client/mysql.ts'
import { mysqld } from './server/mysqld.ts'
import { sqlite3 } from './sqlite3/sqlite3.ts'

/** MySQL and its clients, a row each; and the command line of SQLite, which keeps its tables. */
export const mysqlPrograms: readonly Program[] = [mysqld, mysql, mysqladmin, mysqldump, sqlite3]
