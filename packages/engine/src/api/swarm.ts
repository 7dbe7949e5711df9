import type { SwarmInitBody, SwarmJoinBody, SwarmSpec } from '@drydock/docker-api'
import type { ServerResponse } from '@drydock/http'
import { systemProblem } from '../problem.ts'
import { newRoot } from '../swarm/authority.ts'
import { type Call, flag, json, requireJson, type Route, route } from './route.ts'
import { versionOf } from './swarm-objects.ts'
import { SWARM_INIT, SWARM_JOIN, SWARM_SPEC, SWARM_UNLOCK } from './swarm-shapes.ts'

function inspect({ parts }: Call): ServerResponse {
  const { internal: _internal, ...cluster } = parts.swarm.requireManager().store.cluster
  return json(cluster)
}

/** @throws Problem system */
function requireCompatible({ parts }: Call): void {
  if (parts.config.liveRestore)
    throw systemProblem('--live-restore daemon configuration is incompatible with swarm mode')
}

async function init(call: Call): Promise<ServerResponse> {
  requireCompatible(call)
  return json(await call.parts.swarm.init(await requireJson<SwarmInitBody>(call, SWARM_INIT)))
}

async function join(call: Call): Promise<ServerResponse> {
  requireCompatible(call)
  await call.parts.swarm.join(await requireJson<SwarmJoinBody>(call, SWARM_JOIN))
  return { status: 200 }
}

async function leave(call: Call): Promise<ServerResponse> {
  await call.parts.swarm.leave(flag(call, 'force'))
  return { status: 200 }
}

/** Another certificate to sign with, or the wish for a new one. swarmkit controlapi.newRootRotationObject */
const wantsNewRoot = ({ CAConfig: before }: SwarmSpec, { CAConfig: after }: SwarmSpec): boolean =>
  (after?.ForceRotate ?? 0) !== (before?.ForceRotate ?? 0) ||
  (Boolean(after?.SigningCACert && after.SigningCAKey) && after?.SigningCACert !== before?.SigningCACert)

async function update(call: Call): Promise<ServerResponse> {
  const { swarm } = call.parts
  const { Spec } = swarm.requireManager().store.cluster
  const spec = await requireJson<SwarmSpec>(call, SWARM_SPEC)
  await swarm.control('updateCluster', {
    ...{ version: versionOf(call, 'swarm'), spec },
    ...(wantsNewRoot(Spec, spec) ? { root: await newRoot(call.parts.sys, spec) } : {}),
    rotateWorker: flag(call, 'rotateWorkerToken'),
    rotateManager: flag(call, 'rotateManagerToken'),
    rotateUnlockKey: flag(call, 'rotateManagerUnlockKey'),
  })
  return { status: 200 }
}

function readUnlockKey({ parts }: Call): ServerResponse {
  const { Spec, internal } = parts.swarm.requireManager().store.cluster
  return json({ UnlockKey: Spec.EncryptionConfig?.AutoLockManagers ? internal.unlockKey : '' })
}

async function unlock(call: Call): Promise<ServerResponse> {
  const { UnlockKey } = await requireJson<{ UnlockKey: string }>(call, SWARM_UNLOCK)
  call.parts.swarm.unlock(UnlockKey)
  return { status: 200 }
}

/** The swarm as a whole. */
export const swarmRoutes: readonly Route[] = [
  route('GET', '/swarm', inspect),
  route('POST', '/swarm/init', init),
  route('POST', '/swarm/join', join),
  route('POST', '/swarm/leave', leave),
  route('POST', '/swarm/update', update),
  route('GET', '/swarm/unlockkey', readUnlockKey),
  route('POST', '/swarm/unlock', unlock),
]
