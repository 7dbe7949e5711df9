/** Differences as patches. git-diff(1), "GENERATING PATCH TEXT WITH -P". */
import { contentOf, isBinary } from './content.ts'
import { type Hunk, lineDiff, linesOf } from './line-diff.ts'
import { NO_OID } from './objects.ts'
import { quotedPath } from './paths.ts'
import type { Pair } from './renames.ts'
import type { Workspace } from './repository.ts'
import type { FileState } from './trees.ts'
import { wordHunk, type WordStyle } from './word-diff.ts'

export interface Colours {
  readonly meta: string
  readonly frag: string
  readonly func: string
  readonly old: string
  readonly new: string
  readonly context: string
  readonly reset: string
}
export const NO_COLOURS: Colours = { meta: '', frag: '', func: '', old: '', new: '', context: '', reset: '' }
export const ANSI: Colours = {
  meta: '\x1b[1m',
  frag: '\x1b[36m',
  func: '',
  old: '\x1b[31m',
  new: '\x1b[32m',
  context: '',
  reset: '\x1b[m',
}

export interface PatchOptions {
  readonly context: number
  readonly between: number
  readonly prefixes: readonly [string, string]
  readonly fullIndex: boolean
  readonly colours: Colours
  readonly words: WordStyle | undefined
  readonly wordPattern?: string | undefined
  readonly text: boolean
  /** Lines with equal keys are equal: -w, -b. */
  readonly key: ((line: string) => string) | undefined
  readonly ignoreBlank: boolean
  /** `a/` is not put before a path that is none: --no-index. */
  readonly wholeFunctions?: boolean
}

const decoder = new TextDecoder()

export function hunkGroups(hunks: readonly Hunk[], context: number, between = 0): Hunk[][] {
  const groups: Hunk[][] = []
  for (const hunk of hunks) {
    const last = groups.at(-1)?.at(-1)
    if (last && hunk.aFrom - last.aTo <= context * 2 + between) groups.at(-1)?.push(hunk)
    else groups.push([hunk])
  }
  return groups
}

const span = (from: number, count: number): string =>
  count === 1 ? `${from + 1}` : `${count === 0 ? from : from + 1},${count}`

/** The line above that names a function: it begins with a letter. */
export function functionAbove(a: readonly string[], from: number): string {
  const line = a.slice(0, from).findLast((each) => /^[A-Za-z_$]/.test(each))
  return line === undefined ? '' : ` ${line.trimEnd().slice(0, 80).trimEnd()}`
}

const painted = (colour: string, line: string, reset: string): string => {
  const [, body = '', end = ''] = /^([^]*?)(\n?)$/.exec(line) ?? []
  return `${colour}${body}${colour === '' ? '' : reset}${end}`
}
const NO_NEWLINE = '\\ No newline at end of file\n'

/** One line of a patch, with what git says of a missing end. */
function patchLine(sign: string, line: string, colour: string, { reset }: Colours): string {
  const fresh = colour !== '' && sign === '+'
  const text = fresh ? `${colour}+${reset}${painted(colour, line, reset)}` : painted(colour, sign + line, reset)
  return line.endsWith('\n') ? text : `${text}\n${NO_NEWLINE}`
}

function hunkText(a: readonly string[], b: readonly string[], group: readonly Hunk[], options: PatchOptions): string {
  const [first, last] = [group[0], group.at(-1)]
  if (!first || !last) return ''
  const { colours, context } = options
  const before = Math.min(context, first.aFrom, first.bFrom)
  const after = Math.min(context, a.length - last.aTo, b.length - last.bTo)
  const [aFrom, aTo] = [first.aFrom - before, last.aTo + after]
  const [bFrom, bTo] = [first.bFrom - before, last.bTo + after]
  const at = `@@ -${span(aFrom, aTo - aFrom)} +${span(bFrom, bTo - bFrom)} @@`
  const head = `${colours.frag}${at}${colours.frag ? colours.reset : ''}${functionAbove(a, aFrom)}\n`
  if (options.words) return head + wordHunk(a, b, group, [aFrom, aTo], [bFrom, bTo], options.words, options.wordPattern)
  let out = head
  let [line, there] = [aFrom, bFrom]
  const same = (to: number): void => {
    for (; line < to; line++, there++) out += patchLine(' ', b[there] ?? '', colours.context, colours)
  }
  for (const hunk of group) {
    same(hunk.aFrom)
    for (; line < hunk.aTo; line++) out += patchLine('-', a[line] ?? '', colours.old, colours)
    for (; there < hunk.bTo; there++) out += patchLine('+', b[there] ?? '', colours.new, colours)
  }
  same(aTo)
  return out
}

