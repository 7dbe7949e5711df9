import { Aggregator, type Context, Query } from 'mingo'
import type { Options } from 'mingo/types'
import { Failure } from '../failure.ts'
import type { Document } from '../wire/message.ts'
import { bsonContext } from './context.ts'
import { fits } from './schema.ts'
import { takeTextSearch } from './text-search.ts'

/** What a query may reach beside its own documents, and how it compares. */
export interface Surroundings {
  /** Documents of another collection of the database. */
  readonly others: (name: string) => Document[]
  readonly variables?: Document | undefined
  readonly collation?: Document | undefined
  /** Fields of the text index; '$**' for all. */
  readonly textFields?: readonly string[] | undefined
}

/** What the library says, and what mongod says in its place. */
const WORDS: readonly (readonly [RegExp, (found: RegExpExecArray) => Failure])[] = [
  [/^unknown query operator (\$\S+)/, ([, name]) => new Failure('BadValue', `unknown operator: ${name}`)],
  [
    /^unknown top level operator: (\$\S+)/,
    ([, name]) =>
      new Failure(
        'BadValue',
        `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
      ),
  ],
  [
    /^unregistered pipeline operator (\$\w+)/,
    ([, name]) => new Failure(40324, `Unrecognized pipeline stage name: '${name}'`),
  ],
  [
    /^(?:unregistered|unknown) (?:expression )?operator '?(\$\w+)/,
    ([, name]) => new Failure(168, `Unrecognized expression '${name}'`),
  ],
  [
    /^Unknown update operator: '(\S+)'/,
    ([, name]) =>
      new Failure(
        'FailedToParse',
        `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`,
      ),
  ],
]

/** Runs what may fail in the library, whose errors become this server's. */
export function translated<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof Failure || !(error instanceof Error)) throw error
    for (const [pattern, failure] of WORDS) {
      const found = pattern.exec(error.message)
      if (found) throw failure(found)
    }
    throw new Failure('BadValue', error.message)
  }
}

/** Queries, projections and pipelines over documents. */
export class QueryEngine {
  private readonly context: Context = bsonContext()

  options(around: Surroundings): Partial<Options> {
    return {
      context: this.context,
      collectionResolver: around.others,
      jsonSchemaValidator: (schema) => (document) => fits(document, schema),
      scriptEnabled: false,
      ...(around.variables ? { variables: around.variables } : {}),
      ...(around.collation?.locale && around.collation.locale !== 'simple'
        ? { collation: around.collation as never }
        : {}),
    }
  }

  /** @throws Failure for operators that do not exist */
  matcher(filter: Document, around: Surroundings): (document: Document) => boolean {
    return translated(() => {
      const { rest, holds } = takeTextSearch(filter, around.textFields)
      const query = new Query<Document>(rest, this.options(around))
      return (document) => translated(() => holds(document) && query.test(document))
    })
  }

  /** @param sort fields with 1 or -1, in their order */
  sorted(documents: readonly Document[], sort: Document, around: Surroundings): Document[] {
    if (Object.keys(sort).length === 0) return [...documents]
    const natural = sort.$natural
    if (natural !== undefined) return Number(natural) < 0 ? [...documents].reverse() : [...documents]
    return translated(() =>
      new Query<Document>({}, this.options(around))
        .find(documents as Document[])
        .sort(sort as never)
        .all(),
    ) as Document[]
  }

  /** The positional operator takes what the filter found. */
  projected(documents: readonly Document[], filter: Document, fields: Document, around: Surroundings): Document[] {
    return translated(
      () => new Query<Document>(filter, this.options(around)).find(documents as Document[], fields).all() as Document[],
    )
  }

  aggregate(documents: readonly Document[], pipeline: readonly Document[], around: Surroundings): Document[] {
    return translated(
      () => new Aggregator([...pipeline], this.options(around)).run(documents as Document[]) as Document[],
    )
  }
}
