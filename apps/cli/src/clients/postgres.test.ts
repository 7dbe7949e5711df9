import { once } from 'node:events'
import { createConnection } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Headless, startHeadless } from './headless.ts'
import { machine, machineHas, runPublished } from './machine.ts'

const SLOW = 300_000
const PORT = 25432
const URL_ = `postgresql://App%20Owner:secret@127.0.0.1:${PORT}/shop`
let engine: Headless
let container: Awaited<ReturnType<typeof runPublished>>

async function connect(): Promise<pg.Client> {
  for (let left = 600; ; left--) {
    const client = new pg.Client(URL_)
    try {
      await client.connect()
      return client
    } catch (error) {
      if (left === 0) throw error
      await new Promise((later) => setTimeout(later, 200))
    }
  }
}

/** As libpq's PQcancel: a connection of its own with the numbers that the server gave at the start. */
async function cancel(client: pg.Client): Promise<void> {
  const { processID, secretKey } = client as unknown as { processID: number; secretKey: number }
  const bytes = Buffer.alloc(16)
  for (const [i, word] of [16, 80877102, processID, secretKey].entries()) bytes.writeInt32BE(word, i * 4)
  const socket = createConnection(PORT, '127.0.0.1')
  socket.end(bytes)
  await once(socket, 'close')
}

beforeAll(async () => {
  engine = await startHeadless(['--publish'])
  container = await runPublished(engine.socket, {
    image: 'postgres:latest',
    name: 'db',
    port: 5432,
    hostPort: PORT,
    env: ['POSTGRES_USER=App Owner', 'POSTGRES_PASSWORD=secret', 'POSTGRES_DB=shop'],
    binds: ['shop-data:/var/lib/postgresql'],
  })
  await (await connect()).end()
}, SLOW)
afterAll(() => engine?.close())

describe('pg against the postgres image', () => {
  it('works with a thousand rows and parameters', { timeout: SLOW }, async () => {
    const client = await connect()
    await client.query('CREATE TABLE item (id serial PRIMARY KEY, name text NOT NULL, price numeric)')
    for (let i = 0; i < 10; i++) {
      const rows = Array.from({ length: 100 }, (_, n) => `('item ${i * 100 + n}', ${n})`).join(',')
      await client.query(`INSERT INTO item (name, price) VALUES ${rows}`)
    }
    const { rows } = await client.query(
      'SELECT count(*)::int AS n, sum(price)::int AS total FROM item WHERE price < $1',
      [50],
    )
    expect(rows).toEqual([{ n: 500, total: 12250 }])
    const named = { name: 'by-id', text: 'SELECT name FROM item WHERE id = $1' }
    expect((await client.query({ ...named, values: [7] })).rows).toEqual([{ name: 'item 6' }])
    await expect(client.query('SELECT nope')).rejects.toMatchObject({ code: '42703' })
    await client.end()
  })

  it('keeps transactions of several clients apart', { timeout: SLOW }, async () => {
    const [a, b] = [await connect(), await connect()]
    await a.query('CREATE TABLE account (id int PRIMARY KEY, money int)')
    await a.query('INSERT INTO account VALUES (1, 100), (2, 0)')
    await a.query('BEGIN')
    await a.query('UPDATE account SET money = money - 40 WHERE id = 1')
    const seenByOther = b.query('SELECT sum(money)::int AS sum FROM account')
    await a.query('UPDATE account SET money = money + 40 WHERE id = 2')
    await a.query('COMMIT')
    expect((await seenByOther).rows).toEqual([{ sum: 100 }])
    await b.query('BEGIN')
    await b.query('DELETE FROM account')
    await b.query('ROLLBACK')
    expect((await a.query('SELECT money FROM account ORDER BY id')).rows).toEqual([{ money: 60 }, { money: 40 }])
    await a.query("SET TIME ZONE 'Asia/Seoul'")
    expect((await b.query('SHOW TIME ZONE')).rows[0]).not.toEqual({ TimeZone: 'Asia/Seoul' })
    expect((await a.query('SHOW TIME ZONE')).rows[0]).toEqual({ TimeZone: 'Asia/Seoul' })
    await a.end()
    await b.end()
  })

  it('stops what is cancelled, and lets others in while a transaction is open', { timeout: SLOW }, async () => {
    const [a, b] = [await connect(), await connect()]
    await b.query({ name: 'kept', text: 'SELECT $1::int + 1 AS n', values: [1] })
    await a.query('BEGIN')
    const late = await connect()
    const waiting = expect(late.query('SELECT 1')).rejects.toMatchObject({ code: '57014' })
    await cancel(late)
    await waiting
    await a.query('COMMIT')
    const running = expect(a.query('SELECT count(*) FROM generate_series(1, 1000000000)')).rejects.toMatchObject({
      code: '57014',
    })
    await new Promise((later) => setTimeout(later, 300))
    await cancel(a)
    await running
    expect((await a.query('SELECT count(*)::int AS n FROM item')).rows).toEqual([{ n: 1000 }])
    expect((await b.query({ name: 'kept', text: 'SELECT $1::int + 1 AS n', values: [2] })).rows).toEqual([{ n: 3 }])
    for (const each of [a, b, late]) await each.end()
  })

  it('notifies who listens', { timeout: SLOW }, async () => {
    const [listener, speaker] = [await connect(), await connect()]
    const heard = new Promise<pg.Notification>((done) => listener.once('notification', done))
    await listener.query('LISTEN news')
    await speaker.query("NOTIFY news, 'hello'")
    expect(await heard).toMatchObject({ channel: 'news', payload: 'hello' })
    await listener.end()
    await speaker.end()
  })

  it('turns away a wrong password', { timeout: SLOW }, async () => {
    const client = new pg.Client(URL_.replace('secret', 'wrong'))
    await expect(client.connect()).rejects.toMatchObject({ code: '28P01' })
  })

  it('answers requests, counted', { timeout: SLOW }, async () => {
    const client = await connect()
    const count = 300
    const start = performance.now()
    for (let i = 1; i <= count; i++) await client.query('SELECT name FROM item WHERE id = $1', [i])
    console.log(`pg, one client: ${Math.round((count * 1000) / (performance.now() - start))} queries a second`)
    await client.end()
  })
})

