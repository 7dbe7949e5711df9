import { enumOf, type Place, Thrown, typeText } from './evaluate.ts'
import { Executor } from './execute.ts'
import { parseFile } from './parse.ts'
import { bestOf } from './overloads.ts'
import { packageOfException, PRELUDE } from './prelude.ts'
import { enclosing, fieldType, isBelowNamed, RuntimeClass, simple } from './runtime-class.ts'
import type { ClassDecl, Method, SourceFile, TypeName } from './syntax.ts'
import { keyOf, plainText, textOf } from './texts.ts'
import {
  ClassRef,
  coerced,
  hashOfText,
  Instance,
  JArray,
  type JClass,
  Lambda,
  Native,
  Scope,
  type Value,
  zeroOf,
} from './values.ts'

/** What is there besides the program's own classes. */
export interface Library {
  knows(name: string): boolean
  /** A constant of a class; undefined where there is none. */
  constant(of: string, name: string): Value
  /** @returns undefined where the library has no such method */
  statically(of: string, name: string): ((args: readonly Value[]) => Value | Promise<Value>) | undefined
  constructed(of: string): ((args: readonly Value[]) => Value | Promise<Value>) | undefined
  method(of: Value, name: string): ((args: readonly Value[]) => Value | Promise<Value>) | undefined
  /** With its package. */
  classNameOf(value: Value): string
  /** Names of classes and interfaces that a value of the library is of. */
  kindsOf(value: Value): readonly string[]
  elements(of: Value): Promise<Iterable<Value> | undefined>
}

/** A tree-walking interpreter of Java. Types are not checked: they only say what becomes of numbers. */
export class Interpreter extends Executor {
  readonly classes = new Map<string, JClass>()
  private readonly staticImports: string[] = []
  private serials = 0
  readonly library: Library
  protected readonly tick: () => unknown

  constructor(files: readonly SourceFile[], library: (program: Interpreter) => Library, tick: () => unknown) {
    super()
    this.tick = tick
    for (const declared of parseFile('java.base', PRELUDE).classes)
      this.declare(declared, packageOfException(declared.name), undefined, undefined)
    for (const file of files) {
      for (const declared of file.classes) this.declare(declared, file.package, undefined, undefined)
      for (const { name, isStatic } of file.imports) if (isStatic) this.staticImports.push(name)
    }
    this.library = library(this)
  }

  protected declare(declared: ClassDecl, prefix: string, outer: JClass | undefined, scope: Scope | undefined): JClass {
    const separator = outer ? '$' : '.'
    const qualified = prefix === '' ? declared.name : `${prefix}${separator}${declared.name}`
    const of: JClass = new RuntimeClass(declared, qualified, outer, scope, (name) => this.classes.get(simple(name)))
    this.classes.set(declared.name, of)
    for (const nested of declared.nested) this.declare(nested, qualified, of, undefined)
    return of
  }

  classNamed(name: string): ClassRef | undefined {
    const own = this.classes.get(simple(name))
    if (own) return new ClassRef(own.name, own)
    return this.library.knows(simple(name)) ? new ClassRef(simple(name), undefined) : undefined
  }

  /** Is there such a method, or may the name be a variable as well? */
  knowsStatic(of: string, name: string): boolean {
    return (
      this.library.statically(of, name) !== undefined ||
      this.library.method(new ClassRef(of, undefined), name) !== undefined
    )
  }

  async throwNew(name: string, message: string): Promise<never> {
    throw new Thrown((await this.create(name, [message], new Scope(undefined))) as Instance)
  }

  /** Runs `main`. @param name of the class, with its package */
  async main(name: string, args: readonly string[]): Promise<void> {
    const of = [...this.classes.values()].find(({ qualified }) => qualified === name) ?? this.classes.get(simple(name))
    const main = of?.declared.methods.find((each) => each.name === 'main')
    if (!of || !main) return
    await this.start(of)
    const self = main.isStatic ? undefined : ((await this.create(of.name, [], new Scope(undefined))) as Instance)
    await this.apply(main, of, self, main.params.length === 0 ? [] : [new JArray('String', [...args])])
  }

