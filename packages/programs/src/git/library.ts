/** isomorphic-git and what it expects of its surroundings: Buffer, a file system, HTTP. */
import { Buffer } from 'buffer'
import { inet, isDirectory, isErrno, isRegular, isSymlink, type Sys } from '@drydock/abi'
import { parseUrl, request } from '@drydock/http'
import { concat, dial, readFile, resolveHost, writeFile } from '@drydock/libc'

export class HttpFailure extends Error {}

/** The library looks for Buffer among the globals, as in Node. */
export async function loadGit(): Promise<typeof import('isomorphic-git')> {
  const globals = globalThis as { Buffer?: unknown }
  globals.Buffer ??= Buffer
  const loaded = await import('isomorphic-git')
  return 'default' in loaded ? ((loaded as { default: unknown }).default as typeof import('isomorphic-git')) : loaded
}

const toBuffer = (bytes: Uint8Array): Uint8Array => Buffer.from(bytes)

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes
}

/** The kernel's files as Node's `fs.promises` shows them, as far as the library asks. */
export function fileSystem(sys: Sys) {
  const statOf = (path: string, follow: boolean): object => {
    const stat = follow ? sys.stat(path) : sys.lstat(path)
    return {
      type: isDirectory(stat.mode) ? 'dir' : isSymlink(stat.mode) ? 'symlink' : 'file',
      mode: stat.mode,
      size: stat.size,
      ino: stat.ino,
      dev: 0,
      uid: stat.uid,
      gid: stat.gid,
      mtimeMs: stat.mtimeMs,
      ctimeMs: stat.ctimeMs,
      isFile: () => isRegular(stat.mode),
      isDirectory: () => isDirectory(stat.mode),
      isSymbolicLink: () => isSymlink(stat.mode),
    }
  }
  const promises = {
    async readFile(path: string, options?: string | { encoding?: string }) {
      const bytes = await readFile(sys, path)
      const encoding = typeof options === 'string' ? options : options?.encoding
      return encoding ? new TextDecoder().decode(bytes) : toBuffer(bytes)
    },
    async writeFile(path: string, data: string | Uint8Array, options?: { mode?: number }) {
      await writeFile(sys, path, data, options?.mode ?? 0o666)
    },
    mkdir: async (path: string, mode?: number) => sys.mkdir(path, typeof mode === 'number' ? mode : 0o777),
    rmdir: async (path: string) => sys.rmdir(path),
    unlink: async (path: string) => sys.unlink(path),
    rename: async (from: string, to: string) => sys.rename(from, to),
    readdir: async (path: string) =>
      sys
        .readdir(path)
        .map(({ name }) => name)
        .sort(),
    stat: async (path: string) => statOf(path, true),
    lstat: async (path: string) => statOf(path, false),
    readlink: async (path: string) => sys.readlink(path),
    symlink: async (target: string, path: string) => sys.symlink(target, path),
    chmod: async (path: string, mode: number) => sys.chmod(path, mode),
  }
  return { promises }
}

interface HttpCall {
  readonly url: string
  readonly method?: string | undefined
  readonly headers?: Record<string, string> | undefined
  readonly body?: AsyncIterable<Uint8Array> | Iterable<Uint8Array> | undefined
}

/** @throws HttpFailure in the words of curl, which git uses */
export function httpClient(sys: Sys) {
  return {
    async request({ url, method = 'GET', headers = {}, body }: HttpCall) {
      const parsed = parseUrl(url)
      if (!parsed) throw new HttpFailure(`URL using bad/illegal format or missing URL`)
      const parts: Uint8Array[] = []
      if (body) for await (const part of body) parts.push(part)
      const stream = await connect(sys, parsed.host, parsed.port)
      const rows = Object.entries(headers).filter(([name]) => !/^(host|content-length|accept-encoding)$/i.test(name))
      const content = concat(parts)
      const head: [string, string][] = [['Host', parsed.authority], ['User-Agent', 'git/2.39.5'], ...rows]
      const sent = body ? { body: content } : {}
      const length: [string, string][] = body ? [['Content-Length', String(content.length)]] : []
      const response = await request(stream, { method, target: parsed.target, headers: [...head, ...length], ...sent })
      const bytes = await response.body.readAll()
      stream.close()
      return {
        url,
        method,
        statusCode: response.status,
        statusMessage: response.reason,
        headers: Object.fromEntries([...response.headers].map(([name, value]) => [name.toLowerCase(), value])),
        body: once(bytes),
      }
    },
  }
}

async function connect(sys: Sys, host: string, port: number): ReturnType<typeof dial> {
  let address: string | undefined
  try {
    ;[address] = await resolveHost(sys, host)
  } catch {
    throw new HttpFailure(`Could not resolve host: ${host}`)
  }
  try {
    return await dial(sys, inet(address ?? host, port))
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new HttpFailure(`Failed to connect to ${host} port ${port}: ${error.message}`)
  }
}
