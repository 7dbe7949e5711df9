import EventEmitter from 'events'
import { clusterPrimary } from './cluster-primary.ts'
import { clusterWorker, type WorkerProcess } from './cluster-worker.ts'

/** cluster: workers that share a port. A script is the primary unless a primary forked it. */
export function clusterModule(process: WorkerProcess): EventEmitter {
  const { NODE_UNIQUE_ID: id, ...env } = process.env
  if (id === undefined) return clusterPrimary(process)
  process.env = env
  return clusterWorker(process, Number(id))
}

export const forkedByCluster = (process: WorkerProcess): boolean => process.env.NODE_UNIQUE_ID !== undefined
