import { EJSON } from 'bson'
import { readAll, readFile } from '@drydock/libc'
import type { Document } from '../wire/message.ts'
import { ToolError } from './tool-client.ts'
import { toolProgram, type Work } from './tool-command.ts'

/** So many documents go in one command. */
const BATCH = 1000

/** One JSON text after the other, with or without line ends between them. @throws ToolError */
function* jsonTexts(text: string): Generator<string> {
  let [depth, start, quoted] = [0, -1, false]
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? ''
    if (quoted) {
      if (char === '\\') at++
      else if (char === '"') quoted = false
    } else if (char === '"') quoted = true
    else if (char === '{') {
      if (depth++ === 0) start = at
    } else if (char === '}' && --depth === 0) yield text.slice(start, at + 1)
    else if (depth === 0 && /\S/.test(char))
      throw new ToolError(`error processing document: invalid JSON input; expected {, but got ${char}`)
  }
  if (depth > 0) throw new ToolError('error processing document: unexpected EOF')
}

function jsonDocuments(text: string, isArray: boolean): Document[] {
  try {
    if (isArray) return EJSON.parse(text) as Document[]
    return [...jsonTexts(text)].map((each) => EJSON.parse(each) as Document)
  } catch (error) {
    if (error instanceof ToolError) throw error
    if (/^\s*\[/.test(text) && !isArray) throw new ToolError('cannot decode array into a primitive.D')
    throw new ToolError(`error processing document: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** RFC 4180; for tsv the tab, and no quotes. */
function rowsOf(text: string, type: string): string[][] {
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/)
  if (type === 'tsv') return lines.map((line) => line.split('\t'))
  const rows: string[][] = []
  let row: string[] = []
  for (const [, quoted, bare = '', end] of `${text.replace(/\r?\n$/, '')}\n`.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n)/g,
  )) {
    row.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'))
    if (end === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}

/** A number where it looks like one. */
const valueOf = (text: string): unknown =>
  /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : text

function place(document: Document, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) document[name] = value
  else place((document[name] ??= {}) as Document, rest, value)
}

function tableDocuments(text: string, type: string, { headerline, fields }: Work['given']): Document[] {
  const rows = rowsOf(text, type)
  const names = headerline ? rows.shift() : typeof fields === 'string' ? fields.split(',') : undefined
  if (!names) throw new ToolError(`must specify --fields, --fieldFile or --headerline to import this file type`)
  return rows.map((row) => {
    const document: Document = {}
    for (const [i, name] of names.entries()) place(document, name.split('.'), valueOf(row[i] ?? ''))
    return document
  })
}

async function run(work: Work): Promise<number> {
  const { process, client, given, operands, tell } = work
  const path = typeof given.file === 'string' ? given.file : operands[0]
  const database = typeof given.db === 'string' ? given.db : 'test'
  if (given.db === undefined) await tell("using default 'test' database")
  const base = path
    ?.split('/')
    .at(-1)
    ?.replace(/\.[^.]*$/, '')
  const collection = typeof given.collection === 'string' ? given.collection : base
  if (!collection) throw new ToolError('must specify a collection')
  const bytes = await (path === undefined ? readAll(process.sys, 0) : readFile(process.sys, path))
  const text = new TextDecoder().decode(bytes)
  const type = typeof given.type === 'string' ? given.type : 'json'
  const documents = type === 'json' ? jsonDocuments(text, given.jsonArray === true) : tableDocuments(text, type, given)
  if (given.drop) {
    await tell(`dropping: ${database}.${collection}`)
    await client.command(database, { drop: collection }).catch(() => undefined)
  }
  const failed = await put(work, database, collection, documents)
  await tell(`${documents.length - failed} document(s) imported successfully. ${failed} document(s) failed to import.`)
  return 0
}

/** @returns how many did not go in */
async function put(
  { client, given, tell }: Work,
  database: string,
  collection: string,
  documents: readonly Document[],
): Promise<number> {
  const mode = given.upsert ? 'upsert' : (given.mode ?? 'insert')
  let failed = 0
  for (let at = 0; at < documents.length; at += BATCH) {
    const some = documents.slice(at, at + BATCH)
    const updates = some.map((document) => ({
      q: { _id: document._id },
      u: mode === 'merge' ? { $set: document } : document,
      upsert: true,
    }))
    const answer = await client.command(
      database,
      mode === 'insert'
        ? { insert: collection, documents: some, ordered: given.stopOnError === true }
        : { update: collection, updates, ordered: false },
    )
    const errors = (answer.writeErrors ?? []) as Document[]
    for (const { errmsg } of errors) await tell(`continuing through error: ${String(errmsg)}`)
    failed += errors.length
  }
  return failed
}

export const mongoimport = toolProgram({
  name: 'mongoimport',
  summary: 'Import CSV, TSV or JSON data into MongoDB',
  lacks: ['--fieldFile, --columnsHaveTypes, --upsertFields, --ssl and its kin'],
  valued: ['file', 'type', 'fields', 'mode', 'numInsertionWorkers'],
  flags: ['jsonArray', 'headerline', 'drop', 'upsert', 'stopOnError', 'ignoreBlanks', 'maintainInsertionOrder'],
  announces: true,
  run,
})
