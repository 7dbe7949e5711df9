import { type Cli, CliError, isProblem, problemText } from '@drydock/cli-plugin'
import { asGoStruct } from './go-struct.ts'
import { inspectObjects } from './inspect-objects.ts'

interface Pretty<T> {
  readonly get: (name: string) => Promise<T>
  readonly pretty: (object: T) => string | Promise<string>
  /** Go's type of the object, for "can't evaluate field". */
  readonly typeName: string
  /** `--pretty` wins over `--format`, but for services, which take only one of them. */
  readonly excludes?: boolean
}

/** `inspect` with `--pretty`: one object's text after the other; nothing more after one that is not there. */
export async function inspectOrPretty<T>(
  cli: Cli,
  names: readonly string[],
  flags: { readonly format: string; readonly pretty: boolean },
  { get, pretty, typeName, excludes = false }: Pretty<T>,
): Promise<number> {
  const format = flags.pretty && !(excludes && flags.format !== '') ? 'pretty' : flags.format
  if (flags.pretty && format !== 'pretty') throw new CliError('--format is incompatible with human friendly format')
  if (format !== 'pretty')
    return inspectObjects(cli, names, format, async (name) => asGoStruct(await get(name)), { typeName })
  let text = ''
  try {
    for (const name of names) text += `${await pretty(await get(name))}\n`
  } catch (error) {
    if (!isProblem(error)) throw error
    throw new CliError(problemText(error))
  } finally {
    await cli.print(text)
  }
  return 0
}
