import type { WindowSize } from '@drydock/abi'

/** One mount of a container, as config.json of the OCI runtime spec lists it. `source` is a path of the host. */
export interface RuntimeMount {
  readonly type: 'bind' | 'tmpfs'
  readonly source: string
  readonly destination: string
  readonly readOnly: boolean
  /** Option string for tmpfs: `size=…,mode=…`. */
  readonly data?: string
}

/** Soft and hard limit by name: `nofile`, `nproc`… */
export interface RuntimeLimit {
  readonly name: string
  readonly soft: number
  readonly hard: number
}

/** What one process of a container runs as. OCI runtime spec, "process". */
export interface ProcessSpec {
  readonly args: readonly string[]
  readonly env: readonly string[]
  /** Empty: `/`. */
  readonly cwd: string
  /** `name`, `uid`, `name:group`, `uid:gid` or empty for root. */
  readonly user: string
  readonly groupAdd: readonly string[]
  readonly limits: readonly RuntimeLimit[]
  readonly terminal: boolean
  /** Of the terminal at first. */
  readonly size?: WindowSize
}

/** A whole container for the runtime. OCI runtime spec in short. */
export interface ContainerSpec {
  readonly id: string
  /** Path of the mounted root on the host. */
  readonly rootfs: string
  readonly readOnlyRoot: boolean
  readonly hostname: string
  readonly process: ProcessSpec
  readonly mounts: readonly RuntimeMount[]
  /** Path below /sys/fs/cgroup. */
  readonly cgroup: string
  /** CLONE_NEW… of the namespaces it gets new. */
  readonly newNamespaces: number
  /** Namespaces of other processes that it joins. */
  readonly joins: readonly { readonly pid: number; readonly flags: number }[]
  readonly privileged: boolean
  /** Bytes of /dev/shm. */
  readonly shmSize: number
  /** Runs below a small process 1 that reaps (docker run --init). */
  readonly init: boolean
}
