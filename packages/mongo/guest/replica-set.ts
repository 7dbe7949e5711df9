import type { Document } from 'bson'
import type { Shell } from './shell.ts'

/** `rs`: what a replica set is asked. */
export const replicaSet = (shell: Shell): Record<string, (given?: unknown) => unknown> => {
  const admin = (body: Document): Document => shell.connection.command('admin', body)
  return {
    initiate: (settings = {}) => {
      const answer = admin({ replSetInitiate: settings })
      const isDefault = Object.keys(settings as object).length === 0
      return isDefault
        ? {
            info2: 'no configuration specified. Using a default configuration for the set',
            me: admin({ hello: 1 }).me,
            ...answer,
          }
        : answer
    },
    status: () => admin({ replSetGetStatus: 1 }),
    conf: () => admin({ replSetGetConfig: 1 }).config,
    config: () => admin({ replSetGetConfig: 1 }).config,
    isMaster: () => admin({ isMaster: 1 }),
    hello: () => admin({ hello: 1 }),
    add: (host) => admin({ replSetReconfig: { members: [{ host }] } }),
    secondaryOk: () => undefined,
  }
}
