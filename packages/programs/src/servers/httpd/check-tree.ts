import { DirectiveError, HttpdConfigError } from './config-error.ts'
import { checkValue } from './check-values.ts'
import type { Directive } from './directive.ts'
import type { DirectiveSpec, Modules } from './modules.ts'

/** Where a directive stands: the section nearest to it that counts, and what .htaccess may say. */
export interface Standing {
  readonly modules: Modules
  /** `<VirtualHost`, `<Directory`…; undefined for the main server. */
  readonly section: string | undefined
  /** Classes that .htaccess may use; undefined elsewhere. */
  readonly overrides?: ReadonlySet<string> | undefined
  /** What a word of AllowOverrideList lets in. */
  readonly listed?: ReadonlySet<string>
}

const ARITIES: Readonly<Record<string, readonly [words: string, fits: (count: number) => boolean]>> = {
  '0': ['takes no arguments', (count) => count === 0],
  '1': ['takes one argument', (count) => count === 1],
  '2': ['takes two arguments', (count) => count === 2],
  '3': ['takes three arguments', (count) => count === 3],
  '12': ['takes 1-2 arguments', (count) => count === 1 || count === 2],
  '23': ['takes two or three arguments', (count) => count === 2 || count === 3],
  '123': ['takes one, two or three arguments', (count) => count >= 1 && count <= 3],
  '+': ['requires at least one argument', (count) => count >= 1],
  '++': ['requires at least two arguments', (count) => count >= 2],
}

const PLACES: ReadonlySet<string> = new Set([
  ...[
    '<directory',
    '<directorymatch',
    '<location',
    '<locationmatch',
    '<files',
    '<filesmatch',
    '<if',
    '<elseif',
    '<else',
  ],
  ...['<proxy', '<proxymatch'],
])
/** Sections that leave what is in them where it is. */
const TRANSPARENT: ReadonlySet<string> = new Set([
  ...['<limit', '<limitexcept', '<requireall', '<requireany', '<requirenone'],
])
/** What only the main server may say. GLOBAL_ONLY */
const GLOBAL: ReadonlySet<string> = new Set([
  ...['listen', 'user', 'group', 'pidfile', 'loadmodule', 'servertokens', 'startservers', 'threadsperchild', 'mutex'],
  ...['maxrequestworkers', 'serverlimit', 'coredumpdirectory', 'scoreboardfile', 'serverroot', 'maxclients'],
])

/** Walks a tree and refuses the first directive that is wrong. ap_walk_config. @throws HttpdConfigError */
export function checkTree(directives: readonly Directive[], standing: Standing): void {
  for (const directive of directives) {
    try {
      checkDirective(directive, standing)
    } catch (error) {
      if (!(error instanceof DirectiveError)) throw error
      throw new HttpdConfigError(
        `AH00526: Syntax error on line ${directive.line} of ${directive.file}:\n${error.message}`,
      )
    }
  }
}

/** @throws DirectiveError for the directive itself, HttpdConfigError for one in it */
export function checkDirective(directive: Directive, standing: Standing): void {
  const { key, block, raw } = directive
  const name = directive.name.replace('\0', '')
  const spec = standing.modules.spec(key)
  if (!spec)
    throw new DirectiveError(
      `Invalid command '${name}', perhaps misspelled or defined by a module not included in the server configuration`,
    )
  checkPlace(spec, key, standing)
  if (block && directive.name.endsWith('\0')) throw new DirectiveError(`${name}> directive missing closing '>'`)
  if (block && raw === '' && !/^<(else|require(all|any|none))$/.test(key))
    throw new DirectiveError(`${name}> directive requires additional arguments`)
  checkArity(spec, directive)
  checkValue(directive, standing.section)
  if (!block) return
  checkTree(block, TRANSPARENT.has(key) ? standing : { ...standing, section: name })
}

function checkPlace(spec: DirectiveSpec, key: string, { section, overrides, listed }: Standing): void {
  const inside = section !== undefined && PLACES.has(section.toLowerCase())
  if (overrides) {
    const allowed = spec.overrides.some((each) => (each === 'Any' ? overrides.size > 0 : overrides.has(each)))
    if (!allowed && !listed?.has(key)) throw new DirectiveError(`${spec.name} not allowed here`)
    return
  }
  if (section?.toLowerCase() === '<virtualhost' && GLOBAL.has(key))
    throw new DirectiveError(`${spec.name} cannot occur within <VirtualHost> section`)
  if (spec.where === 's' && inside)
    throw new DirectiveError(
      spec.module === 'core.c' || spec.module === 'event.c'
        ? `${spec.name.replace(/^<.*/, '$&>')} not allowed in ${section}> context`
        : `${spec.name} not allowed here`,
    )
  if (spec.where === 'd' && !inside) throw new DirectiveError(`${spec.name} not allowed here`)
}

function checkArity({ name, arity, help }: DirectiveSpec, { args, block }: Directive): void {
  if (block) return
  if (arity === 'f') {
    if (args.length !== 1 || !/^(on|off)$/i.test(args[0] ?? '')) throw new DirectiveError(`${name} must be On or Off`)
    return
  }
  const [words, fits] = ARITIES[arity] ?? []
  if (words !== undefined && fits && !fits(args.length))
    throw new DirectiveError(`${name} ${words}${help === '' ? '' : `, ${help}`}`)
}
