import semver from 'semver'
import { type Branch, drawTree } from '../archy.ts'
import { type Edge, type Installed, InstalledTree, satisfies } from '../installed-tree.ts'
import { lockedPackages, readLockfile } from '../lockfile.ts'
import { NpmError } from '../npm-error.ts'
import type { Npm } from '../npm-context.ts'
import { auditCounts } from '../report.ts'

const titleOf = (npm: Npm, { name, version }: Installed): string => {
  const own = npm.isGlobal || name === '' ? '' : version === '' ? `${name} ` : `${name}@${version} `
  return `${own}${npm.place}`
}
const named = ({ name, version }: Installed): string => `${name}@${version}`

/** A place in the tree that is shown: what is there, or what should be. */
interface Item {
  readonly edge: Edge
  readonly repeated: boolean
  readonly extraneous: boolean
  readonly below: Item[]
}

/** Each package once with what it needs, as near the top as it is needed. npm, lib/commands/ls.js */
function itemsOf(npm: Npm, tree: InstalledTree): Item[] {
  const { line } = npm
  const depth = line.has('all') ? Infinity : Number(line.value('depth') ?? (npm.words.length > 0 ? Infinity : 0))
  const seen = new Set<Installed>()
  const top: Item[] = []
  let level: { edges: readonly Edge[]; into: Item[] }[] = [{ edges: topEdges(npm, tree), into: top }]
  for (let at = 0; level.length > 0; at++) {
    const next: typeof level = []
    for (const { edges, into } of level)
      for (const edge of edges) {
        const repeated = edge.to !== undefined && seen.has(edge.to)
        if (edge.to) seen.add(edge.to)
        const below: Item[] = []
        into.push({ edge, repeated, extraneous: at === 0 && edge.range === EXTRANEOUS, below })
        const goesOn = at < depth || (edge.to?.link !== undefined && at === 0)
        if (edge.to && !repeated && goesOn) next.push({ edges: tree.edgesOf(edge.to), into: below })
      }
    level = next
  }
  return npm.words.length > 0 ? top.flatMap((item) => matching(item, npm.words)) : top
}

const EXTRANEOUS = '\0'

function topEdges(npm: Npm, tree: InstalledTree): readonly Edge[] {
  const from = tree.root
  if (npm.isGlobal)
    return tree.all
      .filter(({ path, name }) => path === `node_modules/${name}`)
      .map((to) => ({ from, name: to.name, range: '*', kind: 'prod', to }))
  const extra = tree.extraneous
    .filter(({ path, name }) => path === `node_modules/${name}`)
    .map((to): Edge => ({ from, name: to.name, range: EXTRANEOUS, kind: 'prod', to }))
  const edges = tree.edgesOf(from).filter(({ kind }) => kind !== 'dev' || !npm.omitsDev)
  const asked = npm.line.has('prod', 'production') ? edges.filter(({ kind }) => kind !== 'dev') : edges
  return [...asked, ...extra].toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
}

function matching(item: Item, words: readonly string[]): Item[] {
  const below = item.below.flatMap((each) => matching(each, words))
  const { to } = item.edge
  const isMeant = to !== undefined && words.some((word) => word === to.name || word === named(to))
  return isMeant || below.length > 0 ? [{ ...item, below }] : []
}

function labelOf({ edge, repeated, extraneous }: Item): string {
  const { to, name, range } = edge
  if (!to) return `UNMET DEPENDENCY ${name}@${range}`
  return [
    named(to),
    ...(satisfies(edge)
      ? []
      : [`invalid: "${range}" from ${edge.from.path === '' ? 'the root project' : edge.from.path}`]),
    ...(extraneous ? ['extraneous'] : []),
    ...(repeated ? ['deduped'] : []),
    ...(to.link === undefined ? [] : [`-> ./${to.link}`]),
  ].join(' ')
}

const branchOf = (item: Item): Branch => ({ label: labelOf(item), nodes: item.below.map(branchOf) })

