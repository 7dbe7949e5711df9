import type { ArgDefinition, Arg } from './instruction.ts'
import { type ExpandOptions, expand } from './expand.ts'
import { placed } from './dockerfile-error.ts'
import { type Platform, printPlatform } from './platform.ts'

/** Arguments that need no ARG and do not stay in the image. docs.docker.com/reference/dockerfile, "Predefined ARGs" */
export const PROXY_ARGS: readonly string[] = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'FTP_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
].flatMap((name) => [name, name.toLowerCase()])

/** Arguments about the build itself: not variables of RUN. */
export const NO_ENV_ARGS: ReadonlySet<string> = new Set(['SOURCE_DATE_EPOCH'])

export interface GlobalOptions {
  readonly buildArgs: ReadonlyMap<string, string>
  readonly buildPlatform: Platform
  readonly targetPlatform: Platform
  /** Name of the target stage; empty: the last, without a name. */
  readonly target: string
}

/** Platform arguments that every FROM knows and every stage may declare. */
export function platformArgs({ buildArgs, buildPlatform, targetPlatform, target }: GlobalOptions): Map<string, string> {
  const values: readonly (readonly [string, string])[] = [
    ['BUILDPLATFORM', printPlatform(buildPlatform)],
    ['BUILDOS', buildPlatform.os],
    ['BUILDOSVERSION', ''],
    ['BUILDARCH', buildPlatform.architecture],
    ['BUILDVARIANT', buildPlatform.variant ?? ''],
    ['TARGETPLATFORM', printPlatform(targetPlatform)],
    ['TARGETOS', targetPlatform.os],
    ['TARGETOSVERSION', ''],
    ['TARGETARCH', targetPlatform.architecture],
    ['TARGETVARIANT', targetPlatform.variant ?? ''],
    ['TARGETSTAGE', target || 'default'],
  ]
  return new Map(values.map(([key, value]) => [key, buildArgs.get(key) ?? value]))
}

/** ARG lines before the first FROM, on top of `known`. @throws DockerfileError */
export function globalArgs(
  lines: readonly Arg[],
  known: ReadonlyMap<string, string>,
  buildArgs: ReadonlyMap<string, string>,
  options: ExpandOptions,
): Map<string, string> {
  const values = new Map(known)
  for (const { args, range } of lines)
    for (const arg of args) {
      try {
        const value = buildArgs.get(arg.key) ?? defaultOf(arg, values, options)
        if (value !== undefined) values.set(arg.key, value)
      } catch (error) {
        throw placed(error, range)
      }
    }
  return values
}

const defaultOf = (
  { value }: ArgDefinition,
  values: ReadonlyMap<string, string>,
  options: ExpandOptions,
): string | undefined => (value === undefined ? undefined : expand(value, (name) => values.get(name), options).text)
