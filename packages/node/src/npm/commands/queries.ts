import { partsOf } from '../install.ts'
import { NpmError } from '../npm-error.ts'
import type { Npm } from '../npm-context.ts'
import { type Manifest, notFound, type Packument } from '../registry.ts'
import semver from 'semver'
import { shownValue } from '../shown-value.ts'

/** npm view(1) */
export async function view(npm: Npm): Promise<number> {
  const [text, ...fields] = npm.words
  const [name, wanted] = text === undefined || text === '.' ? [(await npm.project()).name ?? '', ''] : partsOf(text)
  const packument = await npm.registry.packument(name)
  const versions = Object.keys(packument.versions)
  const asked = wanted === '' ? 'latest' : wanted
  const version = packument['dist-tags'][asked] ?? semver.maxSatisfying(versions, asked) ?? ''
  const manifest = packument.versions[version]
  if (!manifest) throw notFound(`No match found for version ${asked}`, `${name}@${asked}`)
  const whole: Readonly<Record<string, unknown>> = { ...packument, ...manifest, versions, name, version }
  if (fields.length > 0) await showFields(npm, whole, fields)
  else if (npm.line.has('json')) await npm.json(whole)
  else await npm.say(overview(packument, manifest, npm.process.sys.clock.now()))
  return 0
}

const fieldOf = (whole: unknown, path: string): unknown =>
  path.split('.').reduce((value, key) => (value as Record<string, unknown> | undefined)?.[key], whole)

async function showFields(npm: Npm, whole: unknown, fields: readonly string[]): Promise<void> {
  const found = fields
    .map((field) => [field, fieldOf(whole, field)] as const)
    .filter(([, value]) => value !== undefined)
  if (npm.line.has('json')) {
    const values = found.length === 1 ? found[0]?.[1] : Object.fromEntries(found)
    if (found.length > 0) await npm.json(values)
    return
  }
  for (const [field, value] of found)
    await npm.say(
      found.length === 1
        ? `${typeof value === 'string' ? value : shownValue(value)}\n`
        : `${field} = ${shownValue(value)}\n`,
    )
}

/** Rows of dependencies that are shown. */
const MOST = 24

function overview({ versions, 'dist-tags': tags, time = {} }: Packument, manifest: Manifest, now: number): string {
  const {
    name,
    version,
    license = 'Proprietary',
    description,
    homepage,
    keywords = [],
    dependencies = {},
    dist,
    bin,
  } = manifest
  const needs = Object.entries(dependencies).toSorted(([a], [b]) => a.localeCompare(b, 'en'))
  const size = dist.unpackedSize
  const lines = [
    '',
    `${name}@${version} | ${license} | deps: ${needs.length || 'none'} | versions: ${Object.keys(versions).length}`,
    ...(description === undefined ? [] : [description]),
    ...(homepage === undefined ? [] : [homepage]),
    ...(manifest.deprecated === undefined ? [] : ['', `DEPRECATED ⚠️  - ${manifest.deprecated}`]),
    ...(keywords.length > 0 ? ['', `keywords: ${keywords.join(', ')}`] : []),
    ...(bin === undefined ? [] : ['', `bin: ${typeof bin === 'string' ? name : Object.keys(bin).join(', ')}`]),
    '',
    'dist',
    `.tarball: ${dist.tarball}`,
    `.shasum: ${dist.shasum}`,
    `.integrity: ${dist.integrity}`,
    ...(size === undefined ? [] : [`.unpackedSize: ${bytesShown(size)}`]),
    ...(needs.length === 0
      ? []
      : ['', 'dependencies:', ...needs.slice(0, MOST).map(([each, range]) => `${each}: ${range}`)]),
    ...(needs.length > MOST ? [`(...and ${needs.length - MOST} more.)`] : []),
    '',
    'dist-tags:',
    ...Object.entries(tags).map(([tag, each]) => `${tag}: ${each}`),
    ...(time[version] === undefined ? [] : ['', `published ${ago(now - Date.parse(time[version]))}`]),
  ]
  return `${lines.join('\n')}\n`
}

export function bytesShown(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

const SPANS: readonly (readonly [word: string, seconds: number])[] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]
function ago(ms: number): string {
  for (const [word, seconds] of SPANS) {
    const n = Math.floor(ms / 1000 / seconds)
    if (n >= 2 || (n === 1 && word !== 'week')) return n === 1 ? `over a ${word} ago` : `${n} ${word}s ago`
  }
  return 'just now'
}

/** npm search(1) */
export async function search(npm: Npm): Promise<number> {
  if (npm.words.length === 0) throw new NpmError(undefined, ['search must be called with arguments'])
  const text = npm.words.join(' ')
  const found = await npm.registry.search(text)
  if (npm.line.has('json')) await npm.json(found)
  else if (npm.line.has('parseable'))
    await npm.say(
      found.map((each) => `${each.name}\t${each.description ?? ''}\t\t${dayOf(each)}\t${each.version}\n`).join(''),
    )
  else if (found.length === 0) await npm.say(`No matches found for "${text}"\n`)
  else await npm.say(found.map(foundRow).join(''))
  return 0
}

const dayOf = ({ date }: Manifest): string => (date === undefined ? 'prehistoric' : date.slice(0, 10))

const foundRow = (each: Manifest): string =>
  [
    each.name,
    ...(each.description === undefined ? [] : [each.description]),
    `Version ${each.version} published ${dayOf(each)} by ???`,
    'Maintainers: ',
    ...(each.keywords && each.keywords.length > 0 ? [`Keywords: ${each.keywords.join(' ')}`] : []),
    `https://npm.im/${each.name}`,
    '',
    '',
  ].join('\n')

/** npm ping(1) */
export async function ping(npm: Npm): Promise<number> {
  const startMs = npm.process.sys.clock.monotonic()
  await npm.notice(`PING ${npm.registry.address}`)
  if (!(await npm.registry.ping()))
    throw new NpmError('E404', [`404 Not Found - GET ${npm.registry.address}-/ping?write=true`])
  await npm.notice(`PONG ${Math.max(1, Math.round(npm.process.sys.clock.monotonic() - startMs))}ms`)
  return 0
}

/** npm dist-tag(1): `ls` alone. */
export async function distTags(npm: Npm): Promise<number> {
  const words = npm.words.filter((word) => word !== 'ls')
  const { 'dist-tags': tags } = await npm.registry.packument(words[0] ?? (await npm.project()).name ?? '')
  await npm.say(
    Object.entries(tags)
      .map(([tag, version]) => `${tag}: ${version}\n`)
      .join(''),
  )
  return 0
}
