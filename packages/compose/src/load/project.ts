import { ComposeError, type Tree } from '@drydock/cli-plugin/compose-file'
import type { Dependency, FileObject, ModelSpec, NetworkSpec, Service, VolumeSpec } from '../model/types.ts'

export type Services = ReadonlyMap<string, Service>

/** What a command works on. */
export interface Project {
  readonly name: string
  readonly workingDir: string
  /** Absolute paths, or `-`. */
  readonly files: readonly string[]
  readonly environment: ReadonlyMap<string, string>
  readonly services: Services
  /** Services that no active profile has. */
  readonly disabled: Services
  readonly networks: ReadonlyMap<string, NetworkSpec>
  readonly volumes: ReadonlyMap<string, VolumeSpec>
  readonly secrets: ReadonlyMap<string, FileObject>
  readonly configs: ReadonlyMap<string, FileObject>
  readonly models: ReadonlyMap<string, ModelSpec>
  readonly extensions: ReadonlyMap<string, Tree>
  readonly profiles: readonly string[]
}

const hasProfile = (service: Service, profiles: readonly string[]): boolean =>
  !service.profiles || profiles.includes('*') || service.profiles.some((each) => profiles.includes(each))

export function withProfiles(project: Project, profiles: readonly string[]): Project {
  const all = [...project.services, ...project.disabled].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return {
    ...project,
    profiles,
    services: new Map(all.filter(([, service]) => hasProfile(service, profiles))),
    disabled: new Map(all.filter(([, service]) => !hasProfile(service, profiles))),
  }
}

export type DependencyPolicy = 'dependencies' | 'dependents' | 'none'

/** The named services and, by policy, those they need or those that need them; others are set aside. @throws ComposeError */
export function withSelected(
  project: Project,
  names: readonly string[],
  policy: DependencyPolicy = 'dependencies',
): Project {
  if (names.length === 0) return project
  const wanted = new Set<string>()
  const add = (name: string, required: boolean): void => {
    const service = project.services.get(name)
    if (!service && required) throw new ComposeError(`no such service: ${name}`)
    if (!service || wanted.has(name)) return
    wanted.add(name)
    if (policy === 'dependencies')
      for (const [each, { required: must }] of dependenciesOf(service)) add(each, must ?? true)
    if (policy === 'dependents') for (const each of dependentsOf(project, name)) add(each, false)
  }
  for (const name of names) add(name, true)
  return withServices(project, (name) => wanted.has(name))
}

/** Keeps some services, and drops what others ask of the rest. */
export function withServices(project: Project, keep: (name: string) => boolean): Project {
  const kept = [...project.services].filter(([name]) => keep(name))
  const names = new Set(kept.map(([name]) => name))
  const services = new Map(
    kept.map(([name, service]) => [name, withoutDependencies(service, (each) => names.has(each))]),
  )
  const aside = [...project.services].filter(([name]) => !keep(name))
  return { ...project, services, disabled: new Map([...project.disabled, ...aside]) }
}
function withoutDependencies(service: Service, keep: (name: string) => boolean): Service {
  const { depends_on: dependencies, ...rest } = service
  if (!dependencies) return service
  const kept = new Map([...dependencies].filter(([name]) => keep(name)))
  return kept.size === 0 ? rest : { ...rest, depends_on: kept }
}

export const dependenciesOf = (service: Service): ReadonlyMap<string, Dependency> => service.depends_on ?? new Map()
export const dependentsOf = (project: Project, name: string): string[] =>
  [...project.services].filter(([, each]) => dependenciesOf(each).has(name)).map(([each]) => each)

export function withService(project: Project, name: string, change: (service: Service) => Service): Project {
  const service = project.services.get(name)
  return service ? { ...project, services: new Map([...project.services, [name, change(service)]]) } : project
}

/** Networks, volumes and the like that nobody uses are left out. */
export function withoutUnused(project: Project): Project {
  const services = [...project.services.values()]
  const used = (names: (service: Service) => Iterable<string | undefined>): ReadonlySet<string> =>
    new Set(services.flatMap((service) => [...names(service)].filter((name) => name !== undefined)))
  const pick = <T>(map: ReadonlyMap<string, T>, names: ReadonlySet<string>): Map<string, T> =>
    new Map([...map].filter(([name]) => names.has(name)))
  const sources = (list: readonly { source?: string }[] | undefined) => (list ?? []).map(({ source }) => source)
  const volumes = used((service) => sources((service.volumes ?? []).filter(({ type }) => type === 'volume')))
  return {
    ...project,
    networks: pick(
      project.networks,
      used((service) => service.networks?.keys() ?? []),
    ),
    volumes: pick(project.volumes, volumes),
    secrets: pick(
      project.secrets,
      used((service) => [...sources(service.secrets), ...sources(service.build?.secrets)]),
    ),
    configs: pick(
      project.configs,
      used((service) => sources(service.configs)),
    ),
    models: pick(
      project.models,
      used((service) => service.models?.keys() ?? []),
    ),
  }
}

export const scaleOf = (service: Service): number => service.scale ?? service.deploy?.replicas ?? 1

/** What the built image is called. */
export const imageOf = (project: { readonly name: string }, name: string, service: Service): string =>
  service.image ?? `${project.name}-${name}`
