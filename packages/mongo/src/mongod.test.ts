import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { SIGTERM, inet } from '@drydock/abi'
import { dial, type FdStream } from '@drydock/libc'
import { deserialize, ObjectId, serialize } from 'bson'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { mongoPrograms } from './index.ts'

let kernel: TestKernel
let server: Promise<{ stdout: string; status: number }>
let stream: FdStream

/** One command and its answer, as a driver sends it. */
async function command(body: Record<string, unknown>, database = 'shop'): Promise<Record<string, unknown>> {
  const document = serialize({ ...body, $db: database })
  const message = new Uint8Array(21 + document.length)
  const view = new DataView(message.buffer)
  view.setInt32(0, message.length, true)
  view.setInt32(12, 2013, true)
  message.set(document, 21)
  await stream.write(message)
  let answer = new Uint8Array(0)
  for (;;) {
    const bytes = await stream.read()
    expect(bytes.length).toBeGreaterThan(0)
    answer = new Uint8Array([...answer, ...bytes])
    if (answer.length >= 4 && answer.length >= new DataView(answer.buffer).getInt32(0, true)) break
  }
  return deserialize(answer.subarray(21))
}
const batch = async (body: Record<string, unknown>): Promise<Record<string, unknown>[]> =>
  ((await command(body)).cursor as { firstBatch: Record<string, unknown>[] }).firstBatch

async function start(): Promise<void> {
  server = kernel.run(['mongod', '--dbpath', '/data/db'])
  for (let tries = 0; ; tries++)
    try {
      stream = await dial(kernel.sys, inet('127.0.0.1', 27017))
      return
    } catch (error) {
      if (tries > 100) throw error
      await kernel.sys.sleep(10)
    }
}

async function stop(): Promise<string> {
  stream.close()
  for (const { pid, argv } of kernel.sys.processes()) if (argv?.[0] === 'mongod') kernel.sys.kill(pid, SIGTERM)
  return (await server).stdout
}

