import { atMost, bool, type Cli, CliError, defineCommand, HUB_SERVER, string } from '@drydock/cli-plugin'
import { readAll } from '@drydock/libc'

const serverOf = (arg: string | undefined): string =>
  arg === undefined || ['docker.io', 'index.docker.io', 'registry-1.docker.io'].includes(arg)
    ? HUB_SERVER
    : (arg.replace(/^https?:\/\//, '').split('/')[0] ?? arg)

/** A line from the terminal, not shown when it is a secret. */
async function ask(cli: Cli, prompt: string, secret: boolean): Promise<string> {
  const before = secret && cli.isTerminal(0) ? cli.sys.tcgetattr(0) : undefined
  if (before) cli.sys.tcsetattr(0, { ...before, echo: false, cc: { ...before.cc } })
  await cli.print(prompt)
  await cli.io.out.flush()
  try {
    return await readLine(cli)
  } finally {
    if (before) {
      cli.sys.tcsetattr(0, before)
      await cli.print('\n')
    }
  }
}

async function readLine(cli: Cli): Promise<string> {
  const bytes: number[] = []
  for (;;) {
    const [byte] = await cli.sys.read(0, 1)
    if (byte === undefined || byte === 10)
      return new TextDecoder().decode(Uint8Array.from(bytes)).replace(/\r$/, '').trim()
    bytes.push(byte)
  }
}

async function credentials(
  cli: Cli,
  server: string,
  given: { username: string; password: string; 'password-stdin': boolean },
) {
  let { username, password } = given
  if (given['password-stdin']) {
    if (username === '') throw new CliError('the --password-stdin option requires --username to be set')
    password = new TextDecoder().decode(await readAll(cli.sys, 0)).replace(/\r?\n$/, '')
  } else if (password !== '')
    await cli.warn('WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n')
  const known = cli.config.auth(server)
  const stored = username === '' && password === '' && known?.username ? known : undefined
  if (stored) return { username: stored.username ?? '', password: stored.password ?? '', stored: true }
  if ((username === '' || password === '') && !cli.isTerminal(0))
    throw new CliError('Error: Cannot perform an interactive login from a non TTY device')
  if (username === '') username = await askUser(cli, server)
  if (username === '') throw new CliError('Error: Non-null Username Required')
  if (password === '') password = await ask(cli, 'Password: ', true)
  if (password === '') throw new CliError('Error: Password Required')
  return { username, password, stored: false }
}

async function askUser(cli: Cli, server: string): Promise<string> {
  if (server === HUB_SERVER)
    await cli.print(
      "Log in with your Docker ID or email address to push and pull images from Docker Hub. If you don't have a Docker ID, head over to https://hub.docker.com/ to create one.\nYou can log in with your password or a Personal Access Token (PAT). Using a limited-scope PAT grants better security and is required for organizations using SSO. Learn more at https://docs.docker.com/go/access-tokens/\n\n",
    )
  return ask(cli, 'Username: ', false)
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
    const { username, password, stored } = await credentials(cli, server, flags)
    if (stored) await cli.print('Authenticating with existing credentials...\n')
    const { Status } = await cli.client.system.auth({ username, password, serveraddress: server })
    cli.config.storeAuth(server, username, password)
    await cli.config.save()
    await cli.warn(
      `\nWARNING! Your credentials are stored unencrypted in '${cli.config.path}'.\nConfigure a credential helper to remove this warning. See\nhttps://docs.docker.com/go/credential-store/\n\n`,
    )
    if (Status) await cli.print(`${Status}\n`)
  },
})
