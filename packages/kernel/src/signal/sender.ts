import type { PidNamespace } from '../task/pid.ts'

/** Who sends: a task's pid namespace, or the kernel itself (a terminal, a broken pipe). */
export type Sender = PidNamespace | 'kernel'
