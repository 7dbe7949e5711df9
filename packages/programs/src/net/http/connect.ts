import { inet, type Sys } from '@drydock/abi'
import { dial, type FdStream } from '@drydock/libc'

/**
 * Connects to an address, with a limit to the wait.
 * @throws ETIMEDOUT after `timeoutMs`; ECONNREFUSED, EHOSTUNREACH…
 */
export const connect = (sys: Sys, address: string, port: number, timeoutMs?: number): Promise<FdStream> =>
  dial(sys, inet(address, port), timeoutMs)
