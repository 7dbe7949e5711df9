export { runSqlite, type SqliteHost } from './driver.ts'
