import type { ServerRequest } from '@drydock/http'
import type { Section } from './config.ts'

/** What conditions ask about. */
export interface Subject {
  readonly request: ServerRequest
  readonly source: string
}

type Fetch = (subject: Subject, argument: string) => readonly string[]

const host = ({ request }: Subject): string => request.headers.get('host') ?? ''

/** Sample fetches, haproxy's configuration manual chapter 7.3. */
const FETCHES: Readonly<Record<string, Fetch>> = {
  path: ({ request }) => [request.path],
  url: ({ request }) => [request.target],
  query: ({ request }) => [request.target.split('?')[1] ?? ''],
  method: ({ request }) => [request.method],
  src: ({ source }) => [source],
  hdr: ({ request }, name) => request.headers.getAll(name === '' ? 'host' : name),
  'req.hdr': ({ request }, name) => request.headers.getAll(name),
  url_param: ({ request }, name) => request.query.getAll(name),
  urlp: ({ request }, name) => request.query.getAll(name),
  cookie: ({ request }, name) => [
    new RegExp(`(?:^|;\\s*)${name}=([^;]+)`).exec(request.headers.get('cookie') ?? '')?.[1] ?? '',
  ],
}

type Compare = (value: string, pattern: string) => boolean

const inNetwork: Compare = (value, pattern) => {
  const [network = '', length = '32'] = pattern.split('/')
  const number = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const rest = 2 ** (32 - Number(length))
  return Math.floor(number(network) / rest) === Math.floor(number(value) / rest)
}

const COMPARISONS: Readonly<Record<string, Compare>> = {
  str: (value, pattern) => value === pattern,
  beg: (value, pattern) => value.startsWith(pattern),
  end: (value, pattern) => value.endsWith(pattern),
  sub: (value, pattern) => value.includes(pattern),
  dir: (value, pattern) => value.split('/').includes(pattern.replace(/^\/|\/$/g, '')),
  dom: (value, pattern) => value.split(/[.:]/).join('.').includes(pattern),
  reg: (value, pattern) => new RegExp(pattern).test(value),
  ip: inNetwork,
}

/** Named ACLs that are always there. */
const BUILT_IN: Readonly<Record<string, (subject: Subject) => boolean>> = {
  TRUE: () => true,
  FALSE: () => false,
  METH_GET: ({ request }) => ['GET', 'HEAD'].includes(request.method),
  METH_POST: ({ request }) => request.method === 'POST',
  METH_OPTIONS: ({ request }) => request.method === 'OPTIONS',
}

/** `path_beg -i /api /v1`, `hdr(host) -m beg api.`. */
function holds(subject: Subject, words: readonly string[]): boolean {
  const [, name = '', argument = ''] = /^([\w.]+)(?:\(([^)]*)\))?/.exec(words[0] ?? '') ?? []
  const [, plain = name, suffix] = /^(.+)_(beg|end|sub|dir|dom|reg|ip|str)$/.exec(name) ?? []
  const fetch = FETCHES[plain]
  if (!fetch) return false
  const flags = new Set<string>()
  let compare = COMPARISONS[suffix ?? (plain === 'src' ? 'ip' : 'str')]
  const patterns: string[] = []
  for (let at = 1; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '-m') {
      const how = words[++at] ?? 'str'
      if (how === 'found') return fetch(subject, argument).some((each) => each !== '')
      compare = COMPARISONS[how] ?? compare
    } else if (word === '-i') flags.add('i')
    else if (word !== '--') patterns.push(word)
  }
  const fold = (text: string): string => (flags.has('i') ? text.toLowerCase() : text)
  return fetch(subject, argument).some((value) =>
    patterns.some((pattern) => compare?.(fold(value), fold(pattern)) === true),
  )
}

/** The words behind `if` or `unless`: ACLs side by side are joined by and, `||` or `or` parts alternatives. */
export function conditionHolds(section: Section, words: readonly string[], subject: Subject): boolean {
  const at = words.findIndex((word) => word === 'if' || word === 'unless')
  if (at < 0) return true
  const met = alternatives(words.slice(at + 1)).some((terms) =>
    terms.every((term) => termHolds(section, term, subject)),
  )
  return met === (words[at] === 'if')
}

/** Terms of each alternative; an anonymous ACL in braces is one term. */
function alternatives(words: readonly string[]): (readonly string[])[][] {
  const all: (readonly string[])[][] = [[]]
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '||' || word === 'or') all.push([])
    else if (word === '{' || word === '!{') {
      const end = words.indexOf('}', at)
      all.at(-1)?.push([word === '!{' ? '!' : '', ...words.slice(at + 1, end)])
      at = end
    } else all.at(-1)?.push([word])
  }
  return all
}

function termHolds(section: Section, term: readonly string[], subject: Subject): boolean {
  if (term.length > 1) return holds(subject, term.slice(1)) !== (term[0] === '!')
  const [word = ''] = term
  const name = word.replace(/^!/, '')
  const rows = section.lines.filter(({ words }) => words[0] === 'acl' && words[1] === name)
  const met = BUILT_IN[name]?.(subject) ?? rows.some(({ words }) => holds(subject, words.slice(2)))
  return met !== word.startsWith('!')
}

/** A log-format text: `%[hdr(host)]`, `%ci`. */
export const filled = (text: string, subject: Subject): string =>
  text
    .replace(
      /%\[([\w.]+)(?:\(([^)]*)\))?[^\]]*\]/g,
      (_, name: string, argument = '') => FETCHES[name]?.(subject, String(argument))[0] ?? '',
    )
    .replaceAll('%ci', subject.source)
    .replaceAll('%hr', host(subject))
