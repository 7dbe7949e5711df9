import { needsLogin, NpmError } from '../npm-error.ts'
import type { Npm } from '../npm-context.ts'
import { notFound } from '../registry.ts'

type Command = (npm: Npm) => Promise<number>

const refused =
  (what: (npm: Npm) => string): Command =>
  async (npm) => {
    throw needsLogin(what(npm))
  }

/** The registry has no accounts: nobody is ever logged in, and it says so when asked. */
const login: Command = async (npm) => {
  await npm.notice(`Log in on ${npm.registry.address}`)
  throw new NpmError('E403', [
    `403 403 Forbidden - POST ${npm.registry.address}-/v1/login - this registry is read only`,
    '403 In most cases, you or one of your dependencies are requesting',
    '403 a package version that is forbidden by your security policy, or',
    '403 on a server you do not have access to.',
  ])
}

const loggedIn = refused(() => 'This command requires you to be logged in.')

/** Commands that need an account. */
export const ACCOUNT_COMMANDS: Readonly<Record<string, Command>> = {
  whoami: loggedIn,
  login,
  adduser: login,
  logout: refused(({ registry }) => `not logged in to ${registry.address}, so can't log out!`),
  unpublish: async (npm) => {
    const name = npm.words[0] ?? (await npm.project()).name ?? ''
    throw notFound(`Not Found - GET ${npm.registry.address}${name}?write=true - Not found`, `${name}@*`)
  },
  ...Object.fromEntries(
    ['access', 'deprecate', 'hook', 'org', 'owner', 'profile', 'star', 'stars', 'team', 'token', 'unstar'].map(
      (name) => [name, loggedIn],
    ),
  ),
}
