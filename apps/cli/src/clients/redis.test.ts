import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Headless, startHeadless } from './headless.ts'
import { machine, machineHas, runPublished } from './machine.ts'

const SLOW = 120_000
const PORT = 26379
let engine: Headless
const connect = (): Redis => new Redis({ port: PORT, host: '127.0.0.1', maxRetriesPerRequest: 3 })

beforeAll(async () => {
  engine = await startHeadless(['--publish'])
  await runPublished(engine.socket, { image: 'redis:latest', name: 'cache', port: 6379, hostPort: PORT })
}, SLOW)
afterAll(() => engine?.close())

describe('ioredis against the redis image', () => {
  it('works with a thousand rows, in a pipeline', { timeout: SLOW }, async () => {
    const redis = connect()
    const pipeline = redis.pipeline()
    for (let i = 0; i < 1000; i++)
      pipeline.hset(`user:${i}`, { name: `user ${i}`, score: i }).zadd('scores', i, `user:${i}`)
    const answers = (await pipeline.exec()) ?? []
    expect(answers.filter(([error]) => error)).toEqual([])
    expect(await redis.zcard('scores')).toBe(1000)
    expect(await redis.zrevrange('scores', 0, 1)).toEqual(['user:999', 'user:998'])
    expect(await redis.hgetall('user:500')).toEqual({ name: 'user 500', score: '500' })
    let count = 0
    for await (const keys of redis.scanStream({ match: 'user:*', count: 100 })) count += (keys as string[]).length
    expect(count).toBe(1000)
    redis.disconnect()
  })

  it('counts in transactions of several connections', { timeout: SLOW }, async () => {
    const clients = [connect(), connect(), connect()]
    await clients[0]?.set('n', 0)
    const raise = async (redis: Redis): Promise<void> => {
      for (let done = 0; done < 20; ) {
        await redis.watch('n')
        const n = Number(await redis.get('n'))
        if (
          await redis
            .multi()
            .set('n', n + 1)
            .exec()
        )
          done++
      }
    }
    await Promise.all(clients.map(raise))
    expect(await clients[0]?.get('n')).toBe('60')
    for (const each of clients) each.disconnect()
  })

  it('publishes and subscribes, and keeps bytes as they are', { timeout: SLOW }, async () => {
    const [listener, speaker] = [connect(), connect()]
    const heard = new Promise<string>((done) => listener.on('message', (_channel, message: string) => done(message)))
    await listener.subscribe('news')
    expect(await speaker.publish('news', '안녕')).toBe(1)
    expect(await heard).toBe('안녕')
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
    await speaker.set('bytes', bytes)
    expect(await speaker.getBuffer('bytes')).toEqual(bytes)
    listener.disconnect()
    speaker.disconnect()
  })
})

describe.runIf(machineHas('redis-cli') && machineHas('redis-benchmark'))("the machine's redis tools", () => {
  it('ask and measure', { timeout: SLOW }, async () => {
    const cli = (...words: string[]): Promise<string> => machine('redis-cli', ['-p', String(PORT), ...words])
    expect(await cli('set', 'greeting', 'hello')).toBe('OK\n')
    expect(await cli('--no-raw', 'get', 'greeting')).toBe('"hello"\n')
    expect(await cli('info', 'server')).toMatch(/redis_version:\d/)
    const measured = await machine('redis-benchmark', [
      '-p',
      String(PORT),
      '-n',
      '10000',
      '-q',
      '--csv',
      '-t',
      'set,get',
    ])
    const rates = measured
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(',')[1]?.replaceAll('"', '')))
    console.log(`redis-benchmark, 50 clients: SET ${rates[0]} and GET ${rates[1]} requests a second`)
    for (const rate of rates) expect(rate).toBeGreaterThan(100)
  })
})
