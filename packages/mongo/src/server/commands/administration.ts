import { Binary, Long } from 'bson'
import { begin, go } from '../../auth/login.ts'
import { rolesOf, type Role } from '../../auth/users.ts'
import { Failure } from '../../failure.ts'
import type { Document } from '../../wire/message.ts'
import { asDocument, type Call, type CommandTable } from '../command.ts'
import { endTransaction } from '../transaction-state.ts'

const nameOfUser = (call: Call): string => String(call.body[Object.keys(call.body)[0] ?? ''])

function usersInfo(call: Call): Document {
  const { server, database, body } = call
  const asked = body.usersInfo
  const isAll = asked === 1 || asDocument(asked).forAllDBs === true
  const wanted = [asked]
    .flat()
    .map((each) => (typeof each === 'string' ? { user: each, db: database } : asDocument(each)))
  const users = server.users
    .all()
    .filter(({ user, db }) =>
      isAll ? asked !== 1 || db === database : wanted.some((one) => one.user === user && one.db === db),
    )
    .map(({ credentials, ...user }) => ({ ...user, mechanisms: Object.keys(asDocument(credentials)) }))
  return { users }
}

const changeRoles =
  (change: (had: readonly Role[], given: readonly Role[]) => readonly Role[]) =>
  (call: Call): Document => {
    const given = rolesOf(call.body.roles ?? [], call.database)
    call.server.users.update(call.database, nameOfUser(call), (user) => ({
      ...user,
      roles: change(user.roles as Role[], given),
    }))
    return {}
  }
const isSame = (a: Role, b: Role): boolean => a.role === b.role && a.db === b.db

function connectionStatus({ client }: Call): Document {
  const accounts = [...client.accounts.values()]
  return {
    authInfo: {
      authenticatedUsers: accounts.map(({ name, database }) => ({ user: name, db: database })),
      authenticatedUserRoles: accounts.flatMap(({ roles }) => roles),
    },
  }
}

function shutdown({ server }: Call): Document {
  server.stopping = true
  return {}
}

const PARAMETERS: Document = {
  quiet: false,
  logLevel: 0,
  authenticationMechanisms: ['MONGODB-X509', 'SCRAM-SHA-1', 'SCRAM-SHA-256'],
  cursorTimeoutMillis: Long.fromNumber(600_000),
  transactionLifetimeLimitSeconds: 60,
}

function getParameter({ server, body }: Call): Document {
  const featureCompatibilityVersion = { version: server.release.join('.') }
  const all = { ...PARAMETERS, featureCompatibilityVersion }
  const chosen = Object.entries(all).filter(([name]) => body.getParameter === '*' || Object.hasOwn(body, name))
  if (chosen.length === 0) throw new Failure(72, 'no option found to get')
  return Object.fromEntries(chosen)
}

const sessionOf = ({ server }: Call): Document => ({
  id: { id: new Binary(server.sys.entropy.bytes(16), Binary.SUBTYPE_UUID) },
  timeoutMinutes: 30,
})
const nothing = (): Document => ({})

/** Commands about users, sessions and the server itself. */
export const ADMINISTRATION_COMMANDS: CommandTable = {
  saslStart: {
    privilege: 'open',
    help: 'internal',
    run: ({ client, database, body }) => begin(client, database, body),
  },
  saslContinue: { privilege: 'open', help: 'internal', run: ({ client, body }) => go(client, body) },
  logout: {
    privilege: 'open',
    help: 'de-authenticate',
    run: ({ client, database }) => (client.accounts.delete(database), {}),
  },
  createUser: {
    privilege: 'users',
    help: 'Adds a user to the system',
    run: (call) => (call.server.users.create(call.database, nameOfUser(call), call.body), {}),
  },
  updateUser: {
    privilege: 'users',
    help: 'Used to update a user',
    run: (call) => (call.server.users.setPassword(call.database, nameOfUser(call), call.body), {}),
  },
  dropUser: {
    privilege: 'users',
    help: 'Drops a single user.',
    run: (call) => (call.server.users.drop(call.database, nameOfUser(call)), {}),
  },
  usersInfo: { privilege: 'users', help: 'Returns information about users.', run: usersInfo },
  grantRolesToUser: {
    privilege: 'users',
    help: 'Grants roles to a user.',
    run: changeRoles((had, given) => [...had, ...given.filter((each) => !had.some((one) => isSame(one, each)))]),
  },
  revokeRolesFromUser: {
    privilege: 'users',
    help: 'Revokes roles from a user.',
    run: changeRoles((had, given) => had.filter((each) => !given.some((one) => isSame(one, each)))),
  },
  connectionStatus: { privilege: 'open', help: 'Returns connection-specific information', run: connectionStatus },
  startSession: { privilege: 'any', help: 'start a logical session', run: sessionOf },
  endSessions: { privilege: 'open', help: 'end a set of logical sessions', run: nothing },
  refreshSessions: { privilege: 'any', help: 'renew a set of logical sessions', run: nothing },
  killSessions: { privilege: 'any', help: 'kill a set of logical sessions', run: nothing },
  commitTransaction: {
    privilege: 'any',
    help: 'Commits a transaction',
    run: (call) => (endTransaction(call, true), {}),
  },
  abortTransaction: {
    privilege: 'any',
    help: 'Aborts a transaction',
    run: (call) => (endTransaction(call, false), {}),
  },
  replSetInitiate: {
    privilege: 'cluster',
    help: 'Initiate/christen a replica set.',
    run: ({ server, body }) => server.replicaSet.initiate(asDocument(body.replSetInitiate)),
  },
  replSetGetStatus: {
    privilege: 'monitor',
    help: 'Report status of a replica set',
    run: ({ server }) => server.replicaSet.status(),
  },
  replSetGetConfig: {
    privilege: 'monitor',
    help: 'Returns the current replica set configuration',
    run: replSetGetConfig,
  },
  getCmdLineOpts: {
    privilege: 'monitor',
    help: 'get argv',
    run: ({ server }) => ({
      argv: [
        'mongod',
        ...Object.entries(server.config).flatMap(([name, value]) => [`--${name}`, ...(value === true ? [] : [value])]),
      ],
      parsed: server.config,
    }),
  },
  getParameter: { privilege: 'monitor', help: 'get administrative option(s)', run: getParameter },
  setParameter: { privilege: 'cluster', help: 'set administrative option(s)', run: nothing },
  getLog: {
    privilege: 'monitor',
    help: 'the last lines of the log',
    run: ({ body }) =>
      body.getLog === '*' ? { names: ['global', 'startupWarnings'] } : { totalLinesWritten: 0, log: [] },
  },
  currentOp: {
    privilege: 'monitor',
    help: 'operations in progress',
    run: ({ client }) => ({ inprog: [{ type: 'op', desc: client.context, connectionId: client.id, active: true }] }),
  },
  top: { privilege: 'monitor', help: 'usage by collection', run: () => ({ totals: {} }) },
  fsync: { privilege: 'cluster', help: 'flush to the disk', run: () => ({ numFiles: 1 }) },
  setFeatureCompatibilityVersion: { privilege: 'cluster', help: 'set the featureCompatibilityVersion', run: nothing },
  shutdown: { privilege: 'cluster', help: 'shutdown the database.', run: shutdown },
}

function replSetGetConfig({ server }: Call): Document {
  const { settings } = server.replicaSet
  if (!settings) throw new Failure('NotYetInitialized', 'no replset config has been received')
  return { config: settings }
}
