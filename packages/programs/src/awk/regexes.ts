import { compileRegex, RegexError } from '../regex/posix.ts'

/** The expression is wrong, at run time. */
export class AwkRegexError extends Error {}

/** Compiled expressions by their source: a dynamic one is compiled once. */
export class Regexes {
  private readonly plain = new Map<string, RegExp>()
  private readonly everywhere = new Map<string, RegExp>()

  get(source: string): RegExp {
    return this.cached(this.plain, source, false)
  }

  /** With the flag `g`; whoever uses it sets lastIndex. */
  global(source: string): RegExp {
    return this.cached(this.everywhere, source, true)
  }

  private cached(table: Map<string, RegExp>, source: string, global: boolean): RegExp {
    const known = table.get(source)
    if (known) return known
    try {
      const regex = compileRegex(source, 'extended', { awk: true, global })
      table.set(source, regex)
      return regex
    } catch (error) {
      if (error instanceof RegexError)
        throw new AwkRegexError(`regular expression compile failed (${error.message.toLowerCase()})\n${source}`)
      throw error
    }
  }
}
