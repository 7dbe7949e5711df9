import type { PackageJson } from '../lockfile.ts'
import { workspacesOf } from '../install.ts'
import { runWithNeighbours, type Running, scriptOf } from '../lifecycle.ts'
import { NpmError } from '../npm-error.ts'
import type { Npm } from '../npm-context.ts'
import { isSince } from '../release.ts'
import { similar } from '../similar.ts'
import { COMMAND_NAMES } from './names.ts'
import { DESCRIPTIONS } from './usage.ts'

const LIFECYCLE = new Set(
  ['publish', 'install', 'uninstall', 'test', 'stop', 'start', 'restart', 'version'].flatMap((name) => [
    `pre${name}`,
    name,
    `post${name}`,
  ]),
)

/** npm run-script(1) */
export async function runScript(
  npm: Npm,
  name: string,
  args: readonly string[],
  command = 'run-script',
): Promise<number> {
  const places = await placesOf(npm)
  if (!places) return runIn({ npm, folder: npm.root, manifest: await npm.project(), command }, name, args)
  let failed = 0
  for (const { folder, manifest } of places) {
    if (name === '') {
      await listScripts(npm, manifest)
      continue
    }
    const status = await runIn({ npm, folder, manifest, command }, name, args)
    if (status !== 0) {
      failed = status
      await tellFailure(npm, folder, manifest, name)
    }
  }
  return failed
}

async function tellFailure(npm: Npm, folder: string, manifest: PackageJson, name: string): Promise<void> {
  const lines = [
    `Lifecycle script \`${name}\` failed with error:`,
    'code 1',
    `path ${folder}`,
    `workspace ${manifest.name}@${manifest.version}`,
    `location ${folder}`,
    'command failed',
    `command sh -c ${manifest.scripts?.[name] ?? ''}`,
  ]
  await npm.warn(new NpmError(undefined, lines).text())
}

/** The workspaces that are meant. @throws NpmError when a name is none's */
export async function placesOf(
  npm: Npm,
): Promise<readonly { folder: string; manifest: PackageJson; path: string }[] | undefined> {
  const named = npm.line.all('workspace')
  if (named.length === 0 && !npm.line.has('workspaces')) return undefined
  const all = await workspacesOf(npm.process.sys, npm.root, await npm.project())
  const isMeant =
    (wanted: string): ((each: { name: string; path: string }) => boolean) =>
    ({ name, path }) =>
      name === wanted || path === wanted.replace(/^\.\/|\/$/g, '') || path.startsWith(`${wanted}/`)
  const missing = named.filter((each) => !all.some(isMeant(each)))
  if (missing.length > 0)
    throw new NpmError(undefined, [
      'No workspaces found:',
      `  ${missing.map((each) => `--workspace=${each}`).join(' ')}`,
    ])
  const meant = named.length === 0 ? all : all.filter((each) => named.some((name) => isMeant(name)(each)))
  return meant.map(({ path, manifest }) => ({ folder: `${npm.root}/${path}`, manifest, path }))
}

async function runIn(running: Running, name: string, args: readonly string[]): Promise<number> {
  const { npm, manifest } = running
  if (name === '') return listScripts(npm, manifest)
  if (scriptOf(running, name) !== undefined) return runWithNeighbours(running, name, args)
  if (npm.line.has('if-present')) return 0
  throw new NpmError(undefined, [
    `Missing script: "${name}"`,
    '',
    ...suggestions(name, manifest),
    'To see a list of scripts, run:',
    '  npm run',
  ])
}

function suggestions(name: string, { scripts = {} }: PackageJson): readonly string[] {
  const commands = similar(
    name,
    COMMAND_NAMES.filter((each) => each !== name),
  ).map((each) => `  npm ${each}${DESCRIPTIONS[each] === undefined ? '' : ` # ${DESCRIPTIONS[each]}`}`)
  const own = similar(name, Object.keys(scripts)).map((each) => `  npm run ${each} # run the "${each}" package script`)
  const rows = [...commands, ...own].slice(0, 3)
  return rows.length === 0 ? [] : [rows.length > 1 ? 'Did you mean one of these?' : 'Did you mean this?', ...rows, '']
}

async function listScripts(npm: Npm, { name, version, scripts = {} }: PackageJson): Promise<number> {
  const rows = (of: readonly [string, string][]): string =>
    of.map(([each, text]) => `  ${each}\n    ${text}\n`).join('')
  const all = Object.entries(scripts)
  const [own, others] = [all.filter(([each]) => LIFECYCLE.has(each)), all.filter(([each]) => !LIFECYCLE.has(each))]
  const title = version === undefined ? (name ?? '') : `${name}@${version}`
  const by = `via \`npm ${isSince(npm.release, 11) ? 'run' : 'run-script'}\``
  const head = own.length > 0 ? `Lifecycle scripts included in ${title}:\n${rows(own)}` : ''
  const middle =
    others.length === 0 ? '' : head === '' ? `Scripts available in ${title} ${by}:\n` : `available ${by}:\n`
  if (all.length > 0) await npm.say(`${head}${middle}${rows(others)}`)
  return 0
}
