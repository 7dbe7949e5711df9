import type { IndexSpec } from '../../store/index-table.ts'
import type { Document } from '../../wire/message.ts'
import { asDocument, asDocuments, type Call } from '../command.ts'

/** The plan that a real server would choose, and what it would have looked at. */
export function explained(call: Call, asked: Document): Document {
  const { server, database } = call
  const [name = 'find'] = Object.keys(asked)
  const target = String(asked[name])
  const filter = filterOf(name, asked)
  const collection = server.catalog.find(database, target)
  const around = server.around(database, asked, collection)
  const matches = server.queries.matcher(filter, around)
  const documents = server.documentsOf(database, target)
  const n = documents.filter(matches).length
  const index = collection && chooseIndex(collection.indexes, filter)
  const plan = planOf(filter, index)
  const examined = index ? n : documents.length
  return {
    explainVersion: '1',
    queryPlanner: {
      namespace: `${database}.${target}`,
      parsedQuery: filter,
      indexFilterSet: false,
      winningPlan: { isCached: false, ...(collection ? plan : { stage: 'EOF' }) },
      rejectedPlans: [],
    },
    executionStats: {
      executionSuccess: true,
      nReturned: n,
      executionTimeMillis: 0,
      totalKeysExamined: index ? n : 0,
      totalDocsExamined: examined,
      executionStages: { ...plan, nReturned: n, works: examined + 1, docsExamined: examined },
    },
    command: { ...asked, $db: database },
    serverInfo: { host: server.sys.uname().nodename, port: server.port, version: server.version },
  }
}

function filterOf(name: string, asked: Document): Document {
  if (name === 'aggregate') return asDocument(asDocuments(asked.pipeline)[0]?.$match)
  if (name === 'update' || name === 'delete') return asDocument(asDocuments(asked.updates ?? asked.deletes)[0]?.q)
  return asDocument(asked.filter ?? asked.query)
}

/** The first whose first field the filter names. */
const chooseIndex = (indexes: readonly IndexSpec[], filter: Document): IndexSpec | undefined =>
  indexes.find(({ key }) => Object.hasOwn(filter, Object.keys(key)[0] ?? ''))

function planOf(filter: Document, index: IndexSpec | undefined): Document {
  if (!index) return { stage: 'COLLSCAN', ...(Object.keys(filter).length > 0 && { filter }), direction: 'forward' }
  if (index.name === '_id_') return { stage: 'EXPRESS_IXSCAN', keyPattern: '{ _id: 1 }', indexName: '_id_' }
  const inputStage = {
    stage: 'IXSCAN',
    keyPattern: index.key,
    indexName: index.name,
    isMultiKey: false,
    isUnique: index.unique === true,
    isSparse: index.sparse === true,
    isPartial: index.partialFilterExpression !== undefined,
    indexVersion: 2,
    direction: 'forward',
  }
  return { stage: 'FETCH', inputStage }
}
