import { type Errno, isDirectory, isErrno, type Sys } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'
import { globToRegExp } from './file-pattern.ts'
import type { Directive } from './directive.ts'
import { Macros } from './macros.ts'
import type { Modules } from './modules.ts'
import { nextWord, wordsOf } from './words.ts'

/** What is wrong with the form of a file; each file that included it says where. */
export class ReadError extends Error {}

export interface ReaderContext {
  readonly sys: Sys
  readonly env: ReadonlyMap<string, string>
  readonly modules: Modules
  /** Names of -D and Define, with their values. */
  readonly defines: Map<string, string>
  readonly version: string
  serverRoot: string
  /** Lines that go to the log while nothing else is there yet. */
  readonly warnings: string[]
}

interface Line {
  readonly text: string
  readonly number: number
}

/** Physical lines joined by a backslash count as the last of them. */
function linesOf(text: string): Line[] {
  const lines: Line[] = []
  let kept = ''
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/\r$/, '')
    if (line.endsWith('\\')) {
      kept += line.slice(0, -1)
      continue
    }
    lines.push({ text: (kept + line).trim(), number: index + 1 })
    kept = ''
  }
  return lines
}

/** Reads files into a tree of directives: what depends on modules and names is settled here. ap_build_config. */
export class ConfigReader {
  private readonly context: ReaderContext
  private readonly macros = new Macros()

  constructor(context: ReaderContext) {
    this.context = context
  }

  /** @throws ReadError without a place; Errno when the file can't be read */
  async file(path: string): Promise<Directive[]> {
    return this.text(await readTextFile(this.context.sys, path), path)
  }

  /** @throws ReadError */
  async text(text: string, file: string): Promise<Directive[]> {
    const source = new Source(linesOf(text), file)
    const directives = await this.block(source, undefined)
    return directives
  }

  private async block(source: Source, open: Line | undefined): Promise<Directive[]> {
    const found: Directive[] = []
    const name = open && sectionName(open.text)
    for (;;) {
      const line = source.next()
      if (!line) {
        if (!open) return found
        throw source.wrong(source.last, `${source.file}:${open.number}: ${name ?? ''}> was not closed.`)
      }
      if (line.text === '' || line.text.startsWith('#')) continue
      if (line.text.startsWith('</')) {
        const closes = /^<\/([^>\s]*)/.exec(line.text)?.[1] ?? ''
        if (name?.slice(1).toLowerCase() === closes.toLowerCase()) return found
        throw source.wrong(
          line,
          name === undefined
            ? `</${closes}> without matching <${closes}> section`
            : `Expected </${name.slice(1)}> but saw </${closes}>`,
        )
      }
      found.push(...(await this.directive(source, this.resolved(line))))
    }
  }

  private async directive(source: Source, line: Line): Promise<Directive[]> {
    const [name] = nextWord(line.text)
    const raw = line.text.slice(name.length).trim()
    const key = name.toLowerCase()
    if (name.startsWith('<')) return this.section(source, line)
    try {
      const done = await AT_READ[key]?.call(this, raw, source.file)
      if (done && key !== 'serverroot') return done
    } catch (error) {
      if (error instanceof ReadError) throw source.wrong(line, error.message)
      throw error
    }
    return [{ name, key, raw, args: wordsOf(raw), file: source.file, line: line.number, block: undefined }]
  }

  private async section(source: Source, line: Line): Promise<Directive[]> {
    const name = sectionName(line.text)
    const key = name.toLowerCase()
    const closed = line.text.endsWith('>')
    const raw = line.text.slice(name.length, closed ? -1 : undefined).trim()
    if (key === '<macro') return this.macros.define(raw, source.raw('macro', line)) ?? []
    const decide = CONDITIONS[key]
    if (!decide) {
      const block = await this.block(source, line)
      // A section whose head lacks its end is refused when the tree is walked.
      return [
        {
          name: closed ? name : `${name}\0`,
          key,
          raw,
          args: wordsOf(raw),
          file: source.file,
          line: line.number,
          block,
        },
      ]
    }
    if (raw === '' && key !== '<ifversion') throw source.wrong(line, `${name}> directive requires additional arguments`)
    const negated = raw.startsWith('!')
    if (decide(this.context, negated ? raw.slice(1) : raw) !== negated) return this.block(source, line)
    source.skip(key.slice(1), line)
    return []
  }

