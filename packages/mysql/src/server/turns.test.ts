import { bootTestKernel } from '@drydock/kernel/testing'
import { beforeEach, expect, it } from 'vitest'
import { mysqlPrograms } from '../index.ts'
import { foreign } from '../testing/server.ts'
import { DataDirectory } from './data-directory.ts'
import { Turns } from './turns.ts'
import { WorkerLink } from './worker-link.ts'

let turns: Turns
/** Statements of the session with this number. @returns the first column, or the error */
const ask = async (id: number, sql: string): Promise<unknown> => {
  const session = { id, user: 'root@localhost', database: 'd', variables: new Map(), lastInsertId: 0, rowCount: 0 }
  try {
    const [{ rows }] = await turns.run(session, sql, [])
    return rows.map(([value]) => value).join()
  } catch (error) {
    return error instanceof Error ? error.message : error
  }
}
const all = async (...steps: readonly (readonly [id: number, sql: string, says?: string])[]): Promise<void> => {
  for (const [id, sql, says = ''] of steps) expect(await ask(id, sql), `${id}: ${sql}`).toBe(says)
}
const READ = 'SELECT n FROM t ORDER BY n'
const TIMEOUT = 'Lock wait timeout exceeded; try restarting transaction'

beforeEach(async () => {
  const { sys } = await bootTestKernel(mysqlPrograms, { foreign })
  turns = new Turns(sys, new WorkerLink(sys), new DataDirectory(sys, '/'))
  await turns.open('8.0.46')
  await all([1, 'CREATE DATABASE d'], [1, 'CREATE TABLE t (n INT PRIMARY KEY)'], [1, 'INSERT INTO t VALUES (1)'])
})

it('hides from others what is not committed, and lets them read', async () => {
  await all(
    [1, 'BEGIN'],
    [1, 'INSERT INTO t VALUES (2)'],
    [1, READ, '1,2'],
    [2, '/* from a pool */ SELECT n FROM t', '1'],
    [2, 'START TRANSACTION'],
    [2, READ, '1'],
    [2, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'd'", 't'],
    [2, 'INSERT INTO t VALUES (3)', TIMEOUT],
    [2, 'SELECT n FROM t FOR UPDATE', TIMEOUT],
    [1, 'COMMIT'],
    [2, READ, '1,2'],
  )
})

it('forgets what is rolled back', async () => {
  await all([1, 'BEGIN'], [1, 'DELETE FROM t'], [2, READ, '1'], [1, READ], [1, 'ROLLBACK'], [1, READ, '1'])
  await all([1, 'BEGIN'], [1, 'INSERT INTO t VALUES (5)'], [2, READ, '1'])
  await turns.leave(1)
  await all([2, READ, '1'], [2, 'INSERT INTO t VALUES (6)'], [1, READ, '1,6'])
})

it('stops nobody by a transaction that only reads', async () => {
  await all([1, 'BEGIN'], [1, READ, '1'], [2, 'INSERT INTO t VALUES (2)'], [1, 'INSERT INTO t VALUES (3)'])
  await all([2, READ, '1,2'], [1, 'ROLLBACK'], [2, READ, '1,2'])
})

it('lets a reader go on that came while BEGIN was under way', async () => {
  await all([1, 'BEGIN'])
  const [, read] = await Promise.all([ask(1, 'INSERT INTO t VALUES (2)'), ask(2, READ)])
  expect(read).toBe('1')
  const [wrote] = await Promise.all([ask(3, 'INSERT INTO t VALUES (3)'), ask(1, 'COMMIT')])
  expect([wrote, await ask(2, READ)]).toEqual(['', '1,2,3'])
})