/** The hunks of two texts. */
export function textHunks(a: readonly string[], b: readonly string[], options: PatchOptions): string {
  return hunkGroups(changesIn(a, b, options), options.context, options.between)
    .map((group) => hunkText(a, b, group, options))
    .join('')
}

export function changesIn(
  a: readonly string[],
  b: readonly string[],
  { key, ignoreBlank }: Pick<PatchOptions, 'key' | 'ignoreBlank'>,
): Hunk[] {
  const hunks = lineDiff(a, b, key)
  if (!ignoreBlank) return hunks
  const blank = (lines: readonly string[]): boolean => lines.every((line) => line.trim() === '')
  return hunks.filter(({ aFrom, aTo, bFrom, bTo }) => !blank(a.slice(aFrom, aTo)) || !blank(b.slice(bFrom, bTo)))
}

const shortOf = (state: FileState | undefined, full: boolean): string => (state?.oid ?? NO_OID).slice(0, full ? 40 : 7)

const side = (prefix: string, path: string): string => {
  const quoted = quotedPath(path)
  return quoted.startsWith('"') ? `"${prefix}${quoted.slice(1)}` : prefix + quoted
}

/** One file of `git diff`. */
export async function patchText(workspace: Workspace, pair: Pair, options: PatchOptions): Promise<string> {
  const { before, after, from, path, status, similarity } = pair
  const { colours, prefixes } = options
  const [oldName, newName] = [side(prefixes[0], from), side(prefixes[1], path)]
  if (status === 'U') return `* Unmerged path ${path}\n`
  if (status === 'T' && before && after)
    return (
      (await patchText(workspace, { ...pair, status: 'D', after: undefined }, options)) +
      (await patchText(workspace, { ...pair, status: 'A', before: undefined }, options))
    )
  const head = [`diff --git ${oldName} ${newName}`]
  if (!before) head.push(`new file mode ${after?.mode}`)
  else if (!after) head.push(`deleted file mode ${before.mode}`)
  else if (before.mode !== after.mode) head.push(`old mode ${before.mode}`, `new mode ${after.mode}`)
  if (status === 'R' || status === 'C') {
    const verb = status === 'R' ? 'rename' : 'copy'
    head.push(`similarity index ${similarity}%`, `${verb} from ${quotedPath(from)}`, `${verb} to ${quotedPath(path)}`)
  }
  if (before?.oid === after?.oid) return metaText(head, colours)
  const index = `index ${shortOf(before, options.fullIndex)}..${shortOf(after, options.fullIndex)}`
  head.push(index + (before && after && before.mode === after.mode ? ` ${before.mode}` : ''))
  const [old, fresh] = [await contentOf(workspace, before), await contentOf(workspace, after)]
  const [shownOld, shownNew] = [before ? oldName : '/dev/null', after ? newName : '/dev/null']
  if (!options.text && (isBinary(old) || isBinary(fresh)))
    return `${metaText(head, colours)}Binary files ${shownOld} and ${shownNew} differ\n`
  const [a, b] = [linesOf(decoder.decode(old)), linesOf(decoder.decode(fresh))]
  const body = textHunks(a, b, options)
  if (body === '')
    return options.key && before && after && before.mode === after.mode && status === 'M' ? '' : metaText(head, colours)
  head.push(`--- ${shownOld}${/\s/.test(shownOld) ? '\t' : ''}`, `+++ ${shownNew}${/\s/.test(shownNew) ? '\t' : ''}`)
  return metaText(head, colours) + body
}

export const metaText = (lines: readonly string[], { meta, reset }: Colours): string =>
  lines.map((line) => `${meta}${line}${meta ? reset : ''}\n`).join('')
