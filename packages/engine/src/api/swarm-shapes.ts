import { any, struct } from '../go-json/shape.ts'

/** Bodies of swarm's calls: that they are JSON objects is all that is looked at here. */
export const SWARM_INIT = struct('swarm.InitRequest', { Spec: any })
export const SWARM_JOIN = struct('swarm.JoinRequest', { JoinToken: any })
export const SWARM_SPEC = struct('swarm.Spec', { Name: any })
export const SWARM_UNLOCK = struct('swarm.UnlockRequest', { UnlockKey: any })
export const SERVICE_SPEC = struct('swarm.ServiceSpec', { Name: any })
export const NODE_SPEC = struct('swarm.NodeSpec', { Name: any })
export const SECRET_SPEC = struct('swarm.SecretSpec', { Name: any })
export const CONFIG_SPEC = struct('swarm.ConfigSpec', { Name: any })
