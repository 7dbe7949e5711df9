import type { Call } from '../command.ts'
import { CommandError, type Reply, SYNTAX, WRONG_TYPE } from '../resp/reply.ts'
import { Deque } from '../store/deque.ts'
import { float, integer } from '../store/numbers.ts'

function elements({ db }: Call, key: string): readonly string[] {
  const entry = db.find(key)
  if (!entry) return []
  if (entry.kind === 'list') return entry.items.toArray()
  if (entry.kind === 'set') return [...entry.members]
  if (entry.kind === 'zset') return entry.sorted.items.map(({ member }) => member)
  throw new CommandError(WRONG_TYPE)
}

/** `weight_*` and `user_*->name` for one element; `#` is the element itself. */
function byPattern({ db }: Call, pattern: string, element: string): string | undefined {
  if (pattern === '#') return element
  const [key = '', field] = pattern.split('->')
  const entry = db.find(key.replace('*', element))
  if (field === undefined) return entry?.kind === 'string' ? entry.value : undefined
  return entry?.kind === 'hash' ? entry.fields.get(field) : undefined
}

interface Options {
  by?: string
  gets: string[]
  limit: [number, number]
  down: boolean
  alpha: boolean
  store?: string
}

function optionsOf(words: readonly string[]): Options {
  const options: Options = { gets: [], limit: [0, -1], down: false, alpha: false }
  for (let i = 0; i < words.length; i++) {
    const word = (words[i] ?? '').toUpperCase()
    const left = words.length - i - 1
    if (word === 'ASC') options.down = false
    else if (word === 'DESC') options.down = true
    else if (word === 'ALPHA') options.alpha = true
    else if (word === 'BY' && left) options.by = words[++i] ?? ''
    else if (word === 'GET' && left) options.gets.push(words[++i] ?? '')
    else if (word === 'STORE' && left) options.store = words[++i] ?? ''
    else if (word === 'LIMIT' && left > 1) options.limit = [integer(words[++i] ?? ''), integer(words[++i] ?? '')]
    else throw new CommandError(SYNTAX)
  }
  return options
}

function sorted(call: Call, items: readonly string[], { by, alpha, down }: Options): readonly string[] {
  if (by !== undefined && !by.includes('*')) return items
  const weighed = items.map((item) => {
    const weight = by === undefined ? item : (byPattern(call, by, item) ?? '')
    if (alpha) return { item, text: weight, number: 0 }
    return {
      item,
      text: '',
      number: weight === '' ? 0 : float(weight, "ERR One or more scores can't be converted into double"),
    }
  })
  const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
  weighed.sort((a, b) => a.number - b.number || order(a.text, b.text) || order(a.item, b.item))
  const result = weighed.map(({ item }) => item)
  return down ? result.reverse() : result
}

/** SORT with BY, GET, LIMIT, ALPHA and STORE. */
export function sortCommand(call: Call, [key = '', ...words]: readonly string[]): Reply {
  const options = optionsOf(words)
  const all = sorted(call, elements(call, key), options)
  const [offset, count] = options.limit
  const part = count < 0 ? all.slice(Math.max(0, offset)) : all.slice(Math.max(0, offset), Math.max(0, offset) + count)
  const found = options.gets.length
    ? part.flatMap((item) => options.gets.map((pattern) => byPattern(call, pattern, item) ?? null))
    : [...part]
  if (options.store === undefined) return found
  const { db } = call
  const had = db.delete(options.store)
  if (found.length > 0) db.put(options.store, { kind: 'list', items: new Deque(found.map((item) => item ?? '')) })
  if (had || found.length > 0) db.changed(options.store, 'sortstore', 'l')
  return found.length
}