function problemsOf(npm: Npm, tree: InstalledTree): string[] {
  if (npm.isGlobal) return []
  const extraneous = tree.extraneous.map((each) => `extraneous: ${named(each)} ${npm.place}/${each.path}`)
  const shown = npm.line.has('all') ? [tree.root, ...tree.all] : [tree.root]
  const edges = shown.flatMap((each) => tree.edgesOf(each)).filter(({ kind }) => kind !== 'dev' || !npm.omitsDev)
  const missing = edges
    .filter(({ to }) => !to)
    .map(({ name, range, from }) => `missing: ${name}@${range}, required by ${named(from)}`)
  const invalid = edges
    .filter((edge) => edge.to && !satisfies(edge))
    .map(({ to }) => `invalid: ${to && named(to)} ${npm.place}/${to?.path}`)
  return [...extraneous, ...invalid, ...missing]
}

/** npm ls(1) */
export async function list(npm: Npm): Promise<number> {
  const tree = await InstalledTree.load(npm.process.sys, npm.place)
  const items = itemsOf(npm, tree)
  const problems = problemsOf(npm, tree)
  if (npm.line.has('json')) await npm.json(asJson(npm.place, tree, items, problems))
  else if (npm.line.has('parseable'))
    await npm.say([npm.place, ...pathsOf(items).map((path) => `${npm.place}/${path}`), ''].join('\n'))
  else {
    const nodes = items.length > 0 ? items.map(branchOf) : [{ label: '(empty)', nodes: [] }]
    await npm.say(`${drawTree({ label: titleOf(npm, tree.root), nodes })}\n`)
  }
  if (problems.length > 0) throw new NpmError('ELSPROBLEMS', problems)
  return npm.words.length > 0 && items.length === 0 ? 1 : 0
}

const pathsOf = (items: readonly Item[]): string[] =>
  items.flatMap(({ edge, repeated, below }) => (edge.to && !repeated ? [edge.to.path, ...pathsOf(below)] : []))

function asJson(place: string, { root }: InstalledTree, items: readonly Item[], problems: readonly string[]): object {
  return {
    ...(root.version !== '' && { version: root.version }),
    ...(root.name !== '' && { name: root.name }),
    ...(problems.length > 0 && { problems }),
    ...(items.length > 0 && { dependencies: rowsOf(place, items) }),
    ...(problems.length > 0 && { error: { code: 'ELSPROBLEMS', summary: problems.join('\n'), detail: '' } }),
  }
}

const rowsOf = (place: string, items: readonly Item[]): object =>
  Object.fromEntries(items.map((item) => [item.edge.name, rowOf(place, item)]))

function rowOf(place: string, { edge: { to, name, range, from }, extraneous, below }: Item): object {
  if (!to) {
    const problems = [`missing: ${name}@${range}, required by ${named(from)}`]
    return { required: range, missing: true, problems }
  }
  return {
    version: to.version,
    ...(to.resolved !== undefined && { resolved: to.link === undefined ? to.resolved : `file:../${to.link}` }),
    overridden: false,
    ...(extraneous && { extraneous: true, problems: [`extraneous: ${named(to)} ${place}/${to.path}`] }),
    ...(below.length > 0 && { dependencies: rowsOf(place, below) }),
  }
}

/** npm outdated(1) */
export async function outdated(npm: Npm): Promise<number> {
  const tree = await InstalledTree.load(npm.process.sys, npm.place)
  const edges = npm.isGlobal ? topEdges(npm, tree) : tree.edgesOf(tree.root)
  const rows: { name: string; current: string | undefined; wanted: string; latest: string; location: string }[] = []
  for (const { name, range, to, kind } of edges) {
    if ((npm.words.length > 0 && !npm.words.includes(name)) || to?.link !== undefined || (!to && kind === 'dev'))
      continue
    const { 'dist-tags': tags, versions } = await npm.registry.packument(name)
    const latest = tags.latest ?? ''
    const fitting = semver.satisfies(latest, range) ? latest : semver.maxSatisfying(Object.keys(versions), range)
    const wanted = tags[range] ?? fitting ?? to?.version ?? ''
    if (to?.version !== wanted || latest !== wanted)
      rows.push({ name, current: to?.version, wanted, latest, location: to?.path ?? '-' })
  }
  const dependent = npm.isGlobal ? 'global' : (npm.place.split('/').at(-1) ?? '')
  if (npm.line.has('json')) {
    const shown = rows.map(({ name, current, wanted, latest, location }) => [
      name,
      {
        ...(current !== undefined && { current }),
        wanted,
        latest,
        dependent,
        ...(current !== undefined && { location: `${npm.place}/${location}` }),
      },
    ])
    await npm.json(Object.fromEntries(shown))
  } else if (rows.length > 0) {
    const head = ['Package', 'Current', 'Wanted', 'Latest', 'Location', 'Depended by']
    const lines = rows.map(({ name, current = 'MISSING', wanted, latest, location }) => [
      name,
      current,
      wanted,
      latest,
      location,
      dependent,
    ])
    await npm.say(table([head, ...lines]))
  }
  return rows.length > 0 ? 1 : 0
}

