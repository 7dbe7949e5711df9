import { isErrno, type Sys } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'
import type { Exchange } from './exchange.ts'

/** What a file's name says of its content. */
export interface MediaType {
  readonly type: string | undefined
  readonly encoding: string | undefined
  readonly language: string | undefined
  readonly handler: string | undefined
}

/** What most files are, where no list of types is at hand: a type with its extensions. */
const BUILT_IN = `text/html html htm
text/css css
text/javascript js mjs
text/plain txt text log conf
text/csv csv
text/markdown md
image/png png
image/jpeg jpg jpeg
image/gif gif
image/svg+xml svg svgz
image/webp webp
image/vnd.microsoft.icon ico
application/json json map
application/xml xml xsl
application/pdf pdf
application/zip zip
application/gzip gz tgz
application/x-tar tar
application/wasm wasm
application/octet-stream bin dmg iso
font/woff woff
font/woff2 woff2
font/ttf ttf
audio/mpeg mp3
video/mp4 mp4
video/webm webm`

function addTypes(types: Map<string, string>, text: string): void {
  for (const line of text.split('\n')) {
    const [type = '', ...extensions] = line.replace(/#.*/, '').trim().split(/\s+/)
    for (const extension of extensions) types.set(extension, type)
  }
}

/** TypesConfig; with what is usual where there is no such file. */
export async function readTypes(sys: Sys, path: string): Promise<Map<string, string>> {
  const types = new Map<string, string>()
  try {
    addTypes(types, await readTextFile(sys, path))
  } catch (error) {
    if (!isErrno(error)) throw error
    addTypes(types, BUILT_IN)
  }
  return types
}

/** AddType and its kin: by extension, the last having the last word; Remove… takes back what files of types say as well. */
function added({ settings }: Exchange, key: string, extension: string, otherwise?: string): string | undefined {
  let found = otherwise
  for (const directive of settings.layers.flatMap(({ directives }) => directives)) {
    const [value = '', ...extensions] = directive.args
    const has = (list: readonly string[]): boolean =>
      list.some((each) => each.replace(/^\./, '').toLowerCase() === extension)
    if (directive.key === `add${key}` && has(extensions)) found = value
    else if (directive.key === `remove${key}` && has(directive.args)) found = undefined
  }
  return found
}

/** mod_mime, by all extensions of the name; then what ForceType and SetHandler say. */
export function mediaTypeOf(exchange: Exchange): MediaType {
  const { settings, context, filename, forcedType } = exchange
  const found = byName(exchange, filename.slice(filename.lastIndexOf('/') + 1))
  const forced = settings.word('forcetype')
  const handler = settings.word('sethandler')
  const charset = found.charset === undefined ? '' : `; charset=${found.charset.toLowerCase()}`
  const type =
    forcedType ??
    (forced === undefined || /^none$/i.test(forced)
      ? found.type === undefined
        ? undefined
        : found.type + charset
      : forced)
  return {
    type: withDefaultCharset(settings.word('adddefaultcharset'), type),
    encoding: found.encoding,
    language: found.language,
    handler: handler !== undefined && context ? (/^none$/i.test(handler) ? undefined : handler) : found.handler,
  }
}

function byName(exchange: Exchange, name: string) {
  let [type, encoding, language, handler, charset]: (string | undefined)[] = []
  for (const extension of name.toLowerCase().split('.').slice(1)) {
    const known = added(exchange, 'type', extension, exchange.context.types.get(extension))
    type = known ?? type
    const coded = added(exchange, 'encoding', extension)
    encoding = coded ?? encoding
    language = added(exchange, 'language', extension) ?? language
    charset = added(exchange, 'charset', extension) ?? charset
    handler = added(exchange, 'handler', extension) ?? handler
  }
  return { type, encoding, language, handler, charset }
}

function withDefaultCharset(charset: string | undefined, type: string | undefined): string | undefined {
  if (charset === undefined || /^off$/i.test(charset) || type === undefined || /charset=/i.test(type)) return type
  if (!/^text\/(html|plain)/i.test(type)) return type
  return `${type}; charset=${/^on$/i.test(charset) ? 'iso-8859-1' : charset}`
}
