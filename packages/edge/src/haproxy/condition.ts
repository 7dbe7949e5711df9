import type { Section } from './config.ts'
import { findFetch } from './fetches.ts'
import { COMPARISONS, numberFits } from './patterns.ts'
import { complaintOf, evaluate, type Expression, readExpression } from './samples.ts'
import type { Transaction } from './transaction.ts'

/** Named ACLs that are always there. Configuration manual 7.4. */
const BUILT_IN: Readonly<Record<string, string>> = {
  TRUE: 'always_true',
  FALSE: 'always_false',
  LOCALHOST: 'src 127.0.0.1/8',
  HTTP: 'req.proto_http',
  HTTP_1_0: 'req.ver 1.0',
  HTTP_1_1: 'req.ver 1.1',
  HTTP_CONTENT: 'req.hdr_val(content-length) gt 0',
  HTTP_URL_ABS: 'url_reg ^[^/:]*://',
  HTTP_URL_SLASH: 'url_beg /',
  HTTP_URL_STAR: 'url *',
  METH_CONNECT: 'method CONNECT',
  METH_DELETE: 'method DELETE',
  METH_GET: 'method GET HEAD',
  METH_HEAD: 'method HEAD',
  METH_OPTIONS: 'method OPTIONS',
  METH_POST: 'method POST',
  METH_PUT: 'method PUT',
  METH_TRACE: 'method TRACE',
  WAIT_END: 'always_true',
  REQ_CONTENT: 'always_true',
}

const SUFFIX = /_(beg|end|sub|dir|dom|reg|str|len)$/

/** `path_beg` is `path -m beg`. */
function plainTest(word: string): { readonly expression: Expression; readonly how: string | undefined } {
  const expression = readExpression(word)
  const { fetch, converters } = expression
  if (findFetch(fetch.name)) return { expression, how: undefined }
  const how = SUFFIX.exec(fetch.name)?.[1]
  const name = how === undefined ? fetch.name : fetch.name.replace(SUFFIX, '')
  return { expression: { fetch: { ...fetch, name }, converters }, how }
}

/** What is unknown in the test of an ACL, in haproxy's words. */
export function testComplaint(word: string): string | undefined {
  const complaint = complaintOf(plainTest(word).expression)
  return complaint && `${complaint} in ACL expression '${word}'`
}

/** `path_beg -i /api /v1`, `hdr(host) -m beg api.`. */
function holds(transaction: Transaction, words: readonly string[]): boolean {
  const { expression, how: named } = plainTest(words[0] ?? '')
  const kind = findFetch(expression.fetch.name)?.kind ?? 'str'
  let how: string = named ?? (expression.converters.length > 0 ? 'str' : kind)
  let fold = false
  const patterns: string[] = []
  for (let at = 1; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '-m') how = words[++at] ?? 'str'
    else if (word === '-i') fold = true
    else if (word === '-f') patterns.push(...transaction.known.files.rows(words[++at] ?? '').map(([key]) => key))
    else if (word === '-u' || word === '-M') at += word === '-u' ? 1 : 0
    else if (word !== '--' && word !== '-n') patterns.push(word)
  }
  return fits(evaluate(transaction, expression), { how, fold, patterns })
}

interface Test {
  readonly how: string
  readonly fold: boolean
  readonly patterns: readonly string[]
}

function fits(values: readonly string[], { how, fold, patterns }: Test): boolean {
  if (how === 'found') return values.length > 0
  if (how === 'bool' || patterns.length === 0) return values.some((value) => value !== '' && value !== '0')
  if (how === 'int') return values.some((value) => numberFits(value, patterns, Number))
  if (how === 'len') return values.some((value) => numberFits(value, patterns, (text) => text.length))
  const compare = COMPARISONS[how]
  const plain = (text: string): string => (fold && how !== 'reg' ? text.toLowerCase() : text)
  if (how === 'reg' && fold) return values.some((value) => patterns.some((each) => new RegExp(each, 'i').test(value)))
  return values.some((value) => patterns.some((pattern) => compare?.(plain(value), plain(pattern)) === true))
}

/** Where `if` or `unless` begins. */
export const conditionAt = (words: readonly string[]): number =>
  words.findIndex((word) => word === 'if' || word === 'unless')

/** The words behind `if` or `unless`: ACLs side by side are joined by and, `||` or `or` parts alternatives. */
export function conditionHolds(section: Section, words: readonly string[], transaction: Transaction): boolean {
  const at = conditionAt(words)
  if (at < 0) return true
  const met = alternatives(words.slice(at + 1)).some((terms) =>
    terms.every((term) => termHolds(section, term, transaction)),
  )
  return met === (words[at] === 'if')
}

/** One ACL: turned round or not, by its name or with its own test. */
interface Term {
  readonly not: boolean
  readonly name: string | undefined
  readonly test: readonly string[]
}

/** Terms of each alternative; an anonymous ACL in braces is one term. */
export function alternatives(words: readonly string[]): Term[][] {
  const all: Term[][] = [[]]
  let not = false
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '||' || word === 'or') all.push([])
    else if (word === '!') not = !not
    else if (word === '{' || word === '!{') {
      const end = words.indexOf('}', at)
      const test = words.slice(at + 1, end < 0 ? undefined : end)
      all.at(-1)?.push({ not: not !== (word === '!{'), name: undefined, test })
      not = false
      at = end < 0 ? words.length : end
    } else {
      all.at(-1)?.push({ not: not !== word.startsWith('!'), name: word.replace(/^!/, ''), test: [] })
      not = false
    }
  }
  return all
}

export const isAcl = (section: Section, name: string): boolean =>
  Object.hasOwn(BUILT_IN, name) || section.lines.some(({ words }) => words[0] === 'acl' && words[1] === name)

function termHolds(section: Section, { not, name, test }: Term, transaction: Transaction): boolean {
  if (name === undefined) return holds(transaction, test) !== not
  const rows = section.lines.filter(({ words }) => words[0] === 'acl' && words[1] === name)
  const own = rows.some(({ words }) => holds(transaction, words.slice(2)))
  const builtIn = rows.length === 0 && holds(transaction, (BUILT_IN[name] ?? 'always_false').split(' '))
  return (own || builtIn) !== not
}
