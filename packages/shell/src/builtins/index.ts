import type { Dialect } from '../interp/dialect.ts'
import type { Builtin } from '../interp/shell.ts'
import { aliasBuiltins } from './alias.ts'
import { variableBuiltins } from './declare.ts'
import { outputBuiltins } from './echo.ts'
import { flowBuiltins } from './flow.ts'
import { folderBuiltins } from './folders.ts'
import { getoptsBuiltins } from './getopts.ts'
import { jobBuiltins } from './jobs.ts'
import { inputBuiltins } from './read.ts'
import { laterBuiltins } from './later.ts'
import { optionBuiltins } from './set.ts'
import { systemBuiltins } from './system.ts'
import { testBuiltins } from './test.ts'
import { trapBuiltins } from './trap.ts'
import { unsetBuiltins } from './unset.ts'

const ALL = [
  flowBuiltins,
  outputBuiltins,
  testBuiltins,
  variableBuiltins,
  unsetBuiltins,
  optionBuiltins,
  getoptsBuiltins,
  inputBuiltins,
  folderBuiltins,
  jobBuiltins,
  trapBuiltins,
  systemBuiltins,
  laterBuiltins,
  aliasBuiltins,
].flat()

/** Builtins that only bash has. */
const BASH_ONLY: ReadonlySet<string> = new Set([
  'shopt',
  'bind',
  'suspend',
  'mapfile',
  'readarray',
  'declare',
  'typeset',
  'source',
  'pushd',
  'popd',
  'dirs',
  'complete',
  'compgen',
  'compopt',
  'caller',
  'enable',
  'let',
  'builtin',
  'disown',
  'help',
  'history',
  'fc',
  'logout',
])
/** …and of those, what busybox ash has too. */
const ASH_TOO: ReadonlySet<string> = new Set(['source', 'let', 'history', 'help'])

export function builtinsOf(dialect: Dialect): ReadonlyMap<string, Builtin> {
  if (dialect.name === 'bash') return new Map(ALL)
  return new Map(ALL.filter(([name]) => !BASH_ONLY.has(name) || (dialect.name === 'ash' && ASH_TOO.has(name))))
}
