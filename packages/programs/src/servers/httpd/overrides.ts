import { EACCES, ENOENT, ENOTDIR, isErrno } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'
import { checkTree } from './check-tree.ts'
import { type Section, split } from './config.ts'
import { ConfigReader, ReadError } from './config-reader.ts'
import { HttpdConfigError } from './config-error.ts'
import { Layer, type Settings } from './directive.ts'
import { note } from './error-log.ts'
import type { Exchange } from './exchange.ts'

const CLASSES: Readonly<Record<string, readonly string[]>> = {
  all: ['AuthConfig', 'FileInfo', 'Indexes', 'Limit', 'Options'],
  authconfig: ['AuthConfig'],
  fileinfo: ['FileInfo'],
  indexes: ['Indexes'],
  limit: ['Limit'],
  options: ['Options'],
}

/** What files in folders may say. */
function allowed(settings: Settings): ReadonlySet<string> {
  const words = settings.last('allowoverride')?.args ?? []
  return new Set(words.flatMap((word) => CLASSES[word.toLowerCase().replace(/=.*/, '')] ?? []))
}

/** The .htaccess of a folder, as a section; none where none is allowed. @returns a status when it can't be taken */
export async function readOverrides(
  exchange: Exchange,
  settings: Settings,
  folder: string,
): Promise<readonly Pick<Section, 'layer' | 'inner'>[] | number> {
  const overrides = allowed(settings)
  const listed = new Set(settings.last('allowoverridelist')?.args.map((each) => each.toLowerCase()) ?? [])
  listed.delete('none')
  if (overrides.size === 0 && listed.size === 0) return []
  const { config } = exchange.context
  const names = config.main.layer.all('accessfilename').at(-1)?.args ?? ['.htaccess']
  const base = folder === '/' ? '/' : `${folder}/`
  for (const name of names) {
    const text = await textOf(exchange, base + name)
    if (typeof text === 'number') return text
    if (text !== undefined) return sectionOf(exchange, { text, path: base + name, base, overrides, listed })
  }
  return []
}

async function textOf(exchange: Exchange, path: string): Promise<string | number | undefined> {
  try {
    return await readTextFile(exchange.context.sys, path)
  } catch (error) {
    if (error === ENOENT || error === ENOTDIR) return undefined
    if (!isErrno(error)) throw error
    if (error === EACCES)
      await note(
        exchange,
        'core:crit',
        `(13)Permission denied: AH00529: ${path} pcfg_openfile: unable to check htaccess file, ensure it is readable and that '${path.slice(0, path.lastIndexOf('/') + 1)}' is executable`,
      )
    return 403
  }
}

interface OverrideFile {
  readonly text: string
  readonly path: string
  readonly base: string
  readonly overrides: ReadonlySet<string>
  readonly listed: ReadonlySet<string>
}

async function sectionOf(
  exchange: Exchange,
  { text, path, base, overrides, listed }: OverrideFile,
): Promise<readonly Pick<Section, 'layer' | 'inner'>[] | number> {
  const { sys, modules, version, config, defines } = exchange.context
  const reader = new ConfigReader({
    ...{ sys, modules, version, env: new Map(), defines: new Map(defines), warnings: [] },
    serverRoot: config.root,
  })
  try {
    const directives = await reader.text(text, path)
    checkTree(directives, { modules, section: '<Directory', overrides, listed })
    const { plain, sections } = split(directives)
    return [{ layer: new Layer(plain, { folder: base }), inner: sections }]
  } catch (error) {
    if (!(error instanceof ReadError) && !(error instanceof HttpdConfigError)) throw error
    // The log has the file in front, without the line.
    const words = error.message.replace(/^(AH\d+: )?Syntax error on line \d+ of [^:]*:\s*/, '')
    await note(exchange, 'core:alert', `${path}: ${words}`)
    return 500
  }
}
