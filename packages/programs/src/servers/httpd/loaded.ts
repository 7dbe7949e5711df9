import { type Errno, isDirectory, isErrno, type Sys } from '@drydock/abi'
import { checkTree } from './check-tree.ts'
import { type HttpdConfig, readConfig, type Server } from './config.ts'
import { HttpdConfigError } from './config-error.ts'
import { ConfigReader, couldNotOpen, ReadError } from './config-reader.ts'
import type { Directive } from './directive.ts'
import { errorLogOf } from './error-log.ts'
import { COMPILED_IN, Modules } from './modules.ts'
import { type Identities, readIdentities } from './secure-hosts.ts'
import { readTypes } from './mime.ts'

/** What the command line says of the configuration. */
export interface Asked {
  readonly file: string
  readonly root: string
  readonly program: string
  readonly version: string
  readonly platform: 'unix' | 'debian'
  readonly defines: readonly string[]
  /** -C, read before the file. */
  readonly before: readonly string[]
  /** -c, read after it. */
  readonly after: readonly string[]
  readonly env: ReadonlyMap<string, string>
}

/** A configuration that was read and found well. */
export interface Loaded {
  readonly config: HttpdConfig
  readonly modules: Modules
  readonly defines: ReadonlyMap<string, string>
  readonly types: ReadonlyMap<string, string>
  readonly identities: Identities
  /** Said on the way: AH00111… */
  readonly warnings: readonly string[]
}

/** Reads and checks. @throws HttpdConfigError in the words of httpd */
export async function load(sys: Sys, asked: Asked): Promise<Loaded> {
  const modules = new Modules(COMPILED_IN[asked.platform])
  const defines = new Map(asked.defines.map((name) => [name, '']))
  const warnings: string[] = []
  const context = { sys, modules, defines, warnings, env: asked.env, version: asked.version, serverRoot: asked.root }
  const directives = await read(new ConfigReader(context), asked)
  checkTree(directives, { modules, section: undefined })
  if (!modules.loaded.some((name) => name.startsWith('mpm_')))
    throw new HttpdConfigError(`AH00534: ${asked.program}: Configuration error: No MPM loaded.`)
  const config = readConfig(directives, context.serverRoot)
  checkFiles(sys, config, directives)
  const types =
    config.main.layer.all('typesconfig').at(-1)?.args[0] ??
    (asked.platform === 'debian' ? '/etc/mime.types' : 'conf/mime.types')
  return {
    ...{ config, modules, defines, warnings },
    types: await readTypes(sys, types.startsWith('/') ? types : `${config.root}/${types}`),
    identities: await readIdentities(sys, config),
  }
}

async function read(reader: ConfigReader, { file, program, before, after }: Asked): Promise<Directive[]> {
  try {
    const first = await reader.text(before.join('\n'), 'command line')
    const main = await reader.file(file)
    return [...first, ...main, ...(await reader.text(after.join('\n'), 'command line'))]
  } catch (error) {
    if (error instanceof ReadError) throw new HttpdConfigError(`${program}: ${error.message}`)
    if (isErrno(error)) throw new HttpdConfigError(`${program}: ${couldNotOpen(file, error)}`)
    throw error
  }
}

function statOf(sys: Sys, path: string): { readonly isFolder: boolean; readonly size: number } | Errno {
  try {
    const { mode, size } = sys.stat(path)
    return { isFolder: isDirectory(mode), size }
  } catch (error) {
    if (isErrno(error)) return error
    throw error
  }
}

/** Folders and files that have to be there. @throws HttpdConfigError */
function checkFiles(sys: Sys, config: HttpdConfig, directives: readonly Directive[]): void {
  const inRoot = (path: string): string => (path.startsWith('/') ? path : `${config.root}/${path}`)
  for (const directive of everyone(directives)) {
    const { key, args, file, line } = directive
    const path = inRoot(args[0] ?? '')
    const place = `AH00526: Syntax error on line ${line} of ${file}:\n`
    const stat = statOf(sys, path)
    if (key === 'documentroot' && !('isFolder' in stat && stat.isFolder))
      throw new HttpdConfigError(`${place}DocumentRoot '${path}' is not a directory, or is not readable`)
    if (/^sslcertificate(key)?file$/.test(key) && !('size' in stat && stat.size > 0))
      throw new HttpdConfigError(`${place}${directive.name}: file '${path}' does not exist or is empty`)
  }
}

/** Logs can only be opened in folders that are there. @throws HttpdConfigError */
export function checkLogs(sys: Sys, config: HttpdConfig): void {
  const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1)
  for (const server of [config.main, ...config.hosts]) {
    const own =
      server === config.main
        ? [errorLogOf({ config })]
        : server.layer.all('errorlog').map(() => errorLogOf({ config }, server))
    for (const path of own) {
      const stat = path.startsWith('/') ? statOf(sys, folderOf(path)) : undefined
      if (stat && 'errno' in stat)
        throw new HttpdConfigError(
          `(${stat.errno})${stat.message}: AH02291: Cannot access directory '${folderOf(path)}' for ${server === config.main ? 'main error log' : `error log of vhost defined at ${server.at}`}\nAH00014: Configuration check failed`,
        )
    }
    checkCustomLogs(sys, config, server)
  }
}

function checkCustomLogs(sys: Sys, config: HttpdConfig, server: Server): void {
  for (const { args, file, line } of server.layer.all('customlog')) {
    const path = (args[0] ?? '').startsWith('/') ? (args[0] ?? '') : `${config.root}/${args[0] ?? ''}`
    const folder = path.slice(0, path.lastIndexOf('/') + 1)
    const stat = statOf(sys, folder)
    if ('errno' in stat && !(args[0] ?? '').startsWith('|'))
      throw new HttpdConfigError(
        `(${stat.errno})${stat.message}: AH02297: Cannot access directory '${folder}' for log file '${path}' defined at ${file}:${line}\nAH00014: Configuration check failed`,
      )
  }
}

function* everyone(directives: readonly Directive[]): Generator<Directive> {
  for (const directive of directives) {
    yield directive
    if (directive.block) yield* everyone(directive.block)
  }
}
