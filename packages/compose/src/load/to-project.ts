import type { Codec } from '../model/codec.ts'
import { isMapping, type Mapping } from '@drydock/cli-plugin/compose-file'
import { fileObjectCodec, modelCodec, networkCodec, serviceCodec, volumeCodec } from '../model/types.ts'
import { checkConsistency } from './consistency.ts'
import { type Project, withProfiles } from './project.ts'

export interface ProjectFacts {
  readonly name: string
  readonly workingDir: string
  readonly files: readonly string[]
  readonly environment: ReadonlyMap<string, string>
  readonly profiles: readonly string[]
}

/** The tree with types. @param consistent whether what services name must be there @throws ComposeError */
export function toProject(tree: Mapping, facts: ProjectFacts, { consistent = true } = {}): Project {
  const section = <T>(name: string, codec: Codec<T>): Map<string, T> => {
    const value = tree.get(name)
    const entries = isMapping(value) ? [...value].toSorted(([a], [b]) => (a < b ? -1 : 1)) : []
    return new Map(
      entries
        .filter(([key]) => !key.startsWith('x-') || name === 'services')
        .map(([key, each]) => [key, codec.read(each ?? new Map(), [name, key]) ?? ({} as T)]),
    )
  }
  const all: Project = {
    ...facts,
    services: section('services', serviceCodec),
    disabled: new Map(),
    networks: section('networks', networkCodec),
    volumes: section('volumes', volumeCodec),
    secrets: section('secrets', fileObjectCodec),
    configs: section('configs', fileObjectCodec),
    models: section('models', modelCodec),
    extensions: new Map([...tree].filter(([key]) => key.startsWith('x-'))),
  }
  const project = withProfiles(all, facts.profiles)
  return consistent ? checkConsistency(project) : project
}

/** Services named on the command line run whatever their profiles are. @throws ComposeError */
export function withEnabled(project: Project, names: readonly string[]): Project {
  const more = names.flatMap((name) => (project.services.has(name) ? [] : (project.disabled.get(name)?.profiles ?? [])))
  return more.length === 0 ? project : checkConsistency(withProfiles(project, [...project.profiles, ...more]))
}
