import type {
  Annotation,
  ClassDecl,
  Expr,
  Field,
  Import,
  Method,
  Parameter,
  SourceFile,
  Stmt,
  TypeName,
} from '../syntax.ts'
import type { Place } from '../tokens.ts'
import { Statements } from './statements.ts'

const MODIFIERS: ReadonlySet<string> = new Set(
  'public protected private static final abstract native synchronized transient volatile strictfp default sealed'.split(
    ' ',
  ),
)

interface Modifiers {
  readonly words: ReadonlySet<string>
  readonly annotations: readonly Annotation[]
}

/** What a body of a class fills. */
interface Members {
  readonly fields: Field[]
  readonly methods: Method[]
  readonly constructors: Method[]
  readonly starters: (Field | Stmt)[]
  readonly initializers: Stmt[]
  readonly nested: ClassDecl[]
}

const noMembers = (): Members => ({
  fields: [],
  methods: [],
  constructors: [],
  starters: [],
  initializers: [],
  nested: [],
})

/** Compilation units, classes and their members. JLS 7 to 9 */
export class Parser extends Statements {
  /** @throws JavaError */
  file(file: string): SourceFile {
    let name = ''
    if (this.is('package')) {
      this.step()
      name = this.qualified()
      this.expect(';')
    }
    const imports: Import[] = []
    while (this.is('import')) imports.push(this.imported())
    const classes: ClassDecl[] = []
    while (this.token.kind !== 'end') {
      if (this.take(';')) continue
      classes.push(this.classDeclaration())
    }
    return { file, package: name, imports, classes }
  }

  private imported(): Import {
    this.step()
    const isStatic = this.take('static')
    const { at } = this.token
    let name = this.qualified()
    if (this.take('.')) {
      this.expect('*')
      name += '.*'
    }
    this.expect(';')
    return { name, isStatic, at }
  }

  private modifiers(): Modifiers {
    const words = new Set<string>()
    const annotations: Annotation[] = []
    for (;;) {
      if (this.is('@') && this.peek(1).text !== 'interface') annotations.push(this.annotation())
      else if (this.token.text === 'non' && this.peek(1).text === '-') this.at += 3
      else if (MODIFIERS.has(this.token.text) && !(this.is('default') && [':', '->'].includes(this.peek(1).text)))
        words.add(this.step().text)
      else return { words, annotations }
    }
  }

  private annotation(): Annotation {
    this.expect('@')
    const name = this.qualified()
    const values: Record<string, Expr> = {}
    if (this.take('(')) {
      while (!this.is(')')) {
        const named = this.token.kind === 'name' && this.peek(1).text === '='
        const key = named ? this.name() : 'value'
        if (named) this.step()
        values[key] = this.is('@') ? (this.annotation(), { kind: 'literal', value: null }) : this.initial()
        this.take(',')
      }
      this.step()
    }
    return { name: name.replace(/^.*\./, ''), values }
  }

  protected override annotationSkipped(): void {
    this.annotation()
  }

  protected startsClass(): boolean {
    const { text } = this.token
    return (
      (text === 'record' || text === 'sealed') && this.peek(1).kind === 'name' && ['(', '<'].includes(this.peek(2).text)
    )
  }

  protected classDeclaration(): ClassDecl {
    return this.classAfter(this.modifiers())
  }

  private classAfter(modifiers: Modifiers): ClassDecl {
    const { at } = this.token
    if (this.take('@')) return this.headed('annotation', modifiers, at)
    for (const kind of ['class', 'interface', 'enum', 'record'] as const)
      if (this.is(kind)) return this.headed(kind, modifiers, at)
    return this.fail('class, interface, enum, or record expected')
  }

  private headed(kind: ClassDecl['kind'], { words, annotations }: Modifiers, at: Place): ClassDecl {
    this.step()
    const name = this.name()
    const typeNames = this.typeParameters()
    const components = kind === 'record' ? this.parameters() : []
    const [extended, implemented] = [
      this.take('extends') ? this.list(() => this.type()) : [],
      this.take('implements') ? this.list(() => this.type()) : [],
    ]
    if (this.token.text === 'permits') {
      this.step()
      this.list(() => this.type())
    }
    const body = this.classBody(name, at, kind)
    const isInterface = kind === 'interface'
    return {
      ...body,
      kind,
      typeNames,
      components,
      annotations,
      parent: isInterface ? undefined : extended[0],
      interfaces: isInterface ? extended : implemented,
      isStatic: words.has('static') || kind !== 'class',
      isAbstract: words.has('abstract') || isInterface,
    }
  }