  /** Static fields and blocks, once, before anything of the class is used. JLS 12.4 */
  private async start(of: JClass): Promise<void> {
    if (of.started) return
    of.started = true
    if (of.parent) await this.start(of.parent)
    const scope = new Scope(undefined, undefined, of)
    for (const { name, type, isStatic } of of.declared.fields)
      if (isStatic) of.statics.set(name, zeroOf(typeText(type)))
    await this.makeConstants(of, scope)
    for (const each of of.declared.starters) {
      if ('kind' in each) await this.run(each, scope)
      else if (each.value)
        of.statics.set(each.name, coerced(typeText(each.type), await this.initial(each.value, each.type, scope)))
    }
  }

  private async makeConstants(of: JClass, scope: Scope): Promise<void> {
    for (const [ordinal, { name, args, body }] of of.declared.constants.entries()) {
      const actual = body ? this.anonymous(of.name, body, scope) : of
      const constant = new Instance(actual, undefined, ++this.serials)
      constant.fields.set('name', name).set('ordinal', ordinal)
      of.statics.set(name, constant)
      await this.construct(constant, of, await this.evaluateAll(args, scope))
    }
  }

  protected async create(type: string, args: readonly Value[], scope: Scope): Promise<Value> {
    const of = this.classes.get(simple(type))
    if (of) return this.instantiate(of, args, scope)
    const made = this.library.constructed(simple(type))
    if (!made) return this.missing(`class ${type}`)
    return made(args)
  }

  /** What the playground's Java lacks, said when it is come upon. */
  private missing(what: string): Promise<never> {
    return this.throwNew('UnsupportedOperationException', `${what} is not part of the Java of this playground`)
  }

  /** Makes an object of a class of the program. */
  async instantiate(of: JClass, args: readonly Value[], scope: Scope = new Scope(undefined)): Promise<Instance> {
    await this.start(of)
    const outer = of.declared.isStatic || !of.outer ? (of.scope?.self ?? undefined) : enclosing(scope.self, of.outer)
    const made = new Instance(of, outer, ++this.serials)
    await this.construct(made, of, args)
    return made
  }

  protected async createAnonymous(type: string, args: readonly Value[], body: ClassDecl, scope: Scope): Promise<Value> {
    const of = this.anonymous(type, body, scope)
    const made = new Instance(of, scope.self, ++this.serials)
    if (of.parent) await this.construct(made, of.parent, args)
    await this.startFields(made, of)
    return made
  }

  private anonymous(type: string, body: ClassDecl, scope: Scope): JClass {
    const base = this.classes.get(simple(type))
    const isInterface = base?.declared.kind === 'interface'
    const named: TypeName = { name: type, args: [], dims: 0, at: body.at }
    const declared = {
      ...body,
      parent: base && !isInterface ? named : undefined,
      interfaces: base && !isInterface ? [] : [named],
    }
    const outer = scope.inClass
    return new RuntimeClass(declared, `${outer?.qualified ?? ''}$1`, outer, scope, (name) =>
      this.classes.get(simple(name)),
    )
  }

  /** The constructor that fits, after those of the parents. JLS 12.5 */
  private async construct(made: Instance, of: JClass, args: readonly Value[]): Promise<void> {
    const declared = of.declared.constructors.filter(({ name }) => name !== 'compact')
    const fitting = bestOf(this, declared, args)
    if (!fitting) return this.constructPlainly(made, of, args)
    const scope = this.scopeOf(fitting, of, made, args)
    const body = fitting.body?.kind === 'block' ? fitting.body.body : []
    const [first] = body
    const call =
      first?.kind === 'expression' && first.value.kind === 'call' && !first.value.of ? first.value : undefined
    if (call?.name === 'this') await this.construct(made, of, await this.evaluateAll(call.args, scope))
    else {
      if (of.parent)
        await this.construct(made, of.parent, call?.name === 'super' ? await this.evaluateAll(call.args, scope) : [])
      await this.startFields(made, of)
    }
    for (const statement of body.slice(call?.name === 'this' || call?.name === 'super' ? 1 : 0))
      if (await this.run(statement, scope)) return
  }

