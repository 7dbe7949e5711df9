import { isErrno, type Sys } from '@drydock/abi'
import { concat, readAll, readFile } from '@drydock/libc'
import { CurlFailure } from './failure.ts'
import type { CurlOptions } from './options.ts'

export interface RequestBody {
  readonly bytes: Uint8Array
  readonly contentType: string | undefined
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What -d, --json, -F or -T send; undefined for none. @throws CurlFailure when a file cannot be read */
export async function requestBody(
  sys: Sys,
  options: CurlOptions,
  order: readonly string[],
): Promise<RequestBody | undefined> {
  if (options.upload !== undefined) return { bytes: await fileOrInput(sys, options.upload), contentType: undefined }
  if (options.form.length > 0) return multipart(sys, options.form)
  if (options.json.length > 0) {
    const parts = await Promise.all(options.json.map((each) => dataPart(sys, each, true)))
    return { bytes: concat(parts), contentType: 'application/json' }
  }
  const parts = await dataParts(sys, options, order)
  if (parts.length === 0) return undefined
  const joined = parts.flatMap((part, index) => (index === 0 ? [part] : [encode('&'), part]))
  return { bytes: concat(joined), contentType: 'application/x-www-form-urlencoded' }
}

type DataOption = 'data' | 'dataRaw' | 'dataBinary' | 'dataUrlencode'
const READERS: Readonly<Record<DataOption, (sys: Sys, text: string) => Promise<Uint8Array>>> = {
  data: (sys, text) => dataPart(sys, text, false),
  dataRaw: async (_sys, text) => encode(text),
  dataBinary: (sys, text) => dataPart(sys, text, true),
  dataUrlencode: urlencoded,
}
const isDataOption = (name: string): name is DataOption => name in READERS

/** In the order of the command line. */
async function dataParts(sys: Sys, options: CurlOptions, order: readonly string[]): Promise<Uint8Array[]> {
  const used = new Map<DataOption, number>()
  const parts: Uint8Array[] = []
  for (const name of order) {
    if (!isDataOption(name)) continue
    const index = used.get(name) ?? 0
    used.set(name, index + 1)
    parts.push(await READERS[name](sys, options[name][index] ?? ''))
  }
  return parts
}

/** `@file` is its content; -d drops the line ends of it, --data-binary keeps them. */
async function dataPart(sys: Sys, text: string, binary: boolean): Promise<Uint8Array> {
  if (!text.startsWith('@')) return encode(text)
  const bytes = await fileOrInput(sys, text.slice(1))
  return binary ? bytes : bytes.filter((byte) => byte !== 10 && byte !== 13 && byte !== 0)
}

async function urlencoded(sys: Sys, text: string): Promise<Uint8Array> {
  const at = /[=@]/.exec(text)?.index ?? -1
  const name = at > 0 ? text.slice(0, at) : ''
  const rest = at < 0 ? text : text.slice(at + 1)
  const content = text[at] === '@' ? new TextDecoder().decode(await fileOrInput(sys, rest)) : rest
  return encode(`${name === '' ? '' : `${name}=`}${escaped(content)}`)
}

/** Blanks are a plus, as forms have them. */
const escaped = (text: string): string =>
  encodeURIComponent(text)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')

/** What --url-query puts behind a URL; `+` in front sends the rest as it is. */
export async function queryOf(sys: Sys, options: CurlOptions): Promise<string> {
  const parts = await Promise.all(
    options.urlQuery.map(async (text) =>
      text.startsWith('+') ? text.slice(1) : new TextDecoder().decode(await urlencoded(sys, text)),
    ),
  )
  return parts.join('&')
}

async function fileOrInput(sys: Sys, path: string): Promise<Uint8Array> {
  try {
    return path === '-' || path === '.' ? await readAll(sys, 0) : await readFile(sys, path)
  } catch (error) {
    if (isErrno(error)) throw new CurlFailure(26, `Failed to open ${path}`)
    throw error
  }
}

/** Types that curl knows by the ends of names. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['gif', 'image/gif'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['png', 'image/png'],
  ['svg', 'image/svg+xml'],
  ['txt', 'text/plain'],
  ['htm', 'text/html'],
  ['html', 'text/html'],
  ['pdf', 'application/pdf'],
  ['xml', 'application/xml'],
])
const typeOf = (path: string): string =>
  TYPES.get(/\.([^./]*)$/.exec(path)?.[1]?.toLowerCase() ?? '') ?? 'application/octet-stream'

/** RFC 7578. */
async function multipart(sys: Sys, fields: readonly string[]): Promise<RequestBody> {
  const boundary = `------------------------${Array.from(sys.entropy.bytes(22), (byte) => (byte % 36).toString(36)).join('')}`
  const parts: Uint8Array[] = []
  for (const field of fields) {
    const at = field.indexOf('=')
    const [name, text] = [field.slice(0, at), field.slice(at + 1)]
    const isFile = text.startsWith('@')
    const [path = '', ...settings] = (isFile ? text.slice(1) : text).split(';')
    const type = settings.find((each) => each.startsWith('type='))?.slice(5)
    const disposition = `Content-Disposition: form-data; name="${name}"${isFile ? `; filename="${path.split('/').pop() ?? ''}"` : ''}\r\n`
    const typed = type ?? (isFile ? typeOf(path) : undefined)
    parts.push(encode(`--${boundary}\r\n${disposition}${typed ? `Content-Type: ${typed}\r\n` : ''}\r\n`))
    parts.push(isFile ? await fileOrInput(sys, path) : encode(path), encode('\r\n'))
  }
  return {
    bytes: concat([...parts, encode(`--${boundary}--\r\n`)]),
    contentType: `multipart/form-data; boundary=${boundary}`,
  }
}
