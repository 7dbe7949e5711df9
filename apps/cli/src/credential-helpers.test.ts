import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HeadlessHost, openHeadless } from './headless.ts'

const SLOW = 120_000
let host: HeadlessHost

/** A store in a folder, with a log of what it was asked. */
const HELPER = `#!/bin/sh
d=/tmp/kept; mkdir -p $d
echo "$1" >> $d.log
case $1 in
store) cat > $d/account;;
get) s=$(cat); if grep -q "\\"$s\\"" $d/account 2>/dev/null; then cat $d/account; else echo "credentials not found in native keychain"; exit 1; fi;;
erase) s=$(cat); grep -q "\\"$s\\"" $d/account 2>/dev/null && rm $d/account;;
list) echo '{"https://index.docker.io/v1/":"joe"}';;
esac
exit 0
`

async function sh(script: string): Promise<{ out: string; err: string; status: number }> {
  const { stdout, stderr, exitStatus } = await host.run({
    argv: ['/bin/bash', '-c', script],
    env: new Map([
      ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      ['HOME', '/root'],
    ]),
    cwd: '/root',
    timeoutMs: SLOW,
  })
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
  return { out: text(stdout), err: text(stderr), status: exitStatus }
}

const configure = (config: object): Promise<unknown> =>
  sh(`mkdir -p ~/.docker; echo '${JSON.stringify(config)}' > ~/.docker/config.json; rm -rf /tmp/kept*`)

beforeAll(async () => {
  host = await openHeadless({})
  const files = [
    ['kept', HELPER],
    ['broken', '#!/bin/sh\necho "something broke"\nexit 3\n'],
  ]
  for (const [name, text] of files) await sh(`cat > /usr/bin/docker-credential-${name} <<'END'\n${text}END`)
  await sh('chmod +x /usr/bin/docker-credential-*')
}, SLOW)
afterAll(() => host?.close())

describe('docker login with a credential helper', () => {
  it('keeps the secret out of the file, and finds it again', { timeout: SLOW }, async () => {
    await configure({ credsStore: 'kept' })
    const first = await sh('echo secret | docker login -u joe --password-stdin')
    expect(first).toEqual({ out: 'Login Succeeded\n', err: '', status: 0 })
    expect(JSON.parse((await sh('cat ~/.docker/config.json')).out)).toEqual({
      auths: { 'https://index.docker.io/v1/': {} },
      credsStore: 'kept',
    })
    expect(JSON.parse((await sh('cat /tmp/kept/account')).out)).toEqual({
      ServerURL: 'https://index.docker.io/v1/',
      Username: 'joe',
      Secret: 'secret',
    })
    const again = await sh('docker login')
    expect(again.out).toBe('Login Succeeded\n')
    expect(again.err).toContain('Authenticating with existing credentials... [Username: joe]\n')
    expect((await sh('docker tag nothing x 2>/dev/null; docker pull -q busybox; tail -1 /tmp/kept.log')).out).toBe(
      'docker.io/library/busybox:latest\nget\n',
    )
    await sh('docker logout')
    expect((await sh('ls /tmp/kept; cat ~/.docker/config.json')).out).not.toContain('account')
  })

  it('asks the helper of one registry for that alone', { timeout: SLOW }, async () => {
    await configure({ credHelpers: { 'https://index.docker.io/v1/': 'kept' } })
    await sh('echo secret | docker login -u joe --password-stdin')
    expect((await sh('grep -c secret ~/.docker/config.json /tmp/kept/account')).out).toBe(
      '/root/.docker/config.json:0\n/tmp/kept/account:1\n',
    )
    await configure({ credHelpers: { 'elsewhere.example': 'kept' } })
    const { err } = await sh('echo secret | docker login -u joe --password-stdin; ls /tmp/kept')
    expect(err).toContain("WARNING! Your credentials are stored unencrypted in '/root/.docker/config.json'.")
  })

  it.each([
    ['broken', 'exit status 3, out: `something broke`'],
    ['missing', 'exec: "docker-credential-missing": executable file not found in $PATH, out: ``'],
  ])('tells what the helper %s does wrong', { timeout: SLOW }, async (name, reason) => {
    await configure({ credsStore: name })
    expect(await sh('echo secret | docker login -u joe --password-stdin')).toEqual({
      out: '',
      err: `Error saving credentials: error storing credentials - err: ${reason}\n`,
      status: 1,
    })
    expect(await sh('docker logout')).toEqual({
      out: 'Removing login credentials for https://index.docker.io/v1/\n',
      err: `WARNING: error getting credentials - err: ${reason}\nWARNING: could not erase credentials:\nhttps://index.docker.io/v1/: error erasing credentials - err: ${reason}\n`,
      status: 0,
    })
    expect((await sh('docker pull -q busybox')).status).toBe(0)
  })
})
