import type { Program } from '@drydock/abi'
import { mysqladmin } from './client/admin.ts'
import { mysqldump } from './client/dump.ts'
import { mysql } from './client/mysql.ts'
import { mysqld } from './server/mysqld.ts'

/** MySQL and its clients, a row each. */
export const mysqlPrograms: readonly Program[] = [mysqld, mysql, mysqladmin, mysqldump]
