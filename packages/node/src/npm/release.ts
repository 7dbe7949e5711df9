import type { Process } from '@drydock/abi'

/** The npm that each release of node comes with. nodejs/node, CHANGELOG */
const COMES_WITH: Readonly<Record<number, string>> = {
  4: '2.15.11',
  6: '3.10.10',
  7: '4.2.0',
  8: '6.13.4',
  9: '5.6.0',
  10: '6.14.12',
  11: '6.7.0',
  12: '6.14.16',
  13: '6.14.4',
  14: '6.14.18',
  15: '7.7.6',
  16: '8.19.4',
  17: '8.11.0',
  18: '10.8.2',
  19: '9.6.3',
  20: '10.8.2',
  21: '10.5.0',
  22: '10.9.4',
  23: '10.9.2',
}
const NEWEST = '11.6.2'

export interface Release {
  readonly node: string
  readonly npm: string
}

export function releaseOf({ env }: Process): Release {
  const node = env.get('NODE_VERSION') ?? '24.11.1'
  return { node, npm: COMES_WITH[Number.parseInt(node, 10)] ?? NEWEST }
}

/** Whether this npm is that one or newer. */
export function isSince({ npm }: Release, major: number, minor = 0): boolean {
  const [own = 0, ownMinor = 0] = npm.split('.').map(Number)
  return own > major || (own === major && ownMinor >= minor)
}

/** What errors begin with: shorter since 10.6. */
export const errorWord = (release: Release): string => (isSince(release, 10, 6) ? 'npm error' : 'npm ERR!')
export const warnWord = (release: Release): string => (isSince(release, 10, 6) ? 'npm warn' : 'npm WARN')
