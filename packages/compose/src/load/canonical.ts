import {
  ComposeError,
  goType,
  isList,
  isMapping,
  type Mapping,
  type Path,
  places,
  ruleFor,
  sprint,
  type Tree,
} from '@drydock/cli-plugin/compose-file'
import type { Warnings } from './interpolate.ts'
import { parsePortSpec } from './port-spec.ts'
import { parseVolumeSpec } from './volume-spec.ts'

/** Short forms become long ones. */
type Change = (value: Tree, path: Path, context: CanonicalContext) => Tree

export interface CanonicalContext extends Warnings {
  /** With `--no-interpolate` a form may hold variables: what can't be read stays as it is. */
  readonly lenient: boolean
}

const where = (path: Path): string => path.join('.')
const wrong = (path: Path, value: Tree, what: string): ComposeError =>
  new ComposeError(`${where(path)}: invalid type ${goType(value)} for ${what}`, path)

const inner: Change = (value, path, context) => (isMapping(value) ? eachOf(value, path, context) : value)
const textToList: Change = (value) => (typeof value === 'string' ? [value] : value)
const namesToMapping: Change = (value) =>
  isList(value) ? new Map(value.map((name): [string, Tree] => [sprint(name), null])) : value
const textOr: Change = (value) => (typeof value === 'string' ? value : sprint(value))
const sourceOf: Change = (value) => (typeof value === 'string' ? new Map([['source', value]]) : value)

const pairs: Change = (value, path) => {
  if (!isList(value)) return value
  return new Map(
    value.map((each): [string, Tree] => {
      const [name = '', ...rest] = sprint(each).split('=')
      if (rest.length === 0)
        throw new ComposeError(`${where(path)}: invalid value ${sprint(each)}, expected key=value`, path)
      return [name, rest.join('=')]
    }),
  )
}
const ssh: Change = (value) =>
  isList(value)
    ? new Map(
        value.map((each): [string, Tree] => [sprint(each).split('=')[0] ?? '', sprint(each).split('=')[1] ?? null]),
      )
    : typeof value === 'string'
      ? new Map<string, Tree>([[value, null]])
      : value

const build: Change = (value, path, context) => {
  if (typeof value === 'string') return new Map([['context', value]])
  if (isMapping(value)) return eachOf(value, path, context)
  throw wrong(path, value, 'build')
}
const dependsOn: Change = (value, path) => {
  const entry = (each: Tree): Tree => {
    const known = isMapping(each) ? each : new Map<string, Tree>()
    return new Map<string, Tree>([['condition', 'service_started'], ['required', true], ...known])
  }
  if (isList(value)) return new Map(value.map((name) => [sprint(name), entry(null)]))
  if (isMapping(value)) return new Map([...value].map(([name, each]) => [name, entry(each)]))
  throw wrong(path, value, 'depend_on')
}
const envFile: Change = (value) => {
  const entry = (each: Tree): Tree =>
    isMapping(each)
      ? new Map<string, Tree>([['required', true], ...each])
      : new Map<string, Tree>([
          ['path', each],
          ['required', true],
        ])
  return isList(value) ? value.map(entry) : [entry(value)]
}
const ports: Change = (value, path, { lenient }) => {
  if (!isList(value)) throw wrong(path, value, 'port')
  try {
    return value.flatMap((each, i) => {
      if (isMapping(each)) return [each]
      return at([...path, String(i)], () => parsePortSpec(sprint(each)))
    })
  } catch (error) {
    if (lenient && error instanceof ComposeError) return value
    throw error
  }
}
const mount: Change = (value, path, { lenient }) => {
  if (isMapping(value)) return value
  if (typeof value !== 'string') throw wrong(path, value, 'service volume mount')
  try {
    return at(path, () => parseVolumeSpec(value))
  } catch (error) {
    if (lenient && error instanceof ComposeError) return value
    throw error
  }
}
/** The same problem, with the place where it is. */
function at<T>(path: Path, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof ComposeError && error.path.length === 0 ? new ComposeError(error.message, path) : error
  }
}
const device: Change = (value, path) => {
  if (typeof value !== 'string') return value
  const parts = value.split(':')
  const [source = '', target = source, permissions = 'rwm'] = parts
  if (parts.length > 3) throw new ComposeError(`confusing device mapping, please use long syntax: ${value}`, path)
  return new Map([
    ['source', source],
    ['target', target],
    ['permissions', permissions],
  ])
}
const gpus: Change = (value) => (value === 'all' ? [new Map<string, Tree>([['count', 'all']])] : value)
const extendsOf: Change = (value) => (typeof value === 'string' ? new Map([['service', value]]) : value)
const maybeExternal: Change = (value, path, context) => {
  if (!isMapping(value)) return value
  const resource = eachOf(value, path, context)
  const external = resource.get('external')
  if (!isMapping(external)) return resource
  resource.set('external', true)
  const old = external.get('name')
  if (old === undefined) return resource
  context.warn(`${where(path)}: external.name is deprecated. Please set name and external: true`)
  const name = resource.get('name')
  if (name !== undefined && name !== old)
    throw new ComposeError(`${where(path)}: name and external.name conflict; only use name`, path)
  return resource.set('name', old)
}

const CHANGES = places<Change>({
  'services.*.build.secrets.*': sourceOf,
  'services.*.build.provenance': textOr,
  'services.*.build.sbom': textOr,
  'services.*.build.additional_contexts': pairs,
  'services.*.build.ssh': ssh,
  'services.*.build': build,
  'services.*.depends_on': dependsOn,
  'services.*.env_file': envFile,
  'services.*.label_file': textToList,
  'services.*.extends': extendsOf,
  'services.*.gpus': gpus,
  'services.*.networks': namesToMapping,
  'services.*.models': namesToMapping,
  'services.*.volumes.*': mount,
  'services.*.dns': textToList,
  'services.*.devices.*': device,
  'services.*.secrets.*': sourceOf,
  'services.*.configs.*': sourceOf,
  'services.*.ports': ports,
  'services.*.develop.watch.*.ignore': textToList,
  'services.*.develop.watch.*.include': textToList,
  'services.*': inner,
  'volumes.*': maybeExternal,
  'networks.*': maybeExternal,
  'secrets.*': maybeExternal,
  'configs.*': maybeExternal,
})

/** @throws ComposeError */
export const canonical = (tree: Mapping, context: CanonicalContext): Mapping => eachOf(tree, [], context)

function change(value: Tree, path: Path, context: CanonicalContext): Tree {
  const rule = ruleFor(CHANGES, path)
  if (rule) return rule(value, path, context)
  if (isMapping(value)) return eachOf(value, path, context)
  return isList(value) ? value.map((each, i) => change(each, [...path, String(i)], context)) : value
}
const eachOf = (value: Mapping, path: Path, context: CanonicalContext): Mapping =>
  new Map([...value].map(([key, each]) => [key, change(each, [...path, key], context)]))
