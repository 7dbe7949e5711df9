/** Which paths are meant: gitglossary(7), "pathspec". */
import { globSource } from '../text/glob.ts'
import type { Workspace } from './repository.ts'

export interface Pathspec {
  readonly given: string
  /** Below the top, '' for all. */
  readonly path: string
  readonly exclude: boolean
  matches(path: string): boolean
}

function matcher(path: string, glob: boolean, ignoreCase: boolean): (path: string) => boolean {
  const bare = path.replace(/\/$/, '')
  const folder = bare === '' ? '' : `${bare}/`
  const exact = (each: string): boolean => bare === '' || each === bare || each.startsWith(folder)
  if (!glob) return exact
  const test = new RegExp(`^${globSource(bare)}(?:/.*)?$`, ignoreCase ? 'si' : 's')
  return (each) => exact(each) || test.test(each)
}

export function pathspec(workspace: Workspace, given: string): Pathspec {
  const [, magic = '', short = '', rest = given] = /^:(?:\(([^)]*)\)|([!^/]+))?(.*)$/s.exec(given) ?? []
  const words = magic.split(',')
  const exclude = words.includes('exclude') || /[!^]/.test(short)
  const top = words.includes('top') || short.includes('/')
  const path = top ? rest.replace(/^\/+/, '') : rest === '' ? '' : workspace.inside(rest)
  const glob = !words.includes('literal') && /[*?[]/.test(path)
  return { given, path, exclude, matches: matcher(path, glob, words.includes('icase')) }
}

/** Whether any of them means a path; none means all. */
export function among(specs: readonly Pathspec[]): (path: string) => boolean {
  const [wanted, left] = [specs.filter(({ exclude }) => !exclude), specs.filter(({ exclude }) => exclude)]
  return (path) =>
    (wanted.length === 0 || wanted.some((each) => each.matches(path))) && !left.some((each) => each.matches(path))
}

export const pathspecs = (workspace: Workspace, given: readonly string[]): Pathspec[] =>
  given.map((each) => pathspec(workspace, each))
