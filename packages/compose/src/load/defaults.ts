import {
  ComposeError,
  isList,
  isMapping,
  type Mapping,
  type Path,
  places,
  ruleFor,
  textAt,
  type Tree,
} from '@drydock/cli-plugin/compose-file'
import { isIp } from './port-spec.ts'

/** What stands for values left out, and rules no schema can say. */
type Visit = (value: Mapping, path: Path) => void

const fill =
  (...values: readonly (readonly [key: string, value: Tree])[]): Visit =>
  (value) => {
    for (const [key, each] of values) if (!value.has(key)) value.set(key, each)
  }
const secretTarget: Visit = (value) => {
  if (!value.has('target')) value.set('target', `/run/secrets/${textAt(value.get('source'))}`)
}
const oneDevice: Visit = (value) => {
  if (!value.has('count') && !value.has('device_ids')) value.set('count', -1)
}
const gpu: Visit = (value) => {
  oneDevice(value, [])
  const capabilities = value.get('capabilities')
  if (!isList(capabilities)) value.set('capabilities', ['gpu'])
}

const DEFAULTS = places<Visit>({
  'services.*.build': fill(['context', '.']),
  'services.*.secrets.*': secretTarget,
  'services.*.ports.*': fill(['protocol', 'tcp'], ['mode', 'ingress']),
  'services.*.deploy.resources.reservations.devices.*': oneDevice,
  'services.*.gpus.*': gpu,
  'services.*.volumes.*.bind': fill(['create_host_path', true]),
})

const external: Visit = (value, path) => {
  if (value.get('external') !== true) return
  for (const key of value.keys())
    if (key !== 'name' && key !== 'external' && !key.startsWith('x-'))
      throw new ComposeError(
        `${path.join('.')}: conflicting parameters "external" and ${JSON.stringify(key)} specified`,
        [...path, key],
      )
}
const fileObject =
  (...keys: readonly string[]): Visit =>
  (value, path) => {
    const given = keys.filter((key) => value.has(key)).length
    const where = path.join('.')
    if (given > 1) throw new ComposeError(`${where}: ${keys.join('|')} attributes are mutually exclusive`, path)
    if (given === 0 && !value.has('driver') && !value.has('external'))
      throw new ComposeError(`${where}: one of ${keys.join('|')} must be set`, path)
  }
const address: Visit = (value, path) => {
  const ip = value.get('host_ip')
  if (typeof ip === 'string' && !isIp(ip))
    throw new ComposeError(`${[...path.slice(0, -1), '[]'].join('.')}: invalid ip address: ${ip}`, path)
}
const devices: Visit = (value, path) => {
  if (value.has('count') && value.has('device_ids'))
    throw new ComposeError(
      `${[...path.slice(0, -1), '[]'].join('.')}: "count" and "device_ids" attributes are exclusive`,
      path,
    )
}
const watched: Visit = (value, path) => {
  if (value.get('path') === '')
    throw new ComposeError(`${[...path.slice(0, -1), '[]'].join('.')}.path: value can't be blank`, path)
}

const CHECKS = places<Visit>({
  'volumes.*': external,
  'configs.*': fileObject('file', 'environment', 'content'),
  'secrets.*': fileObject('file', 'environment'),
  'services.*.ports.*': address,
  'services.*.develop.watch.*': watched,
  'services.*.deploy.resources.reservations.devices.*': devices,
  'services.*.gpus.*': devices,
})

function visit(value: Tree, path: Path, table: typeof DEFAULTS): void {
  if (isMapping(value)) {
    ruleFor(table, path)?.(value, path)
    for (const [key, each] of value) visit(each, [...path, key], table)
  }
  if (isList(value)) for (const [i, each] of value.entries()) visit(each, [...path, String(i)], table)
}

export const setDefaults = (tree: Mapping): void => visit(tree, [], DEFAULTS)
/** @throws ComposeError */
export const checkModel = (tree: Mapping): void => visit(tree, [], CHECKS)
