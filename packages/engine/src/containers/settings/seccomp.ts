import type { SeccompFilter } from '@drydock/abi'
import type { HostConfig } from '@drydock/docker-api'
import { DEFAULT_PROFILE } from '../../runtime/seccomp/default-profile.ts'
import { compileProfile, readProfile } from '../../runtime/seccomp/profile.ts'
import { capabilitiesOf } from './capabilities.ts'

/** The filter of a container's processes; none where it is privileged or unconfined. @throws Problem for no profile */
export function seccompOf(hostConfig: HostConfig): SeccompFilter | undefined {
  const option = (hostConfig.SecurityOpt ?? []).findLast((each) => /^seccomp[=:]/.test(each))
  const profile = option?.slice('seccomp='.length) ?? (hostConfig.Privileged ? 'unconfined' : 'builtin')
  if (profile === 'unconfined') return undefined
  return compileProfile(profile === 'builtin' ? DEFAULT_PROFILE : readProfile(profile), capabilitiesOf(hostConfig))
}
