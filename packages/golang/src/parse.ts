import { DeclarationParser } from './parse/declarations.ts'
import type { SourceFile } from './syntax.ts'
import { tokensOf } from './tokens.ts'

/** @throws GoError */
export const parseFile = (file: string, text: string): SourceFile => new DeclarationParser(tokensOf(file, text)).file()
