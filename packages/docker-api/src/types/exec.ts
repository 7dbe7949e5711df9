/** POST /containers/{id}/exec. */
export interface ExecCreateBody {
  User?: string
  Privileged?: boolean
  Tty?: boolean
  ConsoleSize?: [number, number]
  AttachStdin?: boolean
  AttachStdout?: boolean
  AttachStderr?: boolean
  Detach?: boolean
  DetachKeys?: string
  Env?: string[] | null
  WorkingDir?: string
  Cmd: string[]
}
export interface ExecStartBody {
  Detach?: boolean
  Tty?: boolean
  ConsoleSize?: [number, number]
}
/** GET /exec/{id}/json. */
export interface ExecInspect {
  ID: string
  Running: boolean
  ExitCode: number | null
  ProcessConfig: {
    tty: boolean
    entrypoint: string
    arguments: string[]
    privileged: boolean
    user?: string
  }
  OpenStdin: boolean
  OpenStderr: boolean
  OpenStdout: boolean
  CanRemove: boolean
  ContainerID: string
  DetachKeys: string
  Pid: number
}
