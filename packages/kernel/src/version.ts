/** uname(2): what an Ubuntu 24.04 of our days says, so that programs which look find what they expect. */
export const RELEASE = '6.8.0-63-generic'
export const VERSION = '#66-Ubuntu SMP PREEMPT_DYNAMIC Fri Jun 13 20:25:30 UTC 2025'