describe.runIf(machineHas('psql'))("the machine's psql", () => {
  it('describes, copies and shows errors', { timeout: SLOW }, async () => {
    const psql = (...words: string[]): Promise<string> => machine('psql', ['-X', URL_, ...words])
    expect(await psql('-tAc', 'SELECT 6 * 7')).toBe('42\n')
    expect(await psql('-c', 'CREATE TABLE copied (a int, b text)')).toBe('CREATE TABLE\n')
    expect(await psql('-c', '\\d copied')).toContain(' a      | integer |')
    expect(await psql('-c', "\\copy copied from program 'seq 3 | sed s/$/,x/' csv")).toBe('COPY 3\n')
    expect(await psql('-c', 'COPY copied TO STDOUT')).toBe('1\tx\n2\tx\n3\tx\n')
    await expect(psql('-c', 'SELECT nope')).rejects.toThrow('column "nope" does not exist')
  })
})

describe.runIf(machineHas('pgbench'))("the machine's pgbench and createdb", () => {
  it('fill a database of their own, and measure it', { timeout: SLOW }, async () => {
    const bench = URL_.replace(/shop$/, 'Bench')
    await machine('psql', ['-X', URL_, '-c', 'CREATE DATABASE "Bench"'])
    await machine('pgbench', ['-i', '-q', bench])
    expect(await machine('pgbench', ['-t', '5', '-c', '2', '-n', bench])).toContain('actually processed: 10/10\n')
  })
})

describe('the data', () => {
  it('outlive the container in their volume', { timeout: SLOW }, async () => {
    await container.remove({ force: true })
    await runPublished(engine.socket, {
      image: 'postgres:latest',
      name: 'db2',
      port: 5432,
      hostPort: PORT,
      env: ['POSTGRES_USER=App Owner', 'POSTGRES_PASSWORD=secret', 'POSTGRES_DB=shop'],
      binds: ['shop-data:/var/lib/postgresql'],
    })
    const client = await connect()
    expect((await client.query('SELECT count(*)::int AS n FROM item')).rows).toEqual([{ n: 1000 }])
    await client.end()
  })
})
