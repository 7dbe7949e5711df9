import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Headless, startHeadless } from './headless.ts'
import { runPublished } from './machine.ts'

const SLOW = 300_000
const PORT = 23306
const ACCESS = { host: '127.0.0.1', port: PORT, user: 'app', password: 'secret', database: 'shop' }
const IMAGE = {
  image: 'mysql:8.0',
  port: 3306,
  hostPort: PORT,
  env: ['MYSQL_ROOT_PASSWORD=root', 'MYSQL_DATABASE=shop', 'MYSQL_USER=app', 'MYSQL_PASSWORD=secret'],
  binds: ['shop-data:/var/lib/mysql'],
}
let engine: Headless
let container: Awaited<ReturnType<typeof runPublished>>

async function connect(more: object = {}) {
  for (let left = 600; ; left--)
    try {
      return await createConnection({ ...ACCESS, ...more })
    } catch (error) {
      if (left === 0 || (error as { errno?: number }).errno === 1045) throw error
      await new Promise((later) => setTimeout(later, 200))
    }
}

beforeAll(async () => {
  engine = await startHeadless(['--publish'])
  container = await runPublished(engine.socket, { ...IMAGE, name: 'db' })
  await (await connect()).end()
}, SLOW)
afterAll(() => engine?.close())

describe('mysql2 against the mysql image', () => {
  it('works with a thousand rows, as text and prepared', { timeout: SLOW }, async () => {
    const client = await connect()
    await client.query(
      'CREATE TABLE item (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL UNIQUE, price DECIMAL(8,2), made DATETIME) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4',
    )
    for (let i = 0; i < 10; i++) {
      const rows = Array.from({ length: 100 }, (_, n) => [`item ${i * 100 + n}`, n + 0.5, '2026-05-17 10:30:00'])
      await client.query('INSERT INTO item (name, price, made) VALUES ?', [rows])
    }
    const [sums] = await client.query<RowDataPacket[]>(
      'SELECT COUNT(*) AS n, SUM(price) AS total FROM item WHERE price < ?',
      [50],
    )
    expect(sums).toEqual([{ n: 500, total: '12500.00' }])
    const [found] = await client.execute<RowDataPacket[]>('SELECT id, name, price, made FROM item WHERE id = ?', [7])
    expect(found).toEqual([{ id: 7, name: 'item 6', price: '6.50', made: new Date('2026-05-17T10:30:00Z') }])
    const [changed] = await client.execute('UPDATE item SET name = ? WHERE id = ?', ['é', 7])
    expect(changed).toMatchObject({ affectedRows: 1 })
    await expect(client.query("INSERT INTO item (name) VALUES ('é')")).rejects.toMatchObject({
      code: 'ER_DUP_ENTRY',
      errno: 1062,
    })
    await expect(client.query('SELECT nope FROM item')).rejects.toMatchObject({ code: 'ER_BAD_FIELD_ERROR' })
    await client.end()
  })

  it('keeps transactions of several clients apart', { timeout: SLOW }, async () => {
    const [a, b] = [await connect(), await connect()]
    await a.query('CREATE TABLE account (id INT PRIMARY KEY, money INT)')
    await a.query('INSERT INTO account VALUES (1, 100), (2, 0)')
    await a.beginTransaction()
    await a.query('UPDATE account SET money = money - 40 WHERE id = 1')
    const seenByOther = b.query('SELECT SUM(money) AS sum FROM account')
    await a.query('UPDATE account SET money = money + 40 WHERE id = 2')
    await a.commit()
    expect((await seenByOther)[0]).toEqual([{ sum: 100 }])
    await b.beginTransaction()
    await b.query('DELETE FROM account')
    await b.rollback()
    expect((await a.query('SELECT money FROM account ORDER BY id'))[0]).toEqual([{ money: 60 }, { money: 40 }])
    await a.end()
    await b.end()
  })

  it('turns away a wrong password', { timeout: SLOW }, async () => {
    await expect(connect({ password: 'wrong' })).rejects.toMatchObject({ errno: 1045 })
  })

  it('answers requests, counted', { timeout: SLOW }, async () => {
    const client = await connect()
    const count = 300
    const start = performance.now()
    for (let i = 1; i <= count; i++) await client.execute('SELECT name FROM item WHERE id = ?', [i])
    console.log(`mysql2, one client: ${Math.round((count * 1000) / (performance.now() - start))} queries a second`)
    await client.end()
  })
})

describe('the data', () => {
  it('outlive the container in their volume', { timeout: SLOW }, async () => {
    await container.remove({ force: true })
    container = await runPublished(engine.socket, { ...IMAGE, name: 'db2' })
    const client = await connect()
    expect((await client.query('SELECT COUNT(*) AS n FROM item'))[0]).toEqual([{ n: 1000 }])
    await client.end()
  })
})
