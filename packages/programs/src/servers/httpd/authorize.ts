import { isErrno } from '@drydock/abi'
import { decodeBase64 } from '@drydock/codec'
import { readTextFile } from '@drydock/libc'
import { passwordFits } from '../../account/password-fits.ts'
import type { Directive, Layer } from './directive.ts'
import { note } from './error-log.ts'
import { type Exchange, inRoot } from './exchange.ts'
import { compileCondition, compileText, requiredExpression } from './expression.ts'
import { inNetwork } from './networks.ts'
import { worldOf } from './variables.ts'

/** AUTHZ_DENIED_NO_USER is `nameless`: it would help to know who asks. */
type Verdict = 'granted' | 'denied' | 'nameless' | 'neutral'

const REQUIREMENTS: readonly string[] = [
  'require',
  '<requireall',
  '<requireany',
  '<requirenone',
  '<limit',
  '<limitexcept',
]

/** Limits are opened for the methods they are for. */
function opened(directives: readonly Directive[], method: string): Directive[] {
  return directives.flatMap((each) => {
    if (!each.key.startsWith('<limit') || !each.block) return [each]
    const named = each.args.includes(method === 'HEAD' ? 'GET' : method)
    return named === (each.key === '<limit') ? opened(each.block, method) : []
  })
}

/** What a section says of who may come, for the method; the last section that says anything counts. */
function requirements(exchange: Exchange): readonly Directive[] {
  const layers = exchange.settings.layers.toReversed()
  for (const layer of layers) {
    if (!REQUIREMENTS.some((key) => layer.has(key))) continue
    const found = opened(layer.directives, exchange.method).filter(({ key }) => REQUIREMENTS.includes(key))
    if (found.length > 0) return found
  }
  return []
}

/** Who may come: the phases of access, authentication and authorization. @returns a status that bars the way */
export async function authorize(exchange: Exchange): Promise<number | undefined> {
  const required = requirements(exchange)
  const compat = byOrder(exchange)
  const any = exchange.settings.word('satisfy')?.toLowerCase() === 'any'
  if (compat === false && !(any && required.length > 0)) {
    await note(exchange, 'access_compat:error', `AH01797: client denied by server configuration: ${exchange.filename}`)
    return 403
  }
  if (required.length === 0 || (any && compat === true)) return undefined
  const first = await anyOf(exchange, required)
  if (first === 'granted') return undefined
  if (first === 'denied' || first === 'neutral') {
    await note(
      exchange,
      'authz_core:error',
      `AH01630: client denied by server configuration: ${exchange.filename === '' ? exchange.uri : exchange.filename}`,
    )
    return 403
  }
  return authenticated(exchange, required)
}

async function authenticated(exchange: Exchange, required: readonly Directive[]): Promise<number | undefined> {
  const { settings, uri } = exchange
  const type = settings.word('authtype')
  if (type === undefined || /^none$/i.test(type)) {
    await note(
      exchange,
      'core:error',
      `AH00027: No authentication done but request not allowed without authentication for ${uri}. Authentication not configured?`,
    )
    return 500
  }
  if (settings.word('authname') === undefined) {
    await note(exchange, 'auth_basic:error', `AH01615: need AuthName: ${uri}`)
    return 500
  }
  const refused = await basic(exchange)
  if (refused !== undefined) return refused
  if ((await anyOf(exchange, required)) === 'granted') return undefined
  await note(exchange, 'authz_core:error', `AH01631: user ${exchange.user ?? ''}: authorization failure for "${uri}": `)
  return challenge(exchange)
}

function challenge(exchange: Exchange): number {
  const realm = (exchange.settings.word('authname') ?? '').replaceAll('"', '\\"')
  exchange.errorFields.push(['WWW-Authenticate', `Basic realm="${realm}"`])
  return 401
}

/** mod_auth_basic with mod_authn_file. */
async function basic(exchange: Exchange): Promise<number | undefined> {
  const { fields, settings, uri } = exchange
  const [, encoded] = /^Basic\s+(\S+)$/i.exec(fields.get('authorization') ?? '') ?? []
  if (encoded === undefined) return challenge(exchange)
  const [, user = '', password = ''] =
    /^([^:]*):?(.*)$/s.exec(new TextDecoder().decode(decodeBase64(encoded) ?? new Uint8Array(0))) ?? []
  const path = settings.word('authuserfile')
  if (path === undefined) {
    await note(exchange, 'authn_file:error', 'AH01619: AuthUserFile not specified in the configuration')
    return 500
  }
  const stored = await storedPassword(exchange, inRoot(exchange.context, path), user)
  if (typeof stored === 'number') return stored
  if (stored === undefined) {
    await note(exchange, 'auth_basic:error', `AH01618: user ${user} not found: ${uri}`)
    return challenge(exchange)
  }
  if (!(await passwordFits(exchange.context.sys, password, stored))) {
    await note(
      exchange,
      'auth_basic:error',
      `AH01617: user ${user}: authentication failure for "${uri}": Password Mismatch`,
    )
    return challenge(exchange)
  }
  exchange.user = user
  exchange.authType = 'Basic'
  return undefined
}

async function storedPassword(exchange: Exchange, path: string, user: string): Promise<string | number | undefined> {
  try {
    const lines = (await readTextFile(exchange.context.sys, path)).split('\n')
    return lines.find((line) => line.startsWith(`${user}:`))?.split(':')[1]
  } catch (error) {
    if (!isErrno(error)) throw error
    await note(
      exchange,
      'authn_file:error',
      `(${error.errno})${error.message}: AH01620: Could not open password file: ${path}`,
    )
    return 500
  }
}

