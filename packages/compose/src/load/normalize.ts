import {
  isList,
  isMapping,
  listAt,
  type LookUp,
  type Mapping,
  mappingAt,
  textAt,
  type Tree,
} from '@drydock/cli-plugin/compose-file'
import { cleanPath } from './volume-spec.ts'

/** Fills in what the specification implies: default network, names, dependencies by links and shared namespaces. */
export function normalize(tree: Mapping, project: string, lookUp: LookUp): Mapping {
  const services = mappingAt(tree.get('services'))
  addDefaultNetwork(tree, services)
  for (const service of services.values()) if (isMapping(service)) normalizeService(service, lookUp)
  for (const section of ['networks', 'volumes', 'configs', 'secrets']) nameResources(tree, section, project)
  return tree
}

function addDefaultNetwork(tree: Mapping, services: Mapping): void {
  const networks: Mapping = new Map(mappingAt(tree.get('networks')))
  let used = false
  for (const service of services.values()) {
    if (!isMapping(service) || service.has('provider') || service.has('network_mode')) continue
    const own = mappingAt(service.get('networks'))
    if (own.size === 0) service.set('networks', new Map([['default', null]]))
    if (own.size === 0 || own.has('default')) used = true
  }
  if (used && !networks.has('default')) networks.set('default', null)
  if (networks.size > 0) tree.set('networks', networks)
}

function normalizeService(service: Mapping, lookUp: LookUp): void {
  if (service.get('pull_policy') === 'if_not_present') service.set('pull_policy', 'missing')
  const build = service.get('build')
  if (isMapping(build)) normalizeBuild(build, lookUp)
  const environment = service.get('environment')
  if (environment !== undefined) service.set('environment', resolve(environment, lookUp, true))
  const dependencies = mappingAt(service.get('depends_on'))
  for (const [name, restart] of impliedDependencies(service))
    if (!dependencies.has(name))
      dependencies.set(
        name,
        new Map<string, Tree>([
          ['condition', 'service_started'],
          ['restart', restart],
          ['required', true],
        ]),
      )
  if (dependencies.size > 0) service.set('depends_on', dependencies)
  for (const volume of listAt(service.get('volumes')))
    if (isMapping(volume)) volume.set('target', cleanPath(textAt(volume.get('target'))))
  inheritHookImage(service)
}

function normalizeBuild(build: Mapping, lookUp: LookUp): void {
  if (!build.has('context')) build.set('context', '.')
  if (!build.has('dockerfile') && !build.has('dockerfile_inline')) build.set('dockerfile', 'Dockerfile')
  const args = build.get('args')
  if (args !== undefined) build.set('args', resolve(args, lookUp, false))
}

function* impliedDependencies(service: Mapping): Generator<[name: string, restart: boolean], void, void> {
  for (const link of listAt(service.get('links'))) yield [textAt(link).split(':')[0] ?? '', true]
  for (const namespace of ['network_mode', 'ipc', 'pid', 'uts', 'cgroup']) {
    const mode = textAt(service.get(namespace))
    if (mode.startsWith('service:')) yield [mode.slice(8), true]
  }
  for (const source of listAt(service.get('volumes_from'))) {
    const word = textAt(source)
    if (!word.startsWith('container:')) yield [word.split(':')[0] ?? '', false]
  }
}

function inheritHookImage(service: Mapping): void {
  const image = service.get('image')
  if (typeof image !== 'string') return
  for (const hook of listAt(service.get('pre_start')))
    if (isMapping(hook) && !hook.has('image')) hook.set('image', image)
}

/** Names without a value take it from the environment. */
function resolve(value: Tree, lookUp: LookUp, keep: boolean): Tree {
  if (isList(value))
    return value.flatMap((each) => {
      const word = String(each)
      const known = word.includes('=') ? undefined : lookUp(word)
      if (known !== undefined) return [`${word}=${known}`]
      return keep || word.includes('=') ? [word] : []
    })
  if (!isMapping(value)) return value
  const resolved: Mapping = new Map()
  for (const [key, each] of value) {
    const known = each ?? lookUp(key)
    if (known !== undefined) resolved.set(key, known)
    else if (keep) resolved.set(key, null)
  }
  return resolved
}

function nameResources(tree: Mapping, section: string, project: string): void {
  const resources = tree.get(section)
  if (!isMapping(resources)) return
  for (const [key, value] of [...resources]) {
    const resource = mappingAt(value ?? undefined)
    if ((resource.get('name') ?? null) === null)
      resource.set('name', resource.get('external') === true ? key : `${project}_${key}`)
    resources.set(key, resource)
  }
}
