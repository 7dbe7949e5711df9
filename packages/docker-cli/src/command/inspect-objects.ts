import { isNotFound } from '@drydock/docker-api'
import {
  type Cli,
  CliError,
  compileTemplate,
  isProblem,
  Nil,
  problemText,
  type Template,
  TemplateError,
  TemplateSyntaxError,
} from '@drydock/cli-plugin'

const NIL_LIST = new Nil('[]')
const NIL_MAP = new Nil('map[]')

/** Fields Go's structs have though JSON leaves them out when empty. */
const OMITTED = new Map<string, unknown>([
  ['Health', null],
  ['Healthcheck', null],
  ['StopSignal', ''],
  ['StopTimeout', null],
  ['MacAddress', ''],
  ['SizeRw', null],
  ['SizeRootFs', null],
  ['Shell', NIL_LIST],
  ['NetworkDisabled', false],
  ['ArgsEscaped', false],
  ['Tmpfs', NIL_MAP],
  ['Mounts', NIL_LIST],
  ['Sysctls', NIL_MAP],
  ['StorageOpt', NIL_MAP],
  ['Init', null],
  ['ExposedPorts', NIL_MAP],
  ['Variant', ''],
  ['OsVersion', ''],
  ['UsageData', null],
  ['Status', NIL_MAP],
  ['Runtime', ''],
  ['Annotations', NIL_MAP],
])

const LISTS =
  'Entrypoint Cmd Env OnBuild Shell Binds CapAdd CapDrop Dns DnsOptions DnsSearch ExtraHosts GroupAdd Links SecurityOpt VolumesFrom DeviceRequests Devices DeviceCgroupRules Ulimits MaskedPaths ReadonlyPaths Aliases DNSNames ExecIDs RepoTags RepoDigests Mounts SecondaryIPAddresses SecondaryIPv6Addresses BlkioWeightDevice Layers'
const MAPS =
  'Labels Options Volumes ExposedPorts PortBindings Ports Networks DriverOpts Annotations Sysctls Tmpfs StorageOpt Containers Config'
/** Fields that are slices and maps in Go: what is null in JSON is empty there. */
const NULLS = new Map([
  ...LISTS.split(' ').map((name) => [name, NIL_LIST] as const),
  ...MAPS.split(' ').map((name) => [name, NIL_MAP] as const),
])

export interface InspectSettings {
  /** Go's type of the objects, for "can't evaluate field". */
  readonly typeName?: string
  /** `<`, `>` and `&` are escaped in JSON, as where the client makes the JSON itself. */
  readonly escapeHtml?: boolean
}

/**
 * Prints what `get` finds for each name, as JSON or by a template. What is printed before a failure stays.
 * @returns the status
 */
export async function inspectObjects(
  cli: Cli,
  names: readonly string[],
  format: string,
  get: (name: string) => Promise<unknown>,
  how: InspectSettings = {},
): Promise<number> {
  const found: unknown[] = []
  const failures: string[] = []
  for (const name of names)
    try {
      found.push(await get(name))
    } catch (error) {
      if (!isProblem(error)) throw error
      failures.push(problemText(error))
      // The engine's answers of other kinds than "no such thing" end it, as do failures of the connection.
      if (!isNotFound(error) && !(error instanceof CliError)) break
    }
  const json = format === '' || format === 'json'
  try {
    await cli.print(json ? asJson(found, format, how) : await byTemplate(cli, found, format, how))
  } catch (error) {
    if (!(error instanceof CliError) || error.status !== 1) throw error
    failures.unshift(error.message)
  }
  if (failures.length > 0) throw new CliError(failures.join('\n'))
  return 0
}

function asJson(found: readonly unknown[], format: string, { escapeHtml = false }: InspectSettings): string {
  const text = plainJson(found, format)
  return escapeHtml ? text.replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`) : text
}

const plainJson = (found: readonly unknown[], format: string): string =>
  format === 'json' ? `${JSON.stringify(found)}\n` : found.length === 0 ? '[]\n' : `${JSON.stringify(found, null, 4)}\n`

async function byTemplate(
  cli: Cli,
  found: readonly unknown[],
  format: string,
  { typeName }: InspectSettings,
): Promise<string> {
  const lines: string[] = []
  const [struct, raw] = compile(format, typeName)
  for (const each of found)
    try {
      lines.push(`${runEither(struct, raw, each)}\n`)
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error
      await cli.print(`${lines.join('')}\n`)
      throw new CliError(`template parsing error: ${error.message}`)
    }
  return lines.length > 0 ? lines.join('') : '\n'
}

/** What the Go struct has not may be in the JSON as it came. */
function runEither(struct: Template, raw: Template | undefined, data: unknown): string {
  if (!raw) return struct.run(data)
  try {
    return struct.run(data)
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return raw.run(data)
  }
}

/** Go's structs call it ID, the JSON Id. */
const SPELLED = new Map([['ID', 'Id']])

function compile(format: string, typeName: string | undefined): [Template, Template | undefined] {
  try {
    const struct = { omitted: OMITTED, nulls: NULLS, spelled: SPELLED }
    if (typeName !== undefined) return [compileTemplate(format, { ...struct, typeName }), undefined]
    return [compileTemplate(format, struct), compileTemplate(format)]
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error
    throw new CliError(`template parsing error: ${error.message}`, 64)
  }
}
