import { isDirectory, isErrno, isRegular, isSymlink } from '@drydock/abi'
import { statOrUndefined } from '../files/open-static.ts'
import type { Directive } from './directive.ts'
import type { Exchange } from './exchange.ts'
import { mapped } from './rewrite-maps.ts'
import {
  parseRewriteCond,
  parseRewriteRule,
  type RewriteCond,
  type RewriteFlags,
  type RewriteRule,
} from './rewrite-syntax.ts'
import { ownUrl, variable, worldOf } from './variables.ts'

/** What a list of rules made of a request. */
export interface Rewritten {
  readonly kind: 'unchanged' | 'path' | 'redirect' | 'proxy' | 'status'
  /** Path, or address of another place. */
  readonly to: string
  readonly status: number
  readonly passThrough: boolean
  readonly noEscape: boolean
  /** No other round through rules. */
  readonly end: boolean
}

/** Rules of a section with the conditions before them. */
export function rulesOf(directives: readonly Directive[]): RewriteRule[] {
  const rules: RewriteRule[] = []
  let conditions: RewriteCond[] = []
  for (const { key, raw } of directives) {
    const condition = key === 'rewritecond' ? parseRewriteCond(raw) : undefined
    if (condition !== undefined && typeof condition !== 'string') conditions.push(condition)
    const rule = key === 'rewriterule' ? parseRewriteRule(raw, conditions) : undefined
    if (rule === undefined || typeof rule === 'string') continue
    rules.push(rule)
    conditions = []
  }
  return rules
}

const isAbsolute = (uri: string): boolean => /^(https?|ftp|ws|wss|fcgi|ajp|balancer|unix|gopher|mailto):/i.test(uri)

/** One pass through rules: mod_rewrite's state of a request. */
class Pass {
  private readonly exchange: Exchange
  /** The folder of rules that stand in one, with a slash at its end. */
  private readonly folder: string | undefined
  private current: string
  private readonly start: string
  private noEscape = false
  private ruleGroups: readonly string[] = []
  private condGroups: readonly string[] = []

  constructor(exchange: Exchange, folder: string | undefined, start: string) {
    this.exchange = exchange
    this.folder = folder
    this.current = start
    this.start = start
  }

  async run(rules: readonly RewriteRule[]): Promise<Rewritten> {
    let changed = false
    let rounds = 0
    for (let at = 0; at < rules.length; at++) {
      const rule = rules[at]
      if (!rule) break
      const found = await this.apply(rule)
      if (!found) {
        // The rest of a chain goes with its first.
        while (rules[at]?.flags.chain) at++
        continue
      }
      const { flags } = rule
      if (flags.forbidden) return this.outcome('status', flags, 403)
      if (flags.gone) return this.outcome('status', flags, 410)
      if (rule.substitution !== '-' || flags.redirect !== undefined) changed = true
      if (flags.proxy) return this.outcome('proxy', flags)
      if (flags.redirect !== undefined && (flags.redirect < 300 || flags.redirect > 399))
        return this.outcome('status', flags, flags.redirect)
      if (flags.redirect !== undefined || isAbsolute(this.current)) {
        if (!isAbsolute(this.current)) this.current = ownUrl(this.exchange, this.current.replace(/^(?!\/)/, '/'))
        if (flags.last || flags.end || flags.redirect === undefined)
          return this.outcome('redirect', flags, flags.redirect ?? 302)
        changed = true
      }
      if (flags.passThrough) return this.outcome('path', flags, 0, true)
      if (flags.last || flags.end) return this.outcome(changed ? 'path' : 'unchanged', flags)
      if (flags.next && rounds++ < 10_000) at = -1
      at += flags.skip
      if (isAbsolute(this.current)) this.pending = { flags, status: flags.redirect ?? 302 }
    }
    if (this.pending && isAbsolute(this.current))
      return this.outcome('redirect', this.pending.flags, this.pending.status)
    return this.outcome(changed ? 'path' : 'unchanged', undefined)
  }

  private pending: { readonly flags: RewriteFlags; readonly status: number } | undefined

  private outcome(
    kind: Rewritten['kind'],
    flags: RewriteFlags | undefined,
    status = 0,
    passThrough = false,
  ): Rewritten {
    return { kind, status, passThrough, to: this.current, noEscape: this.noEscape, end: flags?.end ?? false }
  }

