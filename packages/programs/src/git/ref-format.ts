/** Names of references with what is behind them: for-each-ref, and the --format and --sort of branch and tag. */
import { showDate } from './dates.ts'
import { Fatal } from './fatal.ts'
import { type Commit, parseCommit, parseTag, type Person, type Tag } from './objects.ts'
import { bodyOf, subjectOf } from './pretty.ts'
import type { Ref } from './refs.ts'
import type { Workspace } from './repository.ts'
import { aheadBehind } from './walk.ts'

interface Known {
  readonly ref: Ref
  readonly kind: string
  readonly size: number
  readonly commit: Commit | undefined
  readonly tag: Tag | undefined
}

async function know(workspace: Workspace, ref: Ref): Promise<Known> {
  const object = await workspace.objects.read(ref.oid)
  return {
    ref,
    kind: object?.kind ?? 'commit',
    size: object?.bytes.length ?? 0,
    commit: object?.kind === 'commit' ? parseCommit(ref.oid, object.bytes) : undefined,
    tag: object?.kind === 'tag' ? parseTag(object.bytes) : undefined,
  }
}

const shortName = (name: string): string => name.replace(/^refs\/(heads|tags|remotes)\//, '')

function stripped(name: string, option: string): string {
  const parts = name.split('/')
  const [, side, count = '0'] = /^([lr])?strip=(-?\d+)$/.exec(option) ?? []
  const n = Number(count)
  if (side === 'r') return n >= 0 ? parts.slice(0, -n).join('/') : parts.slice(0, -n).join('/')
  return n >= 0 ? parts.slice(n).join('/') : parts.slice(n).join('/')
}

const nameWith = (name: string, option: string): string =>
  option === 'short' ? shortName(name) : option === '' ? name : stripped(name, option)
const oidWith = (oid: string, option: string): string =>
  option.startsWith('short') ? oid.slice(0, Number(option.slice(6)) || 7) : oid

type Field = (workspace: Workspace, known: Known, option: string) => Promise<string> | string

const people: ReadonlyMap<string, (known: Known) => Person | undefined> = new Map([
  ['author', ({ commit }) => commit?.author],
  ['committer', ({ commit }) => commit?.committer],
  ['tagger', ({ tag }) => tag?.tagger],
  ['creator', ({ commit, tag }) => commit?.committer ?? tag?.tagger],
])

const messageOf = ({ commit, tag }: Known): string => commit?.message ?? tag?.message ?? ''

const FIELDS: ReadonlyMap<string, Field> = new Map<string, Field>([
  ['refname', (_, { ref }, option) => nameWith(ref.name, option)],
  ['objectname', (_, { ref }, option) => oidWith(ref.oid, option)],
  ['objecttype', (_, { kind }) => kind],
  ['objectsize', (_, { size }) => String(size)],
  ['tree', (_, { commit }, option) => (commit ? oidWith(commit.tree, option) : '')],
  ['parent', (_, { commit }, option) => (commit?.parents ?? []).map((each) => oidWith(each, option)).join(' ')],
  ['numparent', (_, { commit }) => (commit ? String(commit.parents.length) : '')],
  ['object', (_, { tag }) => tag?.object ?? ''],
  ['type', (_, { tag }) => tag?.kind ?? ''],
  ['tag', (_, { tag }) => tag?.name ?? ''],
  ['subject', (_, known) => subjectOf(messageOf(known))],
  ['body', (_, known) => bodyOf(messageOf(known))],
  ['contents', (_, known, option) => contents(messageOf(known), option)],
  ['HEAD', async (workspace, { ref }) => ((await workspace.refs.symbolic('HEAD')) === ref.name ? '*' : ' ')],
  ['symref', async (workspace, { ref }, option) => nameWith((await workspace.refs.symbolic(ref.name)) ?? '', option)],
  ['upstream', (workspace, known, option) => upstream(workspace, known.ref, option)],
  ['push', (workspace, known, option) => upstream(workspace, known.ref, option)],
  ['worktreepath', async () => ''],
  ['color', () => ''],
])

const contents = (message: string, option: string): string =>
  option === 'subject'
    ? subjectOf(message)
    : option === 'body'
      ? bodyOf(message)
      : option.startsWith('lines=')
        ? message
            .split('\n')
            .slice(0, Number(option.slice(6)))
            .join('\n    ')
        : message.trimEnd()

async function upstream(workspace: Workspace, ref: Ref, option: string): Promise<string> {
  const to = ref.name.startsWith('refs/heads/') ? await workspace.revisions.upstream(ref.name.slice(11)) : undefined
  if (to === undefined) return ''
  if (!option.startsWith('track')) return nameWith(to, option)
  const theirs = await workspace.refs.read(to)
  if (!theirs) return option === 'trackshort' ? '' : '[gone]'
  const { ahead, behind } = await aheadBehind(workspace.objects, ref.oid, theirs)
  if (option === 'trackshort') return ahead && behind ? '<>' : ahead ? '>' : behind ? '<' : '='
  const text = [...(ahead ? [`ahead ${ahead}`] : []), ...(behind ? [`behind ${behind}`] : [])].join(', ')
  return text && (option.includes('nobracket') ? text : `[${text}]`)
}

function personField(workspace: Workspace, known: Known, name: string, option: string): string | undefined {
  const [, role = '', part = ''] = /^(author|committer|tagger|creator)(name|email|date)?$/.exec(name) ?? []
  const read = people.get(role)
  if (!read) return undefined
  const who = read(known)
  if (!who) return ''
  if (part === 'name') return who.name
  if (part === 'email')
    return option.includes('trim')
      ? who.email
      : option.includes('localpart')
        ? (who.email.split('@')[0] ?? '')
        : `<${who.email}>`
  const date = (style?: string): string => showDate(who, style, workspace.now, workspace.zone)
  return part === 'date' ? date(option === '' ? undefined : option) : `${who.name} <${who.email}> ${date('raw')}`
}

async function field(workspace: Workspace, known: Known, text: string): Promise<string> {
  const [, star = '', name = '', option = ''] = /^(\*?)([a-zA-Z]+)(?::(.*))?$/s.exec(text) ?? []
  let about = known
  if (star) {
    if (!known.tag) return ''
    about = await know(workspace, { name: known.ref.name, oid: await workspace.objects.peel(known.ref.oid) })
  }
  const person = personField(workspace, about, name, option)
  if (person !== undefined) return person
  const read = FIELDS.get(name)
  if (!read) throw new Fatal(`fatal: unknown field name: ${text}`)
  return read(workspace, about, option)
}

/** `%(if)…%(then)…%(else)…%(end)`, `%(refname:short)`, `%00`. */
export async function formatRef(workspace: Workspace, ref: Ref, format: string): Promise<string> {
  const known = await know(workspace, ref)
  const stack: {
    out: string
    test?: string | undefined
    wants?: string | undefined
    part: 'else' | 'if' | 'then'
    whole?: string
  }[] = [{ out: '', part: 'then' }]
  const top = (): { out: string; part: string } => stack.at(-1) ?? { out: '', part: 'then' }
  for (const piece of format.split(/(%\([^)]*\)|%%|%[0-9a-fA-F]{2})/)) {
    const [, inside] = /^%\((.*)\)$/s.exec(piece) ?? []
    if (inside === undefined) {
      const byte = /^%([0-9a-fA-F]{2})$/.exec(piece)?.[1]
      top().out += piece === '%%' ? '%' : byte ? String.fromCharCode(Number.parseInt(byte, 16)) : piece
    } else if (/^if(:|$)/.test(inside)) stack.push({ out: '', part: 'if', wants: /^if:(.*)$/.exec(inside)?.[1] })
    else if (inside === 'then' || inside === 'else' || inside === 'end') turn(stack, inside)
    else if (!/^(align|end)/.test(inside)) top().out += await field(workspace, known, inside)
  }
  return stack[0]?.out ?? ''
}

