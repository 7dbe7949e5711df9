import type { Handle } from './message-channel.ts'

/** What the parts of a cluster say to each other. lib/internal/cluster */
export type ClusterMessage =
  | { readonly act: 'online' | 'disconnect' | 'exitedAfterDisconnect' }
  | { readonly act: 'query'; readonly key: string; readonly address: string | null; readonly port: number }
  | { readonly act: 'answer'; readonly key: string; readonly failure?: Failure; readonly local?: Local }
  | { readonly act: 'listening'; readonly key: string; readonly address: string | null; readonly port: number }
  | { readonly act: 'connection'; readonly key: string; readonly peer: Local }
  | { readonly act: 'accepted'; readonly key: string; readonly taken: boolean }
  | { readonly act: 'close'; readonly key: string }

export interface Failure {
  readonly code: string
  readonly errno: number
}
export interface Local {
  readonly address: string
  readonly port: number
}
type Wrapped = ClusterMessage & { readonly cmd: 'NODE_CLUSTER' }

export const clusterWords = (message: ClusterMessage): Wrapped => ({ cmd: 'NODE_CLUSTER', ...message })

/** Calls the row that the message names; what is no message of a cluster is nobody's here. */
export function hearCluster(
  rows: { readonly [Act in ClusterMessage['act']]?: (message: never, handle: Handle | undefined) => void },
): (value: unknown, handle?: Handle) => void {
  return (value, handle) => {
    const message = value as Wrapped
    if (message.cmd === 'NODE_CLUSTER') rows[message.act]?.(message as never, handle)
  }
}
