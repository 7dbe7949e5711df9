import { isErrno, type Sys } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'
import { HaproxyConfigError, type Section } from './config.ts'

/** Rows of a file of patterns or of a map: key, and what a map gives for it. */
export type KeptRows = (readonly [key: string, value: string])[]

const MENTIONED = /\bmap(?:_[a-z]+)*\(([^,)]+)/g

/** Files that a configuration names, as they were when it was read; the runtime API changes what is kept of them. */
export class KeptFiles {
  private readonly files = new Map<string, KeptRows>()
  private readonly texts = new Map<string, string>()

  /** @throws HaproxyConfigError for what is not there */
  async read(sys: Sys, sections: readonly Section[]): Promise<void> {
    for (const section of sections)
      for (const { words, file, number } of section.lines)
        for (const [at, word] of words.entries()) {
          const text = ['file', 'lf-file', 'errorfile'].includes(word) ? textPath(words, at) : undefined
          const paths = [
            ...(word === '-f' ? [words[at + 1] ?? ''] : []),
            ...[...word.matchAll(MENTIONED)].map(([, path = '']) => path),
          ]
          try {
            for (const path of paths)
              if (!this.files.has(path)) this.files.set(path, rowsOf(await readTextFile(sys, path)))
            if (text !== undefined) this.texts.set(text, await readTextFile(sys, text))
          } catch (error) {
            if (!isErrno(error)) throw error
            throw new HaproxyConfigError([
              `parsing [${file}:${number}] : failed to open pattern file <${paths[0] ?? text ?? ''}>.`,
            ])
          }
        }
  }

  get names(): readonly string[] {
    return [...this.files.keys()]
  }

  rows(path: string): KeptRows {
    return this.files.get(path) ?? []
  }

  text(path: string): string {
    return this.texts.get(path) ?? ''
  }
}

const textPath = (words: readonly string[], at: number): string | undefined =>
  words[at] === 'errorfile' ? words[at + 2] : words[at + 1]

/** A row a line; # begins a comment. */
const rowsOf = (text: string): KeptRows =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [key = '', value = ''] = line.split(/\s+(.*)/s)
      return [key, value]
    })