  /** Without a constructor that fits: the default one, and that of a record. */
  private async constructPlainly(made: Instance, of: JClass, args: readonly Value[]): Promise<void> {
    if (of.parent) await this.construct(made, of.parent, of.declared.kind === 'record' ? [] : args)
    await this.startFields(made, of)
    const { components, constructors } = of.declared
    const scope = new Scope(undefined, made, of)
    for (const [i, { name, type }] of components.entries()) scope.declare(name, type ? typeText(type) : '', args[i])
    const compact = constructors.find(({ name }) => name === 'compact')?.body
    if (compact?.kind === 'block') for (const each of compact.body) await this.run(each, scope)
    for (const { name } of components) made.fields.set(name, scope.find(name)?.value)
  }

  private async startFields(made: Instance, of: JClass): Promise<void> {
    const own = of.declared.fields.filter(({ isStatic }) => !isStatic)
    for (const { name, type } of own) made.fields.set(name, zeroOf(typeText(type)))
    const scope = new Scope(undefined, made, of)
    for (const { name, type, value } of own)
      if (value) made.fields.set(name, coerced(typeText(type), await this.initial(value, type, scope)))
    for (const block of of.declared.initializers) await this.run(block, scope)
  }

  private scopeOf({ params }: Method, of: JClass, self: Instance | undefined, args: readonly Value[]): Scope {
    const scope = new Scope(undefined, self, of)
    for (const [i, { name, type, variable }] of params.entries()) {
      const plain = type ? typeText(type) : ''
      const spread = variable && !(args.length === params.length && args[i] instanceof JArray)
      const element = plain.replace(/\[\]$/, '')
      const value = spread
        ? new JArray(
            element,
            args.slice(i).map((each) => coerced(element, each)),
          )
        : args[i]
      scope.declare(name, plain, value)
    }
    return scope
  }

  private async apply(method: Method, of: JClass, self: Instance | undefined, args: readonly Value[]): Promise<Value> {
    await this.tick()
    if (!method.body) return this.missing(`${of.name}.${method.name}`)
    const ending = await this.run(method.body, this.scopeOf(method, of, self, args))
    const value = ending?.kind === 'return' ? ending.value : undefined
    return method.returns ? coerced(typeText(method.returns), value) : value
  }

  /** A method of a class or of what it comes from; interfaces give default ones. */
  findMethod(of: JClass, name: string, args: readonly Value[]): { method: Method; in: JClass } | undefined {
    for (let each: JClass | undefined = of; each; each = each.parent) {
      const method = bestOf(
        this,
        each.declared.methods.filter((one) => one.name === name && one.body),
        args,
      )
      if (method) return { method, in: each }
    }
    for (let each: JClass | undefined = of; each; each = each.parent)
      for (const type of each.interfaces) {
        const found = typeof type === 'string' ? undefined : this.findMethod(type, name, args)
        if (found) return found
      }
    return undefined
  }

  async invoke(of: Value, name: string, args: readonly Value[]): Promise<Value> {
    if (of instanceof ClassRef) return this.invokeStatic(of, name, args)
    const found = of instanceof Instance ? this.findMethod(of.of, name, args) : undefined
    if (found && of instanceof Instance) return this.apply(found.method, found.in, of, args)
    if (name === 'getClass' && !(of instanceof Instance)) return new ClassRef(this.library.classNameOf(of), undefined)
    const native = this.library.method(of, name)
    if (native) return native(args)
    if (of instanceof Lambda) return of.call(args)
    if (of instanceof Instance) return this.inherited(of, name, args)
    return this.missing(`${this.library.kindsOf(of)[0] ?? 'Object'}.${name}`)
  }

  /** What every object has, every constant of an enum and every record. */
  private async inherited(of: Instance, name: string, args: readonly Value[]): Promise<Value> {
    const constant = enumOf(of.of)
    const record = of.of.declared.kind === 'record'
    if (record && of.fields.has(name) && args.length === 0) return of.fields.get(name)
    if (constant && (name === 'name' || name === 'ordinal')) return of.fields.get(name)
    if (constant && name === 'compareTo')
      return Number(of.fields.get('ordinal')) - Number((args[0] as Instance).fields.get('ordinal'))
    if (name === 'toString') return this.textOf(of)
    if (name === 'equals') return this.equal(of, args[0])
    if (name === 'hashCode') return record ? hashOfText(await this.textOf(of)) : (of.serial * 0x9e3779b1) & 0x7fffffff
    if (name === 'getClass' || name === 'getDeclaringClass') return new ClassRef(of.of.name, of.of)
    return this.missing(`${of.of.name}.${name}`)
  }

