/** A result beside what it was made of. git-diff(1), "COMBINED DIFF FORMAT", in the dense form of --cc. */
import { contentOf, isBinary } from './content.ts'
import { type Colours, functionAbove, metaText, type PatchOptions } from './diff-text.ts'
import { lineDiff, linesOf } from './line-diff.ts'
import { NO_OID } from './objects.ts'
import type { Workspace } from './repository.ts'
import type { FileState } from './trees.ts'

interface Lost {
  readonly text: string
  /** A bit a parent that had it. */
  parents: number
}
interface Row {
  /** The line of the result; undefined behind the last. */
  readonly text: string | undefined
  /** A bit a parent that had it not. */
  fresh: number
  lost: Lost[]
  shown: boolean
}

const decoder = new TextDecoder()

/** Lines that several parents lost together stand once. */
function addLost(row: Row, lines: readonly string[], bit: number): void {
  const merged: Lost[] = []
  let at = 0
  const before = row.lost
  for (const { aFrom, aTo, bFrom, bTo } of [
    ...lineDiff(
      before.map(({ text }) => text),
      lines,
    ),
    undefined,
  ].map((hunk) => hunk ?? { aFrom: before.length, aTo: before.length, bFrom: lines.length, bTo: lines.length })) {
    for (; at < aFrom; at++) {
      const same = before[at]
      if (same) merged.push({ text: same.text, parents: same.parents | bit })
    }
    merged.push(...before.slice(aFrom, aTo), ...lines.slice(bFrom, bTo).map((text) => ({ text, parents: bit })))
    at = aTo
  }
  row.lost = merged
}

function rowsOf(parents: readonly (readonly string[])[], result: readonly string[]): Row[] {
  const rows: Row[] = [...result, undefined].map((text) => ({ text, fresh: 0, lost: [], shown: false }))
  for (const [number, parent] of parents.entries())
    for (const { aFrom, aTo, bFrom, bTo } of lineDiff(parent, result)) {
      for (let at = bFrom; at < bTo; at++) {
        const row = rows[at]
        if (row) row.fresh |= 1 << number
      }
      const row = rows[bFrom]
      if (row && aTo > aFrom) addLost(row, parent.slice(aFrom, aTo), 1 << number)
    }
  return rows
}

const isInteresting = ({ fresh, lost }: Row): boolean => fresh !== 0 || lost.length > 0

/** Hunks in which the result follows one side are left out. */
function choose(rows: readonly Row[], all: number, context: number): void {
  for (const row of rows) row.shown = isInteresting(row)
  for (let at = 0; at < rows.length; ) {
    if (!rows[at]?.shown) {
      at++
      continue
    }
    let end = at + 1
    for (let gap = 0; end + gap < rows.length && gap <= context; ) {
      if (rows[end + gap]?.shown) {
        end += gap + 1
        gap = 0
      } else gap++
    }
    const kinds = new Set(
      rows
        .slice(at, end)
        .flatMap(({ fresh, lost }) => [...(fresh ? [fresh] : []), ...lost.map(({ parents }) => parents)]),
    )
    if (kinds.size === 1 && !kinds.has(all)) for (const row of rows.slice(at, end)) row.shown = false
    at = end
  }
  const chosen = rows.map(({ shown }) => shown)
  for (const [at, row] of rows.entries())
    row.shown = chosen.slice(Math.max(0, at - context), at + context + 1).some(Boolean)
}

function hunksText(rows: readonly Row[], count: number, colours: Colours, result: readonly string[]): string {
  const numbers = Array.from({ length: count }, () => 0)
  const bits = Array.from({ length: count }, (_, at) => 1 << at)
  let out = ''
  let line = 0
  for (let at = 0; at < rows.length; ) {
    const start = at
    const isShown = rows[at]?.shown === true
    const from = [...numbers]
    const fromLine = line
    let body = ''
    for (; at < rows.length && (rows[at]?.shown === true) === isShown; at++) {
      const row = rows[at]
      if (!row) continue
      for (const { text, parents } of row.lost) {
        for (const [each, bit] of bits.entries()) if (parents & bit) numbers[each] = (numbers[each] ?? 0) + 1
        body += signedLine(bits.map((bit) => (parents & bit ? '-' : ' ')).join(''), text, colours)
      }
      if (row.text === undefined) continue
      line++
      for (const [each, bit] of bits.entries()) if (!(row.fresh & bit)) numbers[each] = (numbers[each] ?? 0) + 1
      body += signedLine(bits.map((bit) => (row.fresh & bit ? '+' : ' ')).join(''), row.text, colours)
    }
    if (!isShown) continue
    const ats = '@'.repeat(count + 1)
    const sides = from.map(
      (first, each) => `-${(numbers[each] ?? 0) - first === 0 ? first : first + 1},${(numbers[each] ?? 0) - first}`,
    )
    const after = `+${line - fromLine === 0 ? fromLine : fromLine + 1},${line - fromLine}`
    out += `${colours.frag}${ats} ${sides.join(' ')} ${after} ${ats}${colours.frag ? colours.reset : ''}${functionAbove(result, start)}\n${body}`
  }
  return out
}

function signedLine(signs: string, text: string, { old, new: fresh, reset }: Colours): string {
  const colour = signs.includes('-') ? old : signs.includes('+') ? fresh : ''
  const bare = text.replace(/\n$/, '')
  return `${colour}${signs}${bare}${colour ? reset : ''}\n${text.endsWith('\n') ? '' : `${signs.replace(/./g, ' ')}\\ No newline at end of file\n`}`
}

export async function combinedPatch(
  workspace: Workspace,
  path: string,
  parents: readonly (FileState | undefined)[],
  result: FileState | undefined,
  options: PatchOptions,
  fromWork: boolean,
): Promise<string> {
  const { colours } = options
  const contents: string[][] = []
  const short = (state: FileState | undefined): string => (state?.oid ?? NO_OID).slice(0, options.fullIndex ? 40 : 7)
  const ids = `index ${parents.map(short).join(',')}..${fromWork ? NO_OID.slice(0, 7) : short(result)}`
  const head = [`diff --cc ${path}`, ids]
  const modes = parents.map((each) => each?.mode ?? '000000')
  if (!result) head.push(`deleted file mode ${modes.join(',')}`)
  else if (modes.every((mode) => mode === '000000')) head.push(`new file mode ${result.mode}`)
  else if (modes.some((mode) => mode !== result.mode)) head.push(`mode ${modes.join(',')}..${result.mode}`)
  for (const state of [...parents, result]) {
    const bytes = await contentOf(workspace, state)
    if (isBinary(bytes)) return `${metaText(head, colours)}Binary files differ\n`
    contents.push(linesOf(decoder.decode(bytes)))
  }
  const after = contents.pop() ?? []
  const rows = rowsOf(contents, after)
  choose(rows, (1 << parents.length) - 1, options.context)
  if (!rows.some(({ shown }) => shown)) return fromWork && result ? metaText(head, colours) : ''
  head.push(
    modes.every((mode) => mode === '000000') ? '--- /dev/null' : `--- a/${path}`,
    result ? `+++ b/${path}` : '+++ /dev/null',
  )
  return metaText(head, colours) + hunksText(rows, parents.length, colours, after)
}
