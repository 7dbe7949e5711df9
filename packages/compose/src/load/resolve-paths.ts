import {
  ComposeError,
  isList,
  isMapping,
  type Mapping,
  type Path,
  places,
  ruleFor,
  type Tree,
} from '@drydock/cli-plugin/compose-file'
import { cleanPath } from './volume-spec.ts'

/** Relative paths become absolute, from the project's folder. */
export const joinPath = (folder: string, path: string): string =>
  path.startsWith('/') ? cleanPath(path) : cleanPath(`${folder}/${path}`)

type Resolver = (value: Tree, base: Base, path: Path) => Tree
export interface Base {
  readonly folder: string
  readonly home: string
}

const expandHome = (path: string, home: string): string => (/^~(\/|$)/.test(path) ? home + path.slice(1) : path)
const path_: Resolver = (value, base) => {
  if (isList(value)) return value.map((each) => path_(each, base, []))
  if (typeof value !== 'string' || value === '') return value
  return joinPath(base.folder, expandHome(value, base.home))
}
const REMOTE = /^(https?:\/\/|git:\/\/|ssh:\/\/|github\.com\/|git@)/
const context: Resolver = (value, base, path) => {
  const word = String(value)
  return word.includes('://') || word.startsWith('service:') || REMOTE.test(word) ? value : path_(value, base, path)
}
const mount: Resolver = (value, base, path) => {
  if (!isMapping(value) || value.get('type') !== 'bind') return value
  const source = value.get('source')
  if (source === undefined)
    throw new ComposeError('invalid mount config for type "bind": field Source must not be empty', path)
  return value.set('source', path_(source, base, path))
}
const volume: Resolver = (value, base) => {
  const opts = isMapping(value) && value.get('driver') === 'local' ? value.get('driver_opts') : undefined
  if (isMapping(opts) && opts.get('o') === 'bind' && opts.has('device'))
    opts.set('device', path_(opts.get('device') ?? null, base, []))
  return value
}

const RESOLVERS = places<Resolver>({
  'services.*.build.context': context,
  'services.*.build.additional_contexts.*': context,
  'services.*.build.ssh.*': path_,
  'services.*.env_file.*.path': path_,
  'services.*.label_file.*': path_,
  'services.*.extends.file': path_,
  'services.*.develop.watch.*.path': path_,
  'services.*.volumes.*': mount,
  'configs.*.file': path_,
  'secrets.*.file': path_,
  'volumes.*': volume,
})

/** @throws ComposeError */
export function resolvePaths(tree: Mapping, base: Base): Mapping {
  const visit = (value: Tree, path: Path): Tree => {
    const resolver = ruleFor(RESOLVERS, path)
    if (resolver) return resolver(value, base, path)
    if (isMapping(value)) return new Map([...value].map(([key, each]) => [key, visit(each, [...path, key])]))
    return isList(value) ? value.map((each, i) => visit(each, [...path, String(i)])) : value
  }
  return visit(tree, []) as Mapping
}
