import type { ContainerSummary, Filters } from '@drydock/docker-api'

/** Labels by which the resources of a project are known. docker/compose pkg/api/labels.go. */
const PREFIX = 'com.docker.compose.'
export const LABEL = {
  project: `${PREFIX}project`,
  service: `${PREFIX}service`,
  configHash: `${PREFIX}config-hash`,
  containerNumber: `${PREFIX}container-number`,
  volume: `${PREFIX}volume`,
  network: `${PREFIX}network`,
  workingDir: `${PREFIX}project.working_dir`,
  configFiles: `${PREFIX}project.config_files`,
  environmentFile: `${PREFIX}project.environment_file`,
  oneOff: `${PREFIX}oneoff`,
  slug: `${PREFIX}slug`,
  image: `${PREFIX}image`,
  dependencies: `${PREFIX}depends_on`,
  version: `${PREFIX}version`,
  replace: `${PREFIX}replace`,
  hook: `${PREFIX}hook`,
} as const

/** The version that `version` tells and labels carry. */
export const COMPOSE_VERSION = '2.36.2'

export const projectFilter = (project: string, ...more: readonly string[]): Filters => ({
  label: [`${LABEL.project}=${project}`, ...more],
})

export const labelOf = (container: ContainerSummary, label: string): string => container.Labels?.[label] ?? ''
export const serviceOf = (container: ContainerSummary): string => labelOf(container, LABEL.service)
export const numberOf = (container: ContainerSummary): number => Number(labelOf(container, LABEL.containerNumber))
export const isOneOff = (container: ContainerSummary): boolean => labelOf(container, LABEL.oneOff) === 'True'
export const nameOf = (container: ContainerSummary): string =>
  (container.Names.find((name) => !name.slice(1).includes('/')) ?? container.Names[0] ?? '').replace(/^\//, '')
/** What progress calls it. */
export const taskOf = (container: ContainerSummary): string => `Container ${nameOf(container)}`
