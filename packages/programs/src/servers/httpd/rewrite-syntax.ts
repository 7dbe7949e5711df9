import { compileCondition, type Condition } from './expression.ts'
import { compileRegex } from './regex.ts'

/** One condition before a rule. */
export interface RewriteCond {
  readonly test: string
  readonly negated: boolean
  /** A regular expression, a comparison or a test of files; `expr` has a condition. */
  readonly regex: RegExp | undefined
  readonly condition: Condition | undefined
  readonly pattern: string
  readonly fold: boolean
  readonly or: boolean
}

export interface RewriteFlags {
  readonly chain: boolean
  readonly last: boolean
  readonly end: boolean
  readonly forbidden: boolean
  readonly gone: boolean
  readonly next: boolean
  readonly noEscape: boolean
  readonly proxy: boolean
  readonly passThrough: boolean
  readonly appendQuery: boolean
  readonly discardQuery: boolean
  readonly lastQuestion: boolean
  readonly discardPath: boolean
  readonly escapeGroups: boolean
  /** Status of a redirection. */
  readonly redirect: number | undefined
  readonly skip: number
  readonly env: readonly string[]
  readonly cookies: readonly string[]
  readonly handler: string | undefined
  readonly type: string | undefined
}

export interface RewriteRule {
  readonly conditions: readonly RewriteCond[]
  readonly negated: boolean
  readonly regex: RegExp
  readonly substitution: string
  readonly flags: RewriteFlags
}

