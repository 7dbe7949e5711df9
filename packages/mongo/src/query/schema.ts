import { type Document, isDocument } from '../wire/message.ts'
import { keyOf } from '../store/value-key.ts'
import { isOfType } from './bson-type.ts'

type Check = (value: unknown, wanted: never, schema: Document) => boolean

const many = (wanted: unknown): readonly unknown[] => (Array.isArray(wanted) ? wanted : [wanted])
const onNumber =
  (holds: (value: number, wanted: number, schema: Document) => boolean): Check =>
  (value, wanted, schema) =>
    typeof value !== 'number' || holds(value, wanted, schema)
const onText =
  (holds: (value: string, wanted: never) => boolean): Check =>
  (value, wanted) =>
    typeof value !== 'string' || holds(value, wanted)
const onArray =
  (holds: (value: readonly unknown[], wanted: never) => boolean): Check =>
  (value, wanted) =>
    !Array.isArray(value) || holds(value, wanted)
const onObject =
  (holds: (value: Document, wanted: never, schema: Document) => boolean): Check =>
  (value, wanted, schema) =>
    !isDocument(value) || holds(value, wanted, schema)

const JSON_TYPES: Readonly<Record<string, string>> = { boolean: 'bool', integer: 'int' }
const ofType = (value: unknown, wanted: unknown): boolean =>
  many(wanted).some((type) => isOfType(value, JSON_TYPES[String(type)] ?? type))

/** Keywords of JSON Schema draft 4 as `$jsonSchema` knows them, and bsonType. */
const CHECKS: Readonly<Record<string, Check>> = {
  bsonType: ofType,
  type: ofType,
  enum: (value, wanted: unknown[]) => wanted.some((each) => keyOf(each) === keyOf(value)),
  minimum: onNumber((value, least, { exclusiveMinimum }) => (exclusiveMinimum ? value > least : value >= least)),
  maximum: onNumber((value, most, { exclusiveMaximum }) => (exclusiveMaximum ? value < most : value <= most)),
  multipleOf: onNumber((value, step) => value % step === 0),
  minLength: onText((value, least: number) => [...value].length >= least),
  maxLength: onText((value, most: number) => [...value].length <= most),
  pattern: onText((value, pattern: string) => new RegExp(pattern, 'u').test(value)),
  items: onArray((value, schema: Document | Document[]) =>
    value.every((each, i) => fits(each, (Array.isArray(schema) ? schema[i] : schema) ?? {})),
  ),
  minItems: onArray((value, least: number) => value.length >= least),
  maxItems: onArray((value, most: number) => value.length <= most),
  uniqueItems: onArray((value, wanted: boolean) => !wanted || new Set(value.map(keyOf)).size === value.length),
  required: onObject((value, names: string[]) => names.every((name) => Object.hasOwn(value, name))),
  minProperties: onObject((value, least: number) => Object.keys(value).length >= least),
  maxProperties: onObject((value, most: number) => Object.keys(value).length <= most),
  properties: onObject((value, schemas: Record<string, Document>) =>
    Object.entries(schemas).every(([name, schema]) => !Object.hasOwn(value, name) || fits(value[name], schema)),
  ),
  additionalProperties: onObject((value, wanted: boolean | Document, { properties = {}, patternProperties = {} }) =>
    Object.entries(value).every(
      ([name, each]) =>
        Object.hasOwn(properties as Document, name) ||
        Object.keys(patternProperties as Document).some((pattern) => new RegExp(pattern, 'u').test(name)) ||
        (typeof wanted === 'boolean' ? wanted : fits(each, wanted)),
    ),
  ),
  allOf: (value, schemas: Document[]) => schemas.every((schema) => fits(value, schema)),
  anyOf: (value, schemas: Document[]) => schemas.some((schema) => fits(value, schema)),
  oneOf: (value, schemas: Document[]) => schemas.filter((schema) => fits(value, schema)).length === 1,
  not: (value, schema: Document) => !fits(value, schema),
}

/** Whether a value is as the schema wants it; keywords that say nothing about values are passed over. */
export const fits = (value: unknown, schema: Document): boolean =>
  Object.entries(schema).every(([name, wanted]) => CHECKS[name]?.(value, wanted as never, schema) ?? true)