  /** `${NAME}` by Define, then by the environment. ap_resolve_env. */
  private resolved(line: Line): Line {
    if (!line.text.includes('${')) return line
    const { defines, env, warnings } = this.context
    const text = line.text.replace(/\$\{([^}:]+)\}/g, (whole, name: string) => {
      const value = defines.get(name) ?? env.get(name)
      if (value === undefined) warnings.push(`AH00111: Config variable ${whole} is not defined`)
      return value ?? whole
    })
    return { ...line, text }
  }

  async include(raw: string, from: string, optional: boolean): Promise<Directive[]> {
    const [pattern = ''] = wordsOf(raw)
    const { sys, serverRoot } = this.context
    const path = pattern.startsWith('/') ? pattern : `${serverRoot}/${pattern}`
    const files = filesOf(sys, path)
    if (files.length === 0 && /[*?[]/.test(path) && !optional)
      throw new ReadError(
        `No matches for the wildcard '${path.split('/').pop() ?? ''}' in '${path.slice(0, path.lastIndexOf('/'))}', failing`,
      )
    const found: Directive[] = []
    for (const file of files) {
      try {
        found.push(...(await this.file(file)))
      } catch (error) {
        if (!isErrno(error)) throw error
        if (optional && error.code === 'ENOENT') continue
        throw new ReadError(couldNotOpen(file, error))
      }
    }
    return found
  }

  use(raw: string, file: string): Promise<Directive[]> {
    const text = this.macros.expand(wordsOf(raw))
    if (text === undefined) throw new ReadError(`Macro '${wordsOf(raw)[0] ?? ''}' undefined`)
    return this.text(text, `macro '${wordsOf(raw)[0] ?? ''}' (${file})`)
  }

  load(raw: string): Directive[] {
    const [module = '', path = ''] = wordsOf(raw)
    const { modules, serverRoot, warnings } = this.context
    const name = module.replace(/_module$/, '')
    if (modules.has(module)) warnings.push(`AH01574: module ${module} is already loaded, skipping`)
    else if (!modules.load(name) || !path.endsWith('.so')) {
      const file = path.startsWith('/') ? path : `${serverRoot}/${path}`
      throw new ReadError(
        `Cannot load ${path} into server: ${file}: cannot open shared object file: No such file or directory`,
      )
    }
    return []
  }

  define(raw: string): Directive[] {
    const [name = '', value = ''] = wordsOf(raw)
    this.context.defines.set(name, value)
    return []
  }

  undefine(raw: string): Directive[] {
    this.context.defines.delete(wordsOf(raw)[0] ?? '')
    return []
  }

  root(raw: string): Directive[] {
    this.context.serverRoot = (wordsOf(raw)[0] ?? '').replace(/\/$/, '')
    return []
  }
}

export const couldNotOpen = (file: string, { message }: Errno): string =>
  `Could not open configuration file ${file}: ${message}`

/** Commands that act while they are read. EXEC_ON_READ. */
const AT_READ: Readonly<
  Record<string, (this: ConfigReader, raw: string, file: string) => Promise<Directive[]> | Directive[]>
> = {
  include(raw, file) {
    return this.include(raw, file, false)
  },
  includeoptional(raw, file) {
    return this.include(raw, file, true)
  },
  use(raw, file) {
    return this.use(raw, file)
  },
  loadmodule(raw) {
    return this.load(raw)
  },
  define(raw) {
    return this.define(raw)
  },
  undefine(raw) {
    return this.undefine(raw)
  },
  serverroot(raw) {
    return this.root(raw)
  },
}

const CONDITIONS: Readonly<Record<string, (context: ReaderContext, condition: string) => boolean>> = {
  '<ifmodule': ({ modules }, condition) => modules.has(wordsOf(condition)[0] ?? ''),
  '<ifdefine': ({ defines }, condition) => defines.has(wordsOf(condition)[0] ?? ''),
  '<iffile': ({ sys, serverRoot }, condition) => {
    const [path = ''] = wordsOf(condition)
    return exists(sys, path.startsWith('/') ? path : `${serverRoot}/${path}`)
  },
  '<ifversion': ({ version }, condition) => versionFits(version, condition),
}

