import type { HeaderMap, ServerResponse } from '@drydock/http'
import { redirected, returned, unauthorized } from './answers.ts'
import { conditionAt, conditionHolds } from './condition.ts'
import type { Section } from './config.ts'
import { filled } from './log-format.ts'
import { evaluate, readExpression } from './samples.ts'
import { type Ask, pathOf, queryOf, type Transaction } from './transaction.ts'

/** What a rule came to: go on, stop looking at rules, an answer, or the end of the connection. */
export type Outcome = undefined | 'allow' | 'reject' | ServerResponse | { readonly tarpit: ServerResponse }

type Action = (transaction: Transaction, words: readonly string[], section: Section) => Outcome | Promise<Outcome>

const replacement = (text: string): string =>
  text.replaceAll(/\\(\d)/g, (_, digit: string) => (digit === '0' ? '$&' : `$${digit}`))
const replaced = (text: string, from: string, to: string): string => text.replace(new RegExp(from), replacement(to))

const onAsk =
  (change: (ask: Ask, text: string, transaction: Transaction, words: readonly string[]) => void): Action =>
  (transaction, words) => {
    const { ask } = transaction
    if (ask) change(ask, filled(words[1] ?? '', transaction), transaction, words)
    return undefined
  }

const withQuery = (path: string, query: string): string => (query === '' ? path : `${path}?${query}`)

/** Rules about fields, for requests and answers alike. */
const fieldActions = (fieldsOf: (transaction: Transaction) => HeaderMap | undefined): Record<string, Action> => {
  const change =
    (apply: (headers: HeaderMap, name: string, transaction: Transaction, words: readonly string[]) => void): Action =>
    (transaction, words) => {
      const headers = fieldsOf(transaction)
      if (headers) apply(headers, (words[1] ?? '').toLowerCase(), transaction, words)
      return undefined
    }
  const each =
    (split: boolean) => (headers: HeaderMap, name: string, transaction: Transaction, words: readonly string[]) => {
      const values = headers.getAll(name).map((value) =>
        split
          ? value
              .split(/,\s*/)
              .map((one) => replaced(one, words[2] ?? '', filled(words[3] ?? '', transaction)))
              .join(', ')
          : replaced(value, words[2] ?? '', filled(words[3] ?? '', transaction)),
      )
      const [only, ...others] = values
      if (only !== undefined && others.length === 0) return headers.set(name, only)
      headers.delete(name)
      for (const value of values) headers.append(name, value)
    }
  return {
    'add-header': change((headers, name, transaction, words) =>
      headers.append(name, filled(words[2] ?? '', transaction)),
    ),
    'set-header': change((headers, name, transaction, words) => {
      const text = filled(words[2] ?? '', transaction)
      headers.delete(name)
      headers.append(name, text)
    }),
    'del-header': change((headers, name, _, words) => {
      const how = words[2] === '-m' ? words[3] : 'str'
      const names = [...headers].map(([each]) => each.toLowerCase())
      const fits = (each: string): boolean =>
        how === 'beg'
          ? each.startsWith(name)
          : how === 'end'
            ? each.endsWith(name)
            : how === 'sub'
              ? each.includes(name)
              : how === 'reg'
                ? new RegExp(name).test(each)
                : each === name
      for (const each of new Set(names.filter(fits))) headers.delete(each)
    }),
    'replace-header': change(each(false)),
    'replace-value': change(each(true)),
  }
}

/** `set-var(txn.x) expression`. */
const setVariable: Action = (transaction, words) => {
  const [, name = ''] = /^set-var(?:-fmt)?\(([^,)]+)/.exec(words[0] ?? '') ?? []
  const end = conditionAt(words)
  const text = words.slice(1, end < 0 ? undefined : end).join(' ')
  const value = words[0]?.startsWith('set-var-fmt')
    ? filled(text, transaction)
    : evaluate(transaction, readExpression(text)).at(-1)
  if (value === undefined) transaction.variables.delete(name)
  else transaction.variables.set(name, value)
  return undefined
}

