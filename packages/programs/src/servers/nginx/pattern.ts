import { ConfigError } from './config-error.ts'

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/unterminated group|missing \)/i, 'missing closing parenthesis'],
  [/unmatched '?\)'?/i, 'unmatched closing parenthesis'],
  [/unterminated character class|missing \]/i, 'missing terminating ] for character class'],
  [/nothing to repeat/i, 'quantifier does not follow a repeatable item'],
]

/** A PCRE as JavaScript writes it. @throws ConfigError in PCRE's words, without a place */
export function compile(pattern: string, folded: boolean): RegExp {
  try {
    return new RegExp(
      pattern.replaceAll('(?P<', '(?<').replace(/^\(\?i\)/, ''),
      folded || pattern.startsWith('(?i)') ? 'i' : '',
    )
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    const words = WORDS.find(([known]) => known.test(message))?.[1] ?? 'syntax error'
    throw new ConfigError(`pcre2_compile() failed: ${words} in "${pattern}"`)
  }
}
