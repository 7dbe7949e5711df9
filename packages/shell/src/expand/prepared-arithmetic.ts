import type { ArithmeticExpansion, Parameter, Part } from '../syntax/ast.ts'
import { ArithmeticError, type CompiledArithmetic, holeCharacter, parseArithmetic } from './arithmetic.ts'
import { compile } from './arithmetic-compiler.ts'

/** A part whose value is put into an expression. */
export type Hole = Parameter | ArithmeticExpansion

/** An expression of the script, taken apart once. */
export interface PreparedArithmetic {
  readonly holes: readonly Hole[]
  /** The text around the holes: one more than there are holes. */
  readonly texts: readonly string[]
  /** For values that are plain numbers; undefined where the text has to be parsed with them. */
  readonly evaluate: CompiledArithmetic | undefined
}

const MOST_HOLES = 256

/** @returns undefined for what has other parts than text, parameters and expressions */
export function prepareArithmetic(parts: readonly Part[]): PreparedArithmetic | undefined {
  const holes: Hole[] = []
  const texts: string[] = ['']
  for (const part of parts) {
    if (part.kind === 'literal' || part.kind === 'quoted') texts.push(texts.pop() + part.text)
    else if (part.kind === 'parameter' || part.kind === 'arithmetic') {
      holes.push(part)
      texts.push('')
    } else return undefined
  }
  return { holes, texts, evaluate: compileWith(texts) }
}

function compileWith(texts: readonly string[]): CompiledArithmetic | undefined {
  const text = texts.map((each, at) => (at === 0 ? each : holeCharacter(at - 1) + each)).join('')
  const holes = texts.length - 1
  if (holes > MOST_HOLES || texts.some((each) => /[\ue000-\uf8ff]/.test(each))) return undefined
  return holes > 0 && !standAlone(text) ? undefined : parse(text, holes > 0)
}

/** No value becomes a part of a longer number or name, or of a subscript, whose text is looked at later. */
const standAlone = (text: string): boolean =>
  !/[\w#@.'"\ue000-\uf8ff][\ue000-\uf8ff]|[\ue000-\uf8ff][\w#@.'"]|\[/.test(text)

function parse(text: string, holes: boolean): CompiledArithmetic | undefined {
  try {
    return compile(parseArithmetic(text, holes))
  } catch (error) {
    // To be told when it is reached.
    if (error instanceof ArithmeticError) return undefined
    throw error
  }
}

export function fillIn(texts: readonly string[], values: readonly string[]): string {
  let text = texts[0] ?? ''
  for (let at = 0; at < values.length; at++) text += (values[at] ?? '') + (texts[at + 1] ?? '')
  return text
}
