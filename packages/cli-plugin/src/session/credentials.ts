import type { AuthConfig } from '@drydock/docker-api'
import type { Cli } from './cli.ts'
import { CliError } from './cli-error.ts'
import type { ConfigFile } from './config-file.ts'
import { CredentialHelper } from './credential-helper.ts'

/** Where accounts of registries are kept. */
export interface CredentialStore {
  /** In clear, in config.json. */
  readonly isFile: boolean
  /** @throws CliError */
  get(server: string): Promise<AuthConfig | undefined>
  all(): Promise<Record<string, AuthConfig>>
  /** The file is not saved. */
  store(server: string, username: string, password: string): Promise<void>
  erase(server: string): Promise<void>
}

class FileStore implements CredentialStore {
  readonly isFile = true
  private readonly config: ConfigFile

  constructor(config: ConfigFile) {
    this.config = config
  }

  async get(server: string): Promise<AuthConfig | undefined> {
    return this.config.auth(server)
  }

  async all(): Promise<Record<string, AuthConfig>> {
    const servers = Object.keys(this.config.values.auths ?? {})
    return Object.fromEntries(servers.map((server) => [server, this.config.auth(server) ?? {}]))
  }

  async store(server: string, username: string, password: string): Promise<void> {
    this.config.storeAuth(server, username, password)
  }

  async erase(server: string): Promise<void> {
    this.config.eraseAuth(server)
  }
}

/** The file keeps the servers' names alone. */
class HelperStore implements CredentialStore {
  readonly isFile = false
  private readonly config: ConfigFile
  private readonly helper: CredentialHelper

  constructor(config: ConfigFile, helper: CredentialHelper) {
    this.config = config
    this.helper = helper
  }

  async get(server: string): Promise<AuthConfig | undefined> {
    const secret = await this.helper.get(server)
    if (secret === undefined) return undefined
    return secret.Username === '<token>'
      ? { identitytoken: secret.Secret, serveraddress: secret.ServerURL }
      : { username: secret.Username, password: secret.Secret, serveraddress: secret.ServerURL }
  }

  async all(): Promise<Record<string, AuthConfig>> {
    const all: Record<string, AuthConfig> = {}
    for (const server of Object.keys(await this.helper.list())) all[server] = (await this.get(server)) ?? {}
    return all
  }

  async store(server: string, username: string, password: string): Promise<void> {
    await this.helper.store({ ServerURL: server, Username: username, Secret: password })
    this.config.values.auths = { ...this.config.values.auths, [server]: {} }
  }

  async erase(server: string): Promise<void> {
    await this.helper.erase(server)
    this.config.eraseAuth(server)
  }
}

/** The accounts of whoever runs `docker`, wherever config.json says that they are. docker login(1), "Credential stores" */
export class Credentials {
  private readonly cli: Cli

  constructor(cli: Cli) {
    this.cli = cli
  }

  /** What keeps the account of one registry. */
  storeOf(server: string): CredentialStore {
    const { config } = this.cli
    const name = config.values.credHelpers?.[server] ?? this.defaultStore()
    return name ? new HelperStore(config, new CredentialHelper(this.cli, name)) : new FileStore(config)
  }

  /** For the X-Registry-Auth header. What the store says wrong is no reason not to ask the registry. */
  async get(server: string): Promise<AuthConfig | undefined> {
    return this.unlessFailed(() => this.storeOf(server).get(server))
  }

  /** All that there are, by server, for the X-Registry-Config header of a build. */
  async all(): Promise<Record<string, AuthConfig>> {
    const all = { ...(await this.unlessFailed(() => this.storeOf('').all())) }
    for (const server of Object.keys(this.cli.config.values.credHelpers ?? {})) {
      const auth = await this.get(server)
      if (auth) all[server] = auth
    }
    return all
  }

  /** Where nothing is kept yet the system's own store is taken, if its helper is installed. */
  private defaultStore(): string | undefined {
    const { values } = this.cli.config
    const isUsed = Object.keys(values.auths ?? {}).length > 0 || values.credHelpers !== undefined
    if (values.credsStore || isUsed) return values.credsStore
    const isThere = new CredentialHelper(this.cli, 'secretservice').installed
    if (isThere) values.credsStore = 'secretservice'
    return values.credsStore
  }

  private async unlessFailed<T>(look: () => Promise<T>): Promise<T | undefined> {
    try {
      return await look()
    } catch (error) {
      if (!(error instanceof CliError)) throw error
      return undefined
    }
  }
}
