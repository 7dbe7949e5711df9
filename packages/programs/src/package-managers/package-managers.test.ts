import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { beforeEach, expect, it } from 'vitest'
import { programs } from '../index.ts'
import { ALPINE, DEBIAN, findPackage, REDHAT } from './catalogue.ts'
import { packageManagerPrograms } from './index.ts'
import { SOFTWARE } from './software.ts'

/** Rows of rooms that this one cannot import. */
const ELSEWHERE = [
  ...['shell/bash', 'shell/dash', 'shell/ash', 'docker/docker'],
  ...[
    'mysql/mysql',
    'mysql/mysqladmin',
    'mysql/mysqldump',
    'sqlite/sqlite3',
    'postgres/psql',
    'postgres/pg_isready',
    'postgres/createdb',
  ],
  ...['redis/redis-server', 'redis/redis-cli', 'redis/redis-benchmark'],
  ...['node/node', 'node/npm', 'node/npx', 'python/python3', 'python/pip'],
]

let kernel: TestKernel
beforeEach(async () => {
  // Base images come without the tools that the tests install.
  kernel = await bootTestKernel([
    ...packageManagerPrograms,
    ...programs
      .filter(({ name }) => /^(tree|jq|grep)\//.test(name) || name === 'busybox/ls')
      .map((program) => (/^(tree|jq)\//.test(program.name) ? { ...program, paths: [] } : program)),
  ])
  const files = {
    '/etc/apk/repositories': 'https://dl-cdn.alpinelinux.org/alpine/v3.22/main\n',
    '/etc/alpine-release': '3.22.2\n',
    '/lib/apk/db/installed': 'P:busybox\nV:1.37.0-r19\nA:x86_64\nI:946176\nT:toolbox\n\n',
    '/etc/os-release': 'ID=debian\nVERSION_CODENAME=trixie\n',
    '/var/lib/dpkg/status': 'Package: libc-bin\nStatus: install ok installed\nVersion: 2.41-12\nDescription: x\n\n',
  }
  await kernel.run(['/sbin/apk', '--version'], { files })
  return () => kernel.shutdown()
})
const run = async (line: string): Promise<string> => {
  const { stdout, stderr } = await kernel.run(line.split(' '))
  return stdout + stderr
}

it('names only programs that exist', () => {
  const known = new Set([...programs.map(({ name }) => name), ...ELSEWHERE])
  const named = Array.from(SOFTWARE.values()).flatMap(({ commands }) => commands.map(([, program]) => program))
  expect(named.filter((name) => !known.has(name))).toEqual([])
})

it.each([
  ['alpine', ALPINE],
  ['debian', DEBIAN],
  ['redhat', REDHAT],
])('%s needs only packages that it has', (_, catalogue) => {
  const needed = catalogue.flatMap(({ depends }) => depends)
  expect(needed.filter((name) => !findPackage(catalogue, name))).toEqual([])
})

it('apk add fetches, installs what is needed first, and del takes it away again', async () => {
  expect(await run('apk add jq')).toBe(`fetch https://dl-cdn.alpinelinux.org/alpine/v3.22/main/x86_64/APKINDEX.tar.gz
(1/2) Installing oniguruma (6.9.10-r0)
(2/2) Installing jq (1.8.1-r0)
Executing busybox-1.37.0-r19.trigger
OK: 1 MiB in 3 packages
`)
  expect((await kernel.run(['jq', '-c', '.a'], { stdin: '{"a":[1]}' })).stdout).toBe('[1]\n')
  expect(await run('apk add jq')).toBe('OK: 1 MiB in 3 packages\n')
  expect(await run('apk info')).toBe('busybox\noniguruma\njq\n')
  expect(await run('apk del jq')).toBe(`(1/2) Purging jq (1.8.1-r0)
(2/2) Purging oniguruma (6.9.10-r0)
Executing busybox-1.37.0-r19.trigger
OK: 0 MiB in 1 packages
`)
  await expect(kernel.run(['jq', '.'])).rejects.toThrow('No such file')
})

it('apk del removes what a virtual package brought', async () => {
  await run('apk add -q --no-cache --virtual .tools jq tree')
  expect(await run('apk info -e tree')).toBe('tree\n')
  const { sizeKib = 0 } = findPackage(ALPINE, 'tree') ?? {}
  expect(await run('ls -l /usr/bin/tree')).toContain(` ${sizeKib * 1024} `)
  await run('apk del -q .tools')
  expect(await run('apk info')).toBe('busybox\n')
})

it('apk knows no package that is not here', async () => {
  const { stderr, status } = await kernel.run(['apk', 'add', '-q', 'nosuch'])
  expect(stderr).toBe(
    'ERROR: unable to select packages:\n  nosuch (no such package):\n    required by: world[nosuch]\n',
  )
  expect(status).toBe(1)
})

it('a package that is removed brings back what it replaced, and leaves what was there', async () => {
  const before = (await kernel.run(['grep', '-c', 'x'], { stdin: 'x\n' })).stdout
  await run('apk add -q grep coreutils')
  await run('apk del -q grep coreutils')
  expect((await kernel.run(['grep', '-c', 'x'], { stdin: 'x\n' })).stdout).toBe(before)
  expect((await kernel.run(['ls', '/etc/os-release'])).stdout).toBe('/etc/os-release\n')
})

it('apt-get knows packages after update only', async () => {
  expect(await run('apt-get install -y jq')).toContain('E: Unable to locate package jq\n')
  expect(await run('apt-get update')).toMatch(
    /^Get:1 http:\/\/deb.debian.org\/debian trixie InRelease \[140 kB\]\n[^]*\nFetched [^]*\nReading package lists...\n$/,
  )
  expect(await run('apt-get update')).toMatch(/^Hit:1 /)
  const text = await run('apt-get install -y jq')
  expect(text).toContain('The following additional packages will be installed:\n  libjq1 libonig5\n')
  expect(text).toContain(
    '0 upgraded, 3 newly installed, 0 to remove and 0 not upgraded.\nNeed to get 425 kB of archives.\n',
  )
  expect(text).toContain('Unpacking jq (1.7.1-6) ...\n')
  expect(text).toContain('Setting up jq (1.7.1-6) ...\nProcessing triggers for libc-bin (2.41-12) ...\n')
  expect(await run('jq -n 1')).toBe('1\n')
  expect(await run('dpkg -L jq')).toBe('/.\n/usr/bin/jq\n')
  expect(await run('apt-get remove -y jq')).toContain("Use 'apt-get autoremove' to remove them.\n")
  expect(await run('apt-get autoremove -y')).toContain('Removing libonig5')
})

it('yum and dnf install with a table', async () => {
  const text = await run('yum install -y tree')
  expect(text).toContain('Installing:\n tree ')
  expect(text).toContain('Transaction Summary\n')
  expect(text).toMatch(/\nInstalled:\n {2}tree-1.8.0-10.x86_64 *\n\nComplete!\n$/)
  expect(await run('tree --noreport /var/lib/rpm')).toContain('packages.txt')
  expect(await run('rpm -q tree')).toBe('tree-1.8.0-10.x86_64\n')
  expect(await run('dnf remove -y tree')).toContain('Removed:\n  tree-1.8.0-10.x86_64')
  expect(await run('dnf install nosuch')).toContain('Error: Unable to find a match: nosuch\n')
})

it('yum before dnf has a form of its own', async () => {
  const files = {
    '/etc/os-release': 'ID="centos"\nVERSION_ID="7"\n',
    '/var/lib/rpm/packages.txt': 'Name: sed\nVersion: 4.2.2-7.el7\nSize: 598016\nSummary: sed\n\n',
  }
  const text = (await kernel.run(['yum', 'install', '-y', 'jq'], { files })).stdout
  expect(text).toContain(`Resolving Dependencies
--> Running transaction check
---> Package jq.x86_64 0:1.6-19 will be installed
--> Running transaction check
---> Package oniguruma.x86_64 0:6.9.6-1 will be installed
--> Finished Dependency Resolution
`)
  expect(text).toContain('Install  1 Package (+1 Dependent package)\n')
  expect(text).toMatch(/\nInstalled:\n {2}jq\.x86_64 0:1\.6-19 +\n\nDependency Installed:\n {2}oniguruma\.x86_64 /)
  expect(await run('yum install -y nosuch')).toContain('No package nosuch available.\nError: Nothing to do\n')
  expect(await run('rpm -qa')).toBe('sed-4.2.2-7.el7.x86_64\noniguruma-6.9.6-1.x86_64\njq-1.6-19.x86_64\n')
  expect(await run('rpm -qa s*')).toBe('sed-4.2.2-7.el7.x86_64\n')
  expect(await run('yum remove -y jq')).toContain('--> Finished Dependency Resolution\n')
})

it('apt-get -qq leaves the word to dpkg', async () => {
  expect(await run('apt-get -qq update')).toBe('')
  expect(await run('apt-get install -qq jq')).toMatch(
    /^Selecting previously unselected package libonig5\.\n[^]*Setting up jq/,
  )
  expect(await run('apt-get -qq remove jq')).toMatch(
    /^\(Reading database ... \d+ files and directories currently installed.\)\nRemoving jq /,
  )
})

it('apk asks for versions, shows where packages come from, and mends', async () => {
  expect(await run('apk add -q curl=8.0.0')).toBe(
    `ERROR: unable to select packages:\n  curl-${findPackage(ALPINE, 'curl')?.version ?? ''}:\n    breaks: world[curl=8.0.0]\n`,
  )
  expect(await run('apk policy busybox')).toMatch(/^busybox policy:\n {2}1\.37\.0-r19:\n {4}lib\/apk\/db\/installed\n/)
  expect(await run('apk fix busybox')).toMatch(/^\(1\/1\) Reinstalling busybox \(1\.37\.0-r19\)\n/)
  expect(await run('apk version')).toMatch(/^Installed: +Available:\n/)
})

it('apt-get brings what service starts', async () => {
  await run('apt-get -qq update')
  await run('apt-get -qq install apache2')
  expect(await run('dpkg -L apache2')).toContain('/etc/init.d/apache2\n')
  expect(await run('ls -l /etc/init.d/apache2')).toMatch(/^-rwxr-xr-x/)
})

it('dpkg -S tells whose a file is', async () => {
  await run('apt-get update -qq')
  await run('apt-get install -y -qq tree')
  expect(await run('dpkg -S /usr/bin/tree')).toBe('tree: /usr/bin/tree\n')
  expect(await run('dpkg -S /nowhere')).toBe('dpkg-query: no path found matching pattern /nowhere\n')
})
