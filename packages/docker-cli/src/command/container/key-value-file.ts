import { EISDIR, isErrno } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'
import { type Cli, CliError } from '@drydock/cli-plugin'

/**
 * `name=value` words of files and flags, files first. A name alone takes what `value` gives for it; when
 * that is nothing, it is left out in a file and left to the engine in a flag.
 */
export async function readKeyValues(
  cli: Cli,
  files: readonly string[],
  words: readonly string[],
  value?: (name: string) => string | undefined,
): Promise<string[]> {
  const texts = await Promise.all(files.map((file) => readLines(cli, file, value)))
  return [...texts.flat(), ...words.flatMap((word) => complete(word, value) ?? word)]
}

function complete(word: string, value: ((name: string) => string | undefined) | undefined): string | undefined {
  if (word.includes('=') || !value) return word
  const found = value(word)
  return found === undefined ? undefined : `${word}=${found}`
}

async function readLines(cli: Cli, file: string, value?: (name: string) => string | undefined): Promise<string[]> {
  const text = await readOr(cli, file)
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.trimStart().replace(/\r$/, ''))
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap((line) => {
      const name = line.split('=')[0] ?? ''
      if (/[ \t]/.test(name)) throw new CliError(`invalid env file (${file}): variable '${name}' contains whitespaces`)
      if (name === '') throw new CliError(`invalid env file (${file}): no variable name on line '${line}'`)
      return complete(line, value) ?? []
    })
}

async function readOr(cli: Cli, file: string): Promise<string> {
  try {
    return await readTextFile(cli.sys, file)
  } catch (error) {
    if (error === EISDIR) throw new CliError(`invalid env file (${file}): read ${file}: is a directory`)
    if (isErrno(error)) throw new CliError(`open ${file}: ${error.message.toLowerCase()}`)
    throw error
  }
}

/** A name without `=` has the value ''. */
export const toRecord = (words: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=')
      return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)]
    }),
  )
