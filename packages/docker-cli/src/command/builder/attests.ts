import { CliError } from '@drydock/cli-plugin'
import { fieldsOf } from './build-parts.ts'

interface Wish {
  readonly attest: readonly string[]
  readonly provenance: string
  readonly sbom: string
}

/** `false` takes an attestation away. */
type Asked = ReadonlyMap<string, string | false>

const NO: ReadonlySet<string> = new Set(['0', 'f', 'false'])
const YES: ReadonlySet<string> = new Set(['1', 't', 'true'])

/** --attest, --provenance and --sbom: parameters by type. docs.docker.com/build/metadata/attestations @throws CliError */
export function attestsOf({ attest, provenance, sbom }: Wish): Asked {
  const asked = new Map<string, string | false>()
  const specs = [...attest, ...shorthand('provenance', provenance), ...shorthand('sbom', sbom)]
  for (const spec of specs) {
    const fields = fieldsOf(spec)
    const type = fields.get('type') ?? ''
    if (type === '') throw new CliError('ERROR: attestation type not specified')
    if (type !== 'provenance' && type !== 'sbom') throw new CliError(`ERROR: unknown attestation type ${type}`)
    if (asked.has(type)) throw new CliError(`ERROR: duplicate attestation field ${type}`)
    const off = truthOf(fields.get('disabled') ?? 'false', spec)
    const rest = [...fields].filter(([key]) => key !== 'type' && key !== 'disabled')
    asked.set(type, off ? false : rest.map(([key, value]) => `${key}=${value}`).join(','))
  }
  return asked
}

function shorthand(type: string, value: string): string[] {
  if (value === '') return []
  if (NO.has(value.toLowerCase())) return [`type=${type},disabled=true`]
  return [YES.has(value.toLowerCase()) ? `type=${type}` : `type=${type},${value}`]
}

function truthOf(text: string, spec: string): boolean {
  if (YES.has(text.toLowerCase()) || text === '') return true
  if (NO.has(text.toLowerCase())) return false
  throw new CliError(`ERROR: failed to parse ${spec}: invalid value ${text}`)
}

/** What the builder is sent; one that can gets a provenance without being asked. */
export function sentAttests(asked: Asked, able: boolean, bare: boolean): Record<string, string> {
  const sent: Record<string, string> = {}
  if (able && !bare && !asked.has('provenance')) sent['provenance'] = 'mode=min,inline-only=true'
  for (const [type, parameters] of asked) if (parameters !== false) sent[type] = parameters
  return sent
}
