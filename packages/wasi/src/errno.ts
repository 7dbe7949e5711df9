/** What the module is told without the kernel being asked. WASI preview1, "errno". */
export const SUCCESS = 0
export const BADF = 8
export const INVAL = 28
export const NOSYS = 52
export const NOTCAPABLE = 76
