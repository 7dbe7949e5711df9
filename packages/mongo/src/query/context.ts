import { ObjectId } from 'bson'
import { Context } from 'mingo'
import { evalExpr } from 'mingo/core'
import { $type } from 'mingo/operators/query/element'
import { $toString } from 'mingo/operators/expression/type'
import type { Options } from 'mingo/types'
import type { Document } from '../wire/message.ts'
import { valuesAt } from '../store/value-key.ts'
import { bsonTypeOf, isOfType } from './bson-type.ts'

const many = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value])

type QueryOperator = (selector: string, wanted: unknown, options: Options) => (document: Document) => boolean
type ExpressionOperator = (document: Document, expression: unknown, options: Options) => unknown

const queryOperators: Record<string, QueryOperator> = {
  $type: (selector, wanted, options) => {
    const known = $type(selector, wanted as never, options)
    const ofBson = (value: unknown): boolean => many(wanted).some((type) => isOfType(value, type))
    return (document) => known(document) === true || valuesAt(document, selector.split('.')).some(ofBson)
  },
}

const expressionOperators: Record<string, ExpressionOperator> = {
  $type: (document, expression, options) => bsonTypeOf(evalExpr(document, expression, options)),
  $toString: (document, expression, options) => {
    const value: unknown = evalExpr(document, expression, options)
    return value instanceof ObjectId ? value.toHexString() : $toString(document, expression, options)
  },
  $toObjectId: (document, expression, options) => {
    const value: unknown = evalExpr(document, expression, options)
    return typeof value === 'string' ? ObjectId.createFromHexString(value) : value
  },
}

/** Operators that know BSON's own types, in place of the library's. */
export const bsonContext = (): Context =>
  Context.init({ query: queryOperators as never, expression: expressionOperators as never })
