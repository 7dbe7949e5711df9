import type { Process } from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import { Interpreter } from './interpret.ts'
import { JavaLibrary } from './library/library.ts'
import type { ClassDecl, Expr, Import, SourceFile, TypeName } from './syntax.ts'
import { JavaError, type Place } from './tokens.ts'

const PRIMITIVES: ReadonlySet<string> = new Set('int long short byte char boolean float double void var'.split(' '))
const OF_OBJECTS: ReadonlySet<string> = new Set(
  'this super getClass hashCode toString equals values valueOf name ordinal compareTo notify notifyAll wait start join getMessage'.split(
    ' ',
  ),
)
/** Where packages of others begin; what is below these is the JDK's or Spring's, and may be missing here only. */
const HERE = /^(java|javax|com\.sun|org\.springframework|org\.slf4j)\./

const notHere = (name: string): string => `${name} is not part of the Java of this playground`

/** What stands below a place of the tree, found by walking it. */
interface Found {
  readonly names: Extract<Expr, { kind: 'name' }>[]
  readonly calls: Extract<Expr, { kind: 'call' }>[]
  readonly types: TypeName[]
  readonly declared: Set<string>
}

type Node = Readonly<Record<string, unknown>>

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

function walk(node: unknown, found: Found): void {
  if (Array.isArray(node)) for (const each of node) walk(each, found)
  if (!isNode(node) || Array.isArray(node) || 'annotation' === node['kind']) return
  if (node['kind'] === 'name') found.names.push(node as never)
  if (node['kind'] === 'call') found.calls.push(node as never)
  if ('dims' in node && 'args' in node) found.types.push(node as never)
  for (const key of ['name', 'bind']) if (declares(node) && typeof node[key] === 'string') found.declared.add(node[key])
  for (const [key, value] of Object.entries(node)) if (key !== 'at' && key !== 'annotations') walk(value, found)
}

/** Locals, parameters, fields, constants, caught exceptions and patterns bring a name. */
const declares = (node: Node): boolean =>
  'bind' in node ||
  'variable' in node ||
  'isStatic' in node ||
  'types' in node ||
  node['kind'] === 'for each' ||
  ('name' in node && 'value' in node) ||
  ('name' in node && 'body' in node)

/** What javac refuses of these files, as far as it is looked at: imports, types and names. Types do not have to match. */
export function complaintsOf(files: readonly SourceFile[], process: Process): JavaError[] {
  const io = new Stdio(process.sys)
  const program = new Interpreter(
    files,
    (of) => new JavaLibrary(of, { process, io, properties: new Map() }),
    () => undefined,
  )
  const all: Found = { names: [], calls: [], types: [], declared: new Set() }
  walk(
    files.map(({ classes }) => classes),
    all,
  )
  const methods = new Set(
    [...program.classes.values()].flatMap(({ declared }) => declared.methods.map(({ name }) => name)),
  )
  return files.flatMap((file) => complaintsOfFile(file, program, all.declared, methods)).toSorted(byPlace)
}

const byPlace = (a: JavaError, b: JavaError): number =>
  a.at.file === b.at.file ? a.at.line - b.at.line || a.at.column - b.at.column : 0

function complaintsOfFile(
  file: SourceFile,
  program: Interpreter,
  declared: ReadonlySet<string>,
  methods: ReadonlySet<string>,
): JavaError[] {
  const packages = new Set([...program.classes.values()].map(({ qualified }) => qualified.replace(/\.[^.]*$/, '')))
  const imports = file.imports.flatMap((each) => importComplaint(each, program, packages) ?? [])
  const statics = file.imports.some(({ isStatic }) => isStatic)
  return [
    ...imports,
    ...file.classes.flatMap((each) => complaintsOfClass(each, { file, program, declared, methods, statics })),
  ]
}

interface Around {
  readonly file: SourceFile
  readonly program: Interpreter
  readonly declared: ReadonlySet<string>
  readonly methods: ReadonlySet<string>
  readonly statics: boolean
}

/** javac places a mistake of an import at its last dot. */
function importComplaint(
  { name, isStatic, at }: Import,
  program: Interpreter,
  packages: ReadonlySet<string>,
): JavaError | undefined {
  const plain = isStatic ? name.replace(/\.[^.]*$/, '') : name
  const [parent, last] = [plain.replace(/\.[^.]*$/, ''), plain.slice(plain.lastIndexOf('.') + 1)]
  const place = { ...at, column: at.column + plain.lastIndexOf('.') }
  if (packages.has(parent) && (last === '*' || program.classNamed(plain))) return undefined
  if (HERE.test(plain))
    return last === '*' || program.classNamed(plain) ? undefined : new JavaError(place, notHere(plain))
  return new JavaError(place, `package ${parent} does not exist`)
}

function complaintsOfClass(of: ClassDecl, { file, program, declared, methods, statics }: Around): JavaError[] {
  const found: Found = { names: [], calls: [], types: [], declared: new Set() }
  walk(of, found)
  const location = `${file.package === '' ? '' : `${file.package}.`}${of.name}`
  const missing = (at: Place, symbol: string): JavaError =>
    new JavaError(at, 'cannot find symbol', [`symbol:   ${symbol}`, `location: class ${location}`])
  const known = (name: string): boolean => program.classNamed(name) !== undefined
  const types = found.types.flatMap(({ name, at }) => (isType(name, known) ? [] : [missing(at, `class ${name}`)]))
  const names = found.names.flatMap(({ name, at }) => {
    const fine =
      declared.has(name) ||
      found.declared.has(name) ||
      known(name.replace(/\[\]$/, '')) ||
      isType(name.replace(/\[\]$/, ''), known)
    return fine || statics || ['this', 'super', 'length'].includes(name) || isPackage(name)
      ? []
      : [missing(at, `variable ${name}`)]
  })
  const calls = found.calls.flatMap(({ of: target, name, at, args }) => {
    if (target) return libraryCall(target, name, at, program)
    // What is wrong with its arguments is said first.
    if (names.some((each) => args.some((arg) => 'at' in arg && arg.at === each.at))) return []
    return methods.has(name) || OF_OBJECTS.has(name) || statics || of.parent ? [] : [missing(at, `method ${name}`)]
  })
  return [...types, ...names, ...calls]
}

const isPackage = (name: string): boolean => ['java', 'javax', 'com', 'org', 'net', 'io'].includes(name)

/** Two capitals at most are a type variable. */
const isType = (name: string, known: (name: string) => boolean): boolean =>
  PRIMITIVES.has(name) || /^[A-Z][A-Z0-9]?$/.test(name) || known(name)

function libraryCall(target: Expr, name: string, at: Place, program: Interpreter): JavaError[] {
  const of = target.kind === 'name' ? program.classNamed(target.name) : undefined
  if (!of || of.own || program.knowsStatic(of.name, name)) return []
  return [new JavaError(at, notHere(`${of.name}.${name}`))]
}

/** Mistakes as javac prints them, with their lines. */
export function javacText(complaints: readonly JavaError[], texts: ReadonlyMap<string, string>): string {
  const parts = complaints.map(({ at, message, notes }) => {
    const line = texts.get(at.file)?.split('\n')[at.line - 1] ?? ''
    return `${at.file}:${at.line}: error: ${message}\n${line}\n${' '.repeat(Math.max(0, at.column - 1))}^\n${notes.map((each) => `  ${each}\n`).join('')}`
  })
  return `${parts.join('')}${complaints.length} error${complaints.length === 1 ? '' : 's'}\n`
}
