// Holds answers of an engine against the API's own description (OpenAPI 2): required fields, types, enums.
import { Validator } from '@cfworker/json-schema'
import { parse } from 'yaml'

const JSON_TYPE = /^application\/(json|jsonl|x-ndjson|json-seq)\b/

export class ApiDescription {
  /** @param {string} text the YAML of the description */
  constructor(text) {
    const document = parse(text)
    this.definitions = mapValues(document.definitions, schemaOf)
    this.operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method]) => /^(get|put|post|delete|head)$/.test(method))
        .map(([method, operation]) => ({ method: method.toUpperCase(), path, regex: pathRegex(path), operation })),
    )
    this.validators = new Map()
  }

  /** The operation of a request, the most literal path first; undefined when the description has none. */
  find(method, path) {
    const plain = path.replace(/\?.*$/, '').replace(/^\/v\d+\.\d+/, '')
    const fitting = this.operations.filter((each) => each.method === method && each.regex.test(plain))
    return fitting.sort((a, b) => count(a.path, '{') - count(b.path, '{'))[0]
  }

  /**
   * What is wrong with an answer, in words; empty when it fits. Answers that are no JSON are not looked into; a stream of
   * JSON is held against the schema value by value.
   * @param {{method: string, path: string, status: number, type: string, body: string}} answer
   * @returns {string[]}
   */
  check({ method, path, status, type, body }) {
    const found = this.find(method, path)
    if (!found) return [`${method} ${path}: not in the description`]
    const where = `${method} ${found.path} ${status}`
    const response = found.operation.responses[String(status)]
    if (!response) return [`${where}: a status that the description does not have`]
    if (!JSON_TYPE.test(type) || !response.schema || status >= 300) return []
    const validator = this.validatorOf(where, response.schema)
    return valuesIn(body).flatMap((value) =>
      validator
        .validate(value)
        .errors.filter(isLeaf)
        .map((error) => `${where}: ${told(error, value)}`),
    )
  }

  validatorOf(where, schema) {
    const known = this.validators.get(where)
    if (known) return known
    const made = new Validator({ ...schemaOf(schema), definitions: this.definitions }, '4', false)
    this.validators.set(where, made)
    return made
  }
}

const count = (text, part) => text.split(part).length
const isLeaf = ({ keyword }) =>
  !['properties', 'items', '$ref', 'allOf', 'anyOf', 'additionalProperties'].includes(keyword)

function told({ instanceLocation, keyword, error }, value) {
  const place = instanceLocation.replace(/^#/, '')
  const found = place
    .split('/')
    .slice(1)
    .reduce((at, key) => at?.[key.replace(/~1/g, '/').replace(/~0/g, '~')], value)
  const shown = keyword === 'required' ? '' : ` (${JSON.stringify(found)?.slice(0, 80)})`
  return `${place.replace(/\/[0-9a-f]{64}(?=\/|$)/g, '/ID').replace(/\/\d+(?=\/|$)/g, '/N') || '/'}: ${error}${shown}`
}

function pathRegex(path) {
  // Names of images and plugins hold slashes.
  const source = path.replace(/[.]/g, '\\.').replace(/\{(\w+)\}/g, (_all, name) => (name === 'name' ? '.+' : '[^/]+'))
  return new RegExp(`^${source}$`)
}

/** One value, or as many as stand one behind the other, a line each. */
function valuesIn(body) {
  const text = body.trim()
  if (text === '') return []
  try {
    return [JSON.parse(text)]
  } catch {
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line.replace(/^\x1e/, '')))
  }
}

/** OpenAPI's schema in the words of JSON Schema. Go prints a nil slice or map as null, whether the description says so or not. */
function schemaOf(schema) {
  if (Array.isArray(schema)) return schema.map(schemaOf)
  if (schema === null || typeof schema !== 'object') return schema
  const { 'x-nullable': nullable, example: _e, description: _d, format: _f, default: _v, ...rest } = schema
  const plain = mapValues(rest, (value, key) =>
    key === 'properties'
      ? mapValues(value, propertyOf)
      : key === 'enum' || key === 'required'
        ? value
        : schemaOf(value),
  )
  const empty = nullable || plain.type === 'array' || (plain.type === 'object' && plain.additionalProperties)
  return empty ? { anyOf: [plain, { type: 'null' }] } : plain
}

/** Nil pointers of Go that are told: nobody has marked them as optional. */
const NIL_POINTERS = ['CredentialSpec', 'SELinuxContext', 'Seccomp', 'AppArmor']
const propertyOf = (schema, name) =>
  NIL_POINTERS.includes(name) ? { anyOf: [schemaOf(schema), { type: 'null' }] } : schemaOf(schema)

const mapValues = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]))
