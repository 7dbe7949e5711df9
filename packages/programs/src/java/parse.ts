import { Parser } from './parse/declarations.ts'
import type { SourceFile } from './syntax.ts'
import { tokensOf } from './tokens.ts'

/** @throws JavaError */
export const parseFile = (file: string, text: string): SourceFile => new Parser(tokensOf(file, text)).file(file)
