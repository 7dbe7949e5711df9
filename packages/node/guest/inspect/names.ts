/** Name of the class an object is of; null for one without a prototype. */
export function classOf(value: object, show: (prototype: object) => string): string | null {
  let first: object | null | undefined
  for (let at: object | null = value; at; ) {
    const maker = Object.getOwnPropertyDescriptor(at, 'constructor')?.value as
      | { name: string; prototype?: unknown }
      | undefined
    if (typeof maker === 'function' && maker.name !== '' && isInstance(value, maker)) return String(maker.name)
    at = Object.getPrototypeOf(at) as object | null
    if (first === undefined) first = at
  }
  if (first === null || first === undefined) return null
  const kind = Object.prototype.toString.call(value).slice(8, -1)
  return `${kind} <${show(first)}>`
}

function isInstance(value: object, maker: unknown): boolean {
  try {
    return value instanceof (maker as new () => unknown)
  } catch {
    return false
  }
}

/** What stands before the bracket: class, size, tag. */
export function prefixOf(name: string | null, tag: string, fallback: string, size = ''): string {
  const tagged = tag !== '' && (name ?? fallback) !== tag ? `[${tag}] ` : ''
  if (name === null) return `[${fallback}${size}: null prototype] ${tagged}`
  return `${name}${size} ${tagged}`
}

const KINDS: Readonly<Record<string, string>> = {
  AsyncFunction: 'AsyncFunction',
  GeneratorFunction: 'GeneratorFunction',
  AsyncGeneratorFunction: 'AsyncGeneratorFunction',
}

/** Functions and classes in square brackets. A class has a `prototype` that cannot be written. */
export function functionName(value: { name?: unknown }, name: string | null, tag: string): string {
  const own = typeof value.name === 'string' ? value.name : ''
  if (isClass(value)) {
    const shown = Object.hasOwn(value, 'name') && own !== '' ? `class ${own}` : 'class (anonymous)'
    const kind = name !== 'Function' && name !== null ? ` [${name}]` : ''
    const tagged = tag !== '' && name !== tag ? ` [${tag}]` : ''
    const parent = name === null ? ' extends null prototype' : parentOf(value)
    return `[${shown}${kind}${tagged}${parent}]`
  }
  const kind = KINDS[Object.prototype.toString.call(value).slice(8, -1)] ?? 'Function'
  const bare = name === null ? ' (null prototype)' : ''
  const base = `[${kind}${bare}${own === '' ? ' (anonymous)' : `: ${own}`}]`
  const classed = name !== kind && name !== null ? ` ${name}` : ''
  return base + classed + (tag !== '' && name !== tag ? ` [${tag}]` : '')
}

export function isClass(value: object): boolean {
  if (typeof value !== 'function') return false
  const prototype = Object.getOwnPropertyDescriptor(value, 'prototype')
  return prototype !== undefined && prototype.writable === false && !isBuiltin(value)
}
const isBuiltin = (value: object): boolean =>
  /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(value)) && !ours.has(value)
/** Classes of the guest, whose texts were not kept. */
export const ours = new WeakSet()

function parentOf(value: object): string {
  const { name } = (Object.getPrototypeOf(value) as { name?: string } | null) ?? {}
  return name ? ` extends ${name}` : ''
}
