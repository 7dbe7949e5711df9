import { type Cli, CliError } from '@drydock/cli-plugin'
import { fieldsOf } from './build-parts.ts'
import { isEngine, requireFeature } from './driver.ts'
import type { Instance } from './instances.ts'

/** One output of -o, with where its bytes go on this side. docs.docker.com/build/exporters */
export interface Output {
  readonly type: string
  readonly attributes: Readonly<Record<string, string>>
  /** A file, a folder, `-`, or nothing. */
  readonly destination: string
}

interface Wish {
  readonly output: readonly string[]
  readonly push: boolean
  readonly load: boolean
  readonly tag: readonly string[]
  readonly platforms: readonly string[]
  readonly attested: boolean
}

const fail = (message: string): never => {
  throw new CliError(`ERROR: ${message}`)
}

const truth = (text: string | undefined): boolean => ['1', 't', 'true'].includes((text ?? '').toLowerCase())

/** What a build is to give, as the builder's driver can. @throws CliError in buildx's words */
export function outputsOf(cli: Cli, wish: Wish, instance: Instance): Output[] {
  const asked = withShorthands(wish.output.map(outputOf), wish)
  for (const { type, destination } of asked)
    if (destination === '-' && cli.isTerminal(1) && type !== 'local')
      fail(`dest file is required for ${type} exporter. refusing to write to console`)
  return asked.flatMap((output) => forDriver(output, wish, instance))
}

/** --push and --load. buildx build/utils.go */
function withShorthands(outputs: readonly Output[], { push, load }: Wish): readonly Output[] {
  if (push && load) {
    if (outputs.length > 0) fail('push and load may not be set together at the moment')
    return [image({ push: 'true' }), loaded]
  }
  if (push) {
    if (outputs.length === 0) return [image({ push: 'true' })]
    if (!outputs.some(({ type }) => type === 'image')) return [...outputs, image({ push: 'true' })]
    return outputs.map((output) =>
      output.type === 'image' ? { ...output, attributes: { ...output.attributes, push: 'true' } } : output,
    )
  }
  return load && !outputs.some(({ type, destination }) => type === 'docker' && destination === '')
    ? [...outputs, loaded]
    : outputs
}

const image = (attributes: Output['attributes']): Output => ({ type: 'image', attributes, destination: '' })
const loaded: Output = { type: 'docker', attributes: {}, destination: '' }

/** `type=local,dest=out`; `out` and `-` are short for it. */
export function outputOf(spec: string): Output {
  if (spec === '-') return { type: 'tar', attributes: {}, destination: '-' }
  if (!spec.includes('=')) return { type: 'local', attributes: {}, destination: spec }
  const { type = '', dest = '', ...attributes } = Object.fromEntries(fieldsOf(spec))
  if (type === '') fail('type is required for output')
  if (type === 'registry') return image({ ...attributes, push: 'true' })
  if (type === 'local' && dest === '') fail('dest is required for local exporter')
  if (type === 'local' && dest === '-') fail('dest cannot be stdout for local exporter')
  if ((type === 'image' || type === 'cacheonly') && dest !== '') fail(`dest is not supported by ${type} exporter`)
  const unpacked = attributes['tar'] === 'false'
  if ((type === 'oci' || type === 'docker') && unpacked && dest === '') fail('dest is required for oci exporter')
  return { type, attributes, destination: dest || (type === 'tar' || type === 'oci' ? '-' : '') }
}

/** What the driver makes of it: the engine keeps images, others send them. buildx build/opt.go */
function forDriver(output: Output, wish: Wish, instance: Instance): Output[] {
  const { type, attributes, destination } = output
  const named = attributes['name'] !== undefined || wish.tag.length > 0
  if (type === 'cacheonly') return [output]
  if (type === 'image' && truth(attributes['push'])) {
    if (!named) fail('tag is needed when pushing to registry')
    if (isEngine(instance) && truth(attributes['push-by-digest']))
      fail('push-by-digest is currently not implemented for docker driver, please create a new builder instance')
  }
  if (type === 'oci') requireFeature(instance, 'OCI exporter', 'build-exporters')
  if (type !== 'docker') return [output]
  if (wish.platforms.length > 1 || wish.attested)
    fail(
      destination === ''
        ? 'docker exporter does not currently support exporting manifest lists'
        : 'docker exporter does not support exporting manifest lists, use the oci exporter instead',
    )
  if (destination !== '') {
    requireFeature(instance, 'Docker exporter', 'build-exporters')
    return [output]
  }
  return isEngine(instance) ? [image(attributes)] : [{ ...output, attributes: { ...attributes, load: 'true' } }]
}
