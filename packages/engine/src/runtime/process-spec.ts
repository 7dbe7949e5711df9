import type { SeccompFilter, WindowSize } from '@drydock/abi'

/** One mount of a container, as config.json of the OCI runtime spec lists it. `source` is a path of the host. */
export interface RuntimeMount {
  readonly type: 'bind' | 'tmpfs'
  /** Further MS_… flags; those of a tmpfs in place of nosuid, nodev, noexec. */
  readonly flags?: number
  readonly source: string
  readonly destination: string
  readonly readOnly: boolean
  /** Of a bind: `rprivate` (default), `rslave`, `shared`… */
  readonly propagation?: string
  /** Option string for tmpfs: `size=…,mode=…`. */
  readonly data?: string
}

/** A device node of a container's /dev. */
export interface RuntimeDevice {
  readonly path: string
  /** Kind and permissions, as mknod(2) takes them. */
  readonly mode: number
  readonly rdev: number
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
  /** What is executed for the first of them, where that is another file. */
  readonly file?: string
  readonly env: readonly string[]
  /** Empty: `/`. */
  readonly cwd: string
  /** `name`, `uid`, `name:group`, `uid:gid` or empty for root. */
  readonly user: string
  readonly groupAdd: readonly string[]
  readonly limits: readonly RuntimeLimit[]
  /** The bounding set as a mask. */
  readonly capabilities: number
  readonly noNewPrivileges: boolean
  readonly seccomp?: SeccompFilter | undefined
  readonly oomScoreAdj: number
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
  /** As uname(2) names it where programs are for another one; they run as with an emulator. */
  readonly machine?: string
  /** Its first word is a module, which is run whether it may be executed or not. */
  readonly isModule: boolean
  readonly process: ProcessSpec
  readonly mounts: readonly RuntimeMount[]
  /** Path below /sys/fs/cgroup. */
  readonly cgroup: string
  /** CLONE_NEW… of the namespaces it gets new. */
  readonly newNamespaces: number
  /** Namespaces of other processes that it joins. */
  readonly joins: readonly { readonly pid: number; readonly flags: number }[]
  readonly privileged: boolean
  readonly devices: readonly RuntimeDevice[]
  /** Paths that show nothing, and paths that cannot be written. */
  readonly maskedPaths: readonly string[]
  readonly readOnlyPaths: readonly string[]
  /** Name with dots -> value. */
  readonly sysctls: ReadonlyMap<string, string>
  /** Bytes of /dev/shm; undefined: it has none of its own. */
  readonly shmSize: number | undefined
}
