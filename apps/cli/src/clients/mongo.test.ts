import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Headless, startHeadless } from './headless.ts'
import { machine, machineHas, runPublished } from './machine.ts'

const SLOW = 120_000
const PORT = 27117
let engine: Headless
const login = 'root:pass%20word@'
const connect = (who = login): Promise<MongoClient> =>
  MongoClient.connect(`mongodb://${who}127.0.0.1:${PORT}/`, {
    serverSelectionTimeoutMS: 10_000,
    directConnection: true,
  })

beforeAll(async () => {
  engine = await startHeadless(['--publish'])
  const env = ['MONGO_INITDB_ROOT_USERNAME=root', 'MONGO_INITDB_ROOT_PASSWORD=pass word']
  await runPublished(engine.socket, {
    image: 'mongo:latest',
    name: 'db',
    port: 27017,
    hostPort: PORT,
    hostAddress: '127.0.0.1',
    env,
  })
}, SLOW)
afterAll(() => engine?.close())

describe("node's mongodb against the mongo image", () => {
  it('works with a thousand documents', { timeout: SLOW }, async () => {
    const client = await connect()
    const users = client.db('shop').collection<{ _id: number; name: string; score: number; tags?: string[] }>('users')
    const documents = Array.from({ length: 1000 }, (_, i) => ({ _id: i, name: `user ${i}`, score: i % 10 }))
    expect((await users.insertMany(documents)).insertedCount).toBe(1000)
    expect(await users.countDocuments({ score: { $gte: 5 } })).toBe(500)
    expect((await users.find().batchSize(50).toArray()).length).toBe(1000)
    const groups = await users
      .aggregate([{ $group: { _id: '$score', n: { $sum: 1 } } }, { $sort: { _id: 1 } }])
      .toArray()
    expect(groups).toEqual(Array.from({ length: 10 }, (_, i) => ({ _id: i, n: 100 })))
    await users.createIndex({ name: 1 }, { unique: true })
    await expect(users.insertOne({ _id: 5000, name: 'user 5', score: 0 })).rejects.toMatchObject({ code: 11000 })
    const changed = await users.bulkWrite([
      { updateMany: { filter: { score: 3 }, update: { $push: { tags: 'three' } } } },
      { deleteOne: { filter: { _id: 999 } } },
      { replaceOne: { filter: { _id: 2000 }, replacement: { name: 'new', score: 1 }, upsert: true } },
    ])
    expect([changed.modifiedCount, changed.deletedCount, changed.upsertedCount]).toEqual([100, 1, 1])
    expect(await users.findOneAndUpdate({ _id: 3 }, { $inc: { score: 1 } }, { returnDocument: 'after' })).toEqual({
      _id: 3,
      name: 'user 3',
      score: 4,
      tags: ['three'],
    })
    await client.close()
  })

  it('lets nobody in without the password', { timeout: SLOW }, async () => {
    await expect(connect('root:wrong@')).rejects.toMatchObject({ code: 18, message: 'Authentication failed.' })
    const stranger = await connect('')
    await expect(stranger.db('shop').collection('users').findOne()).rejects.toMatchObject({ code: 13 })
    await stranger.close()
  })
})

describe.runIf(machineHas('docker'))('the tools in the container', () => {
  const login = '-u root -p "pass word" --quiet'
  const run = (script: string): Promise<string> =>
    machine('sh', ['-c', script], { DOCKER_HOST: `unix://${engine.socket}` })

  it('take tables in, give them out, and bring a dump back with its indexes', { timeout: SLOW }, async () => {
    await run(
      `printf 'name,age,home.town\nAnn,30,Rom\n"Bob, jr",,Ulm\n' | docker exec -i db mongoimport ${login} -d plant -c rows --type csv --headerline`,
    )
    const exported = `docker exec db mongoexport ${login} -d plant -c rows --fields name,age,home.town`
    expect(await run(`${exported} --type csv`)).toBe('name,age,home.town\nAnn,30,Rom\n"Bob, jr",,Ulm\n')
    const shell = (text: string): Promise<string> => run(`docker exec db mongosh ${login} plant --eval '${text}'`)
    await shell(
      'db.rows.createIndex({ name: 1 }, { unique: true }); db.rows.insertOne({ _id: 7, big: Long("7"), at: ISODate("2020-01-01") })',
    )
    const [before, archive] = [
      await run(`docker exec db mongoexport ${login} -d plant -c rows --jsonFormat canonical`),
      'docker exec db sh -c "cat /tmp/plant.gz"',
    ]
    expect(before).toContain(
      '{"_id":{"$numberInt":"7"},"big":{"$numberLong":"7"},"at":{"$date":{"$numberLong":"1577836800000"}}}',
    )
    await run(
      `docker exec db mongodump ${login} -d plant --gzip --archive > /dev/null; docker exec db mongodump ${login} -d plant --gzip --archive=/tmp/plant.gz`,
    )
    await shell('db.dropDatabase()')
    await run(`${archive} | docker exec -i db mongorestore ${login} --gzip --archive`)
    expect(await run(`docker exec db mongoexport ${login} -d plant -c rows --jsonFormat canonical`)).toBe(before)
    expect(await shell('db.rows.getIndexes().map(({ name }) => name).join()')).toBe('_id_,name_1\n')
  })
})

describe.runIf(machineHas('docker'))('mongosh in the container', () => {
  it('answers lines, cursors and errors as at a prompt', { timeout: SLOW }, async () => {
    const lines = [
      'db.pets.insertMany([{ _id: 1, name: "Tom" }, { _id: 2, name: "Rex", age: NumberInt(3) }])',
      'db.pets.find({ age: { $exists: true } })',
      'for (let i = 10; i < 40; i++) db.pets.insertOne({ _id: i })',
      'db.pets.find().sort({ _id: 1 }).map((pet) => pet._id)',
      'it',
      'db.pets.updateOne({ _id: 1 },',
      '  { $set: { age: 4 } })',
      'db.pets.insertOne({ _id: 1 })',
      'show collections',
      'use other',
      'db',
      'db.nothing.find()',
      'const { ok } = db.adminCommand("ping")',
      'ok + 1',
    ]
    const ask = 'printf %s "$TYPED" | docker exec -i db mongosh --quiet -u root -p "pass word" zoo'
    const env = { TYPED: lines.join('\n'), DOCKER_HOST: `unix://${engine.socket}` }
    const shell = await machine('sh', ['-c', ask], env)
    expect(shell).toBe(`zoo> { acknowledged: true, insertedIds: { '0': 1, '1': 2 } }
zoo> [ { _id: 2, name: 'Rex', age: 3 } ]
zoo> { acknowledged: true, insertedId: 39 }
zoo> [
   1,  2, 10, 11, 12, 13, 14,
  15, 16, 17, 18, 19, 20, 21,
  22, 23, 24, 25, 26, 27
]
Type "it" for more
zoo> [
  28, 29, 30, 31, 32,
  33, 34, 35, 36, 37,
  38, 39
]
zoo> ... {
  acknowledged: true,
  insertedId: null,
  matchedCount: 1,
  modifiedCount: 1,
  upsertedCount: 0
}
zoo> MongoServerError[DuplicateKey]: E11000 duplicate key error collection: zoo.pets index: _id_ dup key: { _id: 1 }
zoo> pets
zoo> switched to db other
other> other
other> other> other> 2
other> 
`)
  })
})
