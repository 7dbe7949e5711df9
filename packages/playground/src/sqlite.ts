/** For the application's worker entries: the foreign side of `mysqld`. */
export { runSqlite, type SqliteHost } from '@drydock/mysql/sqlite'
