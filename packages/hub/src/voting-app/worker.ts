/** What carries votes from redis into the database. In life it is a program in .NET; this one does the same in Node. */
export const WORKER_PROGRAM = `const Redis = require('ioredis')
const { Client } = require('pg')

const later = (ms) => new Promise((done) => setTimeout(done, ms))

async function openDatabase() {
  for (;;) {
    const client = new Client({ host: 'db', user: 'postgres', password: 'postgres' })
    try {
      await client.connect()
      await client.query('CREATE TABLE IF NOT EXISTS votes (id VARCHAR(255) NOT NULL UNIQUE, vote VARCHAR(255) NOT NULL)')
      console.log('Connected to db')
      return client
    } catch {
      console.error('Waiting for db')
      await later(1000)
    }
  }
}

async function main() {
  const database = await openDatabase()
  console.log('Connecting to redis')
  const redis = new Redis({ host: 'redis', maxRetriesPerRequest: null })
  redis.on('error', () => console.error('Waiting for redis'))
  for (;;) {
    const [, text] = (await redis.blpop('votes', 0)) ?? []
    if (text === undefined) continue
    const { vote, voter_id } = JSON.parse(text)
    console.log("Processing vote for '" + vote + "' by '" + voter_id + "'")
    await database.query(
      'INSERT INTO votes (id, vote) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET vote = EXCLUDED.vote',
      [voter_id, vote],
    )
  }
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
`

export const WORKER_MANIFEST = `${JSON.stringify(
  { name: 'worker', version: '1.0.0', private: true, dependencies: { ioredis: '^6.0.0', pg: '^8.8.0' } },
  null,
  2,
)}\n`
