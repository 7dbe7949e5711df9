import type { LineRange } from './dockerfile-error.ts'

export interface HealthConfig {
  Test?: string[]
  Interval?: number
  Timeout?: number
  StartPeriod?: number
  StartInterval?: number
  Retries?: number
}

/** What an image says about containers made from it. OCI image spec, config.md, with Docker's additions. */
export interface StageConfig {
  User?: string
  ExposedPorts?: Record<string, object>
  Env?: string[] | null
  Entrypoint?: string[] | null
  Cmd?: string[] | null
  Volumes?: Record<string, object> | null
  WorkingDir?: string
  Labels?: Record<string, string> | null
  StopSignal?: string
  ArgsEscaped?: boolean
  Healthcheck?: HealthConfig
  OnBuild?: string[] | null
  Shell?: string[] | null
}

export interface HistoryStep {
  readonly created?: string
  readonly created_by?: string
  readonly comment?: string
  readonly author?: string
  readonly empty_layer?: boolean
}

export interface DeclaredArg {
  readonly key: string
  readonly value: string | undefined
}

/** Which instructions of the stage came already. */
export interface Seen {
  CMD?: LineRange
  ENTRYPOINT?: LineRange
  HEALTHCHECK?: LineRange
}

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** How far a stage has come: its configuration, its variables and its history. */
export class StageState {
  config: StageConfig
  author: string
  /** Variables that instructions and RUN see: the image's and the arguments. */
  readonly variables: Map<string, string>
  readonly declared: DeclaredArg[]
  readonly history: HistoryStep[]
  readonly seen: Seen = {}
  /** An absolute WORKDIR is not needed any more. */
  workdirSet: boolean

  private constructor(
    fields: Pick<StageState, 'config' | 'author' | 'variables' | 'declared' | 'history' | 'workdirSet'>,
  ) {
    this.config = fields.config
    this.author = fields.author
    this.variables = fields.variables
    this.declared = fields.declared
    this.history = fields.history
    this.workdirSet = fields.workdirSet
  }

  /** A stage on top of an image; PATH is always set. */
  static onImage(config: StageConfig, history: readonly HistoryStep[], author = ''): StageState {
    const env = [...(config.Env ?? [])]
    if (!env.some((pair) => pair.startsWith('PATH='))) env.push(`PATH=${DEFAULT_PATH}`)
    const state = new StageState({
      config: { ...config, Env: env, OnBuild: null },
      author,
      variables: variablesOf(env),
      declared: [],
      history: [...history],
      workdirSet: false,
    })
    return state
  }

  /** A stage on top of another: arguments come along, triggers do not. */
  static onStage(base: StageState): StageState {
    return new StageState({
      config: { ...base.config, OnBuild: null },
      author: base.author,
      variables: new Map(base.variables),
      declared: [...base.declared],
      history: [...base.history],
      workdirSet: base.workdirSet,
    })
  }

  setEnv(key: string, value: string): void {
    const env = [...(this.config.Env ?? [])]
    const at = env.findIndex((pair) => pair.split('=', 1)[0] === key)
    if (at >= 0) env[at] = `${key}=${value}`
    else env.push(`${key}=${value}`)
    this.config = { ...this.config, Env: env }
    this.variables.set(key, value)
  }

  record(created_by: string, layer: boolean): void {
    this.history.push({ created_by, comment: 'buildkit.dockerfile.v0', ...(layer ? {} : { empty_layer: true }) })
  }

  get workdir(): string {
    return this.config.WorkingDir || '/'
  }
}

const variablesOf = (env: readonly string[]): Map<string, string> =>
  new Map(
    env.map((pair): [string, string] => {
      const at = pair.indexOf('=')
      return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )

/** `path` below `directory`, without `.` and `..`; a slash at the end stays. */
export function joinPath(directory: string, path: string): string {
  const slash = path === '' || path === '.' || /\/\.?$/.test(path) || path.endsWith('/..')
  const parts: string[] = []
  for (const part of (path.startsWith('/') ? path : `${directory}/${path}`).split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  const joined = `/${parts.join('/')}`
  return slash && joined !== '/' ? `${joined}/` : joined
}