/** RequireAny, which a list by itself is too. */
async function anyOf(exchange: Exchange, directives: readonly Directive[]): Promise<Verdict> {
  const verdicts = await Promise.all(directives.map((each) => judge(exchange, each)))
  return verdicts.includes('granted')
    ? 'granted'
    : verdicts.includes('nameless')
      ? 'nameless'
      : verdicts.includes('denied')
        ? 'denied'
        : 'neutral'
}

async function allOf(exchange: Exchange, directives: readonly Directive[]): Promise<Verdict> {
  const verdicts = await Promise.all(directives.map((each) => judge(exchange, each)))
  if (verdicts.includes('denied')) return 'denied'
  return verdicts.includes('nameless') ? 'nameless' : verdicts.includes('granted') ? 'granted' : 'neutral'
}

async function judge(exchange: Exchange, { key, args, raw, block }: Directive): Promise<Verdict> {
  if (key === '<requireall') return allOf(exchange, opened(block ?? [], exchange.method))
  if (key === '<requireany') return anyOf(exchange, opened(block ?? [], exchange.method))
  if (key === '<requirenone') return (await anyOf(exchange, block ?? [])) === 'granted' ? 'denied' : 'neutral'
  const negated = args[0]?.toLowerCase() === 'not'
  const [provider = '', ...words] = negated ? args.slice(1) : args
  const texts = /^expr$/i.test(provider)
    ? [requiredExpression(raw)]
    : words.map((word) => compileText(word)(worldOf(exchange)))
  const verdict = await PROVIDERS[provider.toLowerCase()]?.(exchange, texts)
  if (!negated) return verdict ?? 'denied'
  return verdict === 'granted' ? 'denied' : verdict === 'nameless' ? 'nameless' : 'neutral'
}

const verdictOf = (granted: boolean): Verdict => (granted ? 'granted' : 'denied')
const named = (exchange: Exchange, fits: (user: string) => boolean): Verdict =>
  exchange.user === undefined ? 'nameless' : verdictOf(fits(exchange.user))

const PROVIDERS: Readonly<
  Record<string, (exchange: Exchange, words: readonly string[]) => Verdict | Promise<Verdict>>
> = {
  all: (_exchange, [word]) => verdictOf(word?.toLowerCase() === 'granted'),
  ip: ({ client }, words) => verdictOf(words.some((word) => inNetwork(client, word))),
  local: ({ client, connection }) =>
    verdictOf(client.startsWith('127.') || client === '::1' || client === connection.local.host),
  host: async (exchange, words) => verdictOf(isLoopback(exchange) && words.includes('localhost')),
  env: ({ env }, words) => verdictOf(words.some((word) => env.has(word))),
  method: ({ method }, words) => verdictOf(words.includes(method)),
  user: (exchange, words) => named(exchange, (user) => words.includes(user)),
  'valid-user': (exchange) => named(exchange, () => true),
  group: async (exchange, words) =>
    exchange.user === undefined ? 'nameless' : verdictOf(await inGroup(exchange, exchange.user, words)),
  expr: (exchange, [source = '']) => {
    const condition = compileCondition(source)
    return verdictOf(typeof condition !== 'string' && condition(worldOf(exchange)))
  },
}

/** The one name that an address has without asking anybody. */
const isLoopback = ({ client }: Exchange): boolean => client.startsWith('127.') || client === '::1'

/** AuthGroupFile: `group: ann bob`. */
async function inGroup(exchange: Exchange, user: string, groups: readonly string[]): Promise<boolean> {
  const path = exchange.settings.word('authgroupfile')
  if (path === undefined) return false
  try {
    const lines = (await readTextFile(exchange.context.sys, inRoot(exchange.context, path))).split('\n')
    return lines.some((line) => {
      const [name = '', members = ''] = line.split(':')
      return groups.includes(name.trim()) && members.trim().split(/\s+/).includes(user)
    })
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

/** mod_access_compat: Order, Allow and Deny. @returns undefined where nothing of it is said */
function byOrder(exchange: Exchange): boolean | undefined {
  const { settings, method } = exchange
  const layer = settings.lastLayer('order', 'allow', 'deny')
  if (!layer && !settings.layers.some((each) => hasInLimit(each))) return undefined
  const directives = opened(layer?.directives ?? settings.layers.flatMap((each) => each.directives), method)
  const order = directives.findLast(({ key }) => key === 'order')?.args[0]?.toLowerCase() ?? 'deny,allow'
  const fits = (key: string): boolean =>
    directives.some((each) => each.key === key && each.args.slice(1).some((word) => isFrom(exchange, word)))
  if (order === 'allow,deny') return fits('allow') && !fits('deny')
  return order === 'deny,allow' ? !fits('deny') || fits('allow') : fits('allow') && !fits('deny')
}

const hasInLimit = (layer: Layer): boolean =>
  layer.directives.some(({ key, block }) => key.startsWith('<limit') && block?.some((each) => each.key === 'order'))

function isFrom(exchange: Exchange, word: string): boolean {
  if (/^all$/i.test(word)) return true
  if (/^env=/i.test(word)) return word[4] === '!' ? !exchange.env.has(word.slice(5)) : exchange.env.has(word.slice(4))
  return /^[\d.:a-f/]+$/i.test(word) ? inNetwork(exchange.client, word) : isLoopback(exchange) && word === 'localhost'
}
