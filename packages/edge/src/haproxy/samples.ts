import { CONVERTERS } from './converters.ts'
import { findFetch, type Sample } from './fetches.ts'
import type { Transaction } from './transaction.ts'

/** `name(arguments)`. */
export interface Call {
  readonly name: string
  readonly args: readonly string[]
}

/** A sample expression, `path,field(2,/),lower`. Configuration manual 7. */
export interface Expression {
  readonly fetch: Call
  readonly converters: readonly Call[]
}

/** Calls side by side, parted by commas; arguments may be quoted. */
export function readExpression(text: string): Expression {
  const calls: Call[] = []
  for (let rest = text.trim(); rest !== ''; ) {
    const [whole = '', name = ''] = /^([\w.-]+)/.exec(rest) ?? [rest, rest]
    rest = rest.slice(whole.length)
    const [args, after] = rest.startsWith('(') ? readArguments(rest.slice(1)) : [[], rest]
    calls.push({ name, args })
    rest = after.replace(/^\s*,/, '')
  }
  const [fetch = { name: '', args: [] }, ...converters] = calls
  return { fetch, converters }
}

/** @returns the arguments, and what comes behind the closing parenthesis */
function readArguments(text: string): [args: string[], after: string] {
  const args: string[] = []
  let word = ''
  let quote = ''
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    if (quote !== '') {
      if (char === quote) quote = ''
      else word += char
    } else if (char === '"' || char === "'") quote = char
    else if (char === '\\' && at + 1 < text.length) word += text.charAt(++at)
    else if (char === ',') {
      args.push(word)
      word = ''
    } else if (char === ')') return [[...args, word], text.slice(at + 1)]
    else word += char
  }
  return [[...args, word], '']
}

/** Every value of an expression, as strings; none where there is nothing. */
export function evaluate(transaction: Transaction, { fetch, converters }: Expression): Sample {
  const found = findFetch(fetch.name)?.get(transaction, fetch.args) ?? []
  return converters.reduce<Sample>(
    (values, { name, args }) => values.flatMap((value) => CONVERTERS[name]?.(value, args, transaction) ?? []),
    found,
  )
}

/** What is unknown in an expression, in haproxy's words. */
export function complaintOf({ fetch, converters }: Expression): string | undefined {
  if (!findFetch(fetch.name)) return `unknown fetch method '${fetch.name}'`
  const strange = converters.find(({ name }) => !Object.hasOwn(CONVERTERS, name))
  return strange && `unknown converter '${strange.name}'`
}
