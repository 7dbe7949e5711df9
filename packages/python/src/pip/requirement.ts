/** What pip is asked for: a project and which versions of it will do. PEP 508, PEP 440 */
export interface Requirement {
  /** As it was written. */
  readonly name: string
  readonly extras: readonly string[]
  /** `>=3.1.0`, as printed behind the name. */
  readonly specifier: string
  readonly marker: string | undefined
}

const FORM = /^([A-Za-z0-9][\w.-]*)\s*(?:\[([^\]]*)\])?\s*\(?([^;()]*)\)?\s*(?:;(.*))?$/

/** @returns undefined for what is no requirement */
export function parseRequirement(text: string): Requirement | undefined {
  const found = FORM.exec(text.trim())
  if (!found) return undefined
  const [, name = '', extras = '', specifier = '', marker] = found
  const parts = specifier
    .split(',')
    .map((part) => part.replace(/\s+/g, ''))
    .filter((part) => part !== '')
  if (!parts.every((part) => /^(===?|~=|!=|<=|>=|<|>)[\w.*+!-]+$/.test(part))) return undefined
  return {
    name,
    extras: extras
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== ''),
    specifier: parts.toSorted().join(','),
    marker: marker?.trim(),
  }
}

export const normalised = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-')

/** Release segments of PEP 440; what follows them (a1, rc2, .dev3) sorts before the release. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map(segments)
  const length = Math.max(left?.release.length ?? 0, right?.release.length ?? 0)
  for (let i = 0; i < length; i++) {
    const difference = (left?.release[i] ?? 0) - (right?.release[i] ?? 0)
    if (difference !== 0) return difference
  }
  return (left?.rest ?? 0) - (right?.rest ?? 0)
}

function segments(version: string): { release: number[]; rest: number } {
  const [, release = '0', rest = ''] = /^v?(\d+(?:\.\d+)*)(.*)$/.exec(version.split('+')[0] ?? '') ?? []
  const order = /^\.?post/.test(rest) ? 1 : rest === '' || rest === '.*' ? 0 : -1
  return { release: release.split('.').map(Number), rest: order }
}

const COMPARISONS: Readonly<Record<string, (version: string, wanted: string) => boolean>> = {
  '===': (version, wanted) => version === wanted,
  '==': (version, wanted) =>
    wanted.endsWith('.*') ? `${version}.`.startsWith(wanted.slice(0, -1)) : compareVersions(version, wanted) === 0,
  '!=': (version, wanted) => !COMPARISONS['==']?.(version, wanted),
  '>=': (version, wanted) => compareVersions(version, wanted) >= 0,
  '<=': (version, wanted) => compareVersions(version, wanted) <= 0,
  '>': (version, wanted) => compareVersions(version, wanted) > 0,
  '<': (version, wanted) => compareVersions(version, wanted) < 0,
  '~=': (version, wanted) =>
    compareVersions(version, wanted) >= 0 && `${version}.`.startsWith(`${wanted.split('.').slice(0, -1).join('.')}.`),
}

export function satisfies(version: string, specifier: string): boolean {
  return specifier
    .split(',')
    .filter((part) => part !== '')
    .every((part) => {
      const [, operator = '==', wanted = ''] = /^(===|==|~=|!=|<=|>=|<|>)(.+)$/.exec(part) ?? []
      return COMPARISONS[operator]?.(version, wanted) ?? false
    })
}

/** Environment markers: `python_version < "3.10" and extra == "x"`. PEP 508 */
export function markerHolds(marker: string | undefined, env: Readonly<Record<string, string>>): boolean {
  if (marker === undefined || marker === '') return true
  const flat = marker.replace(/[()]/g, ' ')
  return flat.split(/\bor\b/).some((all) => all.split(/\band\b/).every((one) => comparison(one, env)))
}

function comparison(text: string, env: Readonly<Record<string, string>>): boolean {
  const found = /^\s*(\S+?|'[^']*'|"[^"]*")\s*(===|==|~=|!=|<=|>=|<|>|not in|in)\s*('[^']*'|"[^"]*"|\S+)\s*$/.exec(text)
  if (!found) return false
  const value = (word: string): string => (/^['"]/.test(word) ? word.slice(1, -1) : (env[word] ?? ''))
  const [, left = '', operator = '', right = ''] = found
  const [a, b] = [value(left), value(right)]
  if (operator === 'in') return b.includes(a)
  if (operator === 'not in') return !b.includes(a)
  if (/version/.test(left + right)) return COMPARISONS[operator]?.(a, b) ?? false
  return operator === '!=' ? a !== b : a === b
}
