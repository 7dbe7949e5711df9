import type { Cli } from '@drydock/cli-plugin'

const OFF: ReadonlySet<string> = new Set(['0', 'f', 'false', 'F', 'FALSE', 'False'])

/** DOCKER_BUILDKIT=0 asks for the first builder. */
export const buildkitIsOff = (cli: Cli): boolean => OFF.has(cli.env.get('DOCKER_BUILDKIT') ?? '')
