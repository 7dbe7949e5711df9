import type { Sys } from '@drydock/abi'
import { makeDirectories, quietly } from '../state/files.ts'
import type { ContainerRecord } from './record.ts'

const FOLDER = '/var/run/docker/netns'

/** Where `nsenter --net=` and ip(8) find the network of a running container. moby libnetwork/osl */
export const sandboxKey = ({ SandboxID }: Pick<ContainerRecord, 'SandboxID'>): string =>
  `${FOLDER}/${SandboxID.slice(0, 12)}`

/** Leads to the namespace of process 1, where moby mounts the namespace itself. */
export function makeSandboxFile(sys: Sys, record: Pick<ContainerRecord, 'SandboxID'>, pid: number): void {
  makeDirectories(sys, FOLDER)
  removeSandboxFile(sys, record)
  quietly(() => sys.symlink(`/proc/${pid}/ns/net`, sandboxKey(record)))
}

export const removeSandboxFile = (sys: Sys, record: Pick<ContainerRecord, 'SandboxID'>): void =>
  quietly(() => sys.unlink(sandboxKey(record)))