/** `track-sc0 key [table name]`. */
export const track: Action = (transaction, words, section) => {
  const { known } = transaction
  const at = Number(/^track-sc(\d+)/.exec(words[0] ?? '')?.[1] ?? 0)
  const name = words[2] === 'table' ? (words[3] ?? '') : section.name
  const table = known.tables.find(name)
  const key = evaluate(transaction, readExpression(words[1] ?? '')).at(-1)
  if (!table || key === undefined || transaction.tracked[at]) return undefined
  const entry = known.tables.entry(table, key)
  transaction.tracked[at] = entry
  known.tables.count(entry, 'conn')
  known.tables.count(entry, 'sess')
  if (transaction.ask) known.tables.count(entry, 'http_req')
  return undefined
}

const incremented: Action = (transaction, words) => {
  const [, what = 'gpc0', at = '0'] = /^sc-inc-(gpc\d?)\(([\d,]*)\)/.exec(words[0] ?? '') ?? []
  const entry = transaction.tracked[Number(at.split(',').at(-1) ?? 0)]
  if (entry) transaction.known.tables.count(entry, what === 'gpc' ? 'gpc0' : what)
  return undefined
}

const captured: Action = (transaction, words) => {
  const text = evaluate(transaction, readExpression(words[1] ?? '')).at(-1) ?? ''
  transaction.captures.push(words[2] === 'len' ? text.slice(0, Number(words[3] ?? 0)) : text)
  return undefined
}

/** `wait-for-body`: as much of it as a buffer holds. */
const waitForBody: Action = async ({ incoming, ask }) => {
  if (!incoming || !ask || ask.body) return undefined
  const most = 16_384
  if (Number(incoming.headers.get('content-length') ?? 0) <= most) ask.body = await incoming.body.readAll()
  return undefined
}

/** Rules that leave a request as it is here. */
const NOTHING = () => undefined
const NAMES_OF_NOTHING =
  'set-log-level set-nice set-tos set-mark set-priority-class set-priority-offset cache-use disable-l7-retry strict-mode wait-for-handshake normalize-uri early-hint set-timeout send-spoe-group add-acl del-acl set-map del-map do-resolve use-service lua set-bandwidth-limit set-fc-mark set-fc-tos set-bc-mark set-retries pause do-log'.split(
    ' ',
  )
const nothing = Object.fromEntries(NAMES_OF_NOTHING.map((name) => [name, NOTHING]))

