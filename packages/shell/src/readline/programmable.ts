import { CompletionRetry, generate } from '../completion/generate.ts'
import { fileNames } from '../completion/actions.ts'
import { type CompletionSpec, DEFAULT_SPEC } from '../completion/spec.ts'
import { FatalError, type Steps } from '../interp/flow.ts'
import { quietly } from '../interp/redirect.ts'
import type { Shell } from '../interp/shell.ts'
import { isDirectory } from '@drydock/abi'

/** How often a completion function may ask to be tried again. */
const MOST_RETRIES = 5

export interface ProgrammedCandidate {
  readonly value: string
  readonly suffix: string
  readonly shown?: string
}

function specFor(shell: Shell, command: string): CompletionSpec | undefined {
  const { completions } = shell
  return (
    completions.get(command) ??
    completions.get(command.slice(command.lastIndexOf('/') + 1)) ??
    completions.get(DEFAULT_SPEC)
  )
}

/** Runs of COMP_WORDBREAKS are words of their own, except blanks. */
function brokenWords(shell: Shell, words: readonly string[]): string[] {
  const breaks = (shell.variables.get('COMP_WORDBREAKS') ?? '').replace(/[\s"']/g, '')
  if (breaks === '') return [...words]
  const set = `[${breaks.replace(/[\]\\^-]/g, '\\$&')}]`
  const parts = new RegExp(`${set}+|(?:(?!${set})[^])+`, 'g')
  return words.flatMap((word, at) => {
    const found = word.match(parts) ?? ['']
    // Behind a break an empty word is completed.
    return at === words.length - 1 && new RegExp(`${set}$`).test(word) ? [...found, ''] : found
  })
}

/**
 * What `complete` says of the command's arguments. bash(1), "Programmable Completion".
 * @param words  of the command, the one being completed last
 * @param word  the part of that one that is being completed
 * @returns undefined when nothing is said, or when file names are to be tried
 */
export function* programmed(
  shell: Shell,
  line: string,
  words: readonly string[],
  word: string,
): Steps<readonly ProgrammedCandidate[] | undefined> {
  const [command = ''] = words
  for (let turn = 0; turn < MOST_RETRIES; turn++) {
    const spec = specFor(shell, command)
    if (!spec) return undefined
    shell.completionOptions = new Set(spec.options)
    try {
      const found = yield* ask(shell, spec, line, words, word)
      return candidates(shell, found, word)
    } catch (error) {
      if (error instanceof CompletionRetry) continue
      if (error instanceof FatalError) return []
      throw error
    }
  }
  return undefined
}

/** Leaves no trace in `$?` and its kind. */
function* ask(
  shell: Shell,
  spec: CompletionSpec,
  line: string,
  words: readonly string[],
  word: string,
): Steps<readonly string[]> {
  const all = brokenWords(shell, words)
  const { status, pipeStatus, lastArgument, substituted } = shell
  try {
    return yield* generate(shell, spec, {
      command: words[0] ?? '',
      word,
      before: all.at(-2) ?? '',
      line,
      point: line.length,
      words: all,
      at: all.length - 1,
    })
  } finally {
    Object.assign(shell, { status, pipeStatus, lastArgument, substituted })
  }
}

function candidates(shell: Shell, found: readonly string[], word: string): readonly ProgrammedCandidate[] | undefined {
  const options = shell.completionOptions
  const all = options.has('plusdirs') ? [...found, ...fileNames(shell, word, true)] : found
  if (all.length === 0) {
    if (options.has('default') || options.has('bashdefault')) return undefined
    if (!options.has('dirnames')) return []
    return fileNames(shell, word, true).map((value) => ({ value, suffix: '/' }))
  }
  const unique = [...new Set(all)]
  if (!options.has('nosort')) unique.sort()
  return unique.map((value) => {
    const folder = options.has('filenames') && quietly(() => isDirectory(shell.sys.stat(value).mode)) === true
    const suffix = folder ? '/' : options.has('nospace') ? '' : ' '
    return options.has('filenames')
      ? { value, suffix, shown: value.slice(value.lastIndexOf('/') + 1) }
      : { value, suffix }
  })
}
