import { readLines } from '@drydock/libc'
import semver from 'semver'
import { lstatOr, namesIn, readText, rewriteJson, writeJson } from '../files.ts'
import type { PackageJson } from '../lockfile.ts'
import { NpmError, usageError } from '../npm-error.ts'
import type { Npm } from '../npm-context.ts'
import { isSince } from '../release.ts'
import { shownValue } from '../shown-value.ts'

type Fields = Record<string, unknown>

/** What a new package.json says, in npm's order: what a README says of the project comes before what nothing says. */
async function usualFields(npm: Npm, folder: string, before: Fields): Promise<Fields> {
  const { sys } = npm.process
  const files = namesIn(sys, folder)
  const readme = await readText(sys, `${folder}/README.md`)
  const description = readme
    ?.split('\n')
    .find((line) => line.trim() !== '' && !line.startsWith('#'))
    ?.trim()
  const main =
    ['index.js', 'server.js', 'app.js'].find((each) => files.includes(each)) ??
    files.find((each) => each.endsWith('.js')) ??
    'index.js'
  const scripts = before.scripts ?? {
    test: 'echo "Error: no test specified" && exit 1',
    ...(files.includes('server.js') && { start: 'node server.js' }),
  }
  return {
    name: folder.split('/').at(-1)?.toLowerCase().replaceAll(' ', '-') || 'app',
    version: npm.config.get('init-version') ?? '1.0.0',
    ...(readme !== undefined && { description: description ?? '' }),
    main,
    ...(files.includes('test') || files.includes('lib')
      ? {
          directories: Object.fromEntries(
            ['lib', 'test'].filter((each) => files.includes(each)).map((each) => [each, each]),
          ),
        }
      : {}),
    scripts,
    keywords: [],
    author: npm.config.get('init-author-name') ?? '',
    license: npm.config.get('init-license') ?? 'ISC',
    ...(readme === undefined && { description: '' }),
    ...(isSince(npm.release, 11, 1) && { type: 'commonjs' }),
    ...before,
  }
}

/** npm init(1) */
export async function init(npm: Npm): Promise<number> {
  if (npm.words.length > 0) return initializer(npm)
  const { sys } = npm.process
  const [workspace] = npm.line.all('workspace')
  const cwd = sys.getcwd().replace(/\/$/, '')
  const folder = workspace === undefined ? cwd : `${npm.root}/${workspace}`
  if (!lstatOr(sys, folder)) sys.mkdir(folder)
  const text = await readText(sys, `${folder}/package.json`)
  const usual = await usualFields(npm, folder, text === undefined ? {} : (JSON.parse(text) as Fields))
  const made = npm.line.has('yes', 'force') ? usual : await asked(npm, folder, usual)
  if (!made) {
    await npm.warn('npm error canceled\n')
    return 1
  }
  await writeJson(sys, `${folder}/package.json`, made)
  if (npm.line.has('yes', 'force'))
    await npm.say(`Wrote to ${folder}/package.json:\n\n${JSON.stringify(made, null, 2)}\n\n\n\n`)
  return 0
}

const INTRODUCTION = `This utility will walk you through creating a package.json file.
It only covers the most common items, and tries to guess sensible defaults.

See \`npm help init\` for definitive documentation on these fields
and exactly what they do.

Use \`npm install <pkg>\` afterwards to install a package and
save it as a dependency in the package.json file.

Press ^C at any time to quit.
`

/** @returns undefined when it is not to be written, or nobody answers any more */
async function asked(npm: Npm, folder: string, usual: Fields): Promise<Fields | undefined> {
  const lines = readLines(npm.process.sys, 0)
  const ask = async (label: string, given: string): Promise<string | undefined> => {
    await npm.say(`${label}: ${given === '' ? '' : `(${given}) `}`)
    const { value, done } = await lines.next()
    return done ? undefined : String(value).trim() || given
  }
  await npm.say(INTRODUCTION)
  const scripts = usual.scripts as Record<string, string>
  const rows: readonly (readonly [label: string, given: string, put: (answer: string) => Fields])[] = [
    ['package name', String(usual.name), (name) => ({ name })],
    ['version', String(usual.version), (version) => ({ version })],
    ['description', String(usual.description ?? ''), (description) => ({ description })],
    ['entry point', String(usual.main), (main) => ({ main })],
    ['test command', '', (test) => (test === '' ? {} : { scripts: { ...scripts, test } })],
    ['git repository', '', (url) => (url === '' ? {} : { repository: { type: 'git', url } })],
    ['keywords', '', (words) => ({ keywords: words.split(/[\s,]+/).filter((word) => word !== '') })],
    ['author', String(usual.author), (author) => ({ author })],
    ['license', String(usual.license), (license) => ({ license })],
    ...(usual.type === undefined ? [] : [['type', String(usual.type), (type: string) => ({ type })] as const]),
  ]
  let made = usual
  for (const [label, given, put] of rows) {
    const answer = await ask(label, given)
    if (answer === undefined) return undefined
    made = { ...made, ...put(answer) }
  }
  await npm.say(`About to write to ${folder}/package.json:\n\n${JSON.stringify(made, null, 2)}\n\n\n`)
  const sure = await ask('Is this OK?', 'yes')
  if (sure === undefined || /^y/i.test(sure)) return sure === undefined ? undefined : made
  await npm.say('Aborted.\n')
  return undefined
}

