import { writeYaml } from '@drydock/cli-plugin/compose-file'
import { Duration, UnitBytes } from './codec.ts'

/** Structs that Go holds by value: YAML leaves them out when nothing is in them. */
const BY_VALUE: ReadonlySet<string> = new Set(['ipam', 'resources', 'placement', 'exec'])

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map)
const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1)

function leaf(value: unknown): unknown {
  if (value instanceof UnitBytes) return String(value.value)
  return value instanceof Duration ? value.toString() : undefined
}

/** The model as JSON has it: structs in their order, maps by key. */
export function toJson(value: unknown): unknown {
  const known = leaf(value)
  if (known !== undefined) return known
  if (Array.isArray(value)) return value.map(toJson)
  if (value instanceof Map)
    return new JsonObject(
      [...(value as Map<string, unknown>)].toSorted(byKey).map(([key, each]) => [key, toJson(each)]),
    )
  if (!isObject(value)) return value
  const known_ = Object.entries(value).filter(([key]) => !key.startsWith('x-'))
  return new JsonObject(known_.map(([key, each]) => [key, toJson(each)]))
}

/** An object whose keys keep their order, whatever they look like. */
class JsonObject {
  readonly entries: readonly (readonly [string, unknown])[]
  constructor(entries: readonly (readonly [string, unknown])[]) {
    this.entries = entries
  }
}

/** Go's encoding/json: `<`, `>` and `&` escaped. @param indent '' for one line */
export function jsonText(value: unknown, indent = '', margin = ''): string {
  const next = margin + indent
  const [open, between, close] = indent === '' ? ['', ',', ''] : [`\n${next}`, `,\n${next}`, `\n${margin}`]
  if (value instanceof JsonObject) {
    if (value.entries.length === 0) return '{}'
    const colon = indent === '' ? ':' : ': '
    const rows = value.entries.map(([key, each]) => `${jsonString(key)}${colon}${jsonText(each, indent, next)}`)
    return `{${open}${rows.join(between)}${close}}`
  }
  if (Array.isArray(value))
    return value.length === 0
      ? '[]'
      : `[${open}${value.map((each) => jsonText(each, indent, next)).join(between)}${close}]`
  return typeof value === 'string' ? jsonString(value) : JSON.stringify(value ?? null)
}
const ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
}
const jsonString = (text: string): string =>
  JSON.stringify(text).replaceAll(/[<>&\u2028\u2029]/g, (char) => ESCAPES[char] ?? char)

/** The model as YAML has it. */
function toYaml(value: unknown): unknown {
  const known = leaf(value)
  if (known !== undefined) return known
  if (Array.isArray(value)) return value.map(toYaml)
  if (value instanceof Map)
    return new Map([...(value as Map<string, unknown>)].toSorted(byKey).map(([key, each]) => [key, toYaml(each)]))
  if (!isObject(value)) return value
  const shown = Object.entries(value)
    .filter(([key, each]) => each !== null || key.startsWith('x-'))
    .map(([key, each]): [string, unknown] => [key, toYaml(each)])
    .filter(([key, each]) => !(BY_VALUE.has(key) && each instanceof Map && each.size === 0))
  return new Map(shown)
}

/** @param value the model, or a part of it */
export const yamlText = (value: unknown): string => writeYaml(toYaml(value))
