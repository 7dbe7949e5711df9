import { DockerfileError, type LineRange } from './dockerfile-error.ts'
import type { Arg, From, Instruction } from './instruction.ts'
import { readLines } from './lines.ts'
import { parseInstruction } from './parse.ts'

export interface Stage {
  readonly from: From
  readonly instructions: readonly Exclude<Instruction, From>[]
}

/** A Dockerfile taken apart. */
export interface Dockerfile {
  readonly text: string
  readonly escape: string
  readonly directives: ReadonlyMap<string, string>
  /** ARG before the first FROM. */
  readonly globalArgs: readonly Arg[]
  readonly stages: readonly Stage[]
  readonly emptyContinuations: readonly LineRange[]
}

/** @throws DockerfileError with its lines */
export function parseDockerfile(text: string): Dockerfile {
  const { instructions, escape, directives, emptyContinuations } = readLines(text)
  const globalArgs: Arg[] = []
  const stages: { from: From; instructions: Exclude<Instruction, From>[] }[] = []
  for (const line of instructions) {
    const instruction = parseInstruction(line, escape)
    const stage = stages.at(-1)
    if (instruction.kind === 'FROM') stages.push({ from: instruction, instructions: [] })
    else if (stage) stage.instructions.push(instruction)
    else if (instruction.kind === 'ARG') globalArgs.push(instruction)
    else throw new DockerfileError('no build stage in current context', { range: line.range })
  }
  return { text, escape, directives, globalArgs, stages, emptyContinuations }
}

/** The one instruction that an ONBUILD of a base image left. @throws DockerfileError */
export function parseTrigger(trigger: string, range: LineRange): Exclude<Instruction, From> {
  const { instructions, escape } = readLines(trigger)
  const [line] = instructions
  if (!line || instructions.length !== 1)
    throw new DockerfileError('onbuild trigger should be a single expression', { range })
  const instruction = parseInstruction({ ...line, range }, escape)
  if (instruction.kind === 'FROM') throw new DockerfileError('FROM is not a command type', { range })
  return instruction
}