  /** @returns whether the rule fitted */
  private async apply(rule: RewriteRule): Promise<boolean> {
    const { exchange, folder } = this
    let subject = this.current
    if (folder !== undefined) {
      if (!subject.startsWith(folder)) return false
      subject = subject.slice(folder.length)
    }
    const match = rule.regex.exec(subject)
    if ((match !== null) === rule.negated) return false
    this.ruleGroups = match ? [...match].map((group) => group ?? '') : []
    if (!(await this.allow(rule.conditions))) return false
    const { flags } = rule
    if (flags.noEscape) this.noEscape = true
    for (const text of flags.env) await this.setEnv(text)
    for (const text of flags.cookies) await this.setCookie(text)
    if (rule.substitution !== '-') {
      const result = await this.expand(rule.substitution, flags.escapeGroups)
      this.current = this.splitQuery(result, flags)
      if (folder !== undefined && !isAbsolute(this.current) && !this.current.startsWith('/'))
        this.current = folder + this.current
    } else if (flags.discardQuery) exchange.args = ''
    if (flags.handler !== undefined) exchange.handler = (await this.expand(flags.handler, false)).toLowerCase()
    if (flags.type !== undefined) exchange.forcedType = await this.expand(flags.type, false)
    return true
  }

  /** What stands behind a question mark takes the place of the query, or goes before it. */
  private splitQuery(result: string, flags: RewriteFlags): string {
    const { exchange } = this
    const at = flags.lastQuestion ? result.lastIndexOf('?') : result.indexOf('?')
    if (at < 0) {
      if (flags.discardQuery) exchange.args = ''
      return result
    }
    const query = result.slice(at + 1)
    const old = exchange.args
    exchange.args = flags.appendQuery && old !== '' ? (query === '' ? old : `${query}&${old}`) : query
    return result.slice(0, at)
  }

  private async allow(conditions: readonly RewriteCond[]): Promise<boolean> {
    for (let at = 0; at < conditions.length; at++) {
      const condition = conditions[at]
      if (!condition) break
      const holds = (await this.holds(condition)) !== condition.negated
      if (condition.or) {
        if (!holds) continue
        while (conditions[at]?.or) at++
      } else if (!holds) return false
    }
    return true
  }

  private async holds({ test, pattern, regex, condition, fold }: RewriteCond): Promise<boolean> {
    const { exchange } = this
    if (condition) return condition({ ...worldOf(exchange), groups: this.ruleGroups })
    const text = await this.expand(test, false)
    if (regex) {
      const match = regex.exec(text)
      if (match) this.condGroups = [...match].map((group) => group ?? '')
      return match !== null
    }
    if (pattern.startsWith('-')) return this.isFile(text, pattern)
    return compares(text, await this.expand(pattern, false), fold)
  }

  private isFile(path: string, kind: string): boolean {
    const { sys } = this.exchange.context
    const [, number, wanted = ''] = /^-(lt|le|gt|ge|eq|ne)(.*)$/.exec(kind) ?? []
    if (number !== undefined) return NUMBERS[number]?.(Number.parseInt(path, 10), Number.parseInt(wanted, 10)) ?? false
    if (/^-[lLh]$/.test(kind)) return isLink(this.exchange, path)
    const stat = statOrUndefined(sys, path)
    if (kind === '-U') return true
    if (!stat) return false
    if (kind === '-d') return isDirectory(stat.mode)
    if (kind === '-s') return isRegular(stat.mode) && stat.size > 0
    return kind === '-x' ? (stat.mode & 0o111) !== 0 : isRegular(stat.mode)
  }

  /** `E=name:value`, `E=!name`. */
  private async setEnv(text: string): Promise<void> {
    const { env } = this.exchange
    const whole = await this.expand(text, false)
    const [, name = '', value = ''] = /^([^:]*):?(.*)$/s.exec(whole) ?? []
    if (name.startsWith('!')) env.delete(name.slice(1))
    else env.set(name, value)
  }

