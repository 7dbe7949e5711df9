import type { Cli } from '@drydock/cli-plugin'
import type { Config, Filters, Network, Secret, Service } from '@drydock/docker-api'
import { ofStack } from './namespace.ts'

const labelled = (stack: string): { filters: Filters } => ({ filters: { label: [ofStack(stack)] } })

export const servicesOf = (cli: Cli, stack: string): Promise<Service[]> => cli.client.services.list(labelled(stack))
export const networksOf = (cli: Cli, stack: string): Promise<Network[]> => cli.client.networks.list(labelled(stack))
export const secretsOf = (cli: Cli, stack: string): Promise<Secret[]> => cli.client.secrets.list(labelled(stack))
export const configsOf = (cli: Cli, stack: string): Promise<Config[]> => cli.client.configs.list(labelled(stack))

/** What a listing asks for: the stack's, and what `--filter` says. */
export const stackFilters = (stack: string, given: Filters): Filters => ({
  ...given,
  label: [...(given['label'] ?? []), ofStack(stack)],
})
