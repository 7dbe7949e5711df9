/** git grep: lines of tracked files. */
import { compilePerl, compileRegex } from '../regex/posix.ts'
import { type GitCommand, Words } from './command.ts'
import { contentOf, isBinary } from './content.ts'
import { Fatal } from './fatal.ts'
import { linesOf } from './line-diff.ts'
import { among, pathspecs } from './pathspec.ts'
import type { Workspace } from './repository.ts'
import { page, paint } from './terminal.ts'
import { indexTree, type Tree, treeOf, untracked, workFile, workTree } from './trees.ts'

const FLAGS = [
  'n',
  'line-number',
  'c',
  'count',
  'l',
  'files-with-matches',
  'name-only',
  'L',
  'files-without-match',
  'i',
  'ignore-case',
  'w',
  'word-regexp',
  'v',
  'invert-match',
  'h',
  'H',
  'q',
  'quiet',
  'E',
  'extended-regexp',
  'F',
  'fixed-strings',
  'G',
  'basic-regexp',
  'P',
  'perl-regexp',
  'o',
  'only-matching',
  'untracked',
  'cached',
  'no-index',
  'heading',
  'break',
  'a',
  'text',
  'I',
  'z',
  'null',
  'all-match',
  'and',
  'or',
  'color',
  'no-color',
  'r',
  'recursive',
  'p',
  'show-function',
  'W',
  'full-name',
  'column',
  'exclude-standard',
  'no-exclude-standard',
  's',
]

interface Search {
  readonly words: Words
  test(line: string): boolean
  find(line: string): RegExpExecArray[]
}

function compile(words: Words, patterns: readonly string[]): Search {
  const ignoreCase = words.has('i', 'ignore-case')
  const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  const one = (text: string): RegExp => {
    const base = words.has('F', 'fixed-strings')
      ? new RegExp(escape(text), ignoreCase ? 'i' : '')
      : words.has('P', 'perl-regexp')
        ? compilePerl(text, ignoreCase)
        : compileRegex(text, words.has('E', 'extended-regexp') ? 'extended' : 'basic', { ignoreCase })
    return words.has('w', 'word-regexp')
      ? new RegExp(`(?<![A-Za-z0-9_])(?:${base.source})(?![A-Za-z0-9_])`, base.flags)
      : base
  }
  const tests = patterns.map(one)
  return {
    words,
    test: (line) => tests.some((each) => each.test(line)) !== words.has('v', 'invert-match'),
    find: (line) =>
      tests
        .flatMap((each) => [...line.matchAll(new RegExp(each.source, `${each.flags.replace('g', '')}g`))])
        .sort((a, b) => a.index - b.index),
  }
}

interface Source {
  readonly prefix: string
  readonly files: Tree
}

async function sources(
  workspace: Workspace,
  words: Words,
  operands: readonly string[],
): Promise<{ sources: Source[]; paths: string[] }> {
  const found: Source[] = []
  const paths = [...words.paths]
  for (const word of operands) {
    const oid = paths.length === words.paths.length ? await workspace.resolve(word) : undefined
    if (oid) found.push({ prefix: `${word}:`, files: await treeOf(workspace, oid) })
    else if (workspace.exists(workspace.absolute(word)) || /[*?[]/.test(word)) paths.push(word)
    else
      throw new Fatal(
        `fatal: ambiguous argument '${word}': unknown revision or path not in the working tree.\nUse '--' to separate paths from revisions, like this:\n'git <command> [<revision>...] -- [<file>...]'`,
      )
  }
  if (found.length > 0) return { sources: found, paths }
  const files = new Map(words.has('cached') ? await indexTree(workspace) : await workTree(workspace))
  if (words.has('untracked', 'no-index'))
    for (const path of await untracked(workspace, { whole: true })) {
      const state = await workFile(workspace, path)
      if (state) files.set(path, state)
    }
  return { sources: [{ prefix: '', files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))) }], paths }
}

