import { isErrno, type Process } from '@drydock/abi'
import { readTextFile, searchPath, Stdio } from '@drydock/libc'
import { exitStatus } from '@drydock/abi'

/** Appends the line on standard input to the other side's authorized_keys. */
const REMOTE = 'umask 077 ; mkdir -p .ssh && cat >> .ssh/authorized_keys || exit 1'

async function findKey({ sys, env }: Process, given: string | undefined): Promise<string | undefined> {
  const home = env.get('HOME') ?? '/root'
  const names = given
    ? [given.endsWith('.pub') ? given : `${given}.pub`]
    : ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => `${home}/.ssh/${name}.pub`)
  return names.find((name) => {
    try {
      sys.stat(name)
      return true
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
  })
}

async function runSsh({ sys, env }: Process, words: readonly string[], input: string): Promise<number> {
  const [read, write] = sys.pipe()
  sys.setFdFlags(write, { cloexec: true })
  const fds = new Map([
    [0, read],
    [1, 1],
    [2, 2],
  ])
  const pid = await sys.spawn(searchPath(sys, 'ssh', env.get('PATH')), { argv: ['ssh', ...words], env, fds })
  sys.close(read)
  try {
    await sys.write(write, new TextEncoder().encode(input))
  } catch (error) {
    if (!isErrno(error)) throw error
  }
  sys.close(write)
  const result = await sys.wait(pid)
  return result ? exitStatus(result.status) : 255
}

/** ssh-copy-id(1), a script of OpenSSH. */
export async function copyIdMain(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  const passed: string[] = []
  let given: string | undefined
  let host: string | undefined
  const words = process.argv.slice(1)
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '-i') given = words[++at]
    else if (word === '-p' || word === '-o' || word === '-F') passed.push(word, words[++at] ?? '')
    else if (!word.startsWith('-')) host = word
  }
  if (host === undefined) {
    await io.warn(
      'Usage: /usr/bin/ssh-copy-id [-h|-?|-f|-n|-s] [-i [identity_file]] [-p port] [-F alternative ssh_config file] [[-o <ssh -o options>] ...] [user@]hostname\n',
    )
    return 1
  }
  const file = await findKey(process, given)
  if (!file) {
    await io.warn('/usr/bin/ssh-copy-id: ERROR: No identities found\n')
    return 1
  }
  await io.warn(`/usr/bin/ssh-copy-id: INFO: Source of key(s) to be installed: "${file}"\n`)
  await io.warn(
    '/usr/bin/ssh-copy-id: INFO: attempting to log in with the new key(s), to filter out any that are already installed\n',
  )
  await io.warn(
    '/usr/bin/ssh-copy-id: INFO: 1 key(s) remain to be installed -- if you are prompted now it is to install the new keys\n',
  )
  const status = await runSsh(process, [...passed, host, REMOTE], await readTextFile(process.sys, file))
  if (status !== 0) return status
  const ports = passed.map((word) => `'${word}' `).join('')
  await io.print(
    `\nNumber of key(s) added: 1\n\nNow try logging into the machine, with:   "ssh ${ports}'${host}'"\nand check to make sure that only the key(s) you wanted were added.\n\n`,
  )
  await io.out.flush()
  return 0
}
