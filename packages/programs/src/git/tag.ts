/** git tag. */
import { readTextFile } from '@drydock/libc'
import { globMatcher } from '../text/glob.ts'
import { filterRefs } from './branch.ts'
import { type GitCommand, short, Words } from './command.ts'
import { Fatal } from './fatal.ts'
import { parseTag, printPerson } from './objects.ts'
import { formatRef, parseSort, sortRefs } from './ref-format.ts'
import { isValidName } from './refs.ts'
import type { Workspace } from './repository.ts'
import { cleaned, editFile, stripped } from './terminal.ts'

const FLAGS = [
  'a',
  'annotate',
  'd',
  'delete',
  'l',
  'list',
  'f',
  'force',
  's',
  'sign',
  'v',
  'verify',
  'merged',
  'no-merged',
  'contains',
  'no-contains',
  'points-at',
  'n',
  'e',
  'edit',
  'column',
  'no-column',
  'i',
  'ignore-case',
  'color',
  'create-reflog',
]

export const tag: GitCommand = async (workspace, argv) => {
  const given: string[] = []
  for (let at = 0; at < argv.length; at++) {
    const [word = '', next] = [argv[at], argv[at + 1]]
    const joins = /^--(no-)?(merged|contains)$|^--points-at$/.test(word) && next !== undefined && !next.startsWith('-')
    given.push(joins ? `${word}=${next}` : /^-n\d+$/.test(word) ? `--lines=${word.slice(2)}` : word)
    if (joins) at++
  }
  const words = new Words('tag', given, {
    values: ['m', 'message', 'F', 'file', 'u', 'local-user', 'sort', 'format', 'cleanup', 'lines'],
    flags: FLAGS,
    usage: 'usage: git tag [-a | -s | -u <key-id>] [-f] [-m <msg> | -F <file>] [-e]',
  })
  if (words.has('d', 'delete')) return remove(workspace, words.operands)
  if (words.has('v', 'verify')) return verify(workspace, words.operands)
  const [name, target] = words.operands
  if (
    name === undefined ||
    words.has('l', 'list', 'n', 'lines', 'merged', 'no-merged', 'contains', 'no-contains', 'points-at')
  )
    return list(workspace, words)
  if (!isValidName(`refs/tags/${name}`) || name.startsWith('-'))
    throw new Fatal(`fatal: '${name}' is not a valid tag name.`)
  const known = await workspace.refs.read(`refs/tags/${name}`)
  if (known && !words.has('f', 'force')) throw new Fatal(`fatal: tag '${name}' already exists`)
  const oid = await workspace.revisions.find(target ?? 'HEAD')
  if (!oid) throw new Fatal(`fatal: Failed to resolve '${target ?? 'HEAD'}' as a valid ref.`)
  const messages = words.all('m', 'message')
  const annotated = words.has('a', 'annotate', 's', 'sign', 'F', 'file') || messages.length > 0
  const made = annotated ? await annotate(workspace, words, name, oid, messages) : oid
  await workspace.refs.put(`refs/tags/${name}`, made)
  if (known && known !== made) await workspace.io.print(`Updated tag '${name}' (was ${short(known)})\n`)
  return 0
}

async function annotate(
  workspace: Workspace,
  words: Words,
  name: string,
  oid: string,
  messages: readonly string[],
): Promise<string> {
  const kind = (await workspace.objects.kind(oid)) ?? 'commit'
  const file = words.get('F', 'file')
  let message =
    messages.length > 0
      ? cleaned(messages.join('\n\n'))
      : file === undefined
        ? undefined
        : cleaned(await readTextFile(workspace.sys, workspace.absolute(file)))
  message ??= stripped(
    await editFile(
      workspace,
      `${workspace.gitdir}/TAG_EDITMSG`,
      `\n#\n# Write a message for tag:\n#   ${name}\n# Lines starting with '#' will be ignored.\n`,
    ),
  )
  if (message === '' && messages.length === 0) throw new Fatal('fatal: no tag message?')
  const who = await workspace.identity('COMMITTER')
  return workspace.objects.write(
    'tag',
    `object ${oid}\ntype ${kind}\ntag ${name}\ntagger ${printPerson(who)}\n\n${message}`,
  )
}

async function remove(workspace: Workspace, names: readonly string[]): Promise<number> {
  let failed = false
  for (const name of names) {
    const oid = await workspace.refs.read(`refs/tags/${name}`)
    if (!oid) {
      failed = true
      await workspace.io.out.flush()
      await workspace.io.warn(`error: tag '${name}' not found.\n`)
      continue
    }
    await workspace.refs.remove(`refs/tags/${name}`)
    await workspace.io.print(`Deleted tag '${name}' (was ${short(oid)})\n`)
  }
  return failed ? 1 : 0
}

async function verify(workspace: Workspace, names: readonly string[]): Promise<number> {
  for (const name of names) {
    const oid = await workspace.refs.read(`refs/tags/${name}`)
    const object = oid === undefined ? undefined : await workspace.objects.read(oid)
    if (!object) throw new Fatal(`error: tag '${name}' not found.`, 1)
    if (object.kind !== 'tag')
      throw new Fatal(`error: ${name}: cannot verify a non-tag object of type ${object.kind}.`, 1)
    await workspace.io.print(object.bytes)
    await workspace.io.out.flush()
    await workspace.io.warn('error: no signature found\n')
  }
  return 1
}

async function list(workspace: Workspace, words: Words): Promise<number> {
  const patterns = words.operands.map((each) => globMatcher(each))
  const all = (await workspace.refs.list('refs/tags/')).filter(
    ({ name }) => patterns.length === 0 || patterns.some((each) => each(name.slice(10))),
  )
  const sort = parseSort(words.all('sort'), await workspace.config.get('tag.sort'))
  const format = words.get('format')
  const lines = words.has('n') ? 1 : Number(words.get('lines') ?? 0)
  for (const ref of await sortRefs(workspace, await filterRefs(workspace, words, all), sort)) {
    if (format !== undefined) await workspace.io.print(`${await formatRef(workspace, ref, format)}\n`)
    else if (lines > 0)
      await workspace.io.print(`${ref.name.slice(10).padEnd(15)} ${await firstLines(workspace, ref.oid, lines)}\n`)
    else await workspace.io.print(`${ref.name.slice(10)}\n`)
  }
  return 0
}

async function firstLines(workspace: Workspace, oid: string, count: number): Promise<string> {
  const object = await workspace.objects.read(oid)
  const text =
    object?.kind === 'tag' ? parseTag(object.bytes).message : ((await workspace.objects.findCommit(oid))?.message ?? '')
  return text.trimEnd().split('\n').slice(0, count).join('\n    ')
}