export const grep: GitCommand = async (workspace, argv) => {
  const words = new Words('grep', argv, {
    values: [
      'e',
      'f',
      'A',
      'after-context',
      'B',
      'before-context',
      'C',
      'context',
      'm',
      'max-count',
      'max-depth',
      'threads',
      'O',
    ],
    flags: FLAGS,
    usage: 'usage: git grep [<options>] [-e] <pattern> [<rev>...] [[--] <path>...]',
  })
  const given = words.all('e')
  const [pattern, ...rest] = words.operands
  if (given.length === 0 && pattern === undefined) throw new Fatal('fatal: no pattern given')
  const search = compile(words, given.length > 0 ? given : [pattern ?? ''])
  const { sources: all, paths } = await sources(workspace, words, given.length > 0 ? words.operands : rest)
  const here = paths.length === 0 && workspace.prefix !== '' ? ['.'] : paths
  const fits = among(pathspecs(workspace, here))
  let out = ''
  let hits = 0
  for (const { prefix, files } of all)
    for (const [path, state] of files) {
      if (!fits(path) || state.mode === '160000') continue
      const bytes = await contentOf(workspace, state)
      const name = prefix + (words.has('full-name') ? path : workspace.shown(path))
      if (isBinary(bytes) && !words.has('a', 'text')) {
        if (words.has('I') || !search.test(new TextDecoder().decode(bytes))) continue
        hits++
        out += words.has('l', 'files-with-matches', 'name-only') ? `${name}\n` : `Binary file ${name} matches\n`
        continue
      }
      const { text, matched } = oneFile(workspace, search, name, new TextDecoder().decode(bytes), out !== '')
      if (matched) hits++
      out += text
    }
  if (!words.has('q', 'quiet')) await page(workspace, out)
  return hits > 0 ? 0 : 1
}

function oneFile(
  workspace: Workspace,
  search: Search,
  name: string,
  content: string,
  more: boolean,
): { text: string; matched: boolean } {
  const { words } = search
  const lines = linesOf(content).map((line) => line.replace(/\n$/, ''))
  const most = Number(words.get('m', 'max-count') ?? Number.POSITIVE_INFINITY)
  const found = lines.flatMap((line, at) => (search.test(line) ? [at] : [])).slice(0, most)
  const shown = paint(workspace, '35', name)
  const colon = paint(workspace, '36', ':')
  if (words.has('L', 'files-without-match'))
    return { text: found.length === 0 ? `${shown}\n` : '', matched: found.length === 0 }
  if (found.length === 0) return { text: '', matched: false }
  if (words.has('l', 'files-with-matches', 'name-only'))
    return { text: `${shown}${words.has('z', 'null') ? '\0' : '\n'}`, matched: true }
  if (words.has('c', 'count'))
    return { text: words.has('h') ? `${found.length}\n` : `${shown}${colon}${found.length}\n`, matched: true }
  const number = words.has('n', 'line-number')
  const head = (at: number, mark: string): string =>
    `${words.has('h', 'heading') ? '' : shown + mark}${number ? paint(workspace, '32', String(at + 1)) + mark : ''}`
  if (words.has('o', 'only-matching'))
    return {
      text: found
        .flatMap((at) =>
          search.find(lines[at] ?? '').map((match) => `${head(at, colon)}${paint(workspace, '1;31', match[0])}\n`),
        )
        .join(''),
      matched: true,
    }
  const context = Number(words.get('C', 'context') ?? 0)
  const [before, after] = [
    Number(words.get('B', 'before-context') ?? context),
    Number(words.get('A', 'after-context') ?? context),
  ]
  const hits = new Set(found)
  const wanted = [
    ...new Set(found.flatMap((at) => Array.from({ length: before + after + 1 }, (_, i) => at - before + i))),
  ]
    .filter((at) => at >= 0 && at < lines.length)
    .sort((a, b) => a - b)
  let text = words.has('heading')
    ? `${words.has('break') && more ? '\n' : ''}${shown}\n`
    : words.has('break') && more
      ? '\n'
      : ''
  const dash = paint(workspace, '36', '-')
  for (const [row, at] of wanted.entries()) {
    if (before + after > 0 && (row === 0 ? more : (wanted[row - 1] ?? 0) !== at - 1))
      text += `${paint(workspace, '36', '--')}\n`
    text += `${head(at, hits.has(at) ? colon : dash)}${hits.has(at) ? highlighted(workspace, search, lines[at] ?? '') : (lines[at] ?? '')}\n`
  }
  return { text, matched: true }
}

function highlighted(workspace: Workspace, search: Search, line: string): string {
  if (paint(workspace, '1;31', 'x') === 'x' || search.words.has('v', 'invert-match')) return line
  let [out, at] = ['', 0]
  for (const match of search.find(line)) {
    if (match.index < at || match[0] === '') continue
    out += line.slice(at, match.index) + paint(workspace, '1;31', match[0])
    at = match.index + match[0].length
  }
  return out + line.slice(at)
}
