/** For the application's worker entries: the foreign side of `postgres`. */
export { makeTemplate, type PgliteHost, runPglite } from '@drydock/postgres/pglite'
