import type { Backend, Server } from './backend.ts'
import { lastOf } from './config.ts'
import { cookieOf, dropCookie } from './request-parts.ts'
import type { Transaction } from './transaction.ts'

/** How a backend keeps clients with their servers. Configuration manual 4.2, "cookie". */
interface CookieRule {
  readonly name: string
  readonly words: readonly string[]
}

function ruleOf({ section }: Backend): CookieRule | undefined {
  const [name, ...words] = lastOf(section, 'cookie') ?? []
  return name === undefined ? undefined : { name, words }
}

/** The server that the client's cookie names. An indirect cookie does not go on to servers. */
export function heldServer(backend: Backend, { ask }: Transaction): Server | undefined {
  const rule = ruleOf(backend)
  if (!rule || !ask) return undefined
  const given = cookieOf(ask.headers, rule.name)
  if (given === undefined) return undefined
  const value = rule.words.includes('prefix') ? given.split('~')[0] : given
  if (rule.words.includes('indirect')) dropCookie(ask.headers, rule.name)
  if (rule.words.includes('prefix') && given.includes('~'))
    ask.headers.set(
      'cookie',
      (ask.headers.get('cookie') ?? '').replace(
        `${rule.name}=${given}`,
        `${rule.name}=${given.slice(given.indexOf('~') + 1)}`,
      ),
    )
  return backend.servers.find(({ settings, isUsable }) => settings.cookie === value && isUsable)
}

const FLAGS: readonly (readonly [word: string, attribute: string])[] = [
  ['httponly', 'HttpOnly'],
  ['secure', 'Secure'],
]

/** What the answer tells the client, where another server than it named has answered. */
export function addCookie(backend: Backend, server: Server, held: Server | undefined, { reply }: Transaction): void {
  const rule = ruleOf(backend)
  const value = server.settings.cookie
  if (!rule || !reply || value === undefined) return
  const { name, words } = rule
  const own = reply.headers.getAll('set-cookie')
  if (words.includes('prefix') || words.includes('rewrite')) {
    reply.headers.delete('set-cookie')
    for (const each of own)
      reply.headers.append(
        'set-cookie',
        each.startsWith(`${name}=`)
          ? words.includes('prefix')
            ? each.replace('=', `=${value}~`)
            : each.replace(/=[^;]*/, `=${value}`)
          : each,
      )
    return
  }
  if (!words.includes('insert') || server === held) return
  const domain = words.indexOf('domain')
  const attributes = [
    ...(domain < 0 ? [] : [`domain=${words[domain + 1] ?? ''}`]),
    ...FLAGS.filter(([word]) => words.includes(word)).map(([, attribute]) => attribute),
    ...words.flatMap((word, at) => (word === 'attr' ? [words[at + 1] ?? ''] : [])),
  ]
  reply.headers.append('set-cookie', [`${name}=${value}`, 'path=/', ...attributes].join('; '))
}
