import { EEXIST, ENOENT, isErrno, type Process, type Program } from '@drydock/abi'
import { readTextFile, Stdio, writeFile } from '@drydock/libc'
import { Backend } from './backend.ts'
import { DataDirectory } from './data-directory.ts'
import { writeSuperuser } from './superuser.ts'
import { BackendFailure, WorkerLink } from './worker-link.ts'
import { DEFAULT_VERSION } from './postgres.ts'

export const initdb: Program = {
  name: 'postgres/initdb',
  paths: ['/usr/lib/postgresql/18/bin/initdb', '/usr/local/bin/initdb'],
  covers: 'partial',
  lacks: [
    'encodings and locales other than UTF8 and C.UTF-8',
    '--waldir',
    '--data-checksums is always as the build has it',
  ],
  summary: 'create a new PostgreSQL database cluster',
  sizeBytes: 211_000,
  main,
}

interface Options {
  data: string
  user: string
  passwordFile: string
  authLocal: string
  authHost: string
}

function readArguments({ argv, env, sys }: Process, names: (uid: number) => string): Options {
  const options: Options = {
    data: env.get('PGDATA') ?? '',
    user: names(sys.getuid()),
    passwordFile: '',
    authLocal: 'trust',
    authHost: 'trust',
  }
  for (let at = 1; at < argv.length; at++) {
    const [word = '', inline] = splitOption(argv[at] ?? '')
    const value = (): string => inline ?? argv[++at] ?? ''
    if (word === '-D' || word === '--pgdata') options.data = value()
    else if (word === '-U' || word === '--username') options.user = value()
    else if (word === '--pwfile') options.passwordFile = value()
    else if (word === '-A' || word === '--auth') options.authLocal = options.authHost = value()
    else if (word === '--auth-local') options.authLocal = value()
    else if (word === '--auth-host') options.authHost = value()
    else if (
      ['-E', '--encoding', '--locale', '--locale-provider', '--lc-collate', '--lc-ctype', '--icu-locale'].includes(word)
    )
      value()
    else if (!word.startsWith('-')) options.data = word
  }
  return options
}

const splitOption = (word: string): [string, string | undefined] => {
  const at = word.startsWith('--') ? word.indexOf('=') : -1
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)]
}

const HBA = ({ authLocal, authHost }: Options): string => `# PostgreSQL Client Authentication Configuration File
# TYPE  DATABASE        USER            ADDRESS                 METHOD

# "local" is for Unix domain socket connections only
local   all             all                                     ${authLocal}
# IPv4 local connections:
host    all             all             127.0.0.1/32            ${authHost}
# IPv6 local connections:
host    all             all             ::1/128                 ${authHost}
`

async function main(process: Process): Promise<number> {
  const { sys, argv } = process
  const io = new Stdio(sys)
  if (argv.includes('--version') || argv.includes('-V')) {
    await io.print(`initdb (PostgreSQL) ${DEFAULT_VERSION}\n`)
    await io.out.flush()
    return 0
  }
  const users = (await readTextFile(sys, '/etc/passwd')).split('\n').map((line) => line.split(':'))
  const options = readArguments(process, (uid) => users.find(([, , id]) => Number(id) === uid)?.[0] ?? 'postgres')
  const say = async (text: string): Promise<void> => {
    await io.print(text)
    await io.out.flush()
  }
  if (sys.geteuid() === 0) {
    await io.warn(
      'initdb: error: cannot be run as root\ninitdb: hint: Please log in (using, e.g., "su") as the (unprivileged) user that will own the server process.\n',
    )
    return 1
  }
  if (options.data === '') {
    await io.warn(
      'initdb: error: no data directory specified\ninitdb: hint: You must identify the directory where the data for this database system will reside.  Do this with either the invocation option -D or the environment variable PGDATA.\n',
    )
    return 1
  }
  await say(
    `The files belonging to this database system will be owned by user "${users.find(([, , id]) => Number(id) === sys.getuid())?.[0] ?? sys.getuid()}".\nThis user must also own the server process.\n\nThe database cluster will be initialized with locale "en_US.utf8".\nThe default database encoding has accordingly been set to "UTF8".\nThe default text search configuration will be set to "english".\n\nData page checksums are enabled.\n\n`,
  )
  if (!(await makeFolder(process, io, options.data, say))) return 1
  try {
    await fill(process, options, say)
  } catch (error) {
    if (!(error instanceof BackendFailure) && !isErrno(error)) throw error
    await io.warn(`initdb: error: ${error.message}\n`)
    return 1
  }
  await say(
    `\nSuccess. You can now start the database server using:\n\n    pg_ctl -D ${options.data} -l logfile start\n\n`,
  )
  return 0
}

async function makeFolder(
  { sys }: Process,
  io: Stdio,
  data: string,
  say: (text: string) => Promise<void>,
): Promise<boolean> {
  try {
    sys.mkdir(data, 0o700)
    await say(`creating directory ${data} ... ok\n`)
    return true
  } catch (error) {
    if (error === ENOENT || error !== EEXIST) {
      if (!isErrno(error)) throw error
      await io.warn(`initdb: error: could not create directory "${data}": ${error.message}\n`)
      return false
    }
  }
  if (sys.readdir(data).length > 0) {
    await io.warn(
      `initdb: error: directory "${data}" exists but is not empty\ninitdb: hint: If you want to create a new database system, either remove or empty the directory "${data}" or run initdb with an argument other than "${data}".\n`,
    )
    return false
  }
  await say(`fixing permissions on existing directory ${data} ... ok\n`)
  return true
}

async function fill({ sys }: Process, options: Options, say: (text: string) => Promise<void>): Promise<void> {
  const data = new DataDirectory(sys, options.data)
  const link = new WorkerLink(sys)
  await say('creating subdirectories ... ')
  const files = await link.template()
  link.close()
  await say(
    'ok\nselecting dynamic shared memory implementation ... posix\nselecting default "max_connections" ... 100\nselecting default "shared_buffers" ... 128MB\ncreating configuration files ... ',
  )
  await data.write(files)
  await writeFile(sys, `${options.data}/pg_hba.conf`, HBA(options), 0o600)
  await say('ok\nrunning bootstrap script ... ok\nperforming post-bootstrap initialization ... ')
  await nameSuperuser(sys, data, options)
  await say('ok\nsyncing data to disk ... ok\n')
}

const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** The fresh cluster has a role postgres: it gets the name and the password that were asked for. */
async function nameSuperuser(sys: Process['sys'], data: DataDirectory, { user, passwordFile }: Options): Promise<void> {
  const password = passwordFile === '' ? '' : (await readTextFile(sys, passwordFile)).split('\n')[0]
  if (user === 'postgres' && !password) return
  const backend = new Backend(sys, data, 'postgres')
  await backend.start('postgres')
  const secret = password ? `ALTER ROLE postgres PASSWORD '${password.replaceAll("'", "''")}';` : ''
  if (secret !== '') await backend.query(secret)
  if (user !== 'postgres') {
    // Nobody may rename the role of the session: another superuser does.
    await backend.script([
      'CREATE ROLE "drydock bootstrap" SUPERUSER',
      'SET SESSION AUTHORIZATION "drydock bootstrap"',
      `ALTER ROLE postgres RENAME TO ${quoteName(user)}`,
      `SET SESSION AUTHORIZATION ${quoteName(user)}`,
      'DROP ROLE "drydock bootstrap"',
      'CHECKPOINT',
    ])
    await writeSuperuser(sys, data.path, user)
  } else await backend.script(['CHECKPOINT'])
  backend.close()
}
