import { CliError } from '@drydock/cli-plugin'
import {
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

type Cast = (word: string) => Tree
const parse =
  (parser: string, form: RegExp): Cast =>
  (word) => {
    if (form.test(word)) return Number(word)
    throw new CliError(`strconv.${parser}: parsing ${JSON.stringify(word)}: invalid syntax`)
  }
const integer = parse('Atoi', /^[+-]?\d+$/)
const float = parse('ParseFloat', /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i)
const TRUE = ['y', 'yes', 'true', 'on']
const FALSE = ['n', 'no', 'false', 'off']
const boolean: Cast = (word) => {
  const small = word.toLowerCase()
  if (TRUE.includes(small)) return true
  if (FALSE.includes(small)) return false
  throw new CliError(`invalid boolean: ${word}`)
}

/** Places whose text becomes a number or a truth value. */
const CASTS = places<Cast>({
  'services.*.configs.[].mode': integer,
  'services.*.secrets.[].mode': integer,
  'services.*.healthcheck.retries': integer,
  'services.*.healthcheck.disable': boolean,
  'services.*.deploy.replicas': integer,
  'services.*.deploy.update_config.parallelism': integer,
  'services.*.deploy.update_config.max_failure_ratio': float,
  'services.*.deploy.rollback_config.parallelism': integer,
  'services.*.deploy.rollback_config.max_failure_ratio': float,
  'services.*.deploy.restart_policy.max_attempts': integer,
  'services.*.deploy.placement.max_replicas_per_node': integer,
  'services.*.ports.[].target': integer,
  'services.*.ports.[].published': integer,
  'services.*.ulimits.*': integer,
  'services.*.ulimits.*.hard': integer,
  'services.*.ulimits.*.soft': integer,
  'services.*.privileged': boolean,
  'services.*.read_only': boolean,
  'services.*.stdin_open': boolean,
  'services.*.tty': boolean,
  'services.*.volumes.[].read_only': boolean,
  'services.*.volumes.[].volume.nocopy': boolean,
  'networks.*.external': boolean,
  'networks.*.internal': boolean,
  'networks.*.attachable': boolean,
  'volumes.*.external': boolean,
  'secrets.*.external': boolean,
  'configs.*.external': boolean,
})
const SECTIONS = ['services', 'volumes', 'networks', 'secrets', 'configs']

/** Fills variables in, below the sections alone. @throws CliError */
export function interpolate(tree: Mapping, lookUp: LookUp): Mapping {
  const visit = (value: Tree, path: Path): Tree => {
    if (isMapping(value)) return new Map([...value].map(([key, each]) => [key, visit(each, [...path, key])]))
    if (isList(value)) return value.map((each) => visit(each, [...path, '[]']))
    return typeof value === 'string' ? fill(value, path, lookUp) : value
  }
  return new Map([...tree].map(([key, each]) => [key, SECTIONS.includes(key) ? visit(each, [key]) : each]))
}

function fill(value: string, path: Path, lookUp: LookUp): Tree {
  const filled = substituted(value, path, lookUp)
  const cast = ruleFor(CASTS, path)
  try {
    return cast ? cast(filled) : filled
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    throw new CliError(`${path.join('.')}: failed to cast to expected type: ${error.message}`)
  }
}

function substituted(value: string, path: Path, lookUp: LookUp): string {
  try {
    return substitute(value, lookUp)
  } catch (error) {
    if (!(error instanceof InvalidTemplate) && !(error instanceof MissingVariable)) throw error
    const told = error instanceof InvalidTemplate ? error.template : error.message
    const words = `invalid interpolation format for ${path.join('.')}: ${JSON.stringify(told)}`
    throw new CliError(`${words}; you may need to escape any $ with another $`)
  }
}
