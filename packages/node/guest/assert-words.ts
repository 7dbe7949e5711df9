import { inspect } from './inspect.ts'

/** Values as they are compared: each on its own line. */
export const spread = (value: unknown): string =>
  inspect(value, {
    compact: false,
    customInspect: false,
    depth: 1000,
    maxArrayLength: Number.POSITIVE_INFINITY,
    showHidden: false,
    showProxy: false,
    sorted: true,
    getters: true,
    breakLength: Number.POSITIVE_INFINITY,
  })

const TITLES: Readonly<Record<string, string>> = {
  deepStrictEqual: 'Expected values to be strictly deep-equal:',
  strictEqual: 'Expected values to be strictly equal:',
  strictEqualObject: 'Expected "actual" to be reference-equal to "expected":',
  deepEqual: 'Expected values to be loosely deep-equal:',
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
  notStrictEqualObject: 'Expected "actual" not to be reference-equal to "expected":',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
  notIdentical: 'Values identical but not reference-equal:',
}
const isObject = (value: unknown): boolean =>
  (typeof value === 'object' && value !== null) || typeof value === 'function'

/** What an assertion that failed says of its own accord. */
export function words(operator: string, actual: unknown, expected: unknown): string {
  if (operator === 'deepStrictEqual' || operator === 'strictEqual') return different(actual, expected, operator)
  if (operator === 'notDeepStrictEqual' || operator === 'notStrictEqual') return same(actual, operator)
  const [left, right] = [spread(actual), spread(expected)].map((text) =>
    text.length > 512 ? `${text.slice(0, 509)}...` : text,
  )
  if (operator === 'notDeepEqual') return `${TITLES[operator]}\n\n${left}\n\nshould not loosely deep-equal\n\n${right}`
  if (operator === 'deepEqual') return `${TITLES[operator]}\n\n${left}\n\nshould loosely deep-equal\n\n${right}`
  return `${left} ${operator} ${right}`
}

function same(actual: unknown, operator: string): string {
  const title = operator === 'notStrictEqual' && isObject(actual) ? TITLES.notStrictEqualObject : TITLES[operator]
  const lines = spread(actual).split('\n')
  if (lines.length > 50) lines.splice(46, lines.length, '...')
  return lines.length === 1
    ? `${title}${(lines[0]?.length ?? 0) > 5 ? '\n\n' : ' '}${lines[0]}`
    : `${title}\n\n${lines.join('\n')}\n`
}

function different(actual: unknown, expected: unknown, operator: string): string {
  const [left, right] = [spread(actual).split('\n'), spread(expected).split('\n')]
  const objects = isObject(actual) && isObject(expected)
  if (left.join('\n') === right.join('\n'))
    return `Values ${objects ? 'have same structure but are not' : 'identical but not'} reference-equal:\n\n${left.join('\n')}\n`
  const title = TITLES[operator === 'strictEqual' && objects ? 'strictEqualObject' : operator] ?? ''
  const [one = '', other = ''] = [left[0], right[0]]
  if (left.length === 1 && right.length === 1 && one !== other) {
    const plainly = !isObject(actual) && !isObject(expected) && (actual !== 0 || expected !== 0)
    if (one.length + other.length <= 12 && plainly) return `${title}\n\n${one} !== ${other}\n`
    const mark = one.length + other.length < 80 && !isObject(actual) ? pointer(one, other) : ''
    return `${title}\n+ actual - expected\n\n+ ${one}\n- ${other}${mark}`
  }
  const { lines, skipped } = compared(left, right)
  return `${title}\n+ actual - expected${skipped ? ' ... Lines skipped' : ''}\n\n${lines.join('\n')}`
}

/** Points at the first character that differs, when it is not one of the first. */
function pointer(one: string, other: string): string {
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  return at > 2 ? `\n${' '.repeat(at + 2)}^` : ''
}

const CONTEXT = 2

/** Lines of both, those that are alike once; of many alike in a row only the first and the last. */
function compared(left: readonly string[], right: readonly string[]): { lines: string[]; skipped: boolean } {
  const lines: string[] = []
  let skipped = false
  let alike: string[] = []
  const flush = (last: boolean): void => {
    if (alike.length > 2 * CONTEXT + 1) {
      skipped = true
      lines.push(...alike.slice(0, CONTEXT), '...', ...(last ? alike.slice(-1) : alike.slice(-CONTEXT)))
    } else lines.push(...alike)
    alike = []
  }
  for (const [kind, text] of changes(left, right)) {
    if (kind === ' ') alike.push(`  ${text}`)
    else {
      flush(false)
      lines.push(`${kind} ${text}`)
    }
  }
  flush(true)
  return { lines, skipped }
}

const bare = (line: string): string => line.replace(/,$/, '')

/** The longest common run of lines, and what stands between; a comma at the end makes no difference. */
function changes(left: readonly string[], right: readonly string[]): (readonly ['+' | '-' | ' ', string])[] {
  const rows = left.length + 1
  const best = Array.from({ length: rows }, () => new Uint32Array(right.length + 1))
  for (let i = left.length - 1; i >= 0; i--)
    for (let j = right.length - 1; j >= 0; j--) {
      const [here, below] = [best[i] ?? [], best[i + 1] ?? []]
      here[j] =
        bare(left[i] ?? '') === bare(right[j] ?? '')
          ? (below[j + 1] ?? 0) + 1
          : Math.max(below[j] ?? 0, here[j + 1] ?? 0)
    }
  const found: (readonly ['+' | '-' | ' ', string])[] = []
  let [i, j] = [0, 0]
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && bare(left[i] ?? '') === bare(right[j] ?? '')) {
      found.push([' ', left[i++] ?? ''])
      j++
    } else if (i < left.length && (j >= right.length || (best[i + 1]?.[j] ?? 0) >= (best[i]?.[j + 1] ?? 0)))
      found.push(['+', left[i++] ?? ''])
    else found.push(['-', right[j++] ?? ''])
  }
  return found
}
