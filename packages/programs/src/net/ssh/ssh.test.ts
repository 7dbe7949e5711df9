import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { shellPrograms } from '@drydock/shell'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { programs } from '../../index.ts'
import { Screen } from '../../testing/screen.ts'

let kernel: TestKernel
const run = (line: string, stdin = ''): ReturnType<TestKernel['run']> => kernel.run(['bash', '-c', line], { stdin })

beforeAll(async () => {
  kernel = await bootTestKernel([...shellPrograms, ...programs])
  await run(
    'mkdir -p /etc/ssh /dev/pts; ip link set lo up; ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key',
  )
  await run('echo "root::19000:0:99999:7:::" > /etc/shadow; echo "127.0.0.1 node2" >> /etc/hosts')
  await run('printf "PermitRootLogin yes\\nPermitEmptyPasswords yes\\n" > /etc/ssh/sshd_config; /usr/sbin/sshd')
}, 60_000)
afterAll(() => kernel.shutdown())

describe('ssh', { timeout: 60_000 }, () => {
  it('asks whether an unknown host is the right one, runs a command and ends with its status', async () => {
    const terminal = await kernel.openTerminal(['ssh', 'node2', 'echo $USER; hostname; exit 7'])
    await terminal.expect(
      /The authenticity of host 'node2 \(127\.0\.0\.1\)' can't be established\.\r*\nED25519 key fingerprint is SHA256:[\w+/]{43}\.\r\n/,
    )
    await terminal.expect('Are you sure you want to continue connecting (yes/no/[fingerprint])? ')
    await terminal.type('perhaps\n')
    await terminal.expect("Please type 'yes', 'no' or the fingerprint: ")
    await terminal.type('yes\n')
    await terminal.expect(/Warning: Permanently added 'node2' \(ED25519\) to the list of known hosts\.\r*\n/)
    await terminal.expect('root\r\ntest\r\n')
    expect(await terminal.ended).toBe(7)
    expect((await run('cut -d" " -f1,2 ~/.ssh/known_hosts; ssh-keygen -F node2 | head -1')).stdout).toBe(
      'node2 ssh-ed25519\n# Host node2 found: line 1 \n',
    )
  })

  it('makes the host keys that are missing, and says which it cannot save', async () => {
    const made = await run('mkdir -p /h/etc/ssh; touch /h/etc/ssh/ssh_host_rsa_key; ssh-keygen -A -f /h; ls /h/etc/ssh')
    expect(made.stdout).toBe(
      'ssh-keygen: generating new host keys: ED25519 \nssh_host_ed25519_key\nssh_host_ed25519_key.pub\nssh_host_rsa_key\n',
    )
    const failed = await run('ssh-keygen -A -b 1024 -f /nowhere')
    expect(failed).toMatchObject({
      stderr: 'Could not save your private key in /nowhere/etc/ssh/ssh_host_rsa_key: No such file or directory\n',
      status: 1,
    })
  })

  it('carries standard input, output and errors apart', async () => {
    const result = await run('ssh node2 "tr a-z A-Z; echo wrong >&2"', 'hello\n')
    expect(result).toMatchObject({ stdout: 'HELLO\n', stderr: 'wrong\n', status: 0 })
    expect(
      (await run('seq 1 20000 | ssh node2 cat | md5sum; seq 1 20000 | md5sum')).stdout.split('\n').slice(0, 2),
    ).toEqual(Array.from({ length: 2 }, () => expect.stringMatching(/^[0-9a-f]{32} {2}-$/)))
    expect((await run('cmp <(seq 1 20000 | ssh node2 cat) <(seq 1 20000) && echo same')).stdout).toBe('same\n')
  })

  it('gives a terminal of the same size, and says goodbye', async () => {
    const terminal = await kernel.openTerminal(['ssh', 'node2'], { size: { rows: 30, cols: 90 } })
    const screen = new Screen(terminal, { rows: 30, cols: 90 })
    await screen.until((rows) => rows.some((row) => /[#$]$/.test(row)))
    await terminal.type('stty size; tty; echo $SSH_TTY $TERM\r')
    await screen.sees('30 90')
    await screen.sees('/dev/pts/')
    terminal.resize({ rows: 30, cols: 100 })
    await terminal.type('sleep 0.1; stty size\r')
    await screen.sees('30 100')
    await terminal.type('sleep 1000\r')
    await terminal.type('\x03')
    await terminal.type('exit 3\r')
    expect(await terminal.ended).toBe(3)
    expect(terminal.output()).toMatch(/logout\r\nConnection to node2 closed\.\r*\n$/)
  })

  it('says why it cannot', async () => {
    const rows: readonly [string, string][] = [
      [
        'ssh nowhere.invalid',
        'ssh: Could not resolve hostname nowhere.invalid: Temporary failure in name resolution\r\n',
      ],
      ['ssh -p 2222 node2 true', 'ssh: connect to host node2 port 2222: Connection refused\r\n'],
      ['ssh nobody@node2 true', 'nobody@node2: Permission denied (publickey,password).\r\n'],
      [
        'ssh -o StrictHostKeyChecking=yes -o UserKnownHostsFile=/dev/null node2 true',
        'No ED25519 host key is known for node2 and you have requested strict checking.\r\nHost key verification failed.\r\n',
      ],
    ]
    for (const [line, stderr] of rows) expect(await run(line)).toMatchObject({ stderr, status: 255 })
  })

  it('lets in by key where a password is set, and not without', async () => {
    await run('useradd -m -s /bin/bash ann; echo ann:secret | chpasswd')
    const wrong = await kernel.openTerminal(['ssh', 'ann@node2', 'id -un'])
    await wrong.expect("ann@node2's password: ")
    await wrong.type('guess\n')
    await wrong.expect('Permission denied, please try again.')
    await wrong.expect("ann@node2's password: ")
    await wrong.type('secret\n')
    await wrong.expect('ann\r\n')
    expect(await wrong.ended).toBe(0)
    const made = await run('ssh-keygen -t ed25519 -N "" -f ~/.ssh/id_ed25519')
    expect(made.stdout).toMatch(
      /^Generating public\/private ed25519 key pair\.\nYour identification has been saved in \/root\/\.ssh\/id_ed25519\nYour public key has been saved in \/root\/\.ssh\/id_ed25519\.pub\nThe key fingerprint is:\nSHA256:[\w+/]{43} root@test\nThe key's randomart image is:\n\+--\[ED25519 256\]--\+\n(\|.{17}\|\n){9}\+----\[SHA256\]-----\+\n$/,
    )
    const copying = await kernel.openTerminal(['ssh-copy-id', 'ann@node2'])
    await copying.expect("ann@node2's password: ")
    await copying.type('secret\n')
    await copying.expect('Number of key(s) added: 1')
    expect(await copying.ended).toBe(0)
    expect(await run('ssh ann@node2 id -un')).toMatchObject({ stdout: 'ann\n', stderr: '', status: 0 })
  })

  it('copies files and folders both ways', async () => {
    await run('mkdir -p src/deep; echo one > src/a; seq 1 5000 > src/deep/b; chmod 755 src/a')
    expect(
      await run('scp -r src node2:/tmp/dst && cmp src/deep/b /tmp/dst/deep/b && stat -c %a /tmp/dst/a'),
    ).toMatchObject({ stdout: '755\n', stderr: '', status: 0 })
    expect(await run('scp -r node2:/tmp/dst back && diff -r src back && echo same')).toMatchObject({
      stdout: 'same\n',
      status: 0,
    })
    expect(await run('scp node2:/nothing .')).toMatchObject({
      stderr: 'scp: /nothing: No such file or directory\n',
      status: 1,
    })
  })

  it('warns of a host that is another than it was', async () => {
    await run(
      'awk \'{print $1, $2}\' ~/.ssh/known_hosts > k; cut -d" " -f2 ~/.ssh/id_ed25519.pub | paste -d" " k - > ~/.ssh/known_hosts',
    )
    const { stderr, status } = await run('ssh node2 true')
    expect(status).toBe(255)
    expect(stderr).toContain('@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @')
    expect((await run('ssh-keygen -R node2')).stdout).toContain('# Host node2 found: line 1')
  })

  it('shows a banner to whoever knocks', async () => {
    expect((await run('echo | nc -w1 127.0.0.1 22 | head -1')).stdout).toMatch(/^SSH-2\.0-OpenSSH_/)
  })

  it('leaves no bug in dmesg', () => expect(kernel.oopses()).toEqual([]))
})
