import { parseSignal } from '@drydock/abi'
import type { ContainerConfig, HostConfig, RestartPolicy } from '@drydock/docker-api'
import { conflict, invalid } from '../problem.ts'

const MIN_MEMORY = 6 * 1024 * 1024
const POLICIES: readonly string[] = ['', 'no', 'always', 'on-failure', 'unless-stopped']

/** @throws Problem invalid */
export function checkResources({ Memory = 0, MemorySwap = 0, NanoCpus = 0 }: HostConfig, cpus: number): void {
  if (Memory !== 0 && Memory < MIN_MEMORY) throw invalid('Minimum memory limit allowed is 6MB')
  if (MemorySwap > 0 && Memory === 0)
    throw invalid('You should always set the Memory limit when using Memoryswap limit, see usage')
  if (MemorySwap > 0 && MemorySwap < Memory)
    throw invalid('Minimum memoryswap limit should be larger than memory limit, see usage')
  if (NanoCpus < 0 || NanoCpus > cpus * 1e9)
    throw invalid(`range of CPUs is from 0.01 to ${cpus}.00, as there are only ${cpus} CPUs available`)
}

/** @throws Problem invalid */
export function checkRestartPolicy(policy: RestartPolicy | undefined, autoRemove: boolean | undefined): void {
  const name = policy?.Name ?? ''
  if (!POLICIES.includes(name)) throw invalid(`invalid restart policy '${name}'`)
  const count = policy?.MaximumRetryCount ?? 0
  if (count < 0) throw invalid('invalid restart policy: maximum retry count cannot be negative')
  if (count > 0 && name !== 'on-failure')
    throw invalid(`invalid restart policy: maximum retry count can only be used with 'on-failure'`)
  if (autoRemove && name !== '' && name !== 'no')
    throw conflict(`can't create 'AutoRemove' container with restart policy`)
}

/** @throws Problem invalid */
export function checkConfig(config: ContainerConfig): void {
  const { WorkingDir = '', StopSignal = '', Env } = config
  if (WorkingDir !== '' && !WorkingDir.startsWith('/'))
    throw invalid(`the working directory '${WorkingDir}' is invalid, it needs to be an absolute path`)
  if (StopSignal !== '' && parseSignal(StopSignal) === undefined) throw invalid(`invalid signal: ${StopSignal}`)
  for (const pair of Env ?? [])
    if (pair === '' || pair.startsWith('=')) throw invalid(`invalid environment variable: ${pair}`)
}
