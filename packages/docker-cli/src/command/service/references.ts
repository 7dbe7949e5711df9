import { type Cli, CliError } from '@drydock/cli-plugin'
import type { ConfigReference, SecretReference } from '@drydock/docker-api'
import type { FileReference } from './flag-values.ts'

function checkTargets(wanted: readonly FileReference[], noun: string): void {
  const targets = new Set<string>()
  for (const { name, file } of wanted) {
    if (targets.has(file.Name)) throw new CliError(`duplicate ${noun} target for ${name} not allowed`)
    targets.add(file.Name)
  }
}

type Named = readonly { readonly ID: string; readonly Spec: { readonly Name: string } }[]
const idsByName = (objects: Named): Map<string, string> => new Map(objects.map(({ ID, Spec }) => [Spec.Name, ID]))

function idOf(ids: ReadonlyMap<string, string>, name: string, noun: string): string {
  const id = ids.get(name)
  if (id === undefined) throw new CliError(`${noun} not found: ${name}`)
  return id
}
const filters = (names: readonly string[]): { name: string[] } => ({ name: [...new Set(names)] })

/** Secrets by name with their ids. @throws CliError */
export async function resolveSecrets(cli: Cli, wanted: readonly FileReference[]): Promise<SecretReference[]> {
  checkTargets(wanted, 'secret')
  if (wanted.length === 0) return []
  const ids = idsByName(await cli.client.secrets.list({ filters: filters(wanted.map(({ name }) => name)) }))
  return wanted.map(({ name, file }) => ({ File: file, SecretID: idOf(ids, name, 'secret'), SecretName: name }))
}

/** Configs by name with their ids. @param runtime those used without being files @throws CliError */
export async function resolveConfigs(
  cli: Cli,
  wanted: readonly FileReference[],
  runtime: readonly string[] = [],
): Promise<ConfigReference[]> {
  checkTargets(wanted, 'config')
  const names = [...wanted.map(({ name }) => name), ...runtime]
  if (names.length === 0) return []
  const ids = idsByName(await cli.client.configs.list({ filters: filters(names) }))
  return [
    ...wanted.map(({ name, file }) => ({ File: file, ConfigID: idOf(ids, name, 'config'), ConfigName: name })),
    ...runtime.map((name) => ({ Runtime: {}, ConfigID: idOf(ids, name, 'config'), ConfigName: name })),
  ]
}
