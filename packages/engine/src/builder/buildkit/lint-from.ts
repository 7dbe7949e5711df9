import {
  type Dockerfile,
  DockerfileError,
  expand,
  globalArgs,
  type Lint,
  parsePlatform,
  suggest,
} from '@drydock/dockerfile'
import { parseReference } from '../../images/reference.ts'
import { Problem } from '../../problem.ts'

/** The checks of FROM lines: arguments that nobody declared, constant platforms, defaults that name no image. */
export function lintFrom(
  { stages, globalArgs: lines, escape }: Dockerfile,
  known: ReadonlyMap<string, string>,
  lint: Lint,
): void {
  const defaults = defaultArgs(lines, known, escape)
  const declared = new Set([...known.keys(), ...lines.flatMap(({ args }) => args.map(({ key }) => key))])
  for (const { from } of stages) {
    const own = lint.withComments(from.comments)
    const lookup = (name: string): string | undefined => defaults?.get(name)
    for (const word of [from.base, from.platform]) {
      for (const name of unsetIn(word, lookup, escape)) {
        if (declared.has(name)) continue
        const near = suggest(name, declared, true)
        const hint = near === undefined ? '' : ` (did you mean ${near}?)`
        own.report('UndefinedArgInFrom', from.range, `FROM argument '${name}' is not declared${hint}`)
      }
    }
    if (defaults && !namesImage(from.base, lookup, escape))
      own.report(
        'InvalidDefaultArgInFrom',
        from.range,
        `Default value for ARG ${from.base} results in empty or invalid base image name`,
      )
    if (from.platform !== '') lintPlatform(from, lookup, escape, own)
  }
}

function defaultArgs(
  lines: Dockerfile['globalArgs'],
  known: ReadonlyMap<string, string>,
  escape: string,
): ReadonlyMap<string, string> | undefined {
  try {
    return globalArgs(lines, known, new Map(), { escape })
  } catch (error) {
    if (error instanceof DockerfileError) return undefined
    throw error
  }
}

function unsetIn(word: string, lookup: (name: string) => string | undefined, escape: string): ReadonlySet<string> {
  try {
    return expand(word, lookup, { escape }).unset
  } catch (error) {
    if (error instanceof DockerfileError) return new Set()
    throw error
  }
}

function namesImage(word: string, lookup: (name: string) => string | undefined, escape: string): boolean {
  try {
    parseReference(expand(word, lookup, { escape }).text)
    return true
  } catch (error) {
    if (error instanceof Problem || error instanceof DockerfileError) return false
    throw error
  }
}

function lintPlatform(
  from: Dockerfile['stages'][number]['from'],
  lookup: (name: string) => string | undefined,
  escape: string,
  lint: Lint,
): void {
  const { text, used, unset } = expand(from.platform, lookup, { escape })
  if (used.size === 1 && unset.size === 0 && used.has('TARGETPLATFORM') && text === lookup('TARGETPLATFORM'))
    lint.report(
      'RedundantTargetPlatform',
      from.range,
      `Setting platform to predefined ${from.platform} in FROM is redundant as this is the default behavior`,
    )
  if (used.size > 0 || unset.size > 0) return
  try {
    const { os, architecture } = parsePlatform(text)
    if (from.name.includes(os) || from.name.includes(architecture)) return
    const message = `FROM --platform flag should not use constant value ${JSON.stringify(text)}`
    lint.report('FromPlatformFlagConstDisallowed', from.range, message)
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error
  }
}
