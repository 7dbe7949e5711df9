import { ObjectId } from 'bson'
import { update } from 'mingo'
import { Failure } from '../failure.ts'
import { type Document, isDocument } from '../wire/message.ts'
import { identified } from '../store/identified.ts'
import { keyOf, valuesAt } from '../store/value-key.ts'
import { bsonTypeOf } from './bson-type.ts'
import { type QueryEngine, type Surroundings, translated } from './engine.ts'

/** A replacement, operators, or stages of a pipeline. */
export type Change = Document | readonly Document[]

export interface UpdateRequest {
  readonly filter: Document
  readonly change: Change
  readonly arrayFilters: readonly Document[]
  readonly around: Surroundings
}

const MODIFIERS = new Set(
  '$addToSet $bit $currentDate $inc $max $min $mul $pop $pull $pullAll $push $rename $set $setOnInsert $unset'.split(
    ' ',
  ),
)
const STAGES = new Set(['$addFields', '$set', '$project', '$unset', '$replaceRoot', '$replaceWith'])

const hasOperators = (change: Document): boolean => Object.keys(change)[0]?.startsWith('$') ?? false
export const isReplacement = (change: Change): boolean => !Array.isArray(change) && !hasOperators(change as Document)

/** @throws Failure for operators that are none, and for two that want the same field */
export function checkChange(change: Change): void {
  if (Array.isArray(change)) {
    for (const stage of change as Document[]) {
      const [name = ''] = Object.keys(stage)
      if (!STAGES.has(name)) throw new Failure('InvalidOptions', `${name} is not allowed to be used within an update`)
    }
    return
  }
  if (isReplacement(change)) return
  const taken = new Set<string>()
  for (const [name, fields] of Object.entries(change)) {
    if (!MODIFIERS.has(name))
      throw new Failure(
        'FailedToParse',
        `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`,
      )
    if (!isDocument(fields))
      throw new Failure(
        'FailedToParse',
        `Modifiers operate on fields but we found type ${bsonTypeOf(fields)} instead. For example: {$mod: {<field>: ...}} not {${name}: ${JSON.stringify(fields)}}`,
      )
    for (const path of Object.keys(fields)) claim(path, taken)
  }
}

function claim(path: string, taken: Set<string>): void {
  for (const other of taken)
    if (other === path || other.startsWith(`${path}.`) || path.startsWith(`${other}.`))
      throw new Failure(
        'ConflictingUpdateOperators',
        `Updating the path '${path}' would create a conflict at '${other.length < path.length ? other : path}'`,
      )
  taken.add(path)
}

const NUMBERS_ONLY: readonly (readonly [string, string])[] = [
  ['$inc', 'increment'],
  ['$mul', 'multiply'],
]
const ARRAYS_ONLY = ['$push', '$addToSet', '$pullAll', '$pop', '$pull']

/** What the library does in silence where mongod refuses. @throws Failure */
function checkTypes(document: Document, change: Document): void {
  const id = `{_id: ${shownId(document._id)}}`
  for (const [name] of NUMBERS_ONLY)
    for (const [path, by] of Object.entries((change[name] ?? {}) as Document)) {
      if (typeof by !== 'number' && !isNumeric(by))
        throw new Failure(
          'TypeMismatch',
          `Cannot ${name === '$inc' ? 'increment' : 'multiply'} with non-numeric argument: {${path}: ${JSON.stringify(by)}}`,
        )
      const [value] = valuesAt(document, path.split('.'))
      if (value !== undefined && !isNumeric(value) && !path.includes('$'))
        throw new Failure(
          'TypeMismatch',
          `Cannot apply ${name} to a value of non-numeric type. ${id} has the field '${path.split('.').at(-1)}' of non-numeric type ${bsonTypeOf(value)}`,
        )
    }
  for (const name of ARRAYS_ONLY)
    for (const path of Object.keys((change[name] ?? {}) as Document)) {
      const value = path.split('.').reduce<unknown>((at, step) => (isDocument(at) ? at[step] : undefined), document)
      if (value !== undefined && !Array.isArray(value) && !path.includes('$'))
        throw new Failure(
          'BadValue',
          `The field '${path}' must be an array but is of type ${bsonTypeOf(value)} in document ${id}`,
        )
    }
}

const isNumeric = (value: unknown): boolean => ['int', 'long', 'double', 'decimal'].includes(bsonTypeOf(value))
const shownId = (id: unknown): string =>
  id instanceof ObjectId ? `ObjectId('${id.toHexString()}')` : JSON.stringify(id)

/** Changes a document that nobody else holds. @returns the document as it is now @throws Failure */
export function applyChange(engine: QueryEngine, document: Document, request: UpdateRequest): Document {
  const { change, filter, arrayFilters, around } = request
  const id = document._id
  const changed = changedBy(engine, document, change, { filter, arrayFilters, around })
  if (changed._id === undefined && id !== undefined) return { _id: id, ...changed }
  if (id !== undefined && keyOf(changed._id) !== keyOf(id))
    throw new Failure(
      'ImmutableField',
      isReplacement(change)
        ? `After applying the update, the (immutable) field '_id' was found to have been altered to _id: ${shownId(changed._id)}`
        : `Performing an update on the path '_id' would modify the immutable field '_id'`,
    )
  return changed
}

function changedBy(
  engine: QueryEngine,
  document: Document,
  change: Change,
  { filter, arrayFilters, around }: Omit<UpdateRequest, 'change'>,
): Document {
  if (Array.isArray(change)) return engine.aggregate([document], change as Document[], around)[0] ?? document
  if (isReplacement(change)) return { ...(change as Document) }
  const { $setOnInsert: _, ...rest } = change as Document
  checkTypes(document, rest)
  translated(() =>
    update(document, rest as never, [...arrayFilters], withPositions(rest) ? filter : {}, {
      cloneMode: 'deep',
      queryOptions: engine.options(around),
    }),
  )
  return document
}

/** The filter matters only to `$` in a path; it has been asked already. */
const withPositions = (change: Document): boolean =>
  Object.values(change).some((fields) => Object.keys(fields as Document).some((path) => /\.\$(?:\.|$)/.test(path)))

/** What an upsert puts in when nothing matched. @throws Failure */
export function upserted(engine: QueryEngine, request: UpdateRequest, newId: () => ObjectId): Document {
  const { change, filter } = request
  const base = isReplacement(change) ? pickId(filter) : equalities(filter)
  const onInsert = (change as Document).$setOnInsert
  const document = applyChange(engine, base, { ...request, filter: {} })
  const whole = onInsert
    ? changedBy(engine, document, { $set: onInsert } as Document, { ...request, filter: {} })
    : document
  return identified(whole, newId)
}

const pickId = (filter: Document): Document => {
  const { _id } = equalities(filter)
  return _id === undefined ? {} : { _id }
}

/** The fields that a filter says are equal to something. */
function equalities(filter: Document): Document {
  const document: Document = {}
  for (const [path, wanted] of Object.entries(filter)) {
    if (path === '$and') for (const part of wanted as Document[]) Object.assign(document, equalities(part))
    if (path.startsWith('$')) continue
    if (!isDocument(wanted) || !hasOperators(wanted)) place(document, path.split('.'), wanted)
    else if (Object.hasOwn(wanted, '$eq')) place(document, path.split('.'), wanted.$eq)
  }
  return document
}

function place(document: Document, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) document[name] = value
  else {
    const inner = isDocument(document[name]) ? document[name] : (document[name] = {})
    place(inner as Document, rest, value)
  }
}
