// Makes requests from the description of an API: fitting ones, half fitting ones and nonsense, the same for the same seed.

/** Operations whose answers go on for as long as the client likes, or wait for something. */
const STREAMS = /\/(events|attach|attach\/ws|wait|stats|logs|session|grpc|start)$/
/** Not to be had at random: pulls from the registry take their time. */
const LEFT_OUT = /^\/(grpc|session|distribution|images\/search|plugins\/pull)/
const WORDS = [
  '',
  'a',
  'busybox',
  'busybox:latest',
  'none',
  'bridge',
  'host',
  '0',
  '-1',
  '1',
  'true',
  'x'.repeat(300),
  '../..',
  '/',
  '/etc',
  'é☃',
  '{}',
  'null',
  '%00',
  'sha256:abc',
  'TERM',
  'c1',
  'n1',
  'v1',
  'container:c1',
]
const NUMBERS = [0, 1, -1, 5, 1e9, 2 ** 53, -(2 ** 31), 0.5]

export class ApiFuzzer {
  constructor(document, seed) {
    this.definitions = document.definitions
    this.state = seed >>> 0 || 1
    this.known = []
    this.operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method]) => /^(get|put|post|delete|head)$/.test(method) && !LEFT_OUT.test(path))
        .map(([method, operation]) => ({ method: method.toUpperCase(), path, parameters: operation.parameters ?? [] })),
    )
  }

  /** Names and ids that answers told are used again. */
  learn(text) {
    const [, id] = /"(?:Id|Name)":"([^"]{1,64})"/.exec(text) ?? []
    if (id) this.known = [...this.known, id].slice(-12)
  }

  next() {
    const { method, path, parameters } = this.pick(this.operations)
    const filled = path.replace(/\{\w+\}/g, () => encodeURIComponent(this.name()))
    const query = parameters
      .filter(({ in: place }) => place === 'query' && this.chance(0.4))
      .map((parameter) => `${parameter.name}=${encodeURIComponent(this.queryValue(parameter))}`)
    const schema = parameters.find(({ in: place }) => place === 'body')?.schema
    const version = this.pick(['/v1.50', '/v1.41', '/v1.44', '/v1.24', '', '/v1.99', '/v0.1'])
    return {
      method: this.chance(0.02) ? this.pick(['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH']) : method,
      path: `${this.chance(0.9) ? '/v1.50' : version}${filled}${query.length > 0 ? `?${query.join('&')}` : ''}`,
      body: method === 'GET' || method === 'HEAD' ? undefined : this.body(schema),
      streams: STREAMS.test(path),
    }
  }

  name() {
    return this.known.length > 0 && this.chance(0.6) ? this.pick(this.known) : this.pick(WORDS) || 'x'
  }

  queryValue({ name, type }) {
    if (name === 'filters')
      return JSON.stringify({
        [this.pick(['label', 'name', 'until', 'dangling', 'status', 'x'])]: this.value(
          { type: 'array', items: { type: 'string' } },
          0,
        ),
      })
    if (this.chance(0.3)) return this.pick(WORDS)
    return type === 'boolean'
      ? this.pick(['0', '1', 'true'])
      : type === 'integer'
        ? String(this.pick(NUMBERS))
        : this.name()
  }

  body(schema) {
    if (schema === undefined) return this.chance(0.1) ? '{}' : undefined
    if (this.chance(0.05)) return this.pick(['', '{', '[]', 'null', '"x"', '{"a":', 'true', '{"Image":5}'])
    return JSON.stringify(this.value(schema, 0))
  }

  value(schema, depth) {
    if (this.chance(0.03)) return this.pick([null, true, 'x', 7, [], {}, [1]])
    const { $ref, allOf, type, enum: names, properties = {}, additionalProperties, items } = schema
    if ($ref) return this.value(this.definitions[$ref.split('/').at(-1)] ?? {}, depth)
    if (allOf) return Object.assign({}, ...allOf.map((each) => Object(this.value(each, depth))))
    if (names) return this.pick(names)
    if (type === 'string') return this.name()
    if (type === 'integer' || type === 'number') return this.pick(NUMBERS)
    if (type === 'boolean') return this.chance(0.5)
    if (type === 'array')
      return depth > 5 ? [] : Array.from({ length: this.below(3) }, () => this.value(items ?? {}, depth + 1))
    const chosen = Object.entries(properties).filter(() => this.chance(depth === 0 ? 0.3 : 0.15))
    const own = Object.fromEntries(depth > 5 ? [] : chosen.map(([key, each]) => [key, this.value(each, depth + 1)]))
    if (additionalProperties && this.chance(0.5)) own[this.name()] = this.value(Object(additionalProperties), depth + 1)
    if (properties.Image && this.chance(0.8)) Object.assign(own, { Image: 'busybox', Cmd: ['true'] })
    return own
  }

  /** Mulberry32: small, and the same everywhere. */
  random() {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let t = this.state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  below(limit) {
    return Math.floor(this.random() * limit)
  }
  chance(part) {
    return this.random() < part
  }
  pick(list) {
    return list[this.below(list.length)]
  }
}