  private async invokeStatic(of: ClassRef, name: string, args: readonly Value[]): Promise<Value> {
    if (!of.own) {
      const made = this.library.statically(simple(of.name), name)
      if (made) return made(args)
      const described = this.library.method(of, name)
      return described ? described(args) : this.missing(`${of.name}.${name}`)
    }
    await this.start(of.own)
    const found = this.findMethod(of.own, name, args)
    if (found) return this.apply(found.method, found.in, undefined, args)
    if (of.own.declared.kind === 'enum') return this.ofEnum(of.own, name, args)
    const described = this.library.method(of, name)
    return described ? described(args) : this.missing(`${of.name}.${name}`)
  }

  private async ofEnum(of: JClass, name: string, [wanted]: readonly Value[]): Promise<Value> {
    const constants = of.declared.constants.map((each) => of.statics.get(each.name))
    if (name === 'values') return new JArray(of.name, constants)
    const found = constants.find((each) => each instanceof Instance && each.fields.get('name') === wanted)
    return found ?? this.throwNew('IllegalArgumentException', `No enum constant ${of.qualified}.${String(wanted)}`)
  }

  protected async invokeByClass(of: ClassRef, name: string, args: readonly Value[]): Promise<Value> {
    const isStatic = of.own
      ? this.findMethod(of.own, name, args)?.method.isStatic
      : this.library.statically(of.name, name) !== undefined &&
        !(args[0] !== null && this.prefersObject(of.name, name, args))
    if (isStatic) return this.invokeStatic(of, name, args)
    const [target, ...rest] = args
    return this.invoke(target, name, rest)
  }

  /** `Integer::compareTo` is of the object, `Integer::compare` is not; `String::valueOf` has no object either. */
  private prefersObject(of: string, name: string, args: readonly Value[]): boolean {
    return name === 'toString' && args.length === 1 && of !== 'Arrays' && of !== 'Objects'
  }

  protected async callUnqualified(name: string, args: readonly Value[], scope: Scope): Promise<Value> {
    let self = scope.self
    for (let of = scope.inClass; of; of = of.outer) {
      const found =
        self && isBelowNamed(self.of, of.name) ? this.findMethod(self.of, name, args) : this.findMethod(of, name, args)
      if (found) return this.apply(found.method, found.in, found.method.isStatic ? undefined : self, args)
      if (self && enumOf(self.of) === of && ['values', 'valueOf'].includes(name)) return this.ofEnum(of, name, args)
      if (self && (!of.outer || !this.has(of.outer, name)) && INHERITED.has(name))
        return this.inherited(self, name, args)
      if (of.declared.kind === 'enum' && ['values', 'valueOf'].includes(name)) return this.ofEnum(of, name, args)
      if (of.scope) return this.callUnqualified(name, args, of.scope)
      self = self?.outer
    }
    for (const each of this.staticImports) {
      const [owner = '', member] = [each.slice(0, each.lastIndexOf('.')), each.slice(each.lastIndexOf('.') + 1)]
      const ref = member === '*' || member === name ? this.classNamed(owner) : undefined
      if (ref && (ref.own || this.library.statically(ref.name, name))) return this.invokeStatic(ref, name, args)
    }
    return scope.self ? this.inherited(scope.self, name, args) : this.missing(name)
  }

  private has(of: JClass, name: string): boolean {
    return of.declared.methods.some((each) => each.name === name)
  }

  protected async callSuper(name: string, args: readonly Value[], scope: Scope): Promise<Value> {
    const { inClass, self } = scope
    const bases = [inClass?.parent, ...(inClass?.interfaces ?? [])]
    for (const base of bases) {
      const found = base && typeof base !== 'string' ? this.findMethod(base, name, args) : undefined
      if (found) return this.apply(found.method, found.in, self, args)
    }
    return self ? (name === 'toString' ? plainText(self) : this.inherited(self, name, args)) : undefined
  }

