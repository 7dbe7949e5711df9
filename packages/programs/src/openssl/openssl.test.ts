import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { shellPrograms } from '@drydock/shell'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { programs } from '../index.ts'

let kernel: TestKernel
const run = (line: string, stdin = ''): ReturnType<TestKernel['run']> => kernel.run(['bash', '-c', line], { stdin })
const folder = mkdtempSync(join(tmpdir(), 'openssl-'))
const file = async (name: string): Promise<string> => (await run(`cat ${name}`)).stdout
const real = spawnSync('openssl', ['version']).status === 0
const openssl = (argv: readonly string[], input = ''): { stdout: string; status: number | null } => {
  const { stdout, status } = spawnSync('openssl', argv, { input, encoding: 'utf8', cwd: folder })
  return { stdout, status }
}

beforeAll(async () => {
  kernel = await bootTestKernel([...shellPrograms, ...programs])
  const made = await run(
    'openssl req -newkey rsa:2048 -nodes -sha256 -keyout k.pem -x509 -days 365 -out c.pem -subj "/C=US/ST=Some, State/O=Acme/CN=registry.local" -addext "subjectAltName=DNS:registry.local,IP:10.0.0.1"; ' +
      'openssl req -new -key k.pem -out r.pem -subj "/CN=leaf.local"; ' +
      'openssl x509 -req -in r.pem -CA c.pem -CAkey k.pem -CAcreateserial -out leaf.pem -days 30; echo hello > t; ' +
      'openssl ecparam -name prime256v1 -genkey -noout -out ek.pem; ' +
      'openssl req -x509 -new -key ek.pem -subj /CN=curves -out ec.pem; ' +
      'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out ek8.pem; ' +
      'openssl req -new -key ek8.pem -subj /CN=leaf -out er.pem; ' +
      'openssl x509 -req -in er.pem -CA ec.pem -CAkey ek.pem -CAcreateserial -out eleaf.pem -days 30; ' +
      'openssl dgst -sha256 -sign ek.pem -out t.sig t; base64 t.sig > t.sig64',
  )
  expect(made.status).toBe(0)
  const names = ['k.pem', 'c.pem', 'r.pem', 'leaf.pem', 't', 'ek.pem', 'ec.pem', 'ek8.pem', 'er.pem', 'eleaf.pem']
  for (const name of names) writeFileSync(join(folder, name), await file(name))
  writeFileSync(join(folder, 't.sig'), Buffer.from(await file('t.sig64'), 'base64'))
}, 120_000)
afterAll(() => {
  kernel.shutdown()
  rmSync(folder, { recursive: true })
})

