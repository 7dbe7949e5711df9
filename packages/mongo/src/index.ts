import type { Program } from '@drydock/abi'
import { mongod } from './server/mongod.ts'
import { mongosh } from './shell/mongosh.ts'

/** MongoDB's server and its shell, a row each. */
export const mongoPrograms: readonly Program[] = [mongod, mongosh]