const exists = (sys: Sys, path: string): boolean => {
  try {
    return sys.stat(path) !== undefined
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

/** mod_version: `>= 2.4`, `!= 2.4.1`, `~ regex`; without an operator the same. */
function versionFits(version: string, condition: string): boolean {
  const [, negated = '', operator = '=', wanted = ''] = /^(!?)(>=|<=|==|=|>|<|~)?\s*(\S+)$/.exec(condition) ?? []
  const compared = comparison(version, wanted)
  const fits = operator === '~' ? new RegExp(wanted).test(version) : (COMPARED[operator]?.(compared) ?? false)
  return fits !== (negated === '!')
}

const COMPARED: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '==': (order) => order === 0,
  '>': (order) => order > 0,
  '<': (order) => order < 0,
  '>=': (order) => order >= 0,
  '<=': (order) => order <= 0,
}

function comparison(have: string, wanted: string): number {
  const numbers = have.split('.').map(Number)
  const parts = wanted.split('.').map(Number)
  const differs = parts.findIndex((part, at) => part !== numbers[at])
  return differs < 0 ? 0 : (numbers[differs] ?? 0) - (parts[differs] ?? 0)
}

const sectionName = (text: string): string => /^<[^\s>]*/.exec(text)?.[0] ?? ''

/** The lines of one file as they are used up. */
class Source {
  readonly file: string
  private readonly lines: readonly Line[]
  private at = 0

  constructor(lines: readonly Line[], file: string) {
    this.lines = lines
    this.file = file
  }

  get last(): Line {
    return { text: '', number: (this.lines.at(-1)?.number ?? 1) - (this.lines.at(-1)?.text === '' ? 1 : 0) }
  }

  next(): Line | undefined {
    return this.lines[this.at++]
  }

  wrong(line: Line, message: string): ReadError {
    return new ReadError(`Syntax error on line ${line.number} of ${this.file}: ${message}`)
  }

  /** Passes over a section with those of its name in it. ap_soak_end_container. @throws ReadError */
  skip(name: string, open: Line): void {
    this.raw(name, open)
  }

  /** The lines of a section, which is passed. @throws ReadError */
  raw(name: string, open: Line): string {
    const kept: string[] = []
    for (let depth = 1; ; ) {
      const line = this.next()
      if (!line) throw this.wrong(open, `Expected </${name}> before end of configuration`)
      const [, end = '', found = ''] = /^<(\/?)([^\s>]*)/.exec(line.text) ?? []
      if (found.toLowerCase() === name) depth += end === '' ? 1 : -1
      if (depth === 0) return kept.join('\n')
      kept.push(line.text)
    }
  }
}

/** Files that a path with wildcards names, in their order; those of a folder with all that is in it. ap_process_resource_config. */
function filesOf(sys: Sys, path: string): string[] {
  const parts = path.split('/').slice(1)
  let found = ['']
  for (const part of parts)
    found = found.flatMap((base) => (/[*?[]/.test(part) ? matching(sys, base || '/', part) : [`${base}/${part}`]))
  return found.flatMap((each) => inFolder(sys, each.replace(/(?<=.)\/$/, '')))
}

function matching(sys: Sys, folder: string, pattern: string): string[] {
  const fits = globToRegExp(pattern)
  return namesIn(sys, folder)
    .filter((name) => fits.test(name) && (pattern.startsWith('.') || !name.startsWith('.')))
    .map((name) => `${folder === '/' ? '' : folder}/${name}`)
}

function inFolder(sys: Sys, path: string): string[] {
  try {
    if (!isDirectory(sys.stat(path).mode)) return [path]
  } catch (error) {
    if (isErrno(error)) return [path]
    throw error
  }
  return namesIn(sys, path).flatMap((name) => inFolder(sys, `${path}/${name}`))
}

/** What is in a folder, in order; nothing when it cannot be read. */
export function namesIn(sys: Sys, folder: string): string[] {
  try {
    return sys
      .readdir(folder)
      .map(({ name }) => name)
      .toSorted()
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}