  private typeParameters(): string[] {
    if (!this.take('<')) return []
    const names = this.list(() => {
      const name = this.name()
      if (this.take('extends')) {
        this.type()
        while (this.take('&')) this.type()
      }
      return name
    })
    this.expect('>')
    return names
  }

  protected classBody(name: string, at: Place, kind: ClassDecl['kind'] = 'class'): ClassDecl {
    this.expect('{')
    const constants = kind === 'enum' ? this.enumConstants() : []
    const members = noMembers()
    while (!this.is('}')) if (!this.take(';')) this.member(members, name, kind)
    this.step()
    return {
      ...members,
      kind,
      name,
      at,
      constants,
      typeNames: [],
      parent: undefined,
      interfaces: [],
      annotations: [],
      components: [],
      isStatic: false,
      isAbstract: false,
    }
  }

  private enumConstants(): ClassDecl['constants'] {
    const constants: ClassDecl['constants'][number][] = []
    while (this.token.kind === 'name' || this.is('@')) {
      while (this.is('@')) this.annotation()
      const { at } = this.token
      const name = this.name()
      const args = this.is('(') ? this.args() : []
      constants.push({ name, args, body: this.is('{') ? this.classBody('', at) : undefined })
      if (!this.take(',')) break
    }
    if (!this.is('}')) this.expect(';')
    return constants
  }

  private member(to: Members, name: string, kind: ClassDecl['kind']): void {
    if (this.is('{')) return void to.initializers.push(this.block())
    if (this.is('static') && this.peek(1).text === '{') {
      this.step()
      return void to.starters.push(this.block())
    }
    const modifiers = this.modifiers()
    if (this.is('class', 'interface', 'enum', '@') || this.startsClass())
      return void to.nested.push(this.classAfter(modifiers))
    this.typeParameters()
    const { at } = this.token
    if (this.token.text === name && ['(', '{'].includes(this.peek(1).text))
      return this.constructorOf(to, name, modifiers)
    const type = this.type()
    const named = this.name()
    if (this.is('(')) return void to.methods.push(this.method(named, type, modifiers, at))
    this.fieldsFrom(to, named, type, modifiers, kind)
  }

  /** A compact constructor of a record has no parameters of its own. JLS 8.10.4 */
  private constructorOf(to: Members, name: string, { annotations }: Modifiers): void {
    const { at } = this.step()
    const compact = this.is('{')
    const params = compact ? [] : this.parameters()
    this.thrown_()
    const body = this.block()
    const method = {
      name: compact ? 'compact' : name,
      params,
      returns: undefined,
      body,
      isStatic: false,
      annotations,
      at,
    }
    to.constructors.push(method)
  }

  private thrown_(): void {
    if (this.take('throws')) this.list(() => this.type())
  }

  private method(name: string, returns: TypeName, { words, annotations }: Modifiers, at: Place): Method {
    const params = this.parameters()
    this.dims()
    this.thrown_()
    if (this.take('default')) this.initial()
    const body = this.is('{') ? this.block() : undefined
    if (!body) this.expect(';')
    return { name, params, returns, body, annotations, at, isStatic: words.has('static') }
  }

  private parameters(): Parameter[] {
    this.expect('(')
    if (this.take(')')) return []
    const all = this.list(() => {
      const { annotations } = this.modifiers()
      const type = this.type()
      const variable = this.take('...')
      const name = this.is('this') ? this.step().text : this.name()
      const dims = type.dims + this.dims() + (variable ? 1 : 0)
      return { name, type: { ...type, dims }, variable, annotations }
    })
    this.expect(')')
    return all
  }

  private fieldsFrom(
    to: Members,
    first: string,
    type: TypeName,
    { words, annotations }: Modifiers,
    kind: string,
  ): void {
    const isStatic = words.has('static') || kind === 'interface'
    const add = (name: string): void => {
      const dims = type.dims + this.dims()
      const field = {
        name,
        type: { ...type, dims },
        isStatic,
        annotations,
        value: this.take('=') ? this.initial() : undefined,
      }
      to.fields.push(field)
      if (isStatic) to.starters.push(field)
    }
    add(first)
    while (this.take(',')) add(this.name())
    this.expect(';')
  }
}
