import { isErrno, type Sys } from '@drydock/abi'
import type { AuthConfig } from '@drydock/docker-api'
import { readTextFile, writeFile } from '@drydock/libc'

/** ~/.docker/config.json. docs.docker.com, "Docker CLI configuration file". */
export interface DockerConfig {
  auths?: Record<string, { auth?: string; identitytoken?: string; email?: string }>
  detachKeys?: string
  psFormat?: string
  imagesFormat?: string
  networksFormat?: string
  volumesFormat?: string
  nodesFormat?: string
  servicesFormat?: string
  tasksFormat?: string
  secretFormat?: string
  configFormat?: string
  statsFormat?: string
  currentContext?: string
  /** The helper that keeps all accounts, or those of one registry: `docker-credential-NAME`. */
  credsStore?: string
  credHelpers?: Record<string, string>
  HttpHeaders?: Record<string, string>
  aliases?: Record<string, string>
  [more: string]: unknown
}

/** How the Hub is called in the file. */
export const HUB_SERVER = 'https://index.docker.io/v1/'

export class ConfigFile {
  readonly path: string
  readonly folder: string
  readonly values: DockerConfig
  private readonly sys: Sys

  private constructor(sys: Sys, folder: string, values: DockerConfig) {
    this.sys = sys
    this.folder = folder
    this.path = `${folder}/config.json`
    this.values = values
  }

  /** Reads the file; one that is missing is empty. @returns also what is wrong with it */
  static async load(sys: Sys, folder: string): Promise<{ file: ConfigFile; problem?: string }> {
    try {
      const text = await readTextFile(sys, `${folder}/config.json`)
      return { file: new ConfigFile(sys, folder, text.trim() === '' ? {} : (JSON.parse(text) as DockerConfig)) }
    } catch (error) {
      const file = new ConfigFile(sys, folder, {})
      if (isErrno(error)) return { file }
      if (!(error instanceof SyntaxError)) throw error
      return { file, problem: `WARNING: Error loading config file: ${file.path}: ${error.message}` }
    }
  }

  async save(): Promise<void> {
    makeFolder(this.sys, this.folder)
    await writeFile(this.sys, this.path, JSON.stringify({ auths: {}, ...this.values }, null, '\t'), 0o600)
  }

  /** What the file itself keeps for a registry; undefined when nobody logged in. */
  auth(server: string): AuthConfig | undefined {
    const entry = Object.entries(this.values.auths ?? {}).find(([key]) => hostOf(key) === hostOf(server))?.[1]
    if (!entry?.auth && !entry?.identitytoken) return undefined
    const [username = '', password = ''] = splitOnce(decode(entry.auth ?? ''), ':')
    return {
      ...(entry.identitytoken ? { identitytoken: entry.identitytoken } : {}),
      username,
      password,
      serveraddress: server,
    }
  }

  storeAuth(server: string, username: string, password: string): void {
    const bytes = new TextEncoder().encode(`${username}:${password}`)
    const auth = btoa(String.fromCharCode(...bytes))
    this.values.auths = { ...this.values.auths, [server]: { auth } }
  }

  eraseAuth(server: string): void {
    const { [server]: _erased, ...kept } = this.values.auths ?? {}
    if (this.values.auths) this.values.auths = kept
  }
}

function makeFolder(sys: Sys, folder: string): void {
  try {
    sys.mkdir(folder, 0o700)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

function decode(auth: string): string {
  const bytes = Uint8Array.from(atob(auth), (c) => c.charCodeAt(0))
  return new TextDecoder().decode(bytes)
}

export function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)]
}

/** `https://reg.example/v1/` and `reg.example` are one registry. */
export const hostOf = (server: string): string => server.replace(/^https?:\/\//, '').split('/')[0] ?? ''
