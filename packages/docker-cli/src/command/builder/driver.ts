import { CliError } from '@drydock/cli-plugin'
import type { Instance } from './instances.ts'

/** What not every driver can do. buildx driver/features.go */
export type Feature = 'OCI exporter' | 'Docker exporter' | 'Cache export' | 'Multi-platform build' | 'Attestation'

/** The engine builds for itself: without containerd's image store it keeps one platform, and no documents beside it. */
export const isEngine = ({ driver }: Instance): boolean => driver === 'docker'

/** @throws CliError for a builder that cannot @param page where the documentation tells more */
export function requireFeature(instance: Instance, feature: Feature, page: string): void {
  if (!isEngine(instance)) return
  throw new CliError(
    `ERROR: ${feature} is not supported for the ${instance.driver} driver.\n` +
      'Switch to a different driver, or turn on the containerd image store, and try again.\n' +
      `Learn more at https://docs.docker.com/go/${page}/`,
  )
}
