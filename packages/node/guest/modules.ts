import path from 'path-browserify'
import { frameInsertions, inserted } from './async-frames.ts'
import { framed, headWith, nodeError, notHere } from './errors.ts'
import { callSync } from './host.ts'
import { misspelt } from './misspelt.ts'
import { aloneWhile, loaded, noteInsertions, noteMain, notePrefix } from './stack.ts'

declare function __compile(source: string, filename: string): ((...args: unknown[]) => unknown) | undefined
declare function __defineModule(name: string, source: string): void

/** `await` where no function is around it. */
const AWAITS = /^(?:(?:const|let|var)\s[^=\n]*=\s*)?await\s/m

/** One CommonJS module. */
export class Module {
  id: string
  readonly filename: string
  readonly path: string
  exports: unknown = {}
  loaded = false
  readonly children: Module[] = []
  /** Who required it first; null for the program's own file. */
  parent: Module | null = null
  /** Where its packages may be. */
  readonly paths: string[]
  require: ((name: string) => unknown) | undefined
  static _extensions: Record<string, (module: Module, file: string) => void> = {}
  static _load: (name: string, parent: Module) => unknown
  static _resolveFilename: (name: string, parent?: Module) => string
  static _compile: (module: Module, source: string) => void
  _compile(source: string, _file?: string): void {
    Module._compile(this, source)
  }
  constructor(filename: string) {
    this.id = filename
    this.filename = filename
    this.path = path.dirname(filename)
    this.paths = [...placesOf('', this.path)].map((place) => place.replace(/\/$/, ''))
  }
}

const readText = (file: string): string => new TextDecoder().decode(callSync('readFile', [file]).bytes)

interface FoundPackage {
  readonly home: string
  readonly root: string
  readonly whole: boolean
  readonly files: readonly (readonly [name: string, text: string])[]
}

interface Manifest {
  readonly name?: string
  readonly main?: string
  readonly type?: string
  readonly exports?: unknown
  readonly imports?: Record<string, unknown>
}

/** Finds, reads and runs modules, as node's CommonJS loader does. */
export class Modules {
  readonly cache = new Map<string, Module>()
  private readonly builtins: ReadonlyMap<string, () => unknown>
  private readonly loaded = new Map<string, unknown>()
  /** Texts of files that were found and not run yet: finding a file brings it. */
  private readonly known = new Map<string, string>()
  /** Packages of which all scripts are known. */
  private readonly wholes = new Set<string>()
  private readonly packages = new Map<string, FoundPackage>()
  private readonly manifests = new Map<string, Manifest | undefined>()
  main: Module | undefined

  constructor(builtins: ReadonlyMap<string, () => unknown>) {
    this.builtins = builtins
    Module._extensions = this.extensions()
    Module._load = (name, parent) => {
      if (this.isBuiltin(name)) return this.builtin(name)
      if (name.startsWith('node:')) throw noBuiltin(name)
      const file = Module._resolveFilename(name, parent)
      if (this.isModuleOnly(file)) throw needsImport(file, parent.filename)
      return this.load(file, parent)
    }
    Module._resolveFilename = (name, parent) =>
      this.isBuiltin(name) ? name : this.resolve(name, parent ?? new Module(path.join('/', 'noop.js')))
    Module._compile = (module, source) => this.compile(module, source)
    Module.prototype.require = function (this: Module, name: string): unknown {
      return Module._load(name, this)
    }
    this.statics()
  }

  /** What `require('module')` has beside the class. */
  private statics(): void {
    const createRequire = (from: string | URL): unknown => {
      const file = String(from).replace('file://', '')
      if (!file.startsWith('/')) {
        const words = `The argument 'filename' must be a file URL object, file URL string, or absolute path string. Received '${String(from)}'`
        throw nodeError(TypeError, 'ERR_INVALID_ARG_VALUE', words)
      }
      return this.requireFrom(new Module(file.endsWith('/') ? `${file}noop.js` : file))
    }
    Object.assign(Module, {
      Module,
      createRequire,
      builtinModules: this.builtinNames(),
      isBuiltin: (name: string) => this.isBuiltin(name),
      wrapper: ['(function (exports, require, module, __filename, __dirname) { ', '\n});'],
      wrap: (text: string) => `(function (exports, require, module, __filename, __dirname) { ${text}\n});`,
      globalPaths: ['/root/.node_modules', '/root/.node_libraries', '/usr/local/lib/node'],
      _nodeModulePaths: (from: string) => [...placesOf('', from)].map((place) => place.replace(/\/$/, '')),
      _pathCache: {},
      syncBuiltinESMExports: () => undefined,
      findSourceMap: () => undefined,
      register: () => {
        throw notHere('module.register')
      },
      runMain: () => undefined,
    })
    Object.defineProperty(Module, '_cache', { get: () => Object.fromEntries(this.cache), configurable: true })
  }

