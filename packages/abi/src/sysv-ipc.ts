/** Queues of messages, sets of semaphores, segments of shared memory. sysvipc(7) */
export type SysvKind = 'msg' | 'sem' | 'shm'

/** What msgget(2), semget(2) and shmget(2) are asked for. */
export interface SysvRequest {
  /** 0 is IPC_PRIVATE: always a new one. */
  readonly key: number
  /** Semaphores of a set, bytes of a segment; 0 for a queue. */
  readonly size: number
  readonly mode: number
  /** IPC_CREAT, IPC_EXCL. */
  readonly create?: boolean
  readonly exclusive?: boolean
}
