import {
  type Copy,
  type From,
  goDuration,
  type Instruction,
  quotedList,
  type Run,
  type StageState,
} from '@drydock/dockerfile'

type Note = Exclude<Instruction, From | Run | Copy>

/** Whether the instruction only changes the configuration. */
export const isNote = (instruction: Instruction): instruction is Note =>
  !['FROM', 'RUN', 'COPY', 'ADD'].includes(instruction.kind)

/** Go's %q of a health configuration. */
function healthText({
  Test = [],
  Interval = 0,
  Timeout = 0,
  StartPeriod = 0,
  Retries = 0,
}: NonNullable<StageState['config']['Healthcheck']>): string {
  const rune =
    Retries < 32 || Retries === 127 ? `\\x${Retries.toString(16).padStart(2, '0')}` : String.fromCharCode(Retries)
  const times = [Interval, Timeout, StartPeriod].map((each) => JSON.stringify(goDuration(each))).join(' ')
  return `&{${quotedList(Test)} ${times} '${rune}'}`
}

const last = (state: StageState): string => state.history.at(-1)?.created_by ?? ''

/**
 * What the classic builder notes for a step that only changes the configuration; `state` has taken it already.
 * @param word replaces variables as they were before the step
 */
export function noteOf(instruction: Note, state: StageState, word: (text: string) => string): string {
  if (instruction.kind === 'HEALTHCHECK') return `HEALTHCHECK ${healthText(state.config.Healthcheck ?? {})}`
  if (instruction.kind === 'EXPOSE') return `EXPOSE ${instruction.values.map(word).join(' ')}`
  if (instruction.kind === 'ONBUILD') return `ONBUILD ${instruction.trigger}`
  if (instruction.kind === 'ARG') return `ARG ${instruction.args.map((each) => argText(each, word)).join(' ')}`
  if (instruction.kind === 'CMD' || instruction.kind === 'ENTRYPOINT')
    return `${instruction.kind} ${quotedList((instruction.kind === 'CMD' ? state.config.Cmd : state.config.Entrypoint) ?? [])}`
  return last(state)
}

const argText = (
  { key, value }: { readonly key: string; readonly value: string | undefined },
  word: (text: string) => string,
): string => (value === undefined ? word(key) : `${word(key)}=${word(value)}`)
