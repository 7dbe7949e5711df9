interface Branch {
  /** Its statements are run. */
  active: boolean
  /** No later branch of this \if is to be taken: one was, or all of it is inside of what is skipped. */
  settled: boolean
  last: boolean
  /** What had been typed of a statement where the branch began. */
  buffer: string
}

const WORDS: readonly (readonly [word: string, value: boolean, least: number])[] = [
  ['true', true, 1],
  ['false', false, 1],
  ['yes', true, 1],
  ['no', false, 1],
  ['on', true, 2],
  ['off', false, 2],
  ['1', true, 1],
  ['0', false, 1],
]

/** A Boolean of psql, by any beginning that only one word has. @returns undefined for what is none */
export const truth = (text: string): boolean | undefined =>
  WORDS.find(([word, , least]) => text.length >= least && word.startsWith(text.toLowerCase()))?.[1]

interface Stepped {
  /** What is left of the statement that was being typed. */
  readonly buffer: string
  readonly problem?: string
}

/** The \if blocks of one input, from the outermost inwards. psql(1), "\if expression". */
export class Conditions {
  private readonly branches: Branch[] = []

  /** What is read now is run. */
  get active(): boolean {
    return this.branches.at(-1)?.active ?? true
  }
  get open(): boolean {
    return this.branches.length > 0
  }

  /** ^C: out of the innermost one. */
  leave(): void {
    this.branches.pop()
  }

  /** @param name if, elif, else or endif @param buffer what was typed of a statement before it */
  step(name: string, expression: string, buffer: string): Stepped {
    if (name === 'if') return this.begin(expression, buffer)
    const branch = this.branches.at(-1)
    if (!branch) return { buffer, problem: `\\${name}: no matching \\if` }
    if (name !== 'endif' && branch.last) return { buffer, problem: `\\${name}: cannot occur after \\else` }
    const kept = branch.active ? buffer : branch.buffer
    if (name === 'endif') return (this.branches.pop(), { buffer: kept })
    const settled = branch.settled || branch.active
    const [taken, problem] = settled ? [false] : name === 'else' ? [true] : valueOf(name, expression)
    Object.assign(branch, { active: taken, settled, last: name === 'else', buffer: kept })
    return { buffer: kept, ...(problem !== undefined && { problem }) }
  }

  private begin(expression: string, buffer: string): Stepped {
    const settled = !this.active
    const [active, problem] = settled ? [false] : valueOf('if', expression)
    this.branches.push({ active, settled, last: false, buffer })
    return { buffer, ...(problem !== undefined && { problem }) }
  }
}

function valueOf(name: string, expression: string): [value: boolean, problem?: string] {
  const value = truth(expression)
  return value === undefined
    ? [false, `unrecognized value "${expression}" for "\\${name} expression": Boolean expected`]
    : [value]
}
