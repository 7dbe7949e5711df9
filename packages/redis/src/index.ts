import type { Program } from '@drydock/abi'
import { redisBenchmark } from './benchmark.ts'
import { redisCli } from './cli/redis-cli.ts'
import { redisServer } from './redis-server.ts'

/** Redis and its tools, a row each. */
export const redisPrograms: readonly Program[] = [redisServer, redisCli, redisBenchmark]
