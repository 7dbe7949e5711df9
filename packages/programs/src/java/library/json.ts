import { Instance, type JClass, JChar, JDouble, JList, JMap, JArray, JSet, type Value } from '../values.ts'
import { typeText } from '../evaluate.ts'
import { entriesOf, put } from './maps.ts'
import type { World } from './world.ts'

const lowered = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1)

/** Properties of an object as Jackson finds them: a record's components, or getters. */
function propertiesOf(of: JClass): { readonly name: string; readonly getter: string }[] {
  if (of.declared.kind === 'record') return of.declared.components.map(({ name }) => ({ name, getter: name }))
  const own = of.declared.methods.flatMap(({ name, params, isStatic }) => {
    const [, plain] = /^(?:get|is)([A-Z]\w*)$/.exec(name) ?? []
    return plain === undefined || params.length > 0 || isStatic ? [] : [{ name: lowered(plain), getter: name }]
  })
  return [...(of.parent ? propertiesOf(of.parent) : []), ...own]
}

/** A value as JSON. */
export async function jsonOf(value: Value, world: World): Promise<string> {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (value instanceof JDouble) return world.textOf(value)
  if (value instanceof JChar) return JSON.stringify(value.text)
  if (value instanceof JMap)
    return object(
      (await entriesOf(value, world)).map((each) => [each.key, each.value]),
      world,
    )
  if (value instanceof JList || value instanceof JSet || value instanceof JArray) {
    const parts: string[] = []
    for (const each of await world.items(value)) parts.push(await jsonOf(each, world))
    return `[${parts.join(',')}]`
  }
  if (!(value instanceof Instance) || value.of.declared.kind === 'enum')
    return JSON.stringify(await world.textOf(value))
  const fields: [Value, Value][] = []
  for (const { name, getter } of propertiesOf(value.of))
    fields.push([name, await world.program.invoke(value, getter, [])])
  return object(fields, world)
}

async function object(fields: readonly (readonly [Value, Value])[], world: World): Promise<string> {
  const parts: string[] = []
  for (const [name, value] of fields)
    parts.push(`${JSON.stringify(await world.textOf(name))}:${await jsonOf(value, world)}`)
  return `{${parts.join(',')}}`
}

/** JSON as an object of a type: a record, one with setters, or a map. */
export async function valueOfJson(json: unknown, type: string, world: World): Promise<Value> {
  if (typeof json === 'number')
    return /^(double|Double|float|Float)$/.test(type) || !Number.isInteger(json)
      ? new JDouble(json)
      : /^(long|Long)$/.test(type)
        ? BigInt(json)
        : json
  if (json === null || typeof json !== 'object') return json as string | boolean | null
  if (Array.isArray(json)) return new JList(await Promise.all(json.map((each) => valueOfJson(each, '', world))))
  const of = world.program.classes.get(type)
  const fields = Object.entries(json)
  if (!of) {
    const map = new JMap('LinkedHashMap')
    for (const [name, each] of fields) await put(map, name, await valueOfJson(each, '', world), world)
    return map
  }
  const given = new Map(fields)
  if (of.declared.kind === 'record') {
    const args = of.declared.components.map(({ name, type }) =>
      valueOfJson(given.get(name) ?? null, type ? typeText(type) : '', world),
    )
    return world.program.instantiate(of, await Promise.all(args))
  }
  const made = await world.program.instantiate(of, [])
  for (const { name, type } of of.declared.fields)
    if (given.has(name)) made.fields.set(name, await valueOfJson(given.get(name), typeText(type), world))
  return made
}
