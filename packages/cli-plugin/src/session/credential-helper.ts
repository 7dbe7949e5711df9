import { exitStatus, isErrno } from '@drydock/abi'
import { readAll, searchPath } from '@drydock/libc'
import type { Cli } from './cli.ts'
import { CliError } from './cli-error.ts'

/** What a helper keeps of one account. github.com/docker/docker-credential-helpers, "Development" */
export interface Secret {
  readonly ServerURL: string
  /** `<token>` where the secret is an identity token. */
  readonly Username: string
  readonly Secret: string
}

type Action = 'store' | 'get' | 'erase' | 'list'

const DOING: Readonly<Record<Action, string>> = {
  store: 'storing',
  get: 'getting',
  erase: 'erasing',
  list: 'listing',
}
const NOT_FOUND = 'credentials not found in native keychain'

/** The program `docker-credential-NAME`: one action as its argument, its matter on standard input. */
export class CredentialHelper {
  private readonly cli: Cli
  private readonly program: string

  constructor(cli: Cli, name: string) {
    this.cli = cli
    this.program = `docker-credential-${name}`
  }

  get installed(): boolean {
    return this.find() !== undefined
  }

  async store(secret: Secret): Promise<void> {
    await this.ask('store', JSON.stringify(secret))
  }

  /** Undefined where it has none. @throws CliError */
  async get(server: string): Promise<Secret | undefined> {
    const text = await this.ask('get', server)
    if (text === undefined) return undefined
    const secret = parse<Partial<Secret>>(text)
    return { ServerURL: secret.ServerURL || server, Username: secret.Username ?? '', Secret: secret.Secret ?? '' }
  }

  async erase(server: string): Promise<void> {
    await this.ask('erase', server)
  }

  /** Users by the servers it has them for. @throws CliError */
  async list(): Promise<Record<string, string>> {
    return parse<Record<string, string>>((await this.ask('list', 'unused')) ?? '{}')
  }

  /** @returns what it prints; undefined where it says that there is nothing @throws CliError */
  private async ask(action: Action, input: string): Promise<string | undefined> {
    const failed = (reason: string, out: string): CliError =>
      new CliError(`error ${DOING[action]} credentials - err: ${reason}, out: \`${out}\``)
    const path = this.find()
    if (path === undefined) throw failed(`exec: "${this.program}": executable file not found in $PATH`, '')
    try {
      const { status, out } = await this.run(path, action, input)
      if (status === 0) return out
      if (out.trim() === NOT_FOUND) return undefined
      throw failed(`exit status ${status}`, out.trim())
    } catch (error) {
      if (!isErrno(error)) throw error
      throw failed(`fork/exec ${path}: ${error.message.toLowerCase()}`, '')
    }
  }

  private async run(path: string, action: Action, input: string): Promise<{ status: number; out: string }> {
    const { sys, env } = this.cli
    const [inputEnd, inputStart] = sys.pipe()
    const [outputEnd, outputStart] = sys.pipe()
    try {
      // What is asked is short: the pipe takes it before there is a reader.
      await sys.write(inputStart, new TextEncoder().encode(input))
      const fds = new Map([inputEnd, outputStart, 2].map((fd, place) => [place, fd]))
      const pid = await sys.spawn(path, { argv: [this.program, action], env: new Map(env), fds })
      for (const fd of [inputStart, outputStart]) sys.close(fd)
      const out = new TextDecoder().decode(await readAll(sys, outputEnd))
      const ended = await sys.wait(pid)
      return { status: ended ? exitStatus(ended.status) : 1, out }
    } finally {
      for (const fd of [inputEnd, outputEnd]) sys.close(fd)
    }
  }

  private find(): string | undefined {
    try {
      return searchPath(this.cli.sys, this.program, this.cli.env.get('PATH') ?? '/usr/bin:/bin')
    } catch (error) {
      if (isErrno(error)) return undefined
      throw error
    }
  }
}

/** @throws CliError */
function parse<T>(text: string): T {
  try {
    return JSON.parse(text) as T
  } catch (error) {
    if (error instanceof SyntaxError) throw new CliError(error.message)
    throw error
  }
}