  protected async placeOf(name: string, scope: Scope): Promise<Place | undefined> {
    const local = scope.find(name)
    if (local) return { value: local.value, put: (value) => void (local.value = coerced(local.type, value)) }
    let self = scope.self
    for (let of = scope.inClass; of; of = of.outer) {
      const field = self?.fields.has(name) ? this.fieldPlace(self, name) : await this.staticPlace(of, name)
      if (field) return field
      const captured = of.scope && (await this.placeOf(name, of.scope))
      if (captured) return captured
      self = self?.outer
    }
    return this.importedPlace(name)
  }

  private async importedPlace(name: string): Promise<Place | undefined> {
    for (const each of this.staticImports) {
      const cut = each.lastIndexOf('.')
      const matches = each.endsWith('.*') || each.slice(cut + 1) === name
      const owner = matches ? this.classNamed(each.slice(0, cut)) : undefined
      const place = owner && (await this.memberPlace(owner, name))
      if (place) return place
    }
    return undefined
  }

  private fieldPlace(self: Instance, name: string): Place {
    const type = fieldType(self.of, name)
    return { value: self.fields.get(name), put: (value) => void self.fields.set(name, coerced(type, value)) }
  }

  private async staticPlace(of: JClass, name: string): Promise<Place | undefined> {
    await this.start(of)
    const bases = [of.parent, ...of.interfaces]
    if (!of.statics.has(name)) {
      for (const base of bases) {
        const found = base && typeof base !== 'string' ? await this.staticPlace(base, name) : undefined
        if (found) return found
      }
      return undefined
    }
    const type = fieldType(of, name)
    return { value: of.statics.get(name), put: (value) => void of.statics.set(name, coerced(type, value)) }
  }

  protected async memberPlace(of: Value, name: string): Promise<Place | undefined> {
    if (of instanceof Instance && of.fields.has(name)) return this.fieldPlace(of, name)
    if (of instanceof Instance) return this.staticPlace(of.of, name)
    if (!(of instanceof ClassRef)) return undefined
    if (of.own) return this.staticPlace(of.own, name)
    const value = this.library.constant(simple(of.name), name)
    return value === undefined ? undefined : { value, put: () => undefined }
  }

  isA(value: Value, type: string): boolean {
    const plain = simple(type)
    if (plain === 'Object' || plain === '') return true
    if (value instanceof Instance) return isBelowNamed(value.of, plain) || !this.isType(plain)
    const own = this.classes.get(plain)
    if (own) return value instanceof Lambda && own.declared.kind === 'interface'
    if (value instanceof JArray) return plain === `${value.type}[]` || plain === 'Object[]' || /^[A-Z]\[\]$/.test(plain)
    return this.library.kindsOf(value).includes(plain) || !this.isType(plain)
  }

  /** Type variables of generics are no types at run time. */
  private isType(name: string): boolean {
    const bare = name.replaceAll('[]', '')
    return this.classes.has(bare) || this.library.knows(bare) || /^[a-z]/.test(bare)
  }

  /** Elements of arrays, of collections, and of the program's own Iterables. */
  async *elementsOf(of: Value): AsyncGenerator<Value> {
    if (of instanceof JArray) yield* of.items
    else if (of instanceof Instance || of instanceof Native) {
      const iterator = of instanceof Instance ? await this.invoke(of, 'iterator', []) : of
      while ((await this.invoke(iterator, 'hasNext', [])) === true) yield this.invoke(iterator, 'next', [])
    } else yield* (await this.library.elements(of)) ?? []
  }

  textOf(value: Value): Promise<string> {
    return textOf(this, value)
  }

  /** Object.equals; records and collections are equal by what they hold. */
  async equal(a: Value, b: Value): Promise<boolean> {
    if (a === b) return true
    if (a instanceof Instance && this.findMethod(a.of, 'equals', [b]))
      return (await this.invoke(a, 'equals', [b])) === true
    return a !== null && b !== null && (await this.keyOf(a)) === (await this.keyOf(b))
  }

  keyOf(value: Value): Promise<string> {
    return keyOf(this, value)
  }
}

const INHERITED: ReadonlySet<string> = new Set(['name', 'ordinal', 'hashCode', 'getClass', 'toString', 'equals'])
