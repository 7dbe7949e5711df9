import { EJSON } from 'bson'
import { valuesAt } from '../store/value-key.ts'
import { OutputFile } from './output-file.ts'
import { toolProgram, type Work } from './tool-command.ts'
import { ToolError } from './tool-client.ts'
import type { Document } from '../wire/message.ts'

const parsed = (given: string | true | undefined): Document => {
  if (typeof given !== 'string') return {}
  try {
    return EJSON.parse(given) as Document
  } catch {
    throw new ToolError(`error parsing query as Extended JSON: invalid JSON input`)
  }
}

const cell = (value: unknown): string => {
  if (value === undefined || value === null) return ''
  const shown = typeof value === 'object' ? EJSON.serialize(value as Document) : value
  const text = typeof shown === 'object' ? JSON.stringify(shown) : String(shown)
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

async function run({ process, client, given, tell }: Work): Promise<number> {
  const { db, collection, fields, type, query, sort, limit, skip, out } = given
  if (typeof collection !== 'string') throw new ToolError('must specify a collection')
  const names = typeof fields === 'string' ? fields.split(',') : []
  const csv = type === 'csv'
  if (csv && names.length === 0) throw new ToolError('CSV mode requires a field list')
  const projection = Object.fromEntries(names.map((name) => [name, 1]))
  const body = {
    find: collection,
    filter: parsed(query),
    sort: parsed(sort),
    limit: Number(limit ?? 0),
    skip: Number(skip ?? 0),
    projection,
  }
  const file = new OutputFile(process.sys, typeof out === 'string' ? out : undefined)
  let count = 0
  if (csv) await file.write(`${names.join(',')}\n`)
  if (given.jsonArray) await file.write('[')
  for await (const document of client.find(typeof db === 'string' ? db : 'test', body)) {
    const line = csv
      ? names.map((name) => cell(valuesAt(document, name.split('.'))[0])).join(',')
      : EJSON.stringify(document, undefined, given.pretty ? '\t' : undefined, {
          relaxed: given.jsonFormat !== 'canonical',
        })
    await file.write(given.jsonArray ? `${count > 0 ? ',' : ''}${line}` : `${line}\n`)
    count++
  }
  if (given.jsonArray) await file.write(']\n')
  file.close()
  await tell(`exported ${count} record${count === 1 ? '' : 's'}`)
  return 0
}

export const mongoexport = toolProgram({
  name: 'mongoexport',
  summary: 'Export data from MongoDB in CSV or JSON format',
  lacks: ['--fieldFile, --readPreference, --ssl and its kin'],
  valued: ['fields', 'type', 'query', 'sort', 'limit', 'skip', 'out', 'jsonFormat'],
  flags: ['jsonArray', 'pretty', 'forceTableScan'],
  announces: true,
  run,
})