/** `http-request`. Configuration manual 4.3. */
const REQUEST: Readonly<Record<string, Action>> = {
  ...nothing,
  ...fieldActions(({ ask }) => ask?.headers),
  allow: () => 'allow',
  deny: (transaction, words, section) => returned(words, section, transaction, 403),
  tarpit: (transaction, words, section) => ({ tarpit: returned(words, section, transaction, 500) }),
  return: (transaction, words, section) => returned(words, section, transaction, 200),
  redirect: (transaction, words) => redirected(words, transaction),
  auth: (transaction, words, section) =>
    unauthorized(words[1] === 'realm' ? (words[2] ?? '') : section.name, section, transaction),
  reject: () => 'reject',
  'silent-drop': () => 'reject',
  'set-path': onAsk((ask, text) => (ask.target = withQuery(text, queryOf(ask)))),
  'set-pathq': onAsk((ask, text) => (ask.target = text)),
  'set-query': onAsk((ask, text) => (ask.target = withQuery(pathOf(ask), text))),
  'set-uri': onAsk((ask, text) => (ask.target = text.replace(/^https?:\/\/[^/]*/, '') || '/')),
  'replace-path': onAsk((ask, _, transaction, words) => {
    ask.target = withQuery(replaced(pathOf(ask), words[1] ?? '', filled(words[2] ?? '', transaction)), queryOf(ask))
  }),
  'replace-pathq': onAsk((ask, _, transaction, words) => {
    ask.target = replaced(ask.target, words[1] ?? '', filled(words[2] ?? '', transaction))
  }),
  'replace-uri': onAsk((ask, _, transaction, words) => {
    ask.target = replaced(ask.target, words[1] ?? '', filled(words[2] ?? '', transaction)).replace(
      /^https?:\/\/[^/]*/,
      '',
    )
  }),
  'set-method': onAsk((ask, text) => (ask.method = text)),
  'set-src': (transaction, words) => {
    const address = evaluate(transaction, readExpression(words[1] ?? '')).at(-1)
    if (address !== undefined) transaction.source = { ...transaction.source, address }
    return undefined
  },
  'set-var': setVariable,
  'set-var-fmt': setVariable,
  'unset-var': (transaction, words) => void transaction.variables.delete(/\(([^)]*)\)/.exec(words[0] ?? '')?.[1] ?? ''),
  'track-sc0': track,
  'track-sc1': track,
  'track-sc2': track,
  'sc-inc-gpc': incremented,
  'sc-inc-gpc0': incremented,
  'sc-inc-gpc1': incremented,
  'sc-set-gpt0': NOTHING,
  'sc-set-gpt': NOTHING,
  'sc-add-gpc': NOTHING,
  capture: captured,
  'wait-for-body': waitForBody,
}

/** `http-response` and `http-after-response`. */
const RESPONSE: Readonly<Record<string, Action>> = {
  ...nothing,
  ...fieldActions(({ reply }) => reply?.headers),
  allow: () => 'allow',
  'cache-store': NOTHING,
  deny: (transaction, words, section) => returned(words, section, transaction, 502),
  return: (transaction, words, section) => returned(words, section, transaction, 200),
  redirect: (transaction, words) => redirected(words, transaction),
  'set-status': ({ reply }, words) => {
    if (reply) {
      reply.status = Number(words[1])
      reply.reason = words[2] === 'reason' ? words[3] : undefined
    }
    return undefined
  },
  'set-var': setVariable,
  'set-var-fmt': setVariable,
  'unset-var': REQUEST['unset-var'] ?? NOTHING,
  'track-sc0': track,
  'track-sc1': track,
  'track-sc2': track,
  'sc-inc-gpc': incremented,
  'sc-inc-gpc0': incremented,
  'sc-inc-gpc1': incremented,
  capture: captured,
  'wait-for-body': NOTHING,
}

const ACTIONS: Readonly<Record<string, Readonly<Record<string, Action>>>> = {
  'http-request': REQUEST,
  'http-response': RESPONSE,
  'http-after-response': RESPONSE,
}

/** The action's name without what stands in its parentheses. */
const actionOf = (word: string): string => word.replace(/\(.*$/s, '').replace(/\..*$/s, '')

/** Names of actions; undefined for a keyword that has none. */
export const actionNames = (keyword: string): readonly string[] | undefined =>
  ACTIONS[keyword] && Object.keys(ACTIONS[keyword])
export const isAction = (keyword: string, word: string): boolean =>
  Object.hasOwn(ACTIONS[keyword] ?? {}, actionOf(word))

/** Runs the rules of a keyword in their order, until one answers. `redirect` rules go with `http-request`. */
export async function runRules(keyword: string, section: Section, transaction: Transaction): Promise<Outcome> {
  for (const { words } of section.lines) {
    if (words[0] !== keyword || !conditionHolds(section, words, transaction)) continue
    const outcome = await ACTIONS[keyword]?.[actionOf(words[1] ?? '')]?.(transaction, words.slice(1), section)
    if (outcome !== undefined) return outcome
  }
  if (keyword !== 'http-request') return undefined
  const row = section.lines.find(({ words }) => words[0] === 'redirect' && conditionHolds(section, words, transaction))
  return row && redirected(row.words, transaction)
}
