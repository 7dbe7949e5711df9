import type { ContainerSummary } from '@drydock/docker-api'
import type { Project } from '../load/project.ts'
import type { Dependency, Service } from '../model/types.ts'
import type { Backend } from './backend.ts'
import { LABEL, labelOf, projectFilter, serviceOf } from './labels.ts'

/** What can be known of a project without its files: from the labels of what is there. */
export async function projectFromLabels(backend: Backend, name: string): Promise<Project> {
  const containers = await backend.containers(name, { all: true })
  const networks = await backend.client.networks.list({ filters: projectFilter(name) })
  const { Volumes: volumes } = await backend.client.volumes.list({ filters: projectFilter(name) })
  const [first] = containers
  return {
    name,
    workingDir: first ? labelOf(first, LABEL.workingDir) : '',
    files: first ? labelOf(first, LABEL.configFiles).split(',') : [],
    environment: new Map(),
    services: services(containers),
    disabled: new Map(),
    networks: new Map(networks.map((each) => [each.Labels?.[LABEL.network] ?? each.Name, { name: each.Name }])),
    volumes: new Map((volumes ?? []).map((each) => [each.Labels?.[LABEL.volume] ?? each.Name, { name: each.Name }])),
    secrets: new Map(),
    configs: new Map(),
    models: new Map(),
    extensions: new Map(),
    profiles: [],
  }
}

function services(containers: readonly ContainerSummary[]): Map<string, Service> {
  const found = new Map<string, Service>()
  for (const container of containers) {
    const known = found.get(serviceOf(container))
    const needs = dependencies(labelOf(container, LABEL.dependencies))
    found.set(serviceOf(container), {
      image: container.Image,
      scale: (known?.scale ?? 0) + 1,
      ...(needs.size > 0 ? { depends_on: needs } : {}),
    })
  }
  return found
}

/** `db:service_healthy:false,cache` as containers carry it. */
export function dependencies(label: string): Map<string, Dependency> {
  const words = label.split(',').filter((word) => word !== '')
  return new Map(
    words.map((word) => {
      const [name = '', condition = 'service_started', restart] = word.split(':')
      return [name, { condition, restart: restart === 'true', required: false }]
    }),
  )
}
