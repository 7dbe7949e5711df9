import {
  clone,
  ComposeError,
  isList,
  isMapping,
  type Mapping,
  type Path,
  places,
  ruleFor,
  sprint,
  type Tree,
} from '@drydock/cli-plugin/compose-file'

/** How files are laid over one another. compose-spec 13-merge.md. */
type Merger = (below: Tree, above: Tree, path: Path) => Tree

const replace: Merger = (_below, above) => above
const asLists: Merger = (below, above) => [...toList(below), ...toList(above)]
const uniqueLists: Merger = (below, above) => {
  const base = toList(below)
  return [...base, ...toList(above).filter((each) => !base.includes(each))]
}
const asMappings =
  (value: () => Tree): Merger =>
  (below, above, path) =>
    mergeMappings(toMapping(below, value), toMapping(above, value), path)
const started = (): Tree =>
  new Map<string, Tree>([
    ['condition', 'service_started'],
    ['required', true],
  ])

const build: Merger = (below, above, path) => {
  const toBuild = (value: Tree): Mapping => (isMapping(value) ? value : new Map([['context', value]]))
  return mergeMappings(toBuild(below), toBuild(above), path)
}
/** Options of one driver mean nothing to another. */
const logging: Merger = (below, above, path) => {
  if (!isMapping(below) || !isMapping(above)) return above
  const [old, now] = [below.get('driver'), above.get('driver')]
  return old === now || old === undefined || now === undefined ? mergeMappings(below, above, path) : above
}
/** Pools are told apart by their subnet. */
const pools: Merger = (below, above, path) => {
  const found: Mapping[] = []
  const add = (pool: Mapping): void => {
    const same = found.findIndex((each) => each.get('subnet') === pool.get('subnet'))
    if (same < 0) found.push(pool)
    else found[same] = mergeMappings(found[same] ?? new Map(), pool, path)
  }
  for (const pool of [...toList(below), ...toList(above)]) if (isMapping(pool)) add(pool)
  return found
}

const MERGERS = places<Merger>({
  'networks.*.ipam.config': pools,
  'networks.*.labels': asLists,
  'volumes.*.labels': asLists,
  'services.*.annotations': asLists,
  'services.*.build': build,
  'services.*.build.args': asLists,
  'services.*.build.additional_contexts': asLists,
  'services.*.build.extra_hosts': uniqueLists,
  'services.*.build.labels': asLists,
  'services.*.command': replace,
  'services.*.depends_on': asMappings(started),
  'services.*.deploy.labels': asLists,
  'services.*.dns': asLists,
  'services.*.dns_opt': asLists,
  'services.*.dns_search': asLists,
  'services.*.entrypoint': replace,
  'services.*.env_file': asLists,
  'services.*.label_file': asLists,
  'services.*.environment': asLists,
  'services.*.extra_hosts': uniqueLists,
  'services.*.healthcheck.test': replace,
  'services.*.labels': asLists,
  'services.*.volumes.*.volume.labels': asLists,
  'services.*.logging': logging,
  'services.*.models': asMappings(() => null),
  'services.*.networks': asMappings(() => null),
  'services.*.sysctls': asLists,
  'services.*.tmpfs': asLists,
  'services.*.ulimits.*': replace,
})

/** @throws ComposeError where a mapping meets a list */
export function merge(below: Tree, above: Tree, path: Path = []): Tree {
  const special = ruleFor(MERGERS, path)
  if (special) return special(below, above, path)
  if (above === null) return below
  if (isMapping(below)) {
    if (isMapping(above)) return mergeMappings(below, above, path)
    throw new ComposeError(`cannot override ${path.join('.')}`, path)
  }
  if (isList(below)) {
    if (isList(above)) return [...below, ...above]
    throw new ComposeError(`cannot override ${path.join('.')}`, path)
  }
  return above
}

export function mergeMappings(below: Mapping, above: Mapping, path: Path): Mapping {
  const merged: Mapping = new Map(below)
  for (const [key, value] of above) {
    const known = merged.get(key)
    merged.set(key, known === undefined ? clone(value) : merge(known, value, [...path, key]))
  }
  return merged
}

function toList(value: Tree): Tree[] {
  if (isList(value)) return value
  if (typeof value === 'string') return [value]
  if (!isMapping(value)) return []
  const pair = (key: string, each: Tree): string => (each === null ? key : `${key}=${sprint(each)}`)
  return [...value]
    .flatMap(([key, each]) => (isList(each) ? each.map((one) => pair(key, one)) : [pair(key, each)]))
    .toSorted()
}

function toMapping(value: Tree, filler: () => Tree): Mapping {
  if (isMapping(value)) return value
  return new Map(isList(value) ? value.map((key) => [sprint(key), filler()]) : [])
}

/** Takes away what a later file marks `!reset` or `!override`. */
export function drop(tree: Tree, places_: readonly Path[], path: Path = []): void {
  if (isList(tree)) for (const [i, each] of tree.entries()) drop(each, places_, [...path, String(i)])
  if (!isMapping(tree)) return
  for (const [key, value] of [...tree]) {
    const at = [...path, key]
    if (places_.some((place) => place.length === at.length && place.every((step, i) => step === at[i])))
      tree.delete(key)
    else drop(value, places_, at)
  }
}
