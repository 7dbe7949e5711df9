import type { Directive } from './config-parser.ts'

/** Settings that blocks inherit: the directives of the block, then those of the blocks around it. */
export class Scope {
  readonly directives: readonly Directive[]
  readonly parent: Scope | undefined

  constructor(directives: readonly Directive[], parent: Scope | undefined) {
    this.directives = directives
    this.parent = parent
  }

  /** The arguments of the innermost directive of that name. */
  find(name: string): readonly string[] | undefined {
    return this.own(name) ?? this.parent?.find(name)
  }

  /** The same, of this block alone. */
  own(name: string): readonly string[] | undefined {
    return this.directives.findLast((each) => each.name === name)?.args
  }

  word(name: string, fallback: string): string {
    return this.find(name)?.[0] ?? fallback
  }

  on(name: string, fallback = false): boolean {
    return this.word(name, fallback ? 'on' : 'off') === 'on'
  }

  /** All of that name in the innermost block that has any: as add_header and proxy_set_header inherit. */
  all(name: string): readonly (readonly string[])[] {
    return this.rows([name]).map(({ args }) => args)
  }

  /** Directives of any of those names in the innermost block that has one. */
  rows(names: readonly string[]): readonly Directive[] {
    const own = this.directives.filter((each) => names.includes(each.name))
    return own.length > 0 ? own : (this.parent?.rows(names) ?? [])
  }
}

const SIZES: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 }
/** `10m` in bytes. */
export const sizeOf = (text: string): number => Number.parseInt(text, 10) * (SIZES[text.slice(-1).toLowerCase()] ?? 1)

const TIMES: Readonly<Record<string, number>> = {
  ...{ ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, M: 2_592_000, y: 31_536_000 },
}
/** `1h30m` in seconds; undefined when it is no time. */
export function secondsOf(text: string): number | undefined {
  if (!/^(\d+(ms|[yMwdhms])?)+$/.test(text)) return undefined
  return [...text.matchAll(/(\d+)(ms|[yMwdhms])?/g)].reduce(
    (sum, [, digits, unit = 's']) => sum + Number(digits) * (TIMES[unit] ?? 1),
    0,
  )
}