beforeAll(async () => {
  kernel = await bootTestKernel(mongoPrograms)
  kernel.sys.mkdir('/data')
  kernel.sys.mkdir('/data/db')
  await start()
})
afterAll(async () => {
  const log = await stop()
  expect(log).toContain('"msg":"Waiting for connections","attr":{"port":27017,"ssl":"off"}')
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

it('keeps, finds, sorts and counts documents', async () => {
  const id = new ObjectId()
  const documents = [
    { _id: id, name: 'pen', price: 2 },
    { _id: 2, name: 'ink', price: 7.5, tags: ['blue'] },
  ]
  expect(await command({ insert: 'items', documents })).toEqual({ n: 2, ok: 1 })
  expect(await batch({ find: 'items', filter: { _id: id } })).toEqual([documents[0]])
  expect(await batch({ find: 'items', sort: { price: -1 }, projection: { name: 1, _id: 0 } })).toEqual([
    { name: 'ink' },
    { name: 'pen' },
  ])
  expect(await batch({ find: 'items', filter: { tags: 'blue' }, limit: 1 })).toEqual([documents[1]])
  expect(await command({ count: 'items', query: { price: { $gt: 1 } } })).toMatchObject({ n: 2 })
  expect(await command({ distinct: 'items', key: 'tags' })).toMatchObject({ values: ['blue'] })
})

it('updates, upserts and removes', async () => {
  await command({
    insert: 'stock',
    documents: [
      { _id: 1, n: 1 },
      { _id: 2, n: 1 },
    ],
  })
  const updates = [
    { q: { n: 1 }, u: { $inc: { n: 1 } }, multi: true },
    { q: { _id: 3, kind: 'new' }, u: { $set: { n: 5 }, $setOnInsert: { first: true } }, upsert: true },
  ]
  expect(await command({ update: 'stock', updates })).toEqual({
    n: 3,
    upserted: [{ index: 1, _id: 3 }],
    nModified: 2,
    ok: 1,
  })
  expect(await batch({ find: 'stock', filter: { _id: 3 } })).toEqual([{ _id: 3, kind: 'new', n: 5, first: true }])
  expect(await command({ delete: 'stock', deletes: [{ q: { n: 2 }, limit: 1 }] })).toEqual({ n: 1, ok: 1 })
  const answer = await command({
    findAndModify: 'stock',
    query: { _id: 3 },
    update: { $push: { log: 'x' } },
    new: true,
  })
  expect(answer).toMatchObject({ value: { _id: 3, log: ['x'] }, lastErrorObject: { n: 1, updatedExisting: true } })
})

it('refuses as mongod does', async () => {
  await command({ insert: 'people', documents: [{ _id: 1, mail: 'a@b', age: 'x' }] })
  await command({ createIndexes: 'people', indexes: [{ key: { mail: 1 }, name: 'mail_1', unique: true }] })
  const twice = await command({ insert: 'people', documents: [{ _id: 2, mail: 'a@b' }] })
  expect(twice.writeErrors).toMatchObject([
    {
      index: 0,
      code: 11000,
      errmsg: 'E11000 duplicate key error collection: shop.people index: mail_1 dup key: { mail: "a@b" }',
      keyValue: { mail: 'a@b' },
    },
  ])
  const added = await command({ update: 'people', updates: [{ q: { _id: 1 }, u: { $inc: { age: 1 } } }] })
  expect(added.writeErrors).toMatchObject([
    {
      code: 14,
      errmsg:
        "Cannot apply $inc to a value of non-numeric type. {_id: 1} has the field 'age' of non-numeric type string",
    },
  ])
  expect(await command({ find: 'people', filter: { age: { $foo: 1 } } })).toMatchObject({
    ok: 0,
    code: 2,
    codeName: 'BadValue',
    errmsg: 'unknown operator: $foo',
  })
  expect(await command({ aggregate: 'people', pipeline: [{ $foo: 1 }], cursor: {} })).toMatchObject({
    code: 40324,
    errmsg: "Unrecognized pipeline stage name: '$foo'",
  })
  expect(await command({ nope: 1 })).toMatchObject({
    code: 59,
    codeName: 'CommandNotFound',
    errmsg: "no such command: 'nope'",
  })
})

it('aggregates over collections', async () => {
  await command({
    insert: 'orders',
    documents: [
      { _id: 1, who: 'a', sum: 5 },
      { _id: 2, who: 'b', sum: 1 },
      { _id: 3, who: 'a', sum: 2 },
    ],
  })
  await command({ insert: 'names', documents: [{ _id: 'a', full: 'Ann' }] })
  const pipeline = [
    { $group: { _id: '$who', total: { $sum: '$sum' }, n: { $count: {} } } },
    { $sort: { total: -1 } },
    { $lookup: { from: 'names', localField: '_id', foreignField: '_id', as: 'name' } },
  ]
  expect(await batch({ aggregate: 'orders', pipeline, cursor: {} })).toEqual([
    { _id: 'a', total: 7, n: 2, name: [{ _id: 'a', full: 'Ann' }] },
    { _id: 'b', total: 1, n: 1, name: [] },
  ])
  await command({ aggregate: 'orders', pipeline: [{ $match: { who: 'a' } }, { $out: 'ofA' }], cursor: {} })
  expect(await batch({ find: 'ofA' })).toHaveLength(2)
})

it('is as it was after a new start', async () => {
  await command({ insert: 'kept', documents: [{ _id: 1, at: new Date(5) }, { _id: 2 }] })
  await command({ delete: 'kept', deletes: [{ q: { _id: 2 }, limit: 0 }] })
  await command({ createIndexes: 'kept', indexes: [{ key: { at: 1 }, name: 'at_1', unique: true }] })
  await stop()
  await start()
  expect(await batch({ find: 'kept' })).toEqual([{ _id: 1, at: new Date(5) }])
  expect((await command({ insert: 'kept', documents: [{ _id: 9, at: new Date(5) }] })).writeErrors).toMatchObject([
    { code: 11000 },
  ])
})