/** Two words and what follows: quotes around a word, and blanks with a backslash in it. parseargline */
function arguments_(line: string): readonly [string, string, string] | undefined {
  const words: string[] = []
  let rest = line.trimStart()
  while (words.length < 3 && rest !== '') {
    const quoted = /^(["'])((?:\\.|(?!\1).)*)\1(?=\s|$)/s.exec(rest)
    const bare = /^(?:\\\s|\S)+/.exec(rest)
    const [whole, word] = quoted ? [quoted[0], quoted[2] ?? ''] : [bare?.[0] ?? '', bare?.[0] ?? '']
    words.push(word)
    rest = rest.slice(whole.length).trimStart()
  }
  const [a, b, c = ''] = words
  return a === undefined || b === undefined ? undefined : [a, b, c]
}

const CODES: Readonly<Record<string, number>> = { permanent: 301, temp: 302, seeother: 303 }

const NAMES: Readonly<Record<string, string>> = {
  b: 'escapebackreferences',
  c: 'chain',
  co: 'cookie',
  dpi: 'discardpath',
  e: 'env',
  f: 'forbidden',
  g: 'gone',
  h: 'handler',
  l: 'last',
  n: 'next',
  nc: 'nocase',
  ne: 'noescape',
  ns: 'nosubreq',
  p: 'proxy',
  pt: 'passthrough',
  qsa: 'qsappend',
  qsd: 'qsdiscard',
  qsl: 'qslast',
  r: 'redirect',
  s: 'skip',
  t: 'type',
  end: 'end',
  bnp: 'backrefnoplus',
  unsafeallow3f: 'unsafeallow3f',
  unsafeprefixstat: 'unsafeprefixstat',
  bctls: 'bctls',
  bne: 'bne',
}
const LONG: ReadonlySet<string> = new Set(Object.values(NAMES))

/** `[R=301,L]` by their long names, each as often as it stands there. @returns the words of an error */
function flagList(text: string, rule: string): readonly (readonly [string, string])[] | string {
  if (text === '') return []
  if (!text.startsWith('[') || !text.endsWith(']')) return `${rule}: bad flag delimiters`
  const pairs: (readonly [string, string])[] = []
  for (const each of text.slice(1, -1).split(',')) {
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(each.trim()) ?? []
    const key = name.toLowerCase()
    const long = NAMES[key] ?? (LONG.has(key) ? key : undefined)
    if (long === undefined) return `${rule}: unknown flag '${each.trim()}'`
    pairs.push([long, value])
  }
  return pairs
}

function flagsOf(pairs: readonly (readonly [string, string])[]): RewriteFlags {
  const has = (name: string): boolean => pairs.some(([each]) => each === name)
  const value = (name: string): string | undefined => pairs.findLast(([each]) => each === name)?.[1]
  const all = (name: string): string[] => pairs.filter(([each]) => each === name).map(([, each]) => each)
  const redirect = value('redirect')
  const status =
    redirect === undefined ? undefined : redirect === '' ? 302 : (CODES[redirect.toLowerCase()] ?? Number(redirect))
  return {
    chain: has('chain'),
    last: has('last'),
    end: has('end'),
    forbidden: has('forbidden'),
    gone: has('gone'),
    next: has('next'),
    noEscape: has('noescape'),
    proxy: has('proxy'),
    passThrough: has('passthrough'),
    appendQuery: has('qsappend'),
    discardQuery: has('qsdiscard'),
    lastQuestion: has('qslast'),
    discardPath: has('discardpath'),
    escapeGroups: has('escapebackreferences'),
    redirect: status,
    skip: Number(value('skip') ?? 0),
    env: all('env'),
    cookies: all('cookie'),
    handler: value('handler'),
    type: value('type'),
  }
}

/** @returns the rule, or the words of an error */
export function parseRewriteRule(raw: string, conditions: readonly RewriteCond[]): RewriteRule | string {
  const words = arguments_(raw)
  if (!words) return `RewriteRule: bad argument line '${raw}'`
  const [pattern, substitution, flags] = words
  const pairs = flagList(flags, 'RewriteRule')
  if (typeof pairs === 'string') return pairs
  const negated = pattern.startsWith('!')
  const source = negated ? pattern.slice(1) : pattern
  const regex = compileRegex(
    source,
    pairs.some(([name]) => name === 'nocase'),
  )
  if (!regex) return `RewriteRule: cannot compile regular expression '${source}'`
  return { conditions, negated, regex, substitution, flags: flagsOf(pairs) }
}

const COND_FLAG = /^(nc|nocase|or|ornext|nv|novary)$/i

/** @returns the condition, or the words of an error */
export function parseRewriteCond(raw: string): RewriteCond | string {
  const words = arguments_(raw)
  if (!words) return `RewriteCond: bad argument line '${raw}'`
  const [test, written, flagText] = words
  const flags =
    flagText === ''
      ? []
      : flagText
          .replace(/^\[|\]$/g, '')
          .split(',')
          .map((each) => each.trim())
  const unknown = flags.find((each) => !COND_FLAG.test(each))
  if (flagText !== '' && !/^\[.*\]$/.test(flagText)) return 'RewriteCond: bad flag delimiters'
  if (unknown !== undefined) return `RewriteCond: unknown flag '${unknown}'`
  const fold = flags.some((each) => /^(nc|nocase)$/i.test(each))
  const negated = written.startsWith('!')
  const pattern = negated ? written.slice(1) : written
  const common = { test, negated, pattern, fold, or: flags.some((each) => /^or/i.test(each)) }
  if (test.toLowerCase() === 'expr') {
    const condition = compileCondition(pattern)
    if (typeof condition === 'string') return `RewriteCond: cannot compile "${test} ${pattern}": ${condition}`
    return { ...common, condition, regex: undefined }
  }
  if (/^(-[a-z]{1,2}\b|[<>]=?|=)/i.test(pattern)) return { ...common, condition: undefined, regex: undefined }
  const regex = compileRegex(pattern, fold)
  return regex
    ? { ...common, regex, condition: undefined }
    : `RewriteCond: cannot compile regular expression '${pattern}'`
}

export const checkRewriteRule = (raw: string): string | undefined => {
  const rule = parseRewriteRule(raw, [])
  return typeof rule === 'string' ? rule : undefined
}

export const checkRewriteCond = (raw: string): string | undefined => {
  const condition = parseRewriteCond(raw)
  return typeof condition === 'string' ? condition : undefined
}