/** `npm init react-app` runs create-react-app. */
async function initializer(npm: Npm): Promise<number> {
  const [, scope = '', name = ''] = /^(@[^/]+\/?)?(.*)$/.exec(npm.words[0] ?? '') ?? []
  const packageName = `${scope}${scope !== '' && !scope.endsWith('/') ? '/' : ''}create${name === '' ? '' : `-${name}`}`
  await npm.registry.packument(packageName)
  return 0
}

/** npm pkg(1) */
export async function pkg(npm: Npm): Promise<number> {
  const [verb = '', ...words] = npm.words
  const project = (await npm.project()) as Fields
  if (verb === 'get') {
    const found = words.map((word) => [word, at(project, word)] as const)
    await npm.json(
      words.length === 0 ? project : words.length === 1 ? (found[0]?.[1] ?? {}) : Object.fromEntries(found),
    )
    return 0
  }
  if (verb === 'fix') return 0
  if (!['set', 'delete'].includes(verb)) throw usageError('Manages your package.json', PKG_USAGE, 'pkg')
  for (const word of words) {
    const [path = '', text = ''] = verb === 'set' ? splitOnce(word) : [word]
    const value: unknown = npm.line.has('json') ? JSON.parse(text) : text
    put(project, keysOf(path), verb === 'set' ? value : undefined)
  }
  await rewriteJson(npm.process.sys, `${npm.root}/package.json`, project)
  return 0
}

const PKG_USAGE = [
  'npm pkg set <key>=<value> [<key>=<value> ...]',
  'npm pkg get [<key> [<key> ...]]',
  'npm pkg delete <key> [<key> ...]',
  'npm pkg set [<array>[<index>].<key>=<value> ...]',
  'npm pkg set [<array>[].<key>=<value> ...]',
  'npm pkg fix',
]

export const splitOnce = (word: string): [string, string] => {
  const at = word.indexOf('=')
  return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)]
}
const keysOf = (path: string): readonly string[] => path.replaceAll(/\[(\w*)\]/g, '.$1').split('.')
const at = (value: unknown, path: string): unknown =>
  keysOf(path).reduce((found, key) => (found as Fields | undefined)?.[key], value)

function put(into: Fields, [key = '', ...rest]: readonly string[], value: unknown): void {
  const own = Array.isArray(into) && key === '' ? String(into.length) : key
  if (rest.length > 0) {
    if (typeof into[own] !== 'object') into[own] = /^\d*$/.test(rest[0] ?? '') ? [] : {}
    put(into[own] as Fields, rest, value)
  } else if (value === undefined) Reflect.deleteProperty(into, own)
  else into[own] = value
}

/** npm version(1) */
export async function version(npm: Npm): Promise<number> {
  const [asked] = npm.words
  if (asked === undefined) return versions(npm)
  const project = (await npm.project()) as PackageJson & Fields
  const before = project.version ?? ''
  const preid = npm.line.value('preid') ?? ''
  const next = semver.valid(asked) ?? semver.inc(before, asked, preid)
  if (next === null) throw new NpmError(undefined, [`Invalid version: ${asked}`])
  if (next === before && !npm.line.has('allow-same-version')) throw new NpmError(undefined, ['Version not changed'])
  await rewriteJson(npm.process.sys, `${npm.root}/package.json`, { ...project, version: next })
  await npm.say(`v${next}\n`)
  return 0
}

async function versions(npm: Npm): Promise<number> {
  const own = await npm.projectIfAny()
  const rows = {
    ...(own?.name !== undefined && { [own.name]: own.version ?? '' }),
    npm: npm.release.npm,
    node: npm.release.node,
  }
  await npm.say(`${npm.line.has('json') ? JSON.stringify(rows, null, 2) : shownValue(rows)}\n`)
  return 0
}
