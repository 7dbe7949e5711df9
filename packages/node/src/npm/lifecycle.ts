import { exitStatus, type Sys } from '@drydock/abi'
import { lstatOr } from './files.ts'
import type { PackageJson } from './lockfile.ts'
import { NpmError } from './npm-error.ts'
import type { Npm } from './npm-context.ts'

export interface Running {
  readonly npm: Npm
  /** The package's folder. */
  readonly folder: string
  readonly manifest: PackageJson
  /** The command that was typed, as `npm_command` has it. */
  readonly command: string
}

const quoted = (word: string): string => (/^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

const titleOf = ({ name, version }: PackageJson): string =>
  name === undefined || version === undefined ? '' : `${name}@${version} `

/** Runs one script by the shell; name and command are shown first. @returns its exit status */
export async function runStep(
  running: Running,
  event: string,
  text: string,
  args: readonly string[] = [],
): Promise<number> {
  const { npm, manifest } = running
  const line = [text, ...args.map(quoted)].join(' ')
  if (!npm.line.isSilent) await npm.say(`\n> ${titleOf(manifest)}${event}\n> ${[text, ...args].join(' ')}\n\n`)
  const { sys } = npm.process
  const pid = await sys.spawn('/bin/sh', {
    argv: ['sh', '-c', line],
    env: environment(running, event, text),
    cwd: running.folder,
  })
  const ended = await sys.wait(pid)
  return ended ? exitStatus(ended.status) : 1
}

/** What a script finds in its environment. npm-scripts(7), Environment */
function environment({ npm, folder, manifest, command }: Running, event: string, text: string): Map<string, string> {
  const { process, config, release } = npm
  const bins: string[] = []
  for (let at = folder; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) bins.push(`${at}/node_modules/.bin`)
  const env = new Map(process.env)
  const told: Readonly<Record<string, string | undefined>> = {
    PATH: [...bins, process.env.get('PATH') ?? ''].join(':'),
    INIT_CWD: process.sys.getcwd(),
    npm_command: command,
    npm_config_global_prefix: config.get('prefix'),
    npm_config_local_prefix: npm.root,
    npm_config_npm_version: release.npm,
    npm_config_prefix: config.get('prefix'),
    npm_config_registry: config.registry,
    npm_config_user_agent: `npm/${release.npm} node/v${release.node} linux x64 workspaces/false`,
    npm_execpath: '/usr/local/lib/node_modules/npm/bin/npm-cli.js',
    npm_lifecycle_event: event,
    npm_lifecycle_script: text,
    npm_node_execpath: '/usr/local/bin/node',
    npm_package_json: `${folder}/package.json`,
    npm_package_name: manifest.name,
    npm_package_version: manifest.version,
  }
  for (const [name, value] of Object.entries(told)) if (value !== undefined) env.set(name, value)
  for (const [name, value] of Object.entries(manifest.config ?? {}))
    env.set(`npm_package_config_${name}`, String(value))
  return env
}

/** What stands for a script that package.json does not have. */
function usualScript(sys: Sys, folder: string, name: string): string | undefined {
  return name === 'start' && lstatOr(sys, `${folder}/server.js`) ? 'node server.js' : undefined
}

export const scriptOf = ({ npm, folder, manifest }: Running, name: string): string | undefined =>
  manifest.scripts?.[name] ??
  usualScript(npm.process.sys, folder, name) ??
  (name === 'restart' && manifest.scripts?.start !== undefined ? 'npm stop --if-present && npm start' : undefined)

/** A script with those that go before and after it. @returns the status of the first that fails, or 0 */
export async function runWithNeighbours(running: Running, name: string, args: readonly string[]): Promise<number> {
  for (const each of [`pre${name}`, name, `post${name}`]) {
    const text = each === name ? scriptOf(running, name) : running.manifest.scripts?.[each]
    if (text === undefined) continue
    const status = await runStep(running, each, text, each === name ? args : [])
    if (status !== 0) return status
  }
  return 0
}

/** Scripts that an installation runs. @throws NpmError with the status of the one that fails */
export async function runEvents(running: Running, events: readonly string[]): Promise<void> {
  for (const event of events) {
    const text = running.manifest.scripts?.[event]
    if (text === undefined) continue
    const status = await runStep(running, event, text)
    if (status === 0) continue
    const told = [`path ${running.folder}`, 'command failed', `command sh -c ${text}`]
    throw new NpmError(String(status), told, status)
  }
}
