import { HeaderMap } from '@drydock/http'
import type { Directive } from './directive.ts'
import type { Exchange } from './exchange.ts'
import { compileCondition, compileText } from './expression.ts'
import { compileRegex } from './regex.ts'
import { variable, worldOf } from './variables.ts'

interface Rule {
  readonly always: boolean
  readonly action: string
  readonly name: string
  readonly value: string
  /** What takes the place of the value: of edit. */
  readonly replacement: string
  /** `env=NAME`, `expr=…`. */
  readonly condition: string | undefined
}

function ruleOf({ args }: Directive): Rule {
  const where = /^(always|onsuccess)$/i.test(args[0] ?? '') ? args[0] : undefined
  const [action = '', name = '', ...rest] = where === undefined ? args : args.slice(1)
  const edit = /^edit/i.test(action)
  const condition = rest
    .slice(/^(unset|echo)$/i.test(action) ? 0 : edit ? 2 : 1)
    .find((each) => /^(env=|expr=|early)/i.test(each))
  return {
    always: where?.toLowerCase() === 'always',
    action: action.toLowerCase(),
    ...{ name, value: rest[0] ?? '', replacement: edit ? (rest[1] ?? '') : '', condition },
  }
}

function applies(exchange: Exchange, condition: string | undefined): boolean {
  if (condition === undefined) return true
  if (condition.startsWith('env=!')) return !exchange.env.has(condition.slice(5))
  if (condition.startsWith('env=')) return exchange.env.has(condition.slice(4))
  const compiled = compileCondition(condition.slice(5))
  return typeof compiled !== 'string' && compiled(worldOf(exchange))
}

const micros = (ms: number): string => String(Math.round(ms * 1000))

/** Letters of a format: `%t`, `%D`, `%{NAME}e`, `%{NAME}s`, `%%`. */
function formatted(exchange: Exchange, text: string): string {
  if (/^expr=/i.test(text)) return compileText(text.slice(5))(worldOf(exchange))
  const { sys } = exchange.context
  return text.replace(/%(%|t|D|l|i|b|\{([^}]*)\}([es]))/g, (whole, letter: string, name = '', kind = '') => {
    if (letter === '%') return '%'
    if (letter === 't') return `t=${micros(sys.clock.now())}`
    if (letter === 'D') return `D=${micros(sys.clock.monotonic() - exchange.startMs)}`
    if (kind === 'e') return exchange.env.get(name) ?? '(null)'
    if (kind === 's') return variable(exchange, name) || '(null)'
    return whole
  })
}

function apply(exchange: Exchange, fields: HeaderMap, rule: Rule): void {
  const { action, name } = rule
  const value = formatted(exchange, rule.value)
  if (action === 'set') put(fields, name, value)
  else if (action === 'add') fields.append(name, value)
  else if (action === 'unset') fields.delete(name)
  else if (action === 'setifempty' && !fields.has(name)) fields.append(name, value)
  else if (action === 'append' || action === 'merge') joined(fields, name, value, action === 'merge')
  else if (action === 'note') exchange.notes.set(value, fields.get(name) ?? '')
  else if (action.startsWith('edit')) edited(fields, rule)
  else if (action === 'echo')
    for (const [each, text] of exchange.request.headers)
      if (compileRegex(name, true)?.test(each)) fields.append(each, text)
}

/** apr_table_set: the first of that name goes, with all others; the new one takes its place. */
const put = (fields: HeaderMap, name: string, value: string): void => {
  fields.set(name, value)
}

function joined(fields: HeaderMap, name: string, value: string, once: boolean): void {
  const old = fields.get(name)
  if (old === undefined) return fields.append(name, value)
  if (once && old.split(',').some((each) => each.trim() === value)) return
  fields.set(name, `${old}, ${value}`)
}

function edited(fields: HeaderMap, { action, name, value, replacement }: Rule): void {
  const regex = compileRegex(value)
  if (!regex) return
  const all = action === 'edit*' ? new RegExp(regex.source, `${regex.flags}g`) : regex
  const texts = fields.getAll(name)
  fields.delete(name)
  for (const text of texts) fields.append(name, text.replace(all, replacement.replace(/\$0/g, '$$&')))
}

/** RequestHeader. */
export function editRequest(exchange: Exchange): void {
  for (const directive of exchange.settings.all('requestheader')) {
    const rule = ruleOf(directive)
    if (applies(exchange, rule.condition)) apply(exchange, exchange.fields, rule)
  }
}

/** Header: on what goes with every answer, and on what goes with those that succeed alone. */
export function editResponse(
  exchange: Exchange,
  fields: Iterable<readonly [string, string]>,
  { succeeded }: { readonly succeeded: boolean },
): (readonly [string, string])[] {
  const always = new HeaderMap(exchange.errorFields)
  const own = new HeaderMap(fields)
  const rules = exchange.settings.all('header').map(ruleOf)
  // What goes out is to be seen by conditions.
  exchange.sent = [...always, ...own]
  for (const rule of rules) if (rule.always && applies(exchange, rule.condition)) apply(exchange, always, rule)
  if (succeeded)
    for (const rule of rules) if (!rule.always && applies(exchange, rule.condition)) apply(exchange, own, rule)
  return [...always, ...own]
}
