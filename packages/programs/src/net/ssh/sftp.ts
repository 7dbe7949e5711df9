/** sftp(1): files of another machine, by commands from a terminal, a pipe or a batch. */
import {
  exitStatus,
  isDirectory,
  isErrno,
  isRegular,
  isSymlink,
  O_CREAT,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  type Process,
  SIGPIPE,
  type Sys,
} from '@drydock/abi'
import { readLines, searchPath, Stdio, writeAll } from '@drydock/libc'
import { globMatcher } from '../../text/glob.ts'
import { isTerminal, windowSize } from '../../text/terminal.ts'
import { SftpClient, SftpClosed, SftpFailure, type RemoteName } from './sftp-client.ts'
import { base, flagsOf, type Options, parseSftp, wordsOf } from './sftp-command-line.ts'
import { HELP } from './sftp-help.ts'
import { human, longRow, sorted } from './sftp-listing.ts'
import { type Attributes, FXP, SftpStream } from './sftp-protocol.ts'

class Failed extends Error {}

class Session {
  private remote = '/'
  private readonly process: Process
  private readonly sys: Sys
  private readonly io: Stdio
  private readonly client: SftpClient
  private readonly options: Options
  private progress: boolean
  readonly version: number

  constructor(process: Process, client: SftpClient, options: Options, version: number) {
    this.process = process
    this.sys = process.sys
    this.io = new Stdio(process.sys)
    this.client = client
    this.options = options
    this.version = version
    this.progress = isTerminal(process.sys, 1) && !options.quiet && options.batch === undefined
  }

  private absolute(path: string): string {
    return path.startsWith('/') ? path : `${this.remote === '/' ? '' : this.remote}/${path}`
  }
  /** As it is told when something is wrong with it. */
  private normal(path: string): string {
    const parts: string[] = []
    for (const part of this.absolute(path).split('/')) {
      if (part === '..') parts.pop()
      else if (part !== '' && part !== '.') parts.push(part)
    }
    return `/${parts.join('/')}`
  }
  private async say(text: string): Promise<void> {
    await this.io.print(text)
  }
  private fail(text: string): never {
    throw new Failed(text)
  }

  async start(): Promise<void> {
    this.remote = await this.client.realPath('.')
  }

