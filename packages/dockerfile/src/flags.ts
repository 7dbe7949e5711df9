import { DockerfileError } from './dockerfile-error.ts'
import { suggest } from './suggest.ts'

export type FlagKind = 'bool' | 'string' | 'list'

export interface FlagValues {
  readonly strings: ReadonlyMap<string, string>
  readonly lists: ReadonlyMap<string, readonly string[]>
  readonly bools: ReadonlyMap<string, boolean>
  readonly used: readonly string[]
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['', true],
  ['false', false],
])

/** Reads an instruction's `--name=value` flags. @throws DockerfileError */
export function readFlags(written: readonly string[], known: Readonly<Record<string, FlagKind>>): FlagValues {
  const strings = new Map<string, string>()
  const lists = new Map<string, string[]>()
  const bools = new Map<string, boolean>()
  const used: string[] = []
  for (const flag of written) {
    const [, shown = '', equals, value = ''] = /^([^=]*)(=?)([\s\S]*)$/.exec(flag) ?? []
    const name = shown.slice(2)
    const kind = Object.hasOwn(known, name) ? known[name] : undefined
    if (kind === undefined) throw unknownFlag(shown, name, Object.keys(known))
    if (used.includes(name) && kind !== 'list') throw new DockerfileError(`duplicate flag specified: ${shown}`)
    used.push(name)
    if (kind === 'bool') bools.set(name, boolean(shown, equals === '=', value))
    else if (equals === '') throw new DockerfileError(`missing a value on flag: ${shown}`)
    else if (kind === 'list') lists.set(name, [...(lists.get(name) ?? []), value])
    else strings.set(name, value)
  }
  return { strings, lists, bools, used }
}

function unknownFlag(shown: string, name: string, known: readonly string[]): DockerfileError {
  const suggestion = suggest(name, known, true)
  return new DockerfileError(`unknown flag: ${shown}`, suggestion === undefined ? {} : { suggestion })
}

function boolean(shown: string, hasValue: boolean, value: string): boolean {
  if (hasValue && value === '') throw new DockerfileError(`missing a value on flag: ${shown}`)
  const found = BOOLEANS.get(value.toLowerCase())
  if (found === undefined) throw new DockerfileError(`expecting boolean value for flag ${shown}, not: ${value}`)
  return found
}
