import {
  ComposeError,
  InvalidTemplate,
  isList,
  isMapping,
  type LookUp,
  type Mapping,
  MissingVariable,
  type Path,
  places,
  ruleFor,
  substitute,
  type Tree,
} from '@drydock/cli-plugin/compose-file'

export interface Warnings {
  warn(message: string): void
}

type Cast = (word: string, warnings: Warnings) => Tree
const quote = (word: string): string => JSON.stringify(word)

const integer: Cast = (word) => {
  if (/^[+-]?\d+$/.test(word)) return Number(word)
  throw new ComposeError(`strconv.Atoi: parsing ${quote(word)}: invalid syntax`)
}
const integer64: Cast = (word) => {
  if (/^[+-]?\d+$/.test(word)) return Number(word)
  throw new ComposeError(`strconv.ParseInt: parsing ${quote(word)}: invalid syntax`)
}
const decimal: Cast = (word) => {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word)) return Number(word)
  throw new ComposeError(`strconv.ParseFloat: parsing ${quote(word)}: invalid syntax`)
}
const OLD_BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['y', 'yes', 'on'].map((word) => [word, true] as const),
  ...['n', 'no', 'off'].map((word) => [word, false] as const),
])
const boolean: Cast = (word, warnings) => {
  const low = word.toLowerCase()
  if (low === 'true' || low === 'false') return low === 'true'
  const old = OLD_BOOLEANS.get(low)
  if (old === undefined) throw new ComposeError(`invalid boolean: ${word}`)
  warnings.warn(`${quote(word)} for boolean is not supported by YAML 1.2, please use \`${old}\``)
  return old
}

/** Places whose text becomes a number or a truth value. */
const CASTS = places<Cast>({
  'services.*.cpu_count': integer64,
  'services.*.cpu_percent': decimal,
  'services.*.cpu_period': integer64,
  'services.*.cpu_quota': integer64,
  'services.*.cpu_rt_period': integer64,
  'services.*.cpu_rt_runtime': integer64,
  'services.*.cpus': decimal,
  'services.*.cpu_shares': integer64,
  'services.*.init': boolean,
  'services.*.depends_on.*.required': boolean,
  'services.*.depends_on.*.restart': boolean,
  'services.*.deploy.replicas': integer,
  'services.*.deploy.update_config.parallelism': integer,
  'services.*.deploy.update_config.max_failure_ratio': decimal,
  'services.*.deploy.rollback_config.parallelism': integer,
  'services.*.deploy.rollback_config.max_failure_ratio': decimal,
  'services.*.deploy.restart_policy.max_attempts': integer,
  'services.*.deploy.placement.max_replicas_per_node': integer,
  'services.*.healthcheck.retries': integer,
  'services.*.healthcheck.disable': boolean,
  'services.*.oom_kill_disable': boolean,
  'services.*.oom_score_adj': integer64,
  'services.*.pids_limit': integer64,
  'services.*.ports.[].target': integer,
  'services.*.privileged': boolean,
  'services.*.read_only': boolean,
  'services.*.scale': integer,
  'services.*.stdin_open': boolean,
  'services.*.tty': boolean,
  'services.*.ulimits.*': integer,
  'services.*.ulimits.*.hard': integer,
  'services.*.ulimits.*.soft': integer,
  'services.*.volumes.[].read_only': boolean,
  'services.*.volumes.[].volume.nocopy': boolean,
  'networks.*.external': boolean,
  'networks.*.internal': boolean,
  'networks.*.attachable': boolean,
  'networks.*.enable_ipv4': boolean,
  'networks.*.enable_ipv6': boolean,
  'volumes.*.external': boolean,
  'secrets.*.external': boolean,
  'configs.*.external': boolean,
})

/** Fills variables in and casts. @throws ComposeError */
export function interpolate(tree: Mapping, lookUp: LookUp, warnings: Warnings): Mapping {
  const unset = (name: string): void =>
    warnings.warn(`The ${quote(name)} variable is not set. Defaulting to a blank string.`)
  /** @param exact the path with numbers for items, for positions */
  const visit = (value: Tree, path: Path, exact: Path): Tree => {
    if (isMapping(value))
      return new Map([...value].map(([key, each]) => [key, visit(each, [...path, key], [...exact, key])]))
    if (isList(value)) return value.map((each, i) => visit(each, [...path, '[]'], [...exact, String(i)]))
    return typeof value === 'string' ? text(value, path, exact) : value
  }
  const text = (value: string, path: Path, exact: Path): Tree => {
    try {
      const filled = substitute(value, lookUp, unset)
      const cast = ruleFor(CASTS, path)
      return cast ? castTo(cast, filled, warnings) : filled
    } catch (error) {
      throw problemAt(error, path, exact)
    }
  }
  return visit(tree, [], []) as Mapping
}

function castTo(cast: Cast, word: string, warnings: Warnings): Tree {
  try {
    return cast(word, warnings)
  } catch (error) {
    if (error instanceof ComposeError) throw new ComposeError(`failed to cast to expected type: ${error.message}`)
    throw error
  }
}

function problemAt(error: unknown, path: Path, exact: Path): unknown {
  const where = path.join('.')
  if (error instanceof InvalidTemplate)
    return new ComposeError(
      `invalid interpolation format for ${where}.\nYou may need to escape any $ with another $.\n${error.template}`,
      exact,
    )
  if (error instanceof MissingVariable || error instanceof ComposeError)
    return new ComposeError(`error while interpolating ${where}: ${error.message}`, exact)
  return error
}
