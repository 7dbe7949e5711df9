import type { From, Instruction, LineRange, StageState } from '@drydock/dockerfile'

/** A stage that a target needs. */
export interface OutlineStage {
  readonly from: From
  readonly instructions: readonly Exclude<Instruction, From>[]
  /** Undefined: it was not looked at, since something before it is wrong. */
  readonly state: StageState | undefined
}

export interface OutlineArg {
  readonly name: string
  readonly value: string
  readonly description: string
  readonly range: LineRange
}

export interface OutlineMount {
  readonly name: string
  readonly required: boolean
  readonly range: LineRange
}

/** What somebody can give to a target. BuildKit frontend/subrequests/outline */
export interface Outline {
  readonly args: readonly OutlineArg[]
  readonly secrets: readonly OutlineMount[]
  readonly ssh: readonly OutlineMount[]
}

type Defined = ReadonlyMap<string, OutlineArg>

/** The text of a comment that begins with the name it is about. */
export const docOf = (comments: readonly string[], name: string): string =>
  comments.find((line) => name !== '' && line.startsWith(`${name} `))?.slice(name.length + 1) ?? ''

const byLine = (a: { readonly range: LineRange }, b: { readonly range: LineRange }): number =>
  a.range.start - b.range.start

/** @param globals arguments before the first FROM, by name; those they are made of count as used with them */
export function outlineOf(
  stages: readonly OutlineStage[],
  globals: Defined,
  usesOf: (name: string) => readonly string[],
  given: ReadonlyMap<string, string>,
): Outline {
  const args = new Map<string, OutlineArg>()
  const use = (name: string, own: Defined): void => {
    const found = own.get(name) ?? globals.get(name)
    if (!found || args.has(name)) return
    args.set(name, found)
    if (!own.has(name)) for (const each of usesOf(name)) use(each, own)
  }
  for (const stage of stages) {
    const own = ownArgs(stage, globals, given)
    for (const name of namesIn(`${stage.from.base} ${stage.from.platform}`)) use(name, new Map())
    for (const each of stage.instructions) if (each.kind === 'ARG') for (const { key } of each.args) use(key, own)
  }
  const sorted = <T extends { readonly range: LineRange }>(list: Iterable<T>): T[] => [...list].toSorted(byLine)
  return { args: sorted(args.values()), secrets: sorted(mounts(stages, 'secret')), ssh: sorted(mounts(stages, 'ssh')) }
}

/** Variables that a word names. */
export const namesIn = (word: string): string[] =>
  [...word.matchAll(/\$\{?([A-Za-z_]\w*)/g)].flatMap(([, name]) => (name === undefined ? [] : [name]))

/** Arguments that a stage defines itself; those it only takes over are the global ones. */
function ownArgs({ instructions, state }: OutlineStage, globals: Defined, given: ReadonlyMap<string, string>): Defined {
  const own = new Map<string, OutlineArg>()
  for (const instruction of instructions) {
    if (instruction.kind !== 'ARG') continue
    for (const { key, value } of instruction.args) {
      if (value === undefined && !given.has(key) && globals.has(key)) continue
      const known = state?.declared.findLast((each) => each.key === key)?.value
      const { comments, range } = instruction
      own.set(key, { name: key, value: known ?? value ?? '', description: docOf(comments, key), range })
    }
  }
  return own
}

function mounts(stages: readonly OutlineStage[], type: 'secret' | 'ssh'): Iterable<OutlineMount> {
  const found = new Map<string, OutlineMount>()
  for (const { instructions } of stages)
    for (const each of instructions) {
      if (each.kind !== 'RUN') continue
      for (const mount of each.mounts) {
        const pairs = new Map(mount.split(',').map((pair): [string, string] => splitPair(pair)))
        if (pairs.get('type') !== type) continue
        const place = pairs.get('source') ?? pairs.get('src') ?? pairs.get('target') ?? pairs.get('dst') ?? ''
        const name = pairs.get('id') ?? (type === 'ssh' ? 'default' : (place.split('/').at(-1) ?? ''))
        const required = ['', 'true', '1'].includes(pairs.get('required') ?? 'false')
        if (!found.has(name)) found.set(name, { name, required, range: each.range })
      }
    }
  return found.values()
}

function splitPair(pair: string): [string, string] {
  const [key = '', ...rest] = pair.trim().split('=')
  return [key.toLowerCase(), rest.join('=')]
}
