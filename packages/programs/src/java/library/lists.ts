import { type Callable, JArray, JList, numberOf, type Value } from '../values.ts'
import { sorted } from './compare.ts'
import { iteratorOf } from './streams.ts'
import type { World } from './world.ts'

/** Methods of java.util.List, Deque and Stack by name. */
export function listMethods(list: JList, world: World): Readonly<Record<string, Callable>> {
  const { items } = list
  const outside = (at: Value): Promise<never> =>
    world.fail('IndexOutOfBoundsException', `Index ${String(at)} out of bounds for length ${items.length}`)
  const inside = (at: Value): boolean => numberOf(at) >= 0 && numberOf(at) < items.length
  const empty = (): Promise<never> => world.fail('NoSuchElementException', 'null')
  const indexOf = async (value: Value): Promise<number> => {
    for (const [i, each] of items.entries()) if (await world.program.equal(each, value)) return i
    return -1
  }
  const change =
    (run: Callable): Callable =>
    (args) =>
      list.type === 'immutable' ? world.fail('UnsupportedOperationException', 'null') : run(args)
  const take =
    (run: () => Value, otherwise: () => Value | Promise<Value>): Callable =>
    () =>
      items.length > 0 ? run() : otherwise()
  const none = (): Value => null
  const replace = (next: readonly Value[]): void => void items.splice(0, items.length, ...next)
  const add: Callable = change((args) => {
    if (args.length === 1) items.push(args[0])
    else items.splice(numberOf(args[0]), 0, args[1])
    return args.length === 1 ? true : undefined
  })
  return {
    add,
    addLast: add,
    offer: add,
    addFirst: change(([value]) => void items.unshift(value)),
    push: change(([value]) => {
      if (list.type === 'java.util.Stack') items.push(value)
      else items.unshift(value)
      return value
    }),
    pop: take(() => (list.type === 'java.util.Stack' ? items.pop() : items.shift()), empty),
    poll: take(() => items.shift(), none),
    pollFirst: take(() => items.shift(), none),
    pollLast: take(() => items.pop(), none),
    peek: take(() => (list.type === 'java.util.Stack' ? items.at(-1) : items[0]), none),
    element: take(() => items[0], empty),
    getFirst: take(() => items[0], empty),
    getLast: take(() => items.at(-1), empty),
    removeFirst: take(() => items.shift(), empty),
    removeLast: take(() => items.pop(), empty),
    get: ([at]) => (inside(at) ? items[numberOf(at)] : outside(at)),
    set: change(([at, value]) => (inside(at) ? items.splice(numberOf(at), 1, value)[0] : outside(at))),
    remove: change(async ([what]) => {
      if (what === undefined) return items.length > 0 ? items.shift() : empty()
      if (typeof what === 'number') return inside(what) ? items.splice(what, 1)[0] : outside(what)
      const at = await indexOf(what)
      if (at >= 0) items.splice(at, 1)
      return at >= 0
    }),
    size: () => items.length,
    isEmpty: () => items.length === 0,
    empty: () => items.length === 0,
    clear: change(() => void replace([])),
    contains: async ([value]) => (await indexOf(value)) >= 0,
    indexOf: ([value]) => indexOf(value),
    addAll: change(async ([other]) => {
      const more = await world.items(other)
      items.push(...more)
      return more.length > 0
    }),
    removeIf: change(async ([test]) => {
      const keep: Value[] = []
      for (const each of items) if ((await world.call(test, [each], 'test')) !== true) keep.push(each)
      const removed = keep.length < items.length
      replace(keep)
      return removed
    }),
    replaceAll: change(async ([by]) => {
      for (const [i, each] of items.entries()) items[i] = await world.call(by, [each], 'apply')
      return undefined
    }),
    sort: change(async ([by]) => void replace(await sorted(items, by, world))),
    subList: ([from, to]) => new JList(items.slice(numberOf(from), numberOf(to))),
    reversed: () => new JList(items.toReversed()),
    forEach: async ([run]) => {
      for (const each of [...items]) await world.call(run, [each], 'accept')
      return undefined
    },
    stream: () => world.stream(items),
    iterator: () => iteratorOf(items, world),
    toArray: () => new JArray('Object', [...items]),
    equals: ([other]) => world.program.equal(list, other),
    toString: () => world.textOf(list),
    hashCode: async () => (await world.program.keyOf(list)).length,
  }
}
