import type { Program } from '@drydock/abi'
import { mongod } from './server/mongod.ts'
import { mongosh } from './shell/mongosh.ts'
import { mongodump } from './tools/mongodump.ts'
import { mongoexport } from './tools/mongoexport.ts'
import { mongoimport } from './tools/mongoimport.ts'
import { mongorestore } from './tools/mongorestore.ts'

/** MongoDB's server, its shell and its tools, a row each. */
export const mongoPrograms: readonly Program[] = [mongod, mongosh, mongodump, mongoexport, mongoimport, mongorestore]
