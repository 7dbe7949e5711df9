import { isErrno } from '@drydock/abi'
import { makeDirectories, readTextFile, writeFile } from '@drydock/libc'
import { type Cli, CliError, defineCommand, exactly, noun, string } from '@drydock/cli-plugin'
import { askLine } from '../ask-line.ts'
import { pathExists } from '../path-exists.ts'
import type { TrustKey } from './trust-keys.ts'

const PASSPHRASE = 'DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE'
const LEAST = 8
const ATTEMPTS = 12
/** Bits that nobody else may have. */
const OTHERS = 0o077

/** cli/command/trust/key_generate.go */
export const isKeyName = (name: string): boolean => /^[a-z0-9][a-z0-9_-]*$/.test(name)

function requireName(name: string): void {
  if (isKeyName(name)) return
  throw new CliError(
    `key name ${JSON.stringify(name)} must start with lowercase alphanumeric characters and can include "-" or "_" after the first character`,
  )
}

/** Asks twice for a passphrase, until it is long enough. @throws CliError when it never is */
async function newPassphrase(cli: Cli, name: string, id: string): Promise<string> {
  const told = cli.env.get(PASSPHRASE)
  if (told !== undefined && told.length >= LEAST) return told
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const first = await askLine(cli, `Enter passphrase for new ${name} key with ID ${id}: `, true)
    if (!cli.isTerminal(0)) await cli.print('\n')
    if (first.length < LEAST) {
      if (first !== '')
        await cli.print(
          'Passphrase is too short. Please use a password manager to generate and store a good random passphrase.\n',
        )
      continue
    }
    const again = await askLine(cli, `Repeat passphrase for new ${name} key with ID ${id}: `, true)
    if (!cli.isTerminal(0)) await cli.print('\n')
    if (again === first) return first
    await cli.print('Passphrases do not match. Please retry.\n')
  }
  throw new CliError('maximum number of passphrase attempts exceeded')
}

/** Keeps a key where notary looks for it. */
async function keep(cli: Cli, made: TrustKey, role: string): Promise<void> {
  const { sealedText } = await import('./trust-keys.ts')
  const passphrase = await newPassphrase(cli, role, made.id.slice(0, 7))
  const folder = `${cli.globals.config}/trust/private`
  makeDirectories(cli.sys, folder, 0o700)
  const text = sealedText(made, role, passphrase, (length) => cli.sys.entropy.bytes(length))
  await writeFile(cli.sys, `${folder}/${made.id}.key`, text, 0o600)
}

const keyGenerate = defineCommand({
  name: 'generate',
  use: 'generate NAME',
  short: 'Generate and load a signing key-pair',
  args: exactly(1),
  flags: {
    dir: string('', 'Directory to generate key in, defaults to current directory'),
  },
  async run({ cli, args: [name = ''], flags }) {
    requireName(name)
    const folder = flags.dir || cli.sys.getcwd()
    if (!pathExists(cli, folder)) throw new CliError(`public key path does not exist: ${JSON.stringify(folder)}`)
    const file = `${folder}/${name}.pub`
    if (pathExists(cli, file)) throw new CliError(`public key file already exists: ${JSON.stringify(file)}`)
    await cli.print(`Generating key for ${name}...\n`)
    const { newKey, publicText } = await import('./trust-keys.ts')
    const made = newKey((length) => cli.sys.entropy.bytes(length))
    try {
      await keep(cli, made, name)
    } catch (error) {
      if (error instanceof CliError) throw new CliError(`failed to generate key for ${name}: ${error.message}`)
      throw error
    }
    await writeFile(cli.sys, file, publicText(made, name), 0o600)
    await cli.print(`Successfully generated and loaded private key. Corresponding public key available: ${file}\n`)
  },
})

/** @throws CliError for a file that is not there, or that others may read */
async function privateText(cli: Cli, file: string): Promise<string> {
  try {
    if ((cli.sys.stat(file).mode & OTHERS) !== 0)
      throw new CliError(
        `refusing to load key from ${file}: private key file ${file} must not be readable or writable by others`,
      )
    return await readTextFile(cli.sys, file)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new CliError(`refusing to load key from ${file}: stat ${file}: ${error.message.toLowerCase()}`)
  }
}

const keyLoad = defineCommand({
  name: 'load',
  use: 'load [OPTIONS] KEYFILE',
  short: 'Load a private key file for signing',
  args: exactly(1),
  flags: {
    name: string('', 'Name for the loaded key', 'signer'),
  },
  async run({ cli, args: [file = ''], flags }) {
    requireName(flags.name)
    await cli.print(`Loading key from "${file}"...\n`)
    const text = await privateText(cli, file)
    const { readKey } = await import('./trust-keys.ts')
    const read = await readKey(text, () => askLine(cli, `Enter passphrase for encrypted key: `, true))
    if (read === 'wrong passphrase')
      throw new CliError(
        `error importing key from ${file}: cannot load key from provided file ${file}: could not decrypt key`,
      )
    if (!read)
      throw new CliError(
        `error importing key from ${file}: provided file ${file} is not a supported private key - to add a signer's public key use docker trust signer add`,
      )
    await keep(cli, read, flags.name)
    await cli.print(`Successfully imported key from ${file}\n`)
  },
})

export const key = noun({
  name: 'key',
  short: 'Manage keys for signing Docker images',
  group: 'management',
  children: [keyGenerate, keyLoad],
})
