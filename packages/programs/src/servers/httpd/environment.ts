import type { Layer } from './directive.ts'
import type { Exchange } from './exchange.ts'
import { compileCondition } from './expression.ts'
import { compileRegex } from './regex.ts'
import { variable, worldOf } from './variables.ts'

const BROWSER: Readonly<Record<string, boolean>> = { browsermatch: false, browsermatchnocase: true }
const GENERIC: Readonly<Record<string, boolean>> = { setenvif: false, setenvifnocase: true }

/** SetEnvIf, BrowserMatch and SetEnvIfExpr of some sections, as they stand there. mod_setenvif */
export function setEnvIf(exchange: Exchange, layers: readonly Layer[]): void {
  for (const { key, args } of layers.flatMap(({ directives }) => directives)) {
    const browser = BROWSER[key]
    const generic = GENERIC[key]
    if (browser !== undefined) tested(exchange, 'User-Agent', args, browser)
    else if (generic !== undefined) tested(exchange, args[0] ?? '', args.slice(1), generic)
    else if (key === 'setenvifexpr') conditioned(exchange, args)
  }
}

function tested(
  exchange: Exchange,
  attribute: string,
  [pattern = '', ...names]: readonly string[],
  fold: boolean,
): void {
  const value = attributeOf(exchange, attribute)
  const match = compileRegex(pattern, fold)?.exec(value)
  if (match) for (const each of names) setOne(exchange, each, [...match])
}

function conditioned(exchange: Exchange, [source = '', ...names]: readonly string[]): void {
  const condition = compileCondition(source)
  if (typeof condition === 'string') return
  const world = worldOf(exchange)
  if (condition(world)) for (const each of names) setOne(exchange, each, world.groups)
}

/** `name`, `name=value` with groups, `!name`. */
function setOne({ env }: Exchange, text: string, groups: readonly (string | undefined)[]): void {
  if (text.startsWith('!')) return void env.delete(text.slice(1))
  const [, name = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? []
  env.set(name, value?.replace(/\$(\d)/g, (_, group: string) => groups[Number(group)] ?? '') ?? '1')
}

/** A name for what is known of the request, a field, or a variable that was set before. */
function attributeOf(exchange: Exchange, name: string): string {
  const known: Readonly<Record<string, string>> = {
    remote_addr: exchange.client,
    remote_host: exchange.client,
    server_addr: exchange.connection.local.host,
    request_method: exchange.method,
    request_protocol: exchange.request.protocol,
    request_uri: exchange.uri,
  }
  const own = known[name.toLowerCase()] ?? (/^remote_user$/i.test(name) ? variable(exchange, 'REMOTE_USER') : undefined)
  return own ?? exchange.fields.get(name) ?? exchange.env.get(name) ?? ''
}

/** SetEnv and UnsetEnv. mod_env */
export function setEnv({ env, settings }: Exchange): void {
  for (const { key, args } of settings.layers.flatMap(({ directives }) => directives)) {
    if (key === 'setenv') env.set(args[0] ?? '', args[1] ?? '')
    else if (key === 'unsetenv') for (const name of args) env.delete(name)
  }
}