/** The numbers stand to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  const cell = (text: string, at: number): string =>
    at >= 1 && at <= 3 ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0)
  return rows.map((row) => `${row.map(cell).join('  ').trimEnd()}\n`).join('')
}

/** npm explain(1) */
export async function explain(npm: Npm): Promise<number> {
  const tree = await InstalledTree.load(npm.process.sys, npm.place)
  const [word = ''] = npm.words
  const found = tree.all.filter((each) => each.name === word || named(each) === word || each.path === word)
  if (found.length === 0) throw new NpmError(undefined, [`No dependencies found matching ${word}`])
  await npm.say(`${found.map((each) => explained(tree, each).join('\n')).join('\n\n')}\n`)
  return 0
}

function explained(tree: InstalledTree, node: Installed, seen: readonly Installed[] = []): string[] {
  const why = seen.includes(node) ? [] : tree.edgesTo(node).flatMap((edge) => reasonOf(tree, edge, [...seen, node]))
  return [named(node), node.path, ...why.map((line) => `  ${line}`)]
}

function reasonOf(tree: InstalledTree, { from, name, range, kind }: Edge, seen: readonly Installed[]): string[] {
  const own = `${kind === 'prod' ? '' : `${kind} `}${name}@"${range}" from `
  if (from.path === '') return [`${own}the root project`]
  const [head = '', ...rest] = explained(tree, from, seen)
  return [own + head, ...rest]
}

interface Funded {
  readonly url: string
  readonly packages: string[]
  readonly below: Funded[]
}

const fundingUrl = (funding: unknown): string | undefined => {
  const [first] = [funding].flat() as unknown[]
  return typeof first === 'string' ? first : (first as { url?: string } | undefined)?.url
}

/** npm fund(1) */
export async function fund(npm: Npm): Promise<number> {
  const tree = await InstalledTree.load(npm.process.sys, npm.place)
  const byUrl = new Map<string, Funded>()
  const top: Funded[] = []
  const seen = new Set<Installed>()
  let level = [{ node: tree.root, into: top }]
  while (level.length > 0) {
    const next: typeof level = []
    for (const { node, into } of level)
      for (const { to } of tree.edgesOf(node)) {
        if (!to || seen.has(to)) continue
        seen.add(to)
        const url = fundingUrl(to.manifest.funding)
        if (url === undefined) {
          next.push({ node: to, into })
          continue
        }
        const known = byUrl.get(url)
        if (known) known.packages.push(named(to))
        const funded = known ?? { url, packages: [named(to)], below: [] }
        byUrl.set(url, funded)
        if (!known) into.push(funded)
        next.push({ node: to, into: funded.below })
      }
    level = next
  }
  if (npm.line.has('json'))
    await npm.json({
      length: seen.size === 0 ? 0 : byUrl.size,
      name: tree.root.name,
      version: tree.root.version,
      dependencies: {},
    })
  else await npm.say(`${drawTree({ label: named(tree.root), nodes: top.map(fundedBranch) })}\n`)
  return 0
}

const fundedBranch = ({ url, packages, below }: Funded): Branch => ({
  label: `${url}\n└── ${packages.join(', ')}`,
  nodes: below.map(fundedBranch),
})

/** npm audit(1): no advisories are known of what the registry has. */
export async function audit(npm: Npm): Promise<number> {
  const lock = await readLockfile(npm.process.sys, npm.root)
  if (!lock)
    throw new NpmError('ENOLOCK', [
      'audit This command requires an existing lockfile.',
      'audit Try creating one first with: npm i --package-lock-only',
      'audit Original error: loadVirtual requires existing shrinkwrap file',
    ])
  const counts = auditCounts([...lockedPackages(lock).values()])
  if (npm.line.has('json')) await npm.json({ auditReportVersion: 2, vulnerabilities: {}, metadata: counts })
  else await npm.say('found 0 vulnerabilities\n')
  return 0
}