/** Commands on the files made above, whose output must be what OpenSSL 3.0 says of the same files. */
const SAME: readonly string[] = [
  'x509 -in c.pem -noout -text',
  'x509 -in leaf.pem -noout -text',
  'x509 -in c.pem -noout -subject -issuer -dates',
  'x509 -in c.pem -noout -serial',
  'x509 -in c.pem -noout -fingerprint -sha256',
  'x509 -in c.pem -noout -fingerprint',
  'x509 -in c.pem -noout -pubkey',
  'x509 -in c.pem -noout -modulus',
  'x509 -in c.pem -noout -hash',
  'x509 -in c.pem -noout -ext subjectAltName',
  'x509 -in c.pem -noout -subject -nameopt RFC2253',
  'x509 -in c.pem',
  'req -in r.pem -noout -text',
  'req -in r.pem -noout -subject',
  'req -in r.pem -noout -verify',
  'rsa -in k.pem -noout -text',
  'rsa -in k.pem -pubout',
  'rsa -in k.pem -traditional',
  'rsa -in k.pem -noout -check',
  'pkey -in k.pem -pubout',
  'verify -no_check_time -CAfile c.pem leaf.pem',
  'dgst -sha256 t',
  'dgst -md5 -r t',
  'dgst -sha1 -c t',
  'dgst -sha512 -hmac key t',
  'sha256 t',
  'base64 -in t',
  'enc -base64 -A -in t',
  'enc -aes-256-cbc -K 00112233 -iv 00 -a -in t',
  'enc -aes-128-ctr -K 00112233445566778899aabbccddeeff -iv 01020304050607080910111213141516 -a -in t',
  'enc -aes-256-cbc -pbkdf2 -pass pass:secret -S 0102030405060708 -a -in t',
  'enc -aes-256-cbc -md sha256 -k secret -S 0102030405060708 -a -in t',
  'passwd -apr1 -salt abcdefgh secret',
  'passwd -1 -salt abcdefgh secret',
  'passwd -6 -salt abcdefgh secret',
  'dgst -sha256 -sign k.pem -hex t',
  'x509 -in ec.pem -noout -text',
  'x509 -in ec.pem -noout -modulus -pubkey',
  'x509 -in eleaf.pem -noout -text',
  'req -in er.pem -noout -text',
  'verify -no_check_time -CAfile ec.pem eleaf.pem',
  'ec -in ek.pem -noout -text',
  'ec -in ek8.pem',
  'ec -in k.pem',
  'rsa -in ek.pem',
  'pkey -in ek.pem',
  'pkey -in ek8.pem -pubout',
  'ecparam -name secp384r1',
  'ecparam -name unheard',
  'dgst -sha256 -prverify ek.pem -signature t.sig t',
]
describe.skipIf(!real)('openssl says the same', () => {
  it.each(SAME)('%s', async (line) => {
    const ours = await run(`openssl ${line}`)
    const theirs = openssl(line.split(' '))
    expect(ours.stdout).toBe(theirs.stdout)
    expect(ours.status).toBe(theirs.status)
  })

  it('reads a sealed key and a sealed file of ours, and we theirs', async () => {
    await run(
      'openssl rsa -in k.pem -aes256 -passout pass:secret -out sealed.pem; openssl enc -aes-256-cbc -pbkdf2 -k secret -in t -out t.enc; base64 t.enc > t.b64',
    )
    writeFileSync(join(folder, 'sealed.pem'), await file('sealed.pem'))
    expect(openssl(['rsa', '-in', 'sealed.pem', '-passin', 'pass:secret']).stdout).toBe(
      readFileSync(join(folder, 'k.pem'), 'utf8'),
    )
    expect(openssl(['enc', '-d', '-aes-256-cbc', '-pbkdf2', '-k', 'secret', '-a'], await file('t.b64')).stdout).toBe(
      'hello\n',
    )
    const sealed = spawnSync('openssl', ['enc', '-aes-256-cbc', '-pbkdf2', '-k', 'secret', '-a'], {
      input: 'theirs\n',
      encoding: 'utf8',
    }).stdout
    expect((await run('openssl enc -d -aes-256-cbc -pbkdf2 -k secret -a', sealed)).stdout).toBe('theirs\n')
  })
})

describe('openssl', () => {
  it('asks for a name', async () => {
    const terminal = await kernel.openTerminal(['openssl', 'req', '-new', '-key', 'k.pem', '-out', 'asked.pem'])
    await terminal.expect('Country Name (2 letter code) [AU]:')
    await terminal.type('DE\n')
    await terminal.expect('State or Province Name (full name) [Some-State]:')
    await terminal.type('\n')
    await terminal.expect('Locality Name (eg, city) []:')
    await terminal.type('\n.\n\nhost.local\n\n')
    await terminal.expect('A challenge password []:')
    await terminal.type('\n\n')
    expect(await terminal.ended).toBe(0)
    expect((await run('openssl req -in asked.pem -noout -subject')).stdout).toBe(
      'subject=C = DE, ST = Some-State, CN = host.local\n',
    )
  })

  it('has bcrypt and its kin in htpasswd', async () => {
    const { stdout } = await run('htpasswd -Bbn user secret')
    expect(stdout).toMatch(/^user:\$2y\$05\$[./A-Za-z0-9]{53}\n\n$/)
    await run('htpasswd -cbB users ann one; htpasswd -b users bob two; htpasswd -bs users cid three')
    for (const [line, status] of [
      ['-vb users ann one', 0],
      ['-vb users bob two', 0],
      ['-vb users cid three', 0],
      ['-vb users ann two', 3],
    ] as const)
      expect((await run(`htpasswd ${line}`)).status).toBe(status)
    expect((await run('htpasswd -b nothere ann x')).stderr).toBe(
      "htpasswd: cannot modify file nothere; use '-c' to create it\n",
    )
  })

  it.skipIf(spawnSync('htpasswd').error)('agrees with htpasswd', async () => {
    await run('htpasswd -cbB users ann one; htpasswd -b users bob two')
    writeFileSync(join(folder, 'users'), await file('users'))
    for (const [user, password] of [
      ['ann', 'one'],
      ['bob', 'two'],
    ] as const)
      expect(spawnSync('htpasswd', ['-vb', join(folder, 'users'), user, password]).status).toBe(0)
  })

  it('complains as it does', async () => {
    expect((await run('openssl nonsense')).stderr).toBe('Invalid command \'nonsense\'; type "help" for a list.\n')
    expect((await run('openssl x509 -in nowhere')).status).toBe(1)
    expect((await run('openssl version')).stdout).toMatch(/^OpenSSL 3\./)
  })
})

