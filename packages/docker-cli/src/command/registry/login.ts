import {
  atMost,
  bool,
  type Cli,
  CliError,
  defineCommand,
  HUB_SERVER,
  isProblem,
  problemText,
  string,
} from '@drydock/cli-plugin'
import type { AuthConfig } from '@drydock/docker-api'
import { readAll } from '@drydock/libc'
import { askLine } from '../ask-line.ts'

const serverOf = (arg: string | undefined): string =>
  arg === undefined || ['docker.io', 'index.docker.io', 'registry-1.docker.io'].includes(arg)
    ? HUB_SERVER
    : (arg.replace(/^https?:\/\//, '').split('/')[0] ?? arg)

/** @throws CliError */
async function givenPassword(
  cli: Cli,
  { username, password, 'password-stdin': piped }: { username: string; password: string; 'password-stdin': boolean },
): Promise<string> {
  if (!piped) {
    if (password !== '') await cli.warn('WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n')
    return password
  }
  if (username === '') throw new CliError('the --password-stdin option requires --username to be set')
  return new TextDecoder().decode(await readAll(cli.sys, 0)).replace(/\r?\n$/, '')
}

/** Asks for what was not given. @param known whose account there was @throws CliError */
async function askAccount(cli: Cli, server: string, account: Account, known: string): Promise<Account> {
  if (!cli.isTerminal(0)) throw new CliError('Error: Cannot perform an interactive login from a non TTY device')
  const username = account.username || (await askUser(cli, server, known)) || known
  if (username === '') throw new CliError('Error: Non-null Username Required')
  if (account.password === '' && server === HUB_SERVER)
    await cli.warn(note(cli, 'A Personal Access Token (PAT) can be used instead.', TOKEN_PAGE, '', ''))
  const password = account.password || (await askLine(cli, 'Password: ', true))
  if (password === '') throw new CliError('Error: Password Required')
  return { username, password }
}

interface Account {
  readonly username: string
  readonly password: string
}

async function askUser(cli: Cli, server: string, known: string): Promise<string> {
  if (server === HUB_SERVER) {
    if (known === '') await cli.warn('Failed to start web-based login - falling back to command line login...\n\n')
    await cli.print(
      "Log in with your Docker ID or email address to push and pull images from Docker Hub. If you don't have a Docker ID, head over to https://hub.docker.com/ to create one.\nYou can log in with your password or a Personal Access Token (PAT). Using a limited-scope PAT grants better security and is required for organizations using SSO. Learn more at https://docs.docker.com/go/access-tokens/\n\n",
    )
  }
  return askLine(cli, known === '' ? 'Username: ' : `Username (${known}): `, false)
}

const TOKEN_PAGE = 'To create a PAT, visit \x1b[4mhttps://app.docker.com/settings\x1b[0m'
const HINT = "To login with a different account, run 'docker logout' followed by 'docker login'"

/** A hint as the real client lays it out, in colours on a terminal. */
function note(cli: Cli, ...lines: readonly string[]): string {
  const coloured = cli.isTerminal(2)
  const start = coloured ? '\x1b[1m\x1b[106m\x1b[30mi\x1b[0m\x1b[0m \x1b[96mInfo → \x1b[0m\x1b[0m' : ' Info -> '
  const shown = coloured ? lines.map((line) => `\x1b[3m${line}\x1b[0m`) : lines
  return `\n${start}${shown.join('\n         ')}\n`
}

/** @returns what the engine says of them; undefined when it takes them no more */
async function loginWithKnown(cli: Cli, server: string, known: AuthConfig): Promise<string | undefined> {
  await cli.warn(`Authenticating with existing credentials... [Username: ${known.username || '<token>'}]\n`)
  await cli.warn(`${note(cli, HINT)}\n\n`)
  try {
    return (await cli.client.system.auth({ ...known, serveraddress: server })).Status
  } catch (error) {
    if (!isProblem(error)) throw error
    await cli.warn(`Login did not succeed, error: ${problemText(error)}\n`)
    return undefined
  }
}

/** Keeps the account where config.json says. @throws CliError */
async function keep(cli: Cli, server: string, { username, password }: Account): Promise<void> {
  const store = cli.credentials.storeOf(server)
  try {
    await store.store(server, username, password)
  } catch (error) {
    if (!isProblem(error)) throw error
    throw new CliError(`Error saving credentials: ${error.message}`)
  }
  await cli.config.save()
  if (store.isFile)
    await cli.warn(
      `\nWARNING! Your credentials are stored unencrypted in '${cli.config.path}'.\nConfigure a credential helper to remove this warning. See\nhttps://docs.docker.com/go/credential-store/\n\n`,
    )
}

export const login = defineCommand({
  name: 'login',
  use: 'login [OPTIONS] [SERVER]',
  short: 'Authenticate to a registry',
  long: 'Authenticate to a registry.\nDefaults to Docker Hub if no server is specified.',
  group: 'common',
  rank: 8,
  args: atMost(1),
  flags: {
    password: string('p', 'Password or Personal Access Token (PAT)'),
    'password-stdin': bool('', 'Take the Password or Personal Access Token (PAT) from stdin'),
    username: string('u', 'Username'),
  },
  async run({ cli, args, flags, changed }) {
    if (changed.has('password') && flags['password-stdin'])
      throw new CliError('conflicting options: cannot specify both --password and --password-stdin')
    const server = serverOf(args[0])
    const given = { username: flags.username, password: await givenPassword(cli, flags) }
    const isBare = given.username === '' && given.password === ''
    const known = isBare ? await cli.credentials.get(server) : undefined
    const accepted = known && (await loginWithKnown(cli, server, known))
    if (known && accepted !== undefined) {
      const { username, password } = known
      if (username && password) await keep(cli, server, { username, password })
      if (accepted) await cli.print(`${accepted}\n`)
      return
    }
    const isWhole = given.username !== '' && given.password !== ''
    const account = isWhole ? given : await askAccount(cli, server, given, known?.username ?? '')
    const { Status } = await cli.client.system.auth({ ...account, serveraddress: server })
    await keep(cli, server, account)
    if (Status) await cli.print(`${Status}\n`)
  },
})
