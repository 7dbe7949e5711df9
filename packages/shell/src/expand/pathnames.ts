import { FatalError } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import type { Field, FieldBuilder } from './field-builder.ts'
import { glob } from './glob.ts'

/** The fields that were built, patterns replaced by the paths they match. bash(1), "Pathname Expansion". */
export function addBuilt(shell: Shell, builder: FieldBuilder, into: string[]): void {
  for (const field of builder.finish()) {
    if (field.active && /[*?(]|\[.*\]/s.test(field.pattern) && !shell.options.has('noglob'))
      addPaths(shell, field, into)
    else into.push(field.text)
  }
}

function addPaths(shell: Shell, field: Field, into: string[]): void {
  const found = pathsOf(shell, field.pattern)
  if (found.length) into.push(...found)
  else if (shell.shopt.get('failglob')) throw new FatalError(`no match: ${field.text}`, 1, false)
  else if (!shell.shopt.get('nullglob')) into.push(field.text)
}

export function pathsOf(shell: Shell, pattern: string): string[] {
  const ignore = shell.dialect.name === 'bash' ? shell.variables.get('GLOBIGNORE') : undefined
  const found = glob(shell.sys, shell.patterns, pattern, {
    extglob: shell.shopt.get('extglob') ?? false,
    dotglob: (shell.shopt.get('dotglob') ?? false) || Boolean(ignore),
    globstar: shell.shopt.get('globstar') ?? false,
    nocase: shell.shopt.get('nocaseglob') ?? false,
    bytes: shell.dialect.name !== 'bash',
    skipDots: shell.dialect.name === 'bash' && (shell.shopt.get('globskipdots') ?? false),
  })
  if (!ignore) return found
  const patterns = ignore.split(/:(?![^[]*\])/).filter(Boolean)
  return found.filter(
    (path) =>
      !/(?:^|\/)\.\.?$/.test(path) &&
      !patterns.some((each) => shell.patterns.matches(each, path, { extglob: true, path: true })),
  )
}
