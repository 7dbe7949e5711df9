import { enumOf } from './evaluate.ts'
import type { Interpreter } from './interpret.ts'
import {
  ClassRef,
  doubleText,
  hashOfText,
  Instance,
  JArray,
  JChar,
  JDouble,
  JList,
  JMap,
  JSet,
  Lambda,
  Native,
  Text,
  type Value,
} from './values.ts'

/** What String.valueOf and string concatenation make of a value. */
export async function textOf(program: Interpreter, value: Value): Promise<string> {
  if (value === null || value === undefined) return 'null'
  if (value instanceof JDouble) return doubleText(value.value, value.single)
  if (value instanceof JChar || value instanceof Text) return value.text
  if (value instanceof Instance) return instanceText(program, value)
  if (value instanceof JArray)
    return `[${value.type.charAt(0).toUpperCase()}@${hashOfText(value.type).toString(16).replace('-', '')}`
  if (value instanceof JList || value instanceof JSet || value instanceof JMap) return collectionText(program, value)
  if (value instanceof ClassRef) return `class ${value.own?.qualified ?? value.name}`
  if (value instanceof Native) return String((await program.library.method(value, 'toString')?.([])) ?? value.type)
  return value instanceof Lambda ? 'Main$$Lambda@1b' : String(value)
}

async function collectionText(program: Interpreter, of: JList | JSet | JMap): Promise<string> {
  const parts: string[] = []
  if (of instanceof JMap) {
    for (const each of (await program.library.elements(of)) ?? []) parts.push(await textOf(program, each))
    return `{${parts.join(', ')}}`
  }
  for (const each of (await program.library.elements(of)) ?? []) parts.push(await textOf(program, each))
  return `[${parts.join(', ')}]`
}

async function instanceText(program: Interpreter, of: Instance): Promise<string> {
  if (program.findMethod(of.of, 'toString', [])) return textOf(program, await program.invoke(of, 'toString', []))
  if (enumOf(of.of)) return String(of.fields.get('name'))
  if (of.of.declared.kind !== 'record') return plainText(of)
  const parts: string[] = []
  for (const { name } of of.of.declared.components) parts.push(`${name}=${await textOf(program, of.fields.get(name))}`)
  return `${of.of.name}[${parts.join(', ')}]`
}

/** A text that is the same for equal values. */
export async function keyOf(program: Interpreter, value: Value): Promise<string> {
  if (typeof value === 'string') return `s:${value}`
  if (value instanceof JDouble) return `d:${value.value}`
  if (value instanceof JChar) return `c:${value.code}`
  if (typeof value === 'bigint') return `l:${value}`
  if (value instanceof Instance) return instanceKey(program, value)
  if (!(value instanceof JList || value instanceof JSet || value instanceof JMap))
    return `${typeof value}:${String(value)}`
  const parts: string[] = []
  for (const each of (await program.library.elements(value)) ?? []) parts.push(await keyOf(program, each))
  return `${value.constructor.name}:${JSON.stringify(value instanceof JList ? parts : parts.toSorted())}`
}

async function instanceKey(program: Interpreter, of: Instance): Promise<string> {
  const { declared } = of.of
  if (program.findMethod(of.of, 'hashCode', []))
    return `h:${of.of.name}:${String(await program.invoke(of, 'hashCode', []))}`
  if (declared.kind !== 'record') return `o:${of.serial}`
  const parts: string[] = []
  for (const { name } of declared.components) parts.push(await keyOf(program, of.fields.get(name)))
  return `r:${of.of.name}:${JSON.stringify(parts)}`
}

/** Object.toString */
export const plainText = (of: Instance): string =>
  `${of.of.qualified}@${((of.serial * 0x2a139a55) & 0x7fffffff).toString(16)}`
