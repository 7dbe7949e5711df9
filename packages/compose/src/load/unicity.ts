import {
  ComposeError,
  isList,
  isMapping,
  type Path,
  places,
  ruleFor,
  sprint,
  textAt,
  type Tree,
} from '@drydock/cli-plugin/compose-file'
import { parseVolumeSpec } from './volume-spec.ts'

/** By what an item of a list is told from others: of two with one name the later stays, in the earlier's place. */
type Indexer = (item: Tree, path: Path) => string

const key: Indexer = (item, path) => {
  if (typeof item !== 'string') throw new ComposeError(`${path.join('.')}: unexpected type ${typeof item}`, path)
  return item.split('=')[0] ?? item
}
const target: Indexer = (item, path) => {
  if (!isMapping(item)) return typeof item === 'string' ? textAt(parseVolumeSpec(item).get('target')) : ''
  const where = item.get('target')
  if (typeof where === 'string') return where
  throw new ComposeError(`service volume ${path.join('.')} is missing a mount target`, path)
}
const device: Indexer = (item, path) => {
  if (typeof item === 'string') return item.split(':')[1] ?? item
  const where = isMapping(item) ? item.get('target') : undefined
  if (typeof where === 'string') return where
  throw new ComposeError(`service device ${path.join('.')} is missing a mount target`, path)
}
const mountAt =
  (folder: string): Indexer =>
  (item) =>
    isMapping(item)
      ? textAt(item.get('target')) || `${folder}/${textAt(item.get('source'))}`
      : `${folder}/${sprint(item)}`
const port: Indexer = (item, path) => {
  if (!isMapping(item)) return sprint(item)
  const inside = item.get('target')
  if (inside === undefined) throw new ComposeError(`service ports ${path.join('.')} is missing a target port`, path)
  const part = (name: string, otherwise: string): string => sprint(item.get(name) ?? otherwise)
  return `${part('host_ip', '0.0.0.0')}:${part('published', '')}:${sprint(inside)}/${part('protocol', 'tcp')}`
}
const file: Indexer = (item) => (isMapping(item) ? textAt(item.get('path')) : sprint(item))

const INDEXERS = places<Indexer>({
  'networks.*.labels': key,
  'services.*.annotations': key,
  'services.*.build.args': key,
  'services.*.build.additional_contexts': key,
  'services.*.build.tags': key,
  'services.*.build.labels': key,
  'services.*.cap_add': key,
  'services.*.cap_drop': key,
  'services.*.devices': device,
  'services.*.configs': mountAt(''),
  'services.*.deploy.labels': key,
  'services.*.dns': key,
  'services.*.dns_opt': key,
  'services.*.dns_search': key,
  'services.*.environment': key,
  'services.*.env_file': file,
  'services.*.expose': (item) => sprint(item),
  'services.*.labels': key,
  'services.*.links': key,
  'services.*.networks.*.aliases': key,
  'services.*.networks.*.link_local_ips': key,
  'services.*.ports': port,
  'services.*.profiles': key,
  'services.*.secrets': mountAt('/run/secrets'),
  'services.*.sysctls': key,
  'services.*.tmpfs': key,
  'services.*.volumes': target,
})

/** @throws ComposeError */
export function enforceUnicity(value: Tree, path: Path = []): Tree {
  if (isMapping(value)) return new Map([...value].map(([name, each]) => [name, enforceUnicity(each, [...path, name])]))
  const indexer = isList(value) ? ruleFor(INDEXERS, path) : undefined
  if (!indexer || !isList(value)) return value
  const kept = new Map<string, Tree>()
  for (const [i, item] of value.entries()) kept.set(indexer(item, [...path, String(i)]), item)
  return [...kept.values()]
}
