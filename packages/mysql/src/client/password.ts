import type { Process } from '@drydock/abi'
import { askPassword, type Stdio } from '@drydock/libc'

/** As all of MySQL's clients ask. */
export const enterPassword = (process: Process, io: Stdio): Promise<string> =>
  askPassword(process, io, 'Enter password: ')
