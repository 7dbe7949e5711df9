import { atMost, type Cli, defineCommand, HUB_SERVER, isProblem } from '@drydock/cli-plugin'

/** The names under which a server may be kept. */
function namesOf(server: string): string[] {
  const host = hostname(server)
  return [server, host, `http://${host}`, `https://${host}`]
}

const hostname = (server: string): string => server.replace(/^https?:\/\//, '').split('/', 1)[0] ?? ''

/** @returns what went wrong, by name */
async function eraseAll(cli: Cli, names: readonly string[]): Promise<Map<string, string>> {
  const problems = new Map<string, string>()
  for (const name of names)
    try {
      await cli.credentials.storeOf(name).erase(name)
    } catch (error) {
      if (!isProblem(error)) throw error
      problems.set(name, error.message)
    }
  return problems
}

/** The Hub's own tokens are kept beside the account. */
async function lookForTokens(cli: Cli): Promise<void> {
  try {
    await cli.credentials.storeOf(HUB_SERVER).get(`${HUB_SERVER}refresh-token`)
  } catch (error) {
    if (!isProblem(error)) throw error
    await cli.warn(`WARNING: ${error.message}\n`)
  }
}

export const logout = defineCommand({
  name: 'logout',
  use: 'logout [SERVER]',
  short: 'Log out from a registry',
  long: 'Log out from a registry.\nIf no server is specified, the default is defined by the daemon.',
  group: 'common',
  rank: 9,
  args: atMost(1),
  completes: ['files'],
  flags: {},
  async run({ cli, args: [server = HUB_SERVER] }) {
    const isHub = server === HUB_SERVER
    const names = isHub ? [server] : namesOf(server)
    if (isHub) await lookForTokens(cli)
    await cli.print(`Removing login credentials for ${isHub ? server : hostname(server)}\n`)
    const kept = JSON.stringify(cli.config.values)
    const problems = await eraseAll(cli, names)
    if (JSON.stringify(cli.config.values) !== kept) await cli.config.save()
    // Names that are there twice fail once: the real one is as forgiving.
    if (problems.size < names.length) return
    const told = Array.from(problems, ([name, problem]) => `${name}: ${problem}\n`)
    await cli.warn(`WARNING: could not erase credentials:\n${told.join('')}`)
  },
})