  /** `CO=name:value:domain[:minutes[:path[:secure[:httponly]]]]`. */
  private async setCookie(text: string): Promise<void> {
    const whole = await this.expand(text, false)
    const [name = '', value = '', domain = '', minutes, path, secure, httpOnly] = whole.split(
      whole.startsWith(';') ? ';' : ':',
    )
    const expires = Number(minutes ?? 0)
    const at = new Date(this.exchange.context.sys.clock.now() + expires * 60_000).toUTCString()
    const parts = [
      `${name}=${value}`,
      `path=${path === undefined || path === '' ? '/' : path}`,
      ...(domain === '' ? [] : [`domain=${domain}`]),
      ...(expires > 0 ? [`expires=${at.replace(/(\d\d) (\w{3}) (\d{4})/, '$1-$2-$3')}`] : []),
      ...(secure !== undefined && /^(1|true|secure)$/i.test(secure) ? ['secure'] : []),
      ...(httpOnly !== undefined && /^(1|true|httponly)$/i.test(httpOnly) ? ['HttpOnly'] : []),
    ]
    this.exchange.errorFields.push(['Set-Cookie', parts.join('; ')])
  }

  /** Puts groups, variables and maps in their places. do_expand */
  async expand(text: string, escape: boolean): Promise<string> {
    let out = ''
    for (let at = 0; at < text.length; ) {
      const rest = text.slice(at)
      const group = /^([$%])(\d)/.exec(rest)
      const name = /^%\{([^}]*)\}/.exec(rest)
      const map = /^\$\{([^:}]+):/.exec(rest)
      if (rest.startsWith('\\') && rest.length > 1) {
        out += rest[1] ?? ''
        at += 2
      } else if (group) {
        const value = (group[1] === '$' ? this.ruleGroups : this.condGroups)[Number(group[2])] ?? ''
        out += escape ? encodeURIComponent(value).replaceAll('%20', '+') : value
        at += 2
      } else if (name) {
        out += this.named(name[1] ?? '')
        at += name[0].length
      } else if (map) {
        const end = at + closing(rest)
        const [key = '', otherwise = ''] = text.slice(at + map[0].length, end).split(/\|(.*)/s)
        out +=
          (await mapped(this.exchange, map[1] ?? '', await this.expand(key, false))) ??
          (await this.expand(otherwise, false))
        at = end + 1
      } else {
        out += rest[0] ?? ''
        at++
      }
    }
    return out
  }

  private named(name: string): string {
    const { exchange } = this
    const [, call, argument = ''] = /^(ENV|HTTP|SSL|LA-U|LA-F):(.*)$/i.exec(name) ?? []
    if (call === undefined) {
      if (/^(REQUEST|SCRIPT)_FILENAME$/.test(name) && this.current !== this.start) return this.current
      return variable(exchange, name)
    }
    if (/^env$/i.test(call)) return exchange.env.get(argument) ?? ''
    return /^http$/i.test(call) ? (exchange.fields.get(argument) ?? '') : variable(exchange, argument)
  }
}

/** Where the brace that opens in the second place ends. */
function closing(text: string): number {
  let depth = 0
  for (let at = 0; at < text.length; at++)
    if (text[at] === '{') depth++
    else if (text[at] === '}' && --depth === 0) return at
  return text.length
}

const NUMBERS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
}

function isLink({ context }: Exchange, path: string): boolean {
  try {
    return isSymlink(context.sys.lstat(path).mode)
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

/** `=text`, `<text`, `>=text`… in the order of letters. */
function compares(text: string, pattern: string, fold: boolean): boolean {
  const [, operator = '', raw = ''] = /^([<>]=?|=)(.*)$/s.exec(pattern) ?? []
  const wanted = raw === '""' ? '' : raw
  const [a, b] = fold ? [text.toLowerCase(), wanted.toLowerCase()] : [text, wanted]
  if (operator === '=') return a === b
  if (operator === '<') return a < b
  return operator === '>' ? a > b : operator === '<=' ? a <= b : a >= b
}

/** @param folder the folder whose rules these are, with a slash at its end; undefined for those of a server */
export const runRules = (
  exchange: Exchange,
  rules: readonly RewriteRule[],
  start: string,
  folder?: string,
): Promise<Rewritten> => new Pass(exchange, folder, start).run(rules)
