import { EEXIST, ENETUNREACH, type Errno, ESRCH } from '@drydock/abi'

/** Ends ip with a line and a status. */
export class IpProblem extends Error {
  readonly status: number
  constructor(message: string, status = 1) {
    super(message)
    this.status = status
  }
}

export const unknownCommand = (command: string, object: string): IpProblem =>
  new IpProblem(`Command "${command}" is unknown, try "ip ${object} help".`, 255)

/** What the kernel's answer is called. @param words by errno, where the kernel says more than its number */
export function refused(error: Errno, words: ReadonlyMap<Errno, string> = new Map()): IpProblem {
  return new IpProblem(words.get(error) ?? `RTNETLINK answers: ${error.message}`, 2)
}

export const ADDRESS_WORDS: ReadonlyMap<Errno, string> = new Map([[EEXIST, 'Error: ipv4: Address already assigned.']])
export const ROUTE_WORDS: ReadonlyMap<Errno, string> = new Map([
  [ENETUNREACH, 'Error: Nexthop has invalid gateway.'],
  [ESRCH, 'RTNETLINK answers: No such process'],
])
export const noDevice = (name: string): IpProblem => new IpProblem(`Cannot find device "${name}"`)