  isBuiltin(name: string): boolean {
    return this.builtins.has(name.replace(/^node:/, ''))
  }

  builtin(name: string): unknown {
    const plain = name.replace(/^node:/, '')
    if (!this.loaded.has(plain)) this.loaded.set(plain, this.builtins.get(plain)?.())
    return this.loaded.get(plain)
  }

  builtinNames(): string[] {
    return [...this.builtins.keys()]
  }

  /** Runs the program's file. */
  runMain(file: string): unknown {
    const filename = this.asFile(file) ?? this.asFolder(file)
    if (filename === undefined) throw this.notFound(file, [])
    noteMain(filename)
    try {
      return this.load(filename, undefined)
    } finally {
      loaded()
    }
  }

  requireFrom(parent: Module): ((name: string) => unknown) & object {
    const require = (name: string): unknown => {
      if (typeof name !== 'string')
        throw nodeError(
          TypeError,
          'ERR_INVALID_ARG_TYPE',
          `The "id" argument must be of type string. Received type ${typeof name} (${String(name)})`,
        )
      if (name === '')
        throw nodeError(TypeError, 'ERR_INVALID_ARG_VALUE', "The argument 'id' must be a non-empty string. Received ''")
      return Module._load(name, parent)
    }
    const cache = new Proxy(
      {},
      {
        get: (_, key) => this.cache.get(String(key)),
        deleteProperty: (_, key) => (this.cache.delete(String(key)), true),
        ownKeys: () => [...this.cache.keys()],
        getOwnPropertyDescriptor: (_, key) => ({
          value: this.cache.get(String(key)),
          configurable: true,
          enumerable: true,
        }),
      },
    )
    const resolve = (name: string): string => (this.isBuiltin(name) ? name : this.resolve(name, parent))
    const places = (name: string): string[] | null =>
      this.isBuiltin(name)
        ? null
        : [...parent.paths, '/root/.node_modules', '/root/.node_libraries', '/usr/local/lib/node']
    return Object.assign(require, {
      resolve: Object.assign(resolve, { paths: places }),
      main: this.main,
      extensions: Module._extensions,
      cache,
    })
  }

  resolve(name: string, parent: Module, esm = false): string {
    const found = /^(\.{1,2}(\/|$)|\/)/.test(name)
      ? this.asPath(path.resolve(parent.path, name))
      : this.asPackage(name, parent.path, esm)
    if (found === undefined && name.startsWith('#')) throw this.notImported(name, parent)
    if (found === undefined) throw this.notFound(name, this.chain(parent))
    return found
  }

