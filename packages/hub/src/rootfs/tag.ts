/** A tag of an image that follows the habits of official ones: `1.27.3-alpine3.20`, `22-bookworm-slim`, `latest`. */
export interface Tag {
  /** Undefined for latest and its like. */
  readonly version?: string
  readonly alpine?: true
  readonly slim?: true
  /** Codename of the distribution, or alpine's version. */
  readonly suite?: string
  /** Other words, such as `perl` or `management`. */
  readonly words: readonly string[]
}

const MOVING: ReadonlySet<string> = new Set([
  'latest',
  'stable',
  'mainline',
  'lts',
  'current',
  'edge',
  'rolling',
  'devel',
])
const SUITES: ReadonlySet<string> = new Set([
  ...[
    'jessie',
    'stretch',
    'buster',
    'bullseye',
    'bookworm',
    'trixie',
    'sid',
    'xenial',
    'bionic',
    'focal',
    'jammy',
    'noble',
  ],
])

/**
 * @param words that may stand in it; `_` where versions tell a build, as `21.0.2_13`
 * @returns undefined for a tag that does not look like one of an official image
 */
export function parseTag(tag: string, words: readonly string[] = []): Tag | undefined {
  const parts = tag.split('-')
  const [first = ''] = parts
  const hasVersion = /^v?\d{1,5}(\.\d+){0,3}((rc|beta|alpha)\d+)?$/.test(
    words.includes('_') ? first.replace(/_\d+$/, '') : first,
  )
  const rest = hasVersion || MOVING.has(first) ? parts.slice(1) : parts
  const known = (part: string): boolean =>
    /^alpine(3\.\d+)?$/.test(part) || part === 'slim' || SUITES.has(part) || words.includes(part)
  if (!rest.every(known)) return undefined
  const alpine = rest.find((part) => part.startsWith('alpine'))
  const suite = alpine?.slice(6) || rest.find((part) => SUITES.has(part))
  return {
    ...(hasVersion && { version: first.replace(/^v/, '') }),
    ...(alpine !== undefined && { alpine: true as const }),
    ...(rest.includes('slim') && { slim: true as const }),
    ...(suite !== undefined && suite !== '' && { suite }),
    words: rest.filter((part) => words.includes(part)),
  }
}

/**
 * The full version that a tag stands for: the newest known below it, else itself with zeroes.
 * @param known full versions, newest first; the first is what `latest` is
 */
export function fullVersion(version: string | undefined, known: readonly string[], parts = 3): string {
  const [newest = '1.0.0'] = known
  if (version === undefined) return newest
  const found = known.find((each) => each === version || each.startsWith(`${version}.`))
  if (found !== undefined) return found
  const numbers = version.split('.')
  while (numbers.length < parts) numbers.push('0')
  return numbers.join('.')
}

/** Whether there may be such a version: not beyond what the newest one begins with. @param known newest first */
export function isPlausible(version: string | undefined, known: readonly string[]): boolean {
  const major = (text: string): number => Number.parseInt(text, 10)
  return version === undefined || known.some((each) => major(version) <= major(each))
}
