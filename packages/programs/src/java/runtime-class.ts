import { typeText } from './evaluate.ts'
import type { ClassDecl } from './syntax.ts'
import type { Instance, JClass, Scope, Value } from './values.ts'

/** A name without its package. */
export const simple = (name: string): string => name.slice(name.lastIndexOf('.') + 1)

/** The class itself comes late: parents may be declared after their children. */
export class RuntimeClass implements JClass {
  readonly name: string
  readonly qualified: string
  readonly declared: ClassDecl
  readonly statics = new Map<string, Value>()
  readonly scope: Scope | undefined
  readonly outer: JClass | undefined
  started = false
  private readonly find: (name: string) => JClass | undefined

  constructor(
    declared: ClassDecl,
    qualified: string,
    outer: JClass | undefined,
    scope: Scope | undefined,
    find: (name: string) => JClass | undefined,
  ) {
    this.declared = declared
    this.name = declared.name
    this.qualified = qualified
    this.outer = outer
    this.scope = scope
    this.find = find
  }

  get parent(): JClass | undefined {
    return this.declared.parent && this.find(this.declared.parent.name)
  }

  get interfaces(): readonly (JClass | string)[] {
    return this.declared.interfaces.map(({ name }) => this.find(name) ?? simple(name))
  }
}

/** By the name of a class or an interface. */
export function isBelowNamed(of: JClass, name: string): boolean {
  if (of.name === name || of.declared.parent?.name === name) return true
  const bases = [of.parent, ...of.interfaces]
  return bases.some((base) =>
    typeof base === 'string' ? base === name : base !== undefined && isBelowNamed(base, name),
  )
}

export const isBelow = (of: JClass, base: JClass): boolean =>
  of === base || (of.parent !== undefined && isBelow(of.parent, base))

/** The object around that an inner class belongs to. */
export function enclosing(self: Instance | undefined, outer: JClass): Instance | undefined {
  for (let each = self; each; each = each.outer) if (isBelow(each.of, outer)) return each
  return undefined
}

/** What a field was declared to be, here or above. */
export function fieldType(of: JClass, name: string): string {
  for (let each: JClass | undefined = of; each; each = each.parent) {
    const field = each.declared.fields.find((one) => one.name === name)
    if (field) return typeText(field.type)
  }
  return ''
}