  /** Whether a file's code is an ES module: by its name, else by its package's type, else by its looks. */
  isEsm(file: string, source: string): boolean {
    if (file.endsWith('.mjs')) return true
    if (file.endsWith('.cjs') || file.endsWith('.json')) return false
    const type = this.nearestManifest(path.dirname(file))?.type
    return (
      type === 'module' ||
      (type === undefined &&
        (/^\s*(import\s*[\w*{'"][^(]*|export\s+(default|const|let|function|class|async|\{|\*))/m.test(source) ||
          (AWAITS.test(source) && !compiled(`${WRAPPER}${withImports(source)}\n})`, file))))
    )
  }

  /** What only `import` can have: by its name, or by what its package says of all its files. */
  private isModuleOnly(file: string): boolean {
    if (file.endsWith('.mjs')) return true
    return file.endsWith('.js') && this.nearestManifest(path.dirname(file))?.type === 'module'
  }

  private load(file: string, parent: Module | undefined): unknown {
    const known = this.cache.get(file)
    if (known) return known.exports
    const module = new Module(file)
    if (!parent) {
      this.main = module
      module.id = '.'
    }
    parent?.children.push(module)
    module.parent = parent ?? null
    this.cache.set(file, module)
    try {
      this.run(module)
    } catch (error) {
      this.cache.delete(file)
      throw error
    }
    module.loaded = true
    return module.exports
  }

  private run(module: Module): void {
    // Whoever has put in a reader for files of an ending has it.
    const given = Module._extensions[path.extname(module.filename)] ?? Module._extensions['.js']
    if (given) return given(module, module.filename)
    this.runUsual(module)
  }
  /** Endings are read by these; scripts may put in their own. */
  private extensions(): Record<string, (module: Module, file: string) => void> {
    const usual = (module: Module): void => this.runUsual(module)
    return { '.js': usual, '.json': usual, '.node': usual }
  }

  private runUsual(module: Module): void {
    const source = this.known.get(module.filename) ?? readText(module.filename)
    if (module.filename.endsWith('.json')) module.exports = parseJson(source, module.filename)
    else if (module.filename.endsWith('.node'))
      throw new Error(`${module.filename}: native addons are not supported here`)
    else module._compile(source, module.filename)
  }

  /** Whether a file can be read as a script. @throws SyntaxError */
  check(file: string): void {
    const source = readText(file)
    if (this.isEsm(file, source)) return
    const text = `${WRAPPER}${source.replace(/^#!.*/, '')}\n})`
    if (!compiled(text, file))
      throw misspelt((globalThis as unknown as { __thrown: unknown }).__thrown, source, file, WRAPPER.length)
  }

  compile(module: Module, source: string): void {
    const text = withFrames(module.filename, withImports(source.replace(/^#!.*/, '')))
    const wrapper = compiled(`${WRAPPER}${text}\n})`, module.filename)
    if (!wrapper)
      throw misspelt((globalThis as unknown as { __thrown: unknown }).__thrown, source, module.filename, WRAPPER.length)
    notePrefix(module.filename, WRAPPER.length)
    const require = this.requireFrom(module)
    module.require = require
    const load = (name: unknown): Promise<unknown> => this.importFrom(module.filename, name)
    wrapper.call(module.exports, module.exports, require, module, module.filename, module.path, load)
  }

  private asPath(file: string): string | undefined {
    const asFile = file.endsWith('/') ? undefined : this.asFile(file)
    return asFile ?? this.asFolder(file)
  }

  /** @returns the real path */
  private asFile(...files: readonly string[]): string | undefined {
    const home = [...this.wholes].find((each) => files.every((file) => isOwn(file, each)))
    if (home !== undefined) return files.flatMap(withEndings).find((file) => this.known.has(file))
    const found = callSync('findFile', [files.flatMap(withEndings)]).value as { path: string; text: string } | null
    if (found) this.known.set(found.path, found.text)
    return found?.path
  }

  private asFolder(folder: string): string | undefined {
    const main = this.manifest(folder)?.main
    const named = main === undefined ? [] : [path.join(folder, main), path.join(folder, main, 'index')]
    return this.asFile(...named, path.join(folder, 'index'))
  }

  /** `#name`, by the imports of the package a file is in. */
  private asOwn(name: string, from: string, esm: boolean): string | undefined {
    for (let folder = from; ; folder = path.dirname(folder)) {
      const imports = this.manifest(folder)?.imports
      const target = imports === undefined ? undefined : conditional({ ...imports, '.': null }, name, esm)
      if (target !== undefined)
        return target.startsWith('.') ? this.asFile(path.join(folder, target)) : this.asPackage(target, folder, esm)
      if (this.manifest(folder) || folder === '/' || folder === '.') return undefined
    }
  }

  private asPackage(name: string, from: string, esm: boolean): string | undefined {
    if (name.startsWith('#')) return this.asOwn(name, from, esm)
    const [, scope = name, rest = ''] = /^((?:@[^/]+\/)?[^/]+)\/?(.*)$/.exec(name) ?? []
    const own = this.asItself(scope, rest, from, esm)
    if (own !== undefined) return own
    let homes = [...placesOf(scope, from)]
    while (homes.length > 0) {
      const { home, root } = this.findPackage(homes) ?? {}
      if (home === undefined || root === undefined) return undefined
      const exports = this.manifest(root)?.exports
      const subpath = rest === '' ? '.' : `./${rest}`
      // A package that exports only ES modules can be had by both.
      const exported = conditional(exports, subpath, esm) ?? conditional(exports, subpath, !esm)
      if (exported === undefined && exports !== undefined && exports !== null) throw notExported(subpath, root)
      const found = exported === undefined ? this.inPackage(root, rest) : this.asFile(path.join(root, exported))
      if (found !== undefined) return found
      homes = homes.slice(homes.indexOf(home) + 1)
    }
    return undefined
  }

  /** A package that has exports knows itself by its name. */
  private asItself(scope: string, rest: string, from: string, esm: boolean): string | undefined {
    for (let folder = from; ; folder = path.dirname(folder)) {
      const { name, exports } = this.manifest(folder) ?? {}
      if (name === scope && exports !== undefined) {
        const found = conditional(exports, rest === '' ? '.' : `./${rest}`, esm)
        return found === undefined ? undefined : this.asFile(path.join(folder, found))
      }
      if (this.manifest(folder) || folder === '/' || folder === '.') return undefined
    }
  }

  private findPackage(homes: readonly string[]): { readonly home: string; readonly root: string } | undefined {
    const key = homes.join(':')
    const before = this.packages.get(key)
    if (before) return before
    const found = callSync('findPackage', [homes]).value as FoundPackage | null
    if (!found) return undefined
    for (const [name, text] of found.files) this.known.set(`${found.root}/${name}`, text)
    if (found.whole) this.wholes.add(found.root)
    this.packages.set(key, found)
    return found
  }

  private inPackage(home: string, rest: string): string | undefined {
    return rest === '' ? this.asFolder(home) : this.asPath(path.join(home, rest))
  }

  private manifest(folder: string): Manifest | undefined {
    if (this.manifests.has(folder)) return this.manifests.get(folder)
    const file = path.join(folder, 'package.json')
    const found = this.asFile(file)
    const text = found === undefined ? undefined : this.known.get(found)
    const manifest = text === undefined ? undefined : (parseJson(text, file, 'Error parsing ') as Manifest)
    this.manifests.set(folder, manifest)
    return manifest
  }

  private nearestManifest(from: string): Manifest | undefined {
    for (let folder = from; ; folder = path.dirname(folder)) {
      const found = this.manifest(folder)
      if (found || folder === '/' || folder === '.') return found
    }
  }

  private chain(parent: Module): string[] {
    const files: string[] = []
    for (let at: Module | null | undefined = this.cache.get(parent.filename) ?? parent; at; at = at.parent)
      files.push(at.filename)
    return files.filter((file) => file.startsWith('/') && !/<repl>$|\[eval\]$/.test(file))
  }

  private notImported(name: string, { path: from, filename }: Module): Error {
    let home = from
    while (!this.manifest(home) && home !== '/' && home !== '.') home = path.dirname(home)
    const where = this.manifest(home) ? ` in package ${path.join(home, 'package.json')}` : ''
    const words = `Package import specifier "${name}" is not defined${where} imported from ${filename}`
    return nodeError(TypeError, 'ERR_PACKAGE_IMPORT_NOT_DEFINED', words)
  }

  private notFound(name: string, requireStack: readonly string[]): Error {
    const stack = requireStack.length > 0 ? `\nRequire stack:\n- ${requireStack.join('\n- ')}` : ''
    const error = Object.assign(new Error(`Cannot find module '${name}'${stack}`), {
      code: 'MODULE_NOT_FOUND',
      requireStack: [...requireStack],
    })
    return requireStack.length > 0 ? error : framed(error, ...ENTRY_FRAMES)
  }

  // ES modules ------------------------------------------------------------------------------------------------------

  /**
   * Hands the machine every module that `file` imports by a written name, since it loads them without waiting.
   * @returns the name under which `file` itself is known
   */
  prepareEsm(file: string, source = readText(file), done = new Set<string>()): string {
    if (done.has(file)) return file
    done.add(file)
    const parent = new Module(file)
    const rewritten = source
      .replace(/^#!.*/, '')
      .replaceAll(ATTRIBUTES, '$1')
      .replaceAll(IMPORTS, (all, before: string, mark: string, name: string) => {
        return `${before}${mark}${this.esmTarget(name, parent, done)}${mark}`
      })
    const about = `const __load = (name) => __drydock.load(${JSON.stringify(file)}, name); import.meta.resolve = (name) => __drydock.resolve(${JSON.stringify(file)}, name); import.meta.url = ${JSON.stringify(`file://${file}`)}; import.meta.filename = ${JSON.stringify(file)}; import.meta.dirname = ${JSON.stringify(path.dirname(file))};`
    notePrefix(file, about.length, true)
    __defineModule(file, about + withFrames(file, withImports(rewritten)))
    return file
  }

  /** `import(name)`: what it needs is handed to the machine first. */
  async importFrom(file: string, name: unknown): Promise<unknown> {
    const parent = new Module(file)
    const target = this.esmTarget(String(name).replace(/^file:\/\//, ''), parent, new Set())
    // oxlint-disable-next-line no-eval -- only the machine itself can load a module
    const namespace: unknown = await (0, eval)(`import(${JSON.stringify(target)})`)
    return namespace
  }

  /** What import.meta.resolve gives. */
  resolveUrl(file: string, name: string): string {
    if (this.isBuiltin(name)) return `node:${name.replace(/^node:/, '')}`
    return /^(\.{1,2}\/|\/)/.test(name)
      ? `file://${path.resolve(path.dirname(file), name)}`
      : `file://${this.resolveEsm(name, new Module(file))}`
  }

  private esmTarget(name: string, parent: Module, done: Set<string>): string {
    if (this.isBuiltin(name)) return this.bridge(`node:${name.replace(/^node:/, '')}`, this.builtin(name), done)
    const file = this.resolveEsm(name, parent)
    const source = file.endsWith('.json') ? '' : readText(file)
    if (file.endsWith('.json') || !this.isEsm(file, source)) return this.bridge(file, this.load(file, parent), done)
    return this.prepareEsm(file, source, done)
  }

  private resolveEsm(name: string, parent: Module): string {
    try {
      return this.resolve(name, parent, true)
    } catch (error) {
      if ((error as { code?: string }).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error
      const isRelative = /^(\.{1,2}\/|\/)/.test(name)
      const what = isRelative ? `module '${path.resolve(parent.path, name)}'` : `package '${name}'`
      const words = `Cannot find ${what} imported from ${parent.filename}`
      const missing = framed(nodeError(Error, 'ERR_MODULE_NOT_FOUND', words), ...RESOLVE_FRAMES)
      headWith(missing, 'Error [ERR_MODULE_NOT_FOUND]')
      throw isRelative ? Object.assign(missing, { url: `file://${path.resolve(parent.path, name)}` }) : missing
    }
  }

  /** A module that gives what CommonJS code exports. */
  private bridge(name: string, exports: unknown, done: Set<string>): string {
    const target = `cjs:${name}`
    if (done.has(target)) return target
    done.add(target)
    bridged.set(target, exports)
    const names =
      typeof exports === 'object' || typeof exports === 'function'
        ? Object.keys(exports as object).filter(
            (key) => /^[A-Za-z_$][\w$]*$/.test(key) && key !== 'default' && !RESERVED.has(key),
          )
        : []
    const lines = names.map((key) => `export const ${key} = __cjs.${key};`)
    __defineModule(
      target,
      `const __cjs = __drydock.bridged(${JSON.stringify(target)}); export default __cjs; ${lines.join('')}`,
    )
    return target
  }
}

/** Where node looks for the file that it is to run. */
const ENTRY_FRAMES = [
  'Module._resolveFilename (node:internal/modules/cjs/loader:1207:15)',
  'Module._load (node:internal/modules/cjs/loader:1038:27)',
  'Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)',
  'node:internal/main/run_main_module:28:49',
]

const RESOLVE_FRAMES = [
  'finalizeResolution (node:internal/modules/esm/resolve:283:11)',
  'moduleResolve (node:internal/modules/esm/resolve:952:10)',
  'defaultResolve (node:internal/modules/esm/resolve:1188:11)',
  'ModuleLoader.defaultResolve (node:internal/modules/esm/loader:708:12)',
]

const compiled = (text: string, file: string): ReturnType<typeof __compile> => aloneWhile(() => __compile(text, file))

/** What goes along with `await` is put in, and known to those who tell places. */
function withFrames(file: string, text: string): string {
  const insertions = frameInsertions(text)
  noteInsertions(file, text, insertions)
  return insertions.length === 0 ? text : inserted(text, insertions)
}

const WRAPPER = '(function (exports, require, module, __filename, __dirname, __load) { '

/** Whether a file is the package's at `root` itself, and not that of a package within it. */
const isOwn = (file: string, root: string): boolean =>
  file.startsWith(`${root}/`) && !file.slice(root.length).includes('/node_modules/')

const withEndings = (file: string): string[] => ['', '.js', '.json', '.cjs', '.mjs'].map((ending) => file + ending)

/** Where a package may be: in node_modules of each folder upwards. */
function* placesOf(name: string, from: string): Generator<string, void, void> {
  for (let folder = from; ; folder = path.dirname(folder)) {
    if (!folder.endsWith('/node_modules')) yield path.join(folder, 'node_modules', name)
    if (folder === '/' || folder === '.') return
  }
}

const IMPORTS = /(\b(?:import|export)\s*(?:[\w*{$][^'"()]*?\bfrom\s*|[{*][^'"()]*?\}\s*from\s*)?)(['"])([^'"\n]+)\2/g
/** Import attributes: what a file is, is told by its name. */
const ATTRIBUTES = /(\bfrom\s*(?:'[^'\n]*'|"[^"\n]*"))\s*(?:with|assert)\s*\{[^}]*\}/g
/** `import(` where it is an expression, and neither in a string nor in a comment as far as a line tells. */
export const withImports = (source: string): string =>
  source.includes('import(') || /\bimport\s+\(/.test(source)
    ? source.replaceAll(/(^|[^.\w$'"`])import(\s*\()/gm, '$1__load$2')
    : source
const RESERVED = new Set(
  'delete new class function var const let default import export if else for while do switch case return try catch finally throw in of typeof void with yield await enum static this null true false super'.split(
    ' ',
  ),
)
const bridged = new Map<string, unknown>()
export const bridgedExports = (name: string): unknown => bridged.get(name)

const noBuiltin = (name: string): Error =>
  nodeError(Error, 'ERR_UNKNOWN_BUILTIN_MODULE', `No such built-in module: ${name}`)

function needsImport(file: string, from: string): Error {
  const shown = file.endsWith('.mjs') ? file : `${path.basename(file)} in ${from}`
  const words = `Instead change the require of ${shown} to a dynamic import() which is available in all CommonJS modules.`
  return nodeError(Error, 'ERR_REQUIRE_ESM', `require() of ES Module ${file} from ${from} not supported.\n${words}`)
}

const notExported = (subpath: string, root: string): Error =>
  nodeError(
    Error,
    'ERR_PACKAGE_PATH_NOT_EXPORTED',
    subpath === '.'
      ? `No "exports" main defined in ${root}/package.json`
      : `Package subpath '${subpath}' is not defined by "exports" in ${root}/package.json`,
  )

/** The `exports` of a package.json: strings, conditions, sub-paths and one star. */
function conditional(exports: unknown, wanted: string, esm: boolean): string | undefined {
  if (typeof exports === 'string') return wanted === '.' ? exports : undefined
  if (typeof exports !== 'object' || exports === null) return undefined
  const table = exports as Record<string, unknown>
  if (!Object.keys(table).some((key) => key.startsWith('.'))) return wanted === '.' ? pick(table, esm) : undefined
  if (wanted in table) return pick(table[wanted], esm)
  for (const [key, target] of Object.entries(table)) {
    const [before = '', after = ''] = key.split('*')
    if (key.includes('*') && wanted.startsWith(before) && wanted.endsWith(after))
      return pick(target, esm)?.replaceAll('*', wanted.slice(before.length, wanted.length - after.length))
  }
  return undefined
}

/** Conditions in the order in which the package names them. */
function pick(target: unknown, esm = false): string | undefined {
  if (typeof target === 'string') return target
  if (Array.isArray(target)) return target.map((each) => pick(each, esm)).find((each) => each !== undefined)
  if (typeof target !== 'object' || target === null) return undefined
  const wanted = new Set(['node', 'node-addons', 'default', esm ? 'import' : 'require'])
  for (const [name, value] of Object.entries(target)) {
    const found = wanted.has(name) ? pick(value, esm) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

function parseJson(text: string, file: string, before = ''): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw Object.assign(error as Error, { message: `${before}${file}: ${(error as Error).message}` })
  }
}
