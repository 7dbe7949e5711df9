import { concatBytes } from '@drydock/codec'
import type { SourceFile } from './syntax.ts'
import { parseFile } from './parse.ts'

/** Magic of a class file. The Java Virtual Machine Specification, 4.1 */
const MAGIC = Uint8Array.of(0xca, 0xfe, 0xba, 0xbe)
const FIRST_MAJOR = 44

export interface Source {
  readonly file: string
  readonly text: string
}

/** A class file that carries the source it was made of, in place of bytecode. @param release of Java: 17 is version 61 */
export function writeClass(source: Source, release: number): Uint8Array {
  const major = FIRST_MAJOR + release
  return concatBytes([MAGIC, Uint8Array.of(0, 0, 0, major), new TextEncoder().encode(JSON.stringify(source))])
}

/** @returns undefined for what javac of elsewhere made, or no class at all */
export function readClass(bytes: Uint8Array): Source | undefined {
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) return undefined
  try {
    const { file, text } = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8)),
    ) as Partial<Source>
    return file === undefined || text === undefined ? undefined : { file, text }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined
    throw error
  }
}

/** Paths of the class files of a source, as javac names them: `com/example/Main$Inner.class`. */
export function classPathsOf({ package: name, classes }: SourceFile): string[] {
  const folder = name === '' ? '' : `${name.replaceAll('.', '/')}/`
  const namesOf = (of: SourceFile['classes'], prefix: string): string[] =>
    of.flatMap((each) => [`${prefix}${each.name}`, ...namesOf(each.nested, `${prefix}${each.name}$`)])
  return namesOf(classes, folder).map((path) => `${path}.class`)
}

/** The sources that class files carry, each once. */
export function sourcesOf(files: Iterable<Uint8Array>): SourceFile[] {
  const sources = new Map<string, Source>()
  for (const bytes of files) {
    const source = readClass(bytes)
    if (source) sources.set(source.file, source)
  }
  return [...sources.values()].map(({ file, text }) => parseFile(file, text))
}
