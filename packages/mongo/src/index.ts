import type { Program } from '@drydock/abi'
import { mongod } from './server/mongod.ts'

/** MongoDB's server, a row. */
export const mongoPrograms: readonly Program[] = [mongod]
