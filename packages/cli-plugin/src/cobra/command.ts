import type { MaybePromise } from '@drydock/abi'
import type { Cli } from '../session/cli.ts'
import type { FlagTable, FlagValues } from './flag.ts'
import type { Requirement } from './requirements.ts'

/** What a command's `run` is given. */
export interface Context<F extends FlagTable> {
  readonly cli: Cli
  readonly args: readonly string[]
  readonly flags: FlagValues<F>
  /** Names of flags given on the command line. */
  readonly changed: ReadonlySet<string>
  /** `docker container ls`. */
  readonly path: string
}

/** How many operands a command takes; undefined when they are right, else the words after `'docker x' `. */
export type ArgsRule = (args: readonly string[]) =>
  | { readonly problem: string; readonly see: 'Run' | 'See' | 'SRun' }
  /** Words that stand alone. */
  | { readonly bare: string }
  | undefined

const count = (n: number): string => `${n} argument${n === 1 ? '' : 's'}`
export const noArgs: ArgsRule = (args) =>
  args.length === 0 ? undefined : { problem: 'accepts no arguments', see: 'Run' }
export const exactly =
  (n: number): ArgsRule =>
  (args) =>
    args.length === n ? undefined : { problem: `requires ${count(n)}`, see: 'Run' }
export const atLeast =
  (n: number): ArgsRule =>
  (args) =>
    args.length >= n ? undefined : { problem: `requires at least ${count(n)}`, see: 'See' }
/** The real CLI has this slip of the pen in its words. */
export const atMost =
  (n: number): ArgsRule =>
  (args) =>
    args.length <= n ? undefined : { problem: `requires at most ${count(n)}`, see: 'SRun' }
export const between =
  (low: number, high: number): ArgsRule =>
  (args) =>
    args.length >= low && args.length <= high
      ? undefined
      : { problem: `requires at least ${low} and at most ${count(high)}`, see: 'Run' }
export const anyArgs: ArgsRule = () => undefined

/** The rules that cobra itself brings, in its own words. github.com/spf13/cobra args.go */
export const minimumNArgs =
  (n: number): ArgsRule =>
  (args) =>
    args.length >= n ? undefined : { bare: `requires at least ${n} arg(s), only received ${args.length}` }
export const maximumNArgs =
  (n: number): ArgsRule =>
  (args) =>
    args.length <= n ? undefined : { bare: `accepts at most ${n} arg(s), received ${args.length}` }
export const rangeArgs =
  (low: number, high: number): ArgsRule =>
  (args) =>
    args.length >= low && args.length <= high
      ? undefined
      : { bare: `accepts between ${low} and ${high} arg(s), received ${args.length}` }
/** @param path of the command: `docker compose ls` */
export const noOperands =
  (path: string): ArgsRule =>
  ([word]) =>
    word === undefined ? undefined : { bare: `unknown command ${JSON.stringify(word)} for ${JSON.stringify(path)}` }

/** Where `docker --help` lists a command. */
export type CommandGroup = 'common' | 'management' | 'swarm' | 'plain'

/** What a completion proposes: names, or a rule of the shell. */
export type Completion =
  | 'containers'
  | 'running'
  | 'paused'
  | 'stopped'
  | 'images'
  | 'networks'
  | 'volumes'
  | 'contexts'
  | 'services'
  | 'swarm services'
  | 'swarm services to scale'
  | 'nodes'
  | 'secrets'
  | 'configs'
  | 'stacks'
  | 'files'
  | 'folders'
  | 'none'

interface CommandRow extends Requirement {
  readonly name: string
  readonly aliases?: readonly string[]
  /** The usage line without what stands before the name: `ls [OPTIONS]`. */
  readonly use: string
  readonly short: string
  readonly long?: string
  readonly example?: string
  /** The line under "Aliases:". */
  readonly aliasLine?: string
  readonly group?: CommandGroup
  /** For the common group: its place. */
  readonly rank?: number
  readonly hidden?: boolean
  /** Of a noun: what stands behind its name where an unknown verb is told. */
  readonly operands?: string
  /** Help says that it is an experiment. */
  readonly experimental?: boolean
  /** Flags may stand behind operands; false for run, exec, top… */
  readonly interspersed?: boolean
  readonly args?: ArgsRule
  /** What the operands name, by place; the last counts for all that follow. */
  readonly completes?: readonly Completion[]
  /** One line: what this command can't do here yet. */
  readonly lacks?: string
  /** The command that runs in its place in this environment, and its path: build, when BuildKit is on. */
  readonly instead?: (cli: Cli) => { readonly command: Command; readonly parentPath: string } | undefined
  /** Called before anything is read: build's deprecation words. */
  readonly preface?: (cli: Cli) => MaybePromise<void>
}

/** A row of the command table. */
export interface Command extends CommandRow {
  readonly flags: FlagTable
  readonly children?: readonly Command[]
  /** Status 0 when it returns nothing. */
  run?(context: Context<FlagTable>): MaybePromise<number | void>
}

export interface CommandDefinition<F extends FlagTable> extends CommandRow {
  readonly flags: F
  run(context: Context<F>): MaybePromise<number | void>
}

/** The parser fills in a value for every flag of the table, which is what `FlagValues` says. */
export function defineCommand<const F extends FlagTable>(definition: CommandDefinition<F>): Command {
  const { run, ...row } = definition
  return { ...row, run: (context) => run({ ...context, flags: context.flags as FlagValues<F> }) }
}

/** `docker ps` for `docker container ls`: the same command under another name. */
export function shortcut(
  command: Command,
  change: { name?: string; use?: string; short?: string; group?: CommandGroup; rank?: number } = {},
): Command {
  const { aliases: _, ...row } = command
  return { ...row, ...change }
}

export const noun = (row: Omit<CommandRow, 'use'> & { children: readonly Command[]; use?: string }): Command => ({
  flags: {},
  use: `${row.name} COMMAND`,
  ...row,
})
