import { isSignal } from '@drydock/dockerfile'
import type { ContainerConfig, RestartPolicy } from '@drydock/docker-api'
import { conflict, invalid } from '../../problem.ts'

const POLICIES: readonly string[] = ['', 'no', 'always', 'on-failure', 'unless-stopped']

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
  if (StopSignal !== '' && !isSignal(StopSignal)) throw invalid(`invalid signal: ${StopSignal}`)
  for (const pair of Env ?? [])
    if (pair === '' || pair.startsWith('=')) throw invalid(`invalid environment variable: ${pair}`)
}
