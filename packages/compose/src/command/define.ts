import {
  type ArgsRule,
  bool,
  type Command,
  type Completion,
  defineCommand,
  type FlagTable,
  type FlagValues,
  list,
} from '@drydock/cli-plugin'
import type { MaybePromise } from '@drydock/abi'
import { Backend } from '../engine/backend.ts'
import { projectFromLabels } from '../engine/from-labels.ts'
import type { Project } from '../load/project.ts'
import { type ComposeCli, composeOf } from '../session/compose-cli.ts'

export const array = (short: string, usage: string) => list(short, usage, { type: 'stringArray' })

export interface ComposeContext<F extends FlagTable> {
  readonly cli: ComposeCli
  readonly backend: Backend
  readonly args: readonly string[]
  readonly flags: FlagValues<F>
  readonly changed: ReadonlySet<string>
}

interface ComposeCommand<F extends FlagTable> {
  readonly name: string
  /** Behind the name: `[OPTIONS] [SERVICE...]`. */
  readonly use: string
  readonly short: string
  readonly long?: string
  readonly aliases?: readonly string[]
  readonly hidden?: boolean
  readonly interspersed?: boolean
  readonly args?: ArgsRule
  readonly completes?: readonly Completion[]
  readonly lacks?: string
  readonly flags: F
  run(context: ComposeContext<F>): MaybePromise<number | void>
}

const DRY_RUN = { 'dry-run': bool('', 'Execute command in dry run mode') }

/** A row of compose's command table. */
export function composeCommand<const F extends FlagTable>(definition: ComposeCommand<F>): Command {
  const { run, use, ...row } = definition
  return defineCommand({
    completes: ['services'],
    ...row,
    use: `${definition.name} ${use}`,
    flags: { ...definition.flags, ...DRY_RUN } as FlagTable,
    run({ cli, args, flags, changed }) {
      const compose = composeOf(cli)
      return run({ cli: compose, backend: new Backend(compose), args, flags: flags as FlagValues<F>, changed })
    },
  })
}

/** The project of the files; without any, what the engine knows by the name given with -p. @throws ComposeError */
export async function projectOrLabels(
  backend: Backend,
  services: readonly string[] = [],
): Promise<{ project: Project; fromFiles: boolean }> {
  const { cli } = backend
  const place = await cli.place()
  if (place.files.length > 0) return { project: await cli.project({ services }), fromFiles: true }
  return { project: await projectFromLabels(backend, await cli.nameOnly()), fromFiles: false }
}

/** For -t: seconds, when given. */
export const timeoutOf = (flags: { readonly timeout: number }, changed: ReadonlySet<string>): number | undefined =>
  changed.has('timeout') ? flags.timeout : undefined
