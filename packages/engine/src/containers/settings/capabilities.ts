import { CAPABILITIES, capabilityMask } from '@drydock/abi'
import type { HostConfig } from '@drydock/docker-api'
import { invalid } from '../../problem.ts'

/** What a container may do unless told otherwise. moby oci/caps/defaults.go */
const DEFAULTS: readonly string[] =
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE'.split(
    ' ',
  )
const ALL = 'ALL'
const plain = (name: string): string => name.toUpperCase().replace(/^CAP_/, '')

/** @throws Problem invalid */
export function checkCapabilities({ CapAdd, CapDrop }: HostConfig): void {
  for (const [field, names] of Object.entries({ CapAdd, CapDrop }))
    for (const name of names ?? [])
      if (plain(name) !== ALL && !CAPABILITIES.includes(plain(name)))
        throw invalid(`invalid ${field}: unknown capability: "CAP_${plain(name)}"`)
}

/** The set a container's processes get, as a mask. moby oci/caps.TweakCapabilities */
export function capabilitiesOf({ Privileged, CapAdd, CapDrop }: HostConfig): number {
  if (Privileged) return capabilityMask(CAPABILITIES)
  const add = (CapAdd ?? []).map(plain)
  const drop = (CapDrop ?? []).map(plain)
  if (add.includes(ALL)) return capabilityMask(CAPABILITIES.filter((name) => !drop.includes(name)))
  const base = drop.includes(ALL) ? [] : DEFAULTS.filter((name) => !drop.includes(name))
  return capabilityMask([...base, ...add])
}