describe('values of DER, primes and keys of 25519', () => {
  it.skipIf(!real)('asn1parse reads as the real one', async () => {
    for (const options of ['', '-i', '-dump', '-strparse 4', '-noout', '-offset 4'])
      for (const name of ['c.pem', 'k.pem', ...(/^-(strparse|offset)/.test(options) ? [] : ['ek.pem'])]) {
        writeFileSync(join(folder, name), await file(name))
        const words = ['asn1parse', '-in', name, ...options.split(' ').filter(Boolean)]
        const { stdout, status } = await run(`openssl ${words.join(' ')}`)
        expect({ stdout, status }).toEqual(openssl(words))
      }
  })

  it('prime tells and makes', async () => {
    expect((await run('openssl prime 7 8 1000003; openssl prime -hex 11')).stdout).toBe(
      '7 (7) is prime\n8 (8) is not prime\nF4243 (1000003) is prime\n11 (11) is prime\n',
    )
    expect(await run('openssl prime x')).toMatchObject({ stderr: 'Failed to process value (x)\n', status: 1 })
    expect(await run('openssl prime -generate')).toMatchObject({ stderr: 'Specify the number of bits.\n', status: 1 })
    const { stdout } = await run('p=$(openssl prime -generate -bits 64); openssl prime $p')
    expect(stdout).toMatch(/^[C-F][0-9A-F]{15} \(\d+\) is prime\n$/)
  })

  it('keys of Ed25519 sign, keys of X25519 agree', async () => {
    const made =
      'openssl genpkey -algorithm ed25519 -out ed.pem; openssl pkey -in ed.pem -pubout -out edp.pem; echo hi > m'
    const used =
      'openssl pkeyutl -sign -rawin -inkey ed.pem -in m -out s; openssl pkeyutl -verify -rawin -pubin -inkey edp.pem -in m -sigfile s'
    expect((await run(`${made}; ${used}`)).stdout).toBe('Signature Verified Successfully\n')
    expect(
      (await run('echo no > m; openssl pkeyutl -verify -rawin -pubin -inkey edp.pem -in m -sigfile s')).stdout,
    ).toBe('Signature Verification Failure\n')
    const shared =
      'for n in a b; do openssl genpkey -algorithm x25519 -out $n; openssl pkey -in $n -pubout -out p$n; done; ' +
      'openssl pkeyutl -derive -inkey a -peerkey pb | md5sum; openssl pkeyutl -derive -inkey b -peerkey pa | md5sum'
    const [one, other] = (await run(shared)).stdout.split('\n')
    expect(one).toBe(other)
  })

  it.skipIf(!real)('the real one reads them and says the same of them', async () => {
    writeFileSync(join(folder, 'ed.pem'), await file('ed.pem'))
    for (const words of [['-text'], ['-text', '-noout'], ['-pubout']])
      expect((await run(`openssl pkey -in ed.pem ${words.join(' ')}`)).stdout).toBe(
        openssl(['pkey', '-in', 'ed.pem', ...words]).stdout,
      )
  })
})
