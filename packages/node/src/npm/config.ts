import type { Process } from '@drydock/abi'
import { readTextIfAny } from '@drydock/libc'
import type { CommandLine } from './command-line.ts'

export const REGISTRY = 'https://registry.npmjs.org/'

/** What is set where nobody sets anything. npm-config(7) */
const DEFAULTS: Readonly<Record<string, string>> = {
  access: 'null',
  audit: 'true',
  'engine-strict': 'false',
  fund: 'true',
  'ignore-scripts': 'false',
  'init-author-email': '',
  'init-author-name': '',
  'init-license': 'ISC',
  'init-version': '1.0.0',
  loglevel: 'notice',
  'package-lock': 'true',
  prefix: '/usr/local',
  progress: 'true',
  registry: REGISTRY,
  save: 'true',
  'save-exact': 'false',
  'save-prefix': '^',
  'script-shell': 'null',
  'strict-ssl': 'true',
  tag: 'latest',
  yes: 'null',
}

export const homeOf = ({ env }: Process): string => env.get('HOME') ?? '/root'

/** Settings from the command line, the environment, the project's and the user's .npmrc, in this order. */
export class Config {
  readonly userFile: string
  private readonly line: CommandLine
  private readonly env: ReadonlyMap<string, string>
  readonly user: Map<string, string>
  readonly project: ReadonlyMap<string, string>
  private readonly usual: Readonly<Record<string, string>>

  private constructor(process: Process, line: CommandLine, user: string, project: string) {
    this.line = line
    this.env = process.env
    this.userFile = `${homeOf(process)}/.npmrc`
    this.user = readRc(user)
    this.project = readRc(project)
    this.usual = { ...DEFAULTS, cache: `${homeOf(process)}/.npm`, userconfig: this.userFile }
  }

  static async read(process: Process, line: CommandLine, root: string): Promise<Config> {
    const user = await readTextIfAny(process.sys, `${homeOf(process)}/.npmrc`)
    return new Config(process, line, user, await readTextIfAny(process.sys, `${root}/.npmrc`))
  }

  get(name: string): string | undefined {
    const own = this.line.value(name) ?? (this.line.has(name) ? 'true' : this.line.refuses(name) ? 'false' : undefined)
    const env =
      this.env.get(`npm_config_${name.replaceAll('-', '_')}`) ??
      this.env.get(`NPM_CONFIG_${name.toUpperCase().replaceAll('-', '_')}`)
    return own ?? env ?? this.project.get(name) ?? this.user.get(name) ?? this.usual[name]
  }
  get registry(): string {
    return (this.get('registry') ?? REGISTRY).replace(/\/*$/, '/')
  }
  /** What may be set: settings of a registry, of a scope, and those that npm knows. */
  isKnown(name: string): boolean {
    return name in this.usual || /^(?:\/\/|@)|:/.test(name) || KNOWN.has(name)
  }
}

const KNOWN = new Set([
  ...['cafile', 'proxy', 'https-proxy', 'noproxy', 'omit', 'include', 'legacy-peer-deps', 'strict-peer-deps', 'force'],
  ...['email', 'editor', 'node-options', 'update-notifier', 'color', 'unicode', 'depth', 'global', 'fetch-retries'],
])

/** Lines `name=value`. npmrc(5) */
function readRc(text: string): Map<string, string> {
  const rows = text.split('\n').flatMap((line): [string, string][] => {
    const [, name = '', value = ''] = /^\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    return name === '' ? [] : [[name, value.replace(/^"(.*)"$/, '$1')]]
  })
  return new Map(rows)
}
