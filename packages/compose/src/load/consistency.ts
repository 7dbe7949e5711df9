import { ComposeError } from '@drydock/cli-plugin/compose-file'
import type { Service } from '../model/types.ts'
import { dependenciesOf, type Project, scaleOf } from './project.ts'

const quote = (name: string): string => JSON.stringify(name)
const invalid = (message: string, ...path: readonly string[]): ComposeError =>
  new ComposeError(`${message}: invalid compose project`, path)

/** Whether what services name is there. compose-go loader/validate.go. @throws ComposeError */
export function checkConsistency(project: Project): Project {
  const services = new Map([...project.services].map(([name, service]) => [name, checkService(project, name, service)]))
  for (const [name, secret] of project.secrets)
    if (!secret.external && !secret.file && !secret.environment && !secret.driver)
      throw invalid(`secret ${quote(name)} must declare either \`file\` or \`environment\``, 'secrets', name)
  const checked = { ...project, services }
  checkCycles(checked)
  return checked
}

type Rule = (project: Project, name: string, service: Service) => void

const hasImage: Rule = (_project, name, service) => {
  if (!service.build && !service.image && !service.provider)
    throw invalid(`service ${quote(name)} has neither an image nor a build context specified`, 'services', name)
}
const buildRule: Rule = (project, name, { build, platform }) => {
  if (!build) return
  if (build.dockerfile_inline && build.dockerfile)
    throw invalid(
      `service ${quote(name)} declares mutualy exclusive dockerfile and dockerfile_inline`,
      'services',
      name,
      'build',
    )
  for (const [context, place] of build.additional_contexts ?? []) {
    if (!place.startsWith('service:')) continue
    const target = place.slice(8)
    const other = project.services.get(target)
    const lead = `service ${quote(name)} declares ${other ? 'non-buildable' : 'unknown'} service ${quote(target)}`
    if (!other?.build) throw new ComposeError(`${lead} as additional contexts ${context}`, ['services', name, 'build'])
  }
  if (platform && build.platforms && !build.platforms.includes(platform))
    throw invalid(
      `service.build.platforms MUST include service.platform ${quote(platform)}`,
      'services',
      name,
      'platform',
    )
  for (const { source = '' } of build.secrets ?? [])
    if (!project.secrets.has(source))
      throw invalid(
        `service ${quote(name)} refers to undefined build secret ${source}`,
        'services',
        name,
        'build',
        'secrets',
      )
}
const networkRule: Rule = (project, name, service) => {
  if (service.network_mode && service.networks)
    throw invalid(
      `service ${name} declares mutually exclusive \`network_mode\` and \`networks\``,
      'services',
      name,
      'network_mode',
    )
  for (const network of service.networks?.keys() ?? [])
    if (!project.networks.has(network))
      throw invalid(
        `service ${quote(name)} refers to undefined network ${network}`,
        'services',
        name,
        'networks',
        network,
      )
}
const healthRule: Rule = (_project, name, service) => {
  const [first] = service.healthcheck?.test ?? []
  if (first !== undefined && !['CMD', 'CMD-SHELL', 'NONE'].includes(first))
    throw new ComposeError('healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE"', [
      'services',
      name,
      'healthcheck',
      'test',
    ])
}
const dependencyRule: Rule = (project, name, service) => {
  for (const [other, { required = true }] of dependenciesOf(service)) {
    if (project.services.has(other) || (project.disabled.has(other) && !required)) continue
    throw invalid(
      `service ${quote(name)} depends on undefined service ${quote(other)}`,
      'services',
      name,
      'depends_on',
      other,
    )
  }
  const mode = service.network_mode ?? ''
  if (mode.startsWith('service:') && !project.services.has(mode.slice(8)))
    throw new ComposeError(`service ${quote(mode.slice(8))} not found for network_mode 'service:${mode.slice(8)}'`, [
      'services',
      name,
      'network_mode',
    ])
}
const referenceRule: Rule = (project, name, service) => {
  for (const { type, source = '' } of service.volumes ?? [])
    if (type === 'volume' && source !== '' && !project.volumes.has(source))
      throw invalid(`service ${quote(name)} refers to undefined volume ${source}`, 'services', name, 'volumes')
  for (const { source = '' } of service.configs ?? [])
    if (!project.configs.has(source))
      throw invalid(`service ${quote(name)} refers to undefined config ${source}`, 'services', name, 'configs')
  for (const model of service.models?.keys() ?? [])
    if (!project.models.has(model))
      throw invalid(`service ${quote(name)} refers to undefined model ${model}`, 'services', name, 'models')
  for (const { source = '' } of service.secrets ?? [])
    if (!project.secrets.has(source))
      throw invalid(`service ${quote(name)} refers to undefined secret ${source}`, 'services', name, 'secrets')
}
const scaleRule: Rule = (_project, name, service) => {
  const replicas = service.deploy?.replicas
  if (service.scale !== undefined && replicas !== undefined && service.scale !== replicas)
    throw invalid(
      `services.${name}: can't set distinct values on 'scale' and 'deploy.replicas'`,
      'services',
      name,
      'scale',
    )
  if (service.scale !== undefined && service.scale < 0)
    throw new ComposeError(`services.${name}.scale: must be greater than or equal to 0`, ['services', name, 'scale'])
  if (replicas !== undefined && replicas < 0)
    throw new ComposeError(`services.${name}.deploy.replicas: must be greater than or equal to 0`, [
      'services',
      name,
      'deploy',
      'replicas',
    ])
  if (scaleOf(service) > 1 && service.container_name)
    throw invalid(
      `services.${service.scale === undefined ? 'deploy.replicas' : 'scale'}: can't set container_name and ${name} as container name must be unique`,
      'services',
      name,
      'container_name',
    )
}
const limitRule: Rule = (_project, name, service) => {
  const { limits, reservations } = service.deploy?.resources ?? {}
  const rows = [
    ['cpus', 'limits.cpus', service.cpus, limits, limits?.cpus],
    ['mem_limit', 'limits.memory', service.mem_limit?.value, limits, limits?.memory?.value],
    [
      'mem_reservation',
      'reservations.memory',
      service.mem_reservation?.value,
      reservations,
      reservations?.memory?.value,
    ],
    ['pids_limit', 'limits.pids', service.pids_limit, limits, limits?.pids],
  ] as const
  for (const [key, other, own, group, theirs] of rows)
    if (own !== undefined && group !== undefined && (theirs ?? 0) !== own)
      throw invalid(
        `services.${name}: can't set distinct values on '${key}' and 'deploy.resources.${other}'`,
        'services',
        name,
        key,
      )
}
const watchRule: Rule = (_project, name, service) => {
  for (const { action = '', target } of service.develop?.watch ?? [])
    if (!target && action !== 'rebuild' && action !== 'restart')
      throw invalid(
        `services.${name}.develop.watch: target is required for non-rebuild actions`,
        'services',
        name,
        'develop',
        'watch',
      )
}
const mountRule: Rule = (_project, name, service) => {
  const taken = new Map<string, string>()
  const claim = (target: string, place: string, path: readonly string[]): void => {
    const before = taken.get(target)
    if (before !== undefined) throw new ComposeError(`${place}: target ${target} already mounted as ${before}`, path)
    taken.set(target, place)
  }
  for (const [i, each] of (service.tmpfs ?? []).entries())
    claim(each.split(':')[0] ?? '', `services.${name}.tmpfs[${i}]`, ['services', name, 'tmpfs', String(i)])
  for (const [i, { target = '' }] of (service.volumes ?? []).entries())
    claim(target, `services.${name}.volumes[${i}]`, ['services', name, 'volumes', String(i)])
}

const RULES: readonly Rule[] = [
  hasImage,
  buildRule,
  networkRule,
  healthRule,
  dependencyRule,
  referenceRule,
  scaleRule,
  limitRule,
  watchRule,
  mountRule,
]

function checkService(project: Project, name: string, service: Service): Service {
  for (const rule of RULES) rule(project, name, service)
  if (service.scale === undefined || !service.deploy) return service
  return { ...service, deploy: { ...service.deploy, replicas: service.scale } }
}

/** @throws ComposeError when services wait for one another */
function checkCycles(project: Project): void {
  const visit = (name: string, trail: readonly string[]): void => {
    const service = project.services.get(name)
    for (const next of service ? [...dependenciesOf(service).keys()].toSorted() : []) {
      const at = trail.indexOf(next)
      if (at >= 0)
        throw new ComposeError(`dependency cycle detected: ${[...trail.slice(at), next].join(' -> ')}`, [
          'services',
          name,
          'depends_on',
        ])
      visit(next, [...trail, next])
    }
  }
  for (const name of [...project.services.keys()].toSorted()) visit(name, [name])
}
