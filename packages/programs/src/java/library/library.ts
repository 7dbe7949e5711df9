import type { Interpreter, Library } from '../interpret.ts'
import { type Callable, ClassRef, JList, JMap, JSet, Lambda, Native, Text, type Value } from '../values.ts'
import { comparatorMethod } from './compare.ts'
import { langClasses } from './lang.ts'
import type { Classes } from './members.ts'
import { boxedMethods } from './numbers.ts'
import { listMethods } from './lists.ts'
import { machineClasses } from './machine.ts'
import { elementsOf, mapMethods, setMethods } from './maps.ts'
import { springClasses } from './spring.ts'
import { builderMethods, classNameOf, FUNCTIONAL, kindsOf, stringMethods } from './text.ts'
import { type Machine, World } from './world.ts'

/** Interfaces and classes that are only named: they have neither statics nor a constructor. */
const NAMES: ReadonlySet<string> = new Set([
  ...FUNCTIONAL,
  ...'CharSequence Comparable Iterable Iterator Collection Queue Deque Number AutoCloseable Closeable Cloneable Serializable Void Entry Override PrintStream InputStream OutputStream ExecutorService Headers HttpExchange Record Enum'.split(
    ' ',
  ),
])

/** Classes of the library by name, made when a program is started. */
export class JavaLibrary implements Library {
  readonly world: World
  private readonly classes: Classes

  constructor(program: Interpreter, machine: Machine) {
    this.world = new World(program, machine)
    this.classes = { ...langClasses(this.world), ...machineClasses(this.world), ...springClasses(this.world) }
  }

  knows(name: string): boolean {
    return Object.hasOwn(this.classes, name) || NAMES.has(name)
  }

  constant(of: string, name: string): Value {
    const found = Object.hasOwn(this.classes, of) ? this.classes[of]?.statics?.[name] : undefined
    return typeof found === 'function' ? undefined : found
  }

  statically(of: string, name: string): Callable | undefined {
    const statics = Object.hasOwn(this.classes, of) ? this.classes[of]?.statics : undefined
    const found = statics && Object.hasOwn(statics, name) ? statics[name] : undefined
    return typeof found === 'function' ? found : undefined
  }

  constructed(of: string): Callable | undefined {
    return Object.hasOwn(this.classes, of) ? this.classes[of]?.make : undefined
  }

  method(of: Value, name: string): Callable | undefined {
    if (of instanceof Lambda) return comparatorMethod(of, name, this.world)
    const methods = this.methodsOf(of)
    return Object.hasOwn(methods, name) ? methods[name] : undefined
  }

  private methodsOf(of: Value): Readonly<Record<string, Callable>> {
    const { world } = this
    if (typeof of === 'string') return stringMethods(of, world)
    if (of instanceof Text) return builderMethods(of, world)
    if (of instanceof JList) return listMethods(of, world)
    if (of instanceof JMap) return mapMethods(of, world)
    if (of instanceof JSet) return setMethods(of, world)
    if (of instanceof Native) return of.methods
    return typeof of === 'object' && !(of instanceof ClassRef) && of === null ? {} : boxedMethods(of, world)
  }

  classNameOf(value: Value): string {
    return classNameOf(value)
  }

  kindsOf(value: Value): readonly string[] {
    return kindsOf(value)
  }

  elements(of: Value): Promise<Iterable<Value> | undefined> {
    return elementsOf(of, this.world)
  }
}

/** Names of the library that sources may use: a table is made once without a program. */
export const isNamed = (name: string): boolean => NAMES.has(name)