  /** A path with stars as the names it stands for. */
  private async globbed(pattern: string): Promise<string[]> {
    const full = this.normal(pattern)
    if (!/[*?[]/.test(pattern)) return [full]
    let found = ['']
    for (const part of full.split('/').slice(1)) {
      const next: string[] = []
      for (const folder of found) {
        if (!/[*?[]/.test(part)) {
          next.push(`${folder}/${part}`)
          continue
        }
        const fits = globMatcher(part)
        const names = await this.client.list(folder === '' ? '/' : folder).catch((error: unknown) => {
          if (error instanceof SftpFailure) return []
          throw error
        })
        for (const { name } of names)
          if (fits(name) && (!name.startsWith('.') || part.startsWith('.'))) next.push(`${folder}/${name}`)
      }
      found = next
    }
    return found.sort()
  }

  /** @returns false to end */
  async run(line: string): Promise<boolean> {
    const text = line.trim()
    if (text === '' || text.startsWith('#')) return true
    if (text.startsWith('!')) {
      await this.shell(text.slice(1))
      return true
    }
    const words = wordsOf(text)
    if (!words) this.fail('Unterminated quoted argument')
    const [name = '', ...rest] = words
    const command = name.toLowerCase()
    if (['bye', 'exit', 'quit'].includes(command)) return false
    const act =
      COMMANDS.get(command) ??
      COMMANDS.get([...COMMANDS.keys()].find((each) => command.length > 2 && each.startsWith(command)) ?? '')
    if (!act) this.fail('Invalid command.')
    await act(this, rest)
    return true
  }

  private async shell(line: string): Promise<void> {
    await this.io.out.flush()
    const shell = this.process.env.get('SHELL') ?? '/bin/sh'
    const pid = await this.sys.spawn(shell, {
      argv: line.trim() === '' ? [shell] : [shell, '-c', line],
      env: this.process.env,
    })
    await this.sys.wait(pid)
  }

  async pwd(): Promise<void> {
    await this.say(`Remote working directory: ${this.remote}\n`)
  }
  async lpwd(): Promise<void> {
    await this.say(`Local working directory: ${this.sys.getcwd()}\n`)
  }
  async cd([path]: readonly string[]): Promise<void> {
    const target = path === undefined ? await this.client.realPath('.') : this.normal(path)
    const known = await this.client.find(target)
    if (!known) this.fail(`stat remote "${target}": No such file or directory`)
    if (!isDirectory(known.mode ?? 0)) this.fail(`Can't change directory: "${target}" is not a directory`)
    this.remote = target
  }
  async lcd([path = this.process.env.get('HOME') ?? '/']: readonly string[]): Promise<void> {
    try {
      this.sys.chdir(path)
    } catch (error) {
      if (!isErrno(error)) throw error
      this.fail(`Couldn't change local directory to "${path}": ${error.message}`)
    }
  }
  async lls(words: readonly string[]): Promise<void> {
    await this.shell(`ls ${words.map((word) => `'${word}'`).join(' ')}`)
  }
  async lmkdir([path = '']: readonly string[]): Promise<void> {
    try {
      this.sys.mkdir(path, 0o777)
    } catch (error) {
      if (!isErrno(error)) throw error
      this.fail(`Couldn't create local directory "${path}": ${error.message}`)
    }
  }

  async ls(words: readonly string[]): Promise<void> {
    const { letters, operands } = flagsOf(words)
    const given = operands[0]
    const paths = await this.globbed(given ?? '.')
    const [only] = paths
    if (paths.length === 0 || (paths.length === 1 && only !== undefined && !(await this.client.find(only, false))))
      this.fail(`Can't ls: "${this.normal(given ?? '.')}" not found`)
    const rows: RemoteName[] = []
    for (const path of paths) {
      const own = await this.client.attributes(path)
      const shown =
        given === undefined
          ? ''
          : given.startsWith('/') || /[*?[]/.test(given)
            ? this.relative(path)
            : given.replace(/\/$/, '')
      if (!isDirectory(own.mode ?? 0) || letters.has('d'))
        rows.push({ name: shown || path, attributes: await this.client.attributes(path, false) })
      else
        for (const { name, attributes } of await this.client.list(path))
          if (letters.has('a') || !name.startsWith('.'))
            rows.push({ name: shown === '' || shown === '.' ? name : `${shown}/${name}`, attributes })
    }
    await this.say(this.listing(sorted(rows, letters), letters))
  }
  private relative(path: string): string {
    const folder = this.remote === '/' ? '/' : `${this.remote}/`
    return path.startsWith(folder) ? path.slice(folder.length) : path
  }
  private listing(rows: readonly RemoteName[], letters: ReadonlySet<string>): string {
    if (letters.has('l') || letters.has('n')) return rows.map((row) => longRow(this.process, row, letters)).join('')
    if (letters.has('1')) return rows.map(({ name }) => `${name}\n`).join('')
    const width = Math.max(0, ...rows.map(({ name }) => name.length)) + 2
    const columns = Math.max(1, Math.floor((isTerminal(this.sys, 1) ? windowSize(this.sys).cols : 80) / width))
    let out = ''
    for (const [at, { name }] of rows.entries())
      out += name.padEnd(width) + ((at + 1) % columns === 0 || at === rows.length - 1 ? '\n' : '')
    return out
  }
  private async told(what: string, path: string, act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (error) {
      if (!(error instanceof SftpFailure)) throw error
      this.fail(`${what.replace('%', path)}: ${error.message}`)
    }
  }
  async mkdir(words: readonly string[]): Promise<void> {
    const path = this.normal(this.need(words, 1, 'mkdir')[0] ?? '')
    await this.told('remote mkdir "%"', path, () => this.client.mkdir(path))
  }
  async rmdir(words: readonly string[]): Promise<void> {
    const path = this.normal(this.need(words, 1, 'rmdir')[0] ?? '')
    await this.told('remote rmdir "%"', path, () => this.client.one(FXP.rmdir, path))
  }
  async rm(words: readonly string[]): Promise<void> {
    for (const path of await this.globbed(this.need(words, 1, 'rm')[0] ?? '')) {
      if (this.options.batch === undefined) await this.say(`Removing ${path}\n`)
      await this.told('remote delete %', path, () => this.client.one(FXP.remove, path))
    }
  }
  async rename(words: readonly string[]): Promise<void> {
    const [from = '', to = ''] = this.need(words, 2, 'rename').map((each) => this.normal(each))
    await this.told(`remote rename "%" to "${to}"`, from, () => this.client.rename(from, to))
  }
  async ln(words: readonly string[]): Promise<void> {
    const { letters, operands } = flagsOf(words)
    const [from = '', to = ''] = this.need(operands, 2, 'ln')
    const target = this.normal(to)
    if (letters.has('s'))
      await this.told(`remote symlink file "${from}" to "%"`, target, () => this.client.symlink(from, target))
    else
      await this.told(`remote link "${this.normal(from)}" to "%"`, target, () =>
        this.client.link(this.normal(from), target),
      )
  }
  /** chmod, chown, chgrp. */
  async change(name: string, words: readonly string[]): Promise<void> {
    const { operands } = flagsOf(words)
    const [value = '', pattern = ''] = this.need(operands, 2, name)
    const number = name === 'chmod' ? Number.parseInt(value, 8) : Number(value)
    if (!Number.isInteger(number)) this.fail(`You must supply a numeric argument to the ${name} command.`)
    for (const path of await this.globbed(pattern)) {
      const old = name === 'chmod' ? undefined : await this.client.find(path)
      const change: Attributes =
        name === 'chmod'
          ? { mode: number }
          : name === 'chown'
            ? { uid: number, gid: old?.gid ?? 0 }
            : { uid: old?.uid ?? 0, gid: number }
      if (this.options.batch === undefined)
        await this.say(
          name === 'chmod'
            ? `Changing mode on ${path}\n`
            : `Changing ${name === 'chown' ? 'owner' : 'group'} on ${path}\n`,
        )
      await this.told('remote setstat "%"', path, () => this.client.change(path, change))
    }
  }
  async df(words: readonly string[]): Promise<void> {
    const { letters, operands } = flagsOf(words)
    const [, size = 4096, blocks = 0, free = 0, available = 0] = await this.client.space(
      this.normal(operands[0] ?? '.'),
    )
    const show = (count: number): string =>
      (letters.has('h') ? `${human(count * size)}B` : String(Math.floor((count * size) / 1024))).padStart(
        letters.has('h') ? 8 : 12,
      )
    const used = blocks - free
    const percent = used + available === 0 ? 0 : Math.floor((used * 100) / (used + available))
    const head = letters.has('h')
      ? '    Size     Used    Avail   (root)    %Capacity'
      : '        Size         Used        Avail       (root)    %Capacity'
    await this.say(
      `${head}\n${show(blocks)} ${show(used)} ${show(available)} ${show(free)} ${`${percent}%`.padStart(letters.has('h') ? 12 : 12)}\n`,
    )
  }
  private need(words: readonly string[], count: number, name: string): readonly string[] {
    if (words.length < count)
      this.fail(
        count > 1
          ? `You must specify two paths after a ${name} command.`
          : `You must specify a path after a ${name} command.`,
      )
    return words
  }

  async get(words: readonly string[], resumes = false): Promise<void> {
    const { letters, operands } = flagsOf(words)
    const [pattern, target] = this.need(operands, 1, 'get')
    const paths = await this.globbed(pattern ?? '')
    const missing = paths.length === 0 || (paths.length === 1 && !(await this.client.find(paths[0] ?? '')))
    if (missing) this.fail(`File "${this.normal(pattern ?? '')}" not found.`)
    const folder = target !== undefined && this.isFolder(target)
    if (paths.length > 1 && target !== undefined && !folder)
      this.fail(`Multiple paths match, but destination "${target}" is not a directory`)
    for (const path of paths)
      await this.fetch(
        path,
        target === undefined ? base(path) : folder ? `${target.replace(/\/$/, '')}/${base(path)}` : target,
        {
          recursive: this.options.recursive || letters.has('r') || letters.has('R'),
          keeps: this.options.keeps || letters.has('p') || letters.has('P'),
          resumes: resumes || letters.has('a'),
        },
      )
  }
  private isFolder(path: string): boolean {
    try {
      return isDirectory(this.sys.stat(path).mode)
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
  }
  private async fetch(path: string, local: string, how: How): Promise<void> {
    const attributes = await this.client.attributes(path)
    if (this.options.batch === undefined && !this.options.quiet)
      await this.say(isDirectory(attributes.mode ?? 0) ? `Retrieving ${path}\n` : `Fetching ${path} to ${local}\n`)
    if (isDirectory(attributes.mode ?? 0)) {
      if (!how.recursive) this.fail(`download ${path}: not a regular file`)
      if (!this.isFolder(local)) this.sys.mkdir(local, (attributes.mode ?? 0o755) & 0o7777)
      for (const { name } of await this.client.list(path))
        if (name !== '.' && name !== '..') await this.fetch(`${path}/${name}`, `${local}/${name}`, how)
      return
    }
    const from = how.resumes && !this.isFolder(local) ? this.sizeOf(local) : 0
    const started = this.sys.clock.monotonic()
    let fd: number
    try {
      fd = this.sys.open(
        local,
        O_WRONLY | O_CREAT | (from > 0 ? 0 : O_TRUNC),
        ((attributes.mode ?? 0o644) & 0o777) | 0o200,
      )
    } catch (error) {
      if (!isErrno(error)) throw error
      this.fail(`open local "${local}": ${error.message}`)
    }
    let at = from
    try {
      if (from > 0) this.sys.lseek(fd, from, 0)
      for await (const bytes of this.client.read(path, from)) {
        await writeAll(this.sys, fd, bytes)
        at += bytes.length
      }
    } finally {
      this.sys.close(fd)
    }
    if (how.keeps) this.sys.chmod(local, (attributes.mode ?? 0o644) & 0o777)
    if (how.keeps && attributes.mtime !== undefined)
      this.sys.utimes(local, (attributes.atime ?? attributes.mtime) * 1000, attributes.mtime * 1000)
    await this.meter(base(path), at, started)
  }
  private sizeOf(path: string): number {
    try {
      return this.sys.stat(path).size
    } catch (error) {
      if (isErrno(error)) return 0
      throw error
    }
  }

  async put(words: readonly string[], resumes = false): Promise<void> {
    const { letters, operands } = flagsOf(words)
    const [pattern = '', target] = this.need(operands, 1, 'put')
    const paths = this.localGlob(pattern)
    if (paths.length === 0) this.fail(`stat ${pattern}: No such file or directory`)
    const there = target === undefined ? undefined : await this.client.find(this.normal(target))
    const folder = there !== undefined && isDirectory(there.mode ?? 0)
    if (paths.length > 1 && target !== undefined && !folder)
      this.fail(`Multiple paths match, but destination "${target}" is not a directory`)
    for (const path of paths)
      await this.store(
        path,
        this.normal(target === undefined ? base(path) : folder ? `${target.replace(/\/$/, '')}/${base(path)}` : target),
        {
          recursive: this.options.recursive || letters.has('r') || letters.has('R'),
          keeps: this.options.keeps || letters.has('p') || letters.has('P'),
          resumes: resumes || letters.has('a'),
        },
      )
  }
  private localGlob(pattern: string): string[] {
    if (!/[*?[]/.test(pattern)) return this.sizeOf(pattern) > 0 || this.exists(pattern) ? [pattern] : []
    const at = pattern.lastIndexOf('/') + 1
    const fits = globMatcher(pattern.slice(at))
    const folder = pattern.slice(0, at)
    return this.sys
      .readdir(folder || '.')
      .map(({ name }) => name)
      .filter((name) => fits(name) && !name.startsWith('.'))
      .sort()
      .map((name) => folder + name)
  }
  private exists(path: string): boolean {
    try {
      this.sys.stat(path)
      return true
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
  }
  private async store(path: string, remote: string, how: How): Promise<void> {
    const stat = this.sys.stat(path)
    if (this.options.batch === undefined && !this.options.quiet)
      await this.say(isDirectory(stat.mode) ? `Entering ${path}\n` : `Uploading ${path} to ${remote}\n`)
    if (isDirectory(stat.mode)) {
      if (!how.recursive) this.fail(`local "${path}" is not a regular file`)
      if (!(await this.client.find(remote))) await this.client.mkdir(remote, stat.mode & 0o7777)
      for (const { name } of this.sys.readdir(path)) await this.store(`${path}/${name}`, `${remote}/${name}`, how)
      return
    }
    if (!isRegular(stat.mode) && !isSymlink(stat.mode)) this.fail(`local "${path}" is not a regular file`)
    const started = this.sys.clock.monotonic()
    const from = how.resumes ? ((await this.client.find(remote))?.size ?? 0) : 0
    const fd = this.sys.open(path, O_RDONLY)
    try {
      if (from > 0) this.sys.lseek(fd, from, 0)
      await this.told(
        `dest open "%"`,
        remote,
        async () => void (await this.client.write(this.sys, fd, remote, stat.mode & 0o777, from)),
      )
    } finally {
      this.sys.close(fd)
    }
    if (how.keeps)
      await this.client.change(remote, {
        mode: stat.mode & 0o777,
        atime: Math.floor(stat.atimeMs / 1000),
        mtime: Math.floor(stat.mtimeMs / 1000),
      })
    await this.meter(base(path), stat.size, started)
  }

  /** As the meter of scp and sftp ends. */
  private async meter(name: string, bytes: number, started: number): Promise<void> {
    if (!this.progress) return
    const seconds = Math.max(0.001, (this.sys.clock.monotonic() - started) / 1000)
    const rate = bytes / seconds / 1024
    const speed = rate < 1000 ? `${rate.toFixed(1)}KB/s` : `${(rate / 1024).toFixed(1)}MB/s`
    const width = Math.max(10, windowSize(this.sys).cols - 36)
    const size =
      bytes < 10_000
        ? String(bytes)
        : bytes < 10_240_000
          ? `${Math.floor(bytes / 1024)}KB`
          : `${Math.floor(bytes / 1_048_576)}MB`
    await this.say(`${name.slice(0, width).padEnd(width)} 100% ${size.padStart(5)} ${speed.padStart(10)}   00:00    \n`)
  }
  async toggle(): Promise<void> {
    this.progress = !this.progress
    await this.say(`Progress meter ${this.progress ? 'enabled' : 'disabled'}\n`)
  }
  async tell(text: string): Promise<void> {
    await this.say(text)
  }

  /** Lines until the end, or in a batch until the first that fails. @returns the status of sftp */
  async all(lines: AsyncIterable<string>, interactive: boolean): Promise<number> {
    const batch = this.options.batch !== undefined
    if (interactive) await this.prompt()
    for await (const line of lines) {
      const silent = /^\s*@/.test(line)
      const forgiving = /^\s*@?-/.test(line)
      const command = line.replace(/^\s*(?:@-?|-@?)/, '')
      if (!interactive && !silent) await this.say(`sftp> ${line}\n`)
      try {
        if (!(await this.run(command))) return 0
      } catch (error) {
        if (error instanceof SftpClosed) return 255
        if (!(error instanceof Failed) && !(error instanceof SftpFailure) && !isErrno(error)) throw error
        await this.io.out.flush()
        await this.io.warn(`${error.message}\r\n`)
        if (batch && !forgiving) return 1
      }
      if (interactive) await this.prompt()
    }
    if (interactive) await this.say('\n')
    return 0
  }
  private async prompt(): Promise<void> {
    await this.say('sftp> ')
    await this.io.out.flush()
  }
  async flush(): Promise<void> {
    await this.io.out.flush()
  }
}

interface How {
  readonly recursive: boolean
  readonly keeps: boolean
  readonly resumes: boolean
}

const COMMANDS: ReadonlyMap<string, (session: Session, words: readonly string[]) => Promise<void>> = new Map([
  ['cd', (session, words) => session.cd(words)],
  ['chdir', (session, words) => session.cd(words)],
  ['chgrp', (session, words) => session.change('chgrp', words)],
  ['chmod', (session, words) => session.change('chmod', words)],
  ['chown', (session, words) => session.change('chown', words)],
  ['df', (session, words) => session.df(words)],
  ['dir', (session, words) => session.ls(words)],
  ['get', (session, words) => session.get(words)],
  ['mget', (session, words) => session.get(words)],
  ['reget', (session, words) => session.get(words, true)],
  ['help', (session) => session.tell(HELP)],
  ['?', (session) => session.tell(HELP)],
  ['lcd', (session, words) => session.lcd(words)],
  ['lls', (session, words) => session.lls(words)],
  ['lmkdir', (session, words) => session.lmkdir(words)],
  ['ln', (session, words) => session.ln(words)],
  ['lpwd', (session) => session.lpwd()],
  ['ls', (session, words) => session.ls(words)],
  ['mkdir', (session, words) => session.mkdir(words)],
  ['progress', (session) => session.toggle()],
  ['put', (session, words) => session.put(words)],
  ['mput', (session, words) => session.put(words)],
  ['reput', (session, words) => session.put(words, true)],
  ['pwd', (session) => session.pwd()],
  ['rename', (session, words) => session.rename(words)],
  ['rm', (session, words) => session.rm(words)],
  ['delete', (session, words) => session.rm(words)],
  ['rmdir', (session, words) => session.rmdir(words)],
  ['symlink', (session, words) => session.ln(['-s', ...words])],
  ['version', (session) => session.tell(`SFTP protocol version ${session.version}\n`)],
])

async function* linesOf(sys: Sys, batch: string | undefined): AsyncGenerator<string, void, void> {
  const fd = batch === undefined || batch === '-' ? 0 : sys.open(batch, O_RDONLY)
  yield* readLines(sys, fd)
}

export async function sftpMain(process: Process): Promise<number> {
  const { sys, env } = process
  const io = new Stdio(sys)
  const options = parseSftp(process.argv.slice(1))
  if ('wrong' in options) {
    await io.warn(options.wrong)
    return 1
  }
  if (options.batch !== undefined && options.batch !== '-') {
    try {
      sys.stat(options.batch)
    } catch (error) {
      if (!isErrno(error)) throw error
      await io.warn(`${error.message} (${options.batch}).\r\n`)
      return 255
    }
  }
  sys.sigaction(SIGPIPE, 'SIG_IGN')
  const [there, here] = [sys.pipe(), sys.pipe()]
  for (const fd of [there[1], here[0]]) sys.setFdFlags(fd, { cloexec: true })
  const fds = new Map([
    [0, there[0]],
    [1, here[1]],
    [2, 2],
  ])
  const batching = options.batch === undefined ? [] : ['-o', 'BatchMode=yes']
  const argv = ['ssh', ...options.ssh, ...batching, '-oForwardX11=no', '-s', '--', options.host, 'sftp']
  const pid = await sys.spawn(searchPath(sys, 'ssh', env.get('PATH')), { argv, env, fds })
  sys.close(there[0])
  sys.close(here[1])
  const client = new SftpClient(new SftpStream(sys, here[0], there[1]))
  const version = await client.begin()
  if (version === undefined) {
    await io.warn('Connection closed\r\n')
    await sys.wait(pid)
    return 255
  }
  if (!options.quiet) await io.warn(`Connected to ${options.host.replace(/^.*@/, '')}.\n`)
  const session = new Session(process, client, options, version)
  const status = await converse(sys, io, session, client, options)
  await session.flush()
  sys.close(there[1])
  const end = await sys.wait(pid)
  return status === 0 && end && exitStatus(end.status) === 255 ? 255 : status
}

async function converse(sys: Sys, io: Stdio, session: Session, client: SftpClient, options: Options): Promise<number> {
  await session.start()
  try {
    if (options.path !== undefined) {
      const known = await client.find(options.path)
      if (!known || !isDirectory(known.mode ?? 0)) {
        await session.run(`get "${options.path}"${options.local === undefined ? '' : ` "${options.local}"`}`)
        return 0
      }
      await session.cd([options.path])
    }
  } catch (error) {
    if (!(error instanceof Failed) && !(error instanceof SftpFailure)) throw error
    await session.flush()
    await io.warn(`${error.message}\r\n`)
    return 1
  }
  const interactive = options.batch === undefined && isTerminal(sys, 0)
  return session.all(linesOf(sys, options.batch), interactive)
}