function turn(
  stack: {
    out: string
    test?: string | undefined
    wants?: string | undefined
    part: 'else' | 'if' | 'then'
    whole?: string
  }[],
  word: 'else' | 'end' | 'then',
): void {
  const frame = stack.at(-1)
  if (!frame || stack.length < 2) return
  if (word === 'then') Object.assign(frame, { test: frame.out, out: '', part: 'then' })
  else if (word === 'else') Object.assign(frame, { whole: frame.out, out: '', part: 'else' })
  else {
    const [, how, value] = /^(equals|notequals)=(.*)$/.exec(frame.wants ?? '') ?? []
    const holds = how === undefined ? (frame.test ?? '').trim() !== '' : (frame.test === value) === (how === 'equals')
    const chosen = frame.part === 'else' ? (holds ? (frame.whole ?? '') : frame.out) : holds ? frame.out : ''
    stack.pop()
    const below = stack.at(-1)
    if (below) below.out += chosen
  }
}

export const parseSort = (given: readonly string[], otherwise: string | undefined): string[] =>
  given.length > 0 ? [...given].reverse() : otherwise ? [otherwise] : []

/** As versions are counted: 1.10 after 1.2. */
function byVersion(a: string, b: string): number {
  const parts = (text: string): string[] => text.match(/\d+|\D+/g) ?? []
  const [x, y] = [parts(a), parts(b)]
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const [p = '', q = ''] = [x[i], y[i]]
    if (p === q) continue
    return /^\d/.test(p) && /^\d/.test(q) ? Number(p) - Number(q) : p < q ? -1 : 1
  }
  return 0
}

export async function sortRefs(workspace: Workspace, refs: readonly Ref[], keys: readonly string[]): Promise<Ref[]> {
  if (keys.length === 0) return [...refs]
  const rows: { ref: Ref; values: string[] }[] = []
  for (const ref of refs) {
    const known = await know(workspace, ref)
    const values: string[] = []
    for (const key of keys) {
      const name = key.replace(/^-/, '').replace(/^(version|v):/, '')
      values.push(
        name.endsWith('date') ? await field(workspace, known, `${name}:unix`) : await field(workspace, known, name),
      )
    }
    rows.push({ ref, values })
  }
  rows.sort((a, b) => {
    for (const [at, key] of keys.entries()) {
      const [x = '', y = ''] = [a.values[at], b.values[at]]
      const order = /^-?(version|v):/.test(key)
        ? byVersion(x, y)
        : /^\d*$/.test(x) && /^\d*$/.test(y)
          ? Number(x) - Number(y)
          : x < y
            ? -1
            : x > y
              ? 1
              : 0
      if (order !== 0) return key.startsWith('-') ? -order : order
    }
    return a.ref.name < b.ref.name ? -1 : 1
  })
  return rows.map(({ ref }) => ref)
}
