import { isBlockDevice, isCharDevice, isErrno, type Sys } from '@drydock/abi'
import type { HostConfig } from '@drydock/docker-api'
import { systemProblem } from '../problem.ts'
import type { RuntimeDevice } from '../runtime/process-spec.ts'

/** In a container's /dev of its own. */
const OWN: readonly string[] = [
  'console',
  'pts',
  'ptmx',
  'shm',
  'mqueue',
  'fd',
  'stdin',
  'stdout',
  'stderr',
  'tty',
  'core',
]

/** Devices of the host that a container gets besides the ones all have. @throws Problem system */
export function devicesOf(sys: Sys, { Devices, Privileged }: HostConfig): RuntimeDevice[] {
  if (Privileged) return hostDevices(sys)
  return (Devices ?? []).map(({ PathOnHost, PathInContainer }) =>
    deviceAt(sys, PathOnHost, PathInContainer || PathOnHost),
  )
}

function deviceAt(sys: Sys, from: string, to: string): RuntimeDevice {
  const problem = (reason: string): Error =>
    systemProblem(`error gathering device information while adding custom device ${JSON.stringify(from)}: ${reason}`)
  try {
    const { mode, rdev } = sys.stat(from)
    if (!isCharDevice(mode) && !isBlockDevice(mode)) throw problem('not a device node')
    return { path: to, mode, rdev: rdev ?? 0 }
  } catch (error) {
    if (!isErrno(error)) throw error
    throw problem(error.message.charAt(0).toLowerCase() + error.message.slice(1))
  }
}

/** All that the host has. */
function hostDevices(sys: Sys): RuntimeDevice[] {
  return sys
    .readdir('/dev')
    .filter(({ name }) => !OWN.includes(name))
    .flatMap(({ name }): RuntimeDevice[] => {
      const { mode, rdev } = sys.lstat(`/dev/${name}`)
      return isCharDevice(mode) || isBlockDevice(mode) ? [{ path: `/dev/${name}`, mode, rdev: rdev ?? 0 }] : []
    })
}
