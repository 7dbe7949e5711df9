import type { Sys } from '@drydock/abi'
import type { SwarmSpec } from '@drydock/docker-api'
import { authorityHex, authorityIn, type RootCa } from '@drydock/swarm'
import { systemProblem } from '../problem.ts'
import type { Links } from './links.ts'

/** The authority that a specification brings along, or a new one. @throws (rejects) Problem */
export async function newRoot({ clock, entropy }: Sys, { CAConfig = {} }: SwarmSpec): Promise<RootCa> {
  const { makeRoot, readRoot } = await import('./certificates.ts')
  const { SigningCACert, SigningCAKey } = CAConfig
  if (SigningCACert && SigningCAKey) return readRoot(SigningCACert, SigningCAKey)
  return makeRoot(clock.now(), (length) => entropy.bytes(length))
}

/** That the swarm of a manager is the one which a join token is of. swarmkit ca.GetRemoteCA @throws (rejects) Problem */
export async function requireAuthority(links: Links, remote: string, token: string): Promise<void> {
  const certificate = await links.askLeader<string | null>([remote], 'authority', {})
  if (certificate === null) return
  const { digestOf } = await import('./certificates.ts')
  const expected = authorityIn(token)
  if (digestOf(certificate) !== expected)
    throw systemProblem(`remote CA does not match fingerprint. Expected: ${authorityHex(expected)}`)
}
