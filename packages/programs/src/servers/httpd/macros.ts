import { wordsOf } from './words.ts'

interface Macro {
  readonly parameters: readonly string[]
  readonly text: string
}

/** mod_macro: texts with parameters that Use puts in their place. */
export class Macros {
  private readonly known = new Map<string, Macro>()

  /** @param head the name and parameters, `$x`, `%x` or `@x` */
  define(head: string, text: string): undefined {
    const [name = '', ...parameters] = wordsOf(head)
    this.known.set(name.toLowerCase(), { parameters, text })
  }

  /** @returns undefined for a name that is not known */
  expand([name = '', ...values]: readonly string[]): string | undefined {
    const macro = this.known.get(name.toLowerCase())
    // Long names first: $ab is not $a with a b behind it.
    const order = macro?.parameters.map((each, at) => [each, values[at] ?? ''] as const)
    const sorted = order?.toSorted(([a], [b]) => b.length - a.length) ?? []
    return sorted.reduce<string | undefined>((text, [from, to]) => text?.replaceAll(from, to), macro?.text)
  }
}
