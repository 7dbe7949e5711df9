import { globSource } from '../text/glob.ts'

/** A pattern of --exclude or --include. rsync(1), "PATTERN MATCHING RULES". */
export interface Rule {
  readonly include: boolean
  readonly pattern: string
}

interface Compiled {
  readonly include: boolean
  readonly foldersOnly: boolean
  readonly test: RegExp
}

/** `*` stops at slashes, `**` does not; a slash at the beginning ties the pattern to the top of the transfer. */
function compile({ include, pattern }: Rule): Compiled {
  const foldersOnly = pattern.endsWith('/')
  const bare = foldersOnly ? pattern.slice(0, -1) : pattern
  const anchored = bare.startsWith('/')
  const source = bare
    .replace(/^\//, '')
    .split(/(\/\*\*\*$|\*\*)/)
    .map((part) => (part === '**' ? '.*' : part === '/***' ? '(?:/.*)?' : globSource(part, true)))
    .join('')
  return { include, foldersOnly, test: new RegExp(`${anchored ? '^' : '(?:^|/)'}${source}$`, 's') }
}

/** Whether a name below the top is left out: the first rule that matches decides. */
export function excluder(rules: readonly Rule[]): (path: string, folder: boolean) => boolean {
  const compiled = rules.map(compile)
  return (path, folder) => {
    const found = compiled.find(({ foldersOnly, test }) => (!foldersOnly || folder) && test.test(path))
    return found !== undefined && !found.include
  }
}

/** `- PATTERN`, `+ PATTERN`, or a pattern alone. */
export function ruleOf(text: string, include: boolean): Rule {
  const match = /^([-+])[ _](.*)$/s.exec(text)
  return match ? { include: match[1] === '+', pattern: match[2] ?? '' } : { include, pattern: text }
}
