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
  await run('ln -s bash /bin/sh')
  await run('echo "root::19000:0:99999:7:::" > /etc/shadow; echo "127.0.0.1 node2" >> /etc/hosts')
  await run('printf "PermitRootLogin yes\\nPermitEmptyPasswords yes\\n" > /etc/ssh/sshd_config; /usr/sbin/sshd')
}, 60_000)
afterAll(() => kernel.shutdown())

/** As sftp 9.2 writes it, but that its time and owner are cut. */
const SFTP = `sftp> cd /tmp/far
sftp> pwd
Remote working directory: /tmp/far
sftp> ls
a    sub  
sftp> ls -1 sub
sub/b
sftp> get a
sftp> -get nope
sftp> put up
sftp> rename up up2
sftp> chmod 600 up2
sftp> mkdir new
sftp> rmdir new
sftp> ln -s a l
sftp> get -r sub
sftp> lls
a
sub
up
sftp> ls -l up2
-rw-------    ? root     root            3 D up2
sftp> rm up2
sftp> ls nope
`

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

  it('has sftp sessions and batches', async () => {
    await run(
      'mkdir -p /tmp/far/sub; echo aaa > /tmp/far/a; echo bb > /tmp/far/sub/b; mkdir -p /tmp/near; echo up > /tmp/near/up',
    )
    const batch = await run(
      'cd /tmp/near; sftp -q -b - node2',
      'cd /tmp/far\npwd\nls\nls -1 sub\nget a\n-get nope\nput up\nrename up up2\nchmod 600 up2\nmkdir new\nrmdir new\nln -s a l\nget -r sub\nlls\nls -l up2\nrm up2\nls nope\nls\n',
    )
    expect(batch.stdout.replace(/ 3 \w.* up2/, ' 3 D up2')).toBe(SFTP)
    expect(batch).toMatchObject({
      stderr: 'File "/tmp/far/nope" not found.\r\nCan\'t ls: "/tmp/far/nope" not found\r\n',
      status: 1,
    })
    expect((await run('cd /tmp/near; cat a sub/b; sftp -q node2:/tmp/far/a got; cat got')).stdout).toBe(
      'aaa\nbb\naaa\n',
    )
    const terminal = await kernel.openTerminal(['sftp', 'node2'])
    await terminal.expect('Connected to node2.')
    await terminal.expect('sftp> ')
    await terminal.type('cd /tmp/far\n')
    await terminal.type('pwd\n')
    await terminal.expect('Remote working directory: /tmp/far')
    await terminal.type('bye\n')
    expect(await terminal.ended).toBe(0)
  })

  it('keeps keys in an agent, and signs with them', async () => {
    const { stdout } = await run(
      'eval "$(ssh-agent)" > /dev/null; exec 2>&1; ssh-add -l; ssh-keygen -q -t ed25519 -N "" -f /tmp/k -C me; ssh-add /tmp/k; ssh-add -l | cut -d" " -f1,3,4; mkdir -p ~ann/.ssh; cat /tmp/k.pub >> ~ann/.ssh/authorized_keys; ssh -o IdentityFile=/nothing -o BatchMode=yes ann@node2 id -un 2>/dev/null; chmod 644 /tmp/k; ssh-add /tmp/k; ssh-add -d /tmp/k; ssh-add -D; ssh-add -L; ssh-agent -k | tail -1 | cut -c1-14; ssh-add -l; echo $?',
    )
    expect(stdout.replaceAll(/@{59}/g, '@@')).toBe(
      "The agent has no identities.\nIdentity added: /tmp/k (me)\n256 me (ED25519)\nann\n@@\n@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @\n@@\nPermissions 0644 for '/tmp/k' are too open.\nIt is required that your private key files are NOT accessible by others.\nThis private key will be ignored.\nIdentity removed: /tmp/k ED25519 (me)\nAll identities removed.\nThe agent has no identities.\necho Agent pid\nError connecting to agent: Connection refused\n2\n",
    )
  })

  it('reaches through other hosts, and forwards ports both ways', async () => {
    expect(
      (await run('ssh -J node2 ann@node2 echo jumped; ssh -o ProxyCommand="ssh -W %h:%p node2" ann@node2 echo piped'))
        .stdout,
    ).toBe('jumped\npiped\n')
    expect((await run('ssh-keyscan node2 2>&1 | cut -d" " -f1,2,3 | cut -c1-40')).stdout).toMatch(
      /^# node2:22 SSH-2\.0-OpenSSH_9\.2p1\nnode2 ssh-ed25519 AAAA/,
    )
    const ports = await run(
      'o="-o StrictHostKeyChecking=no -o LogLevel=ERROR"; ssh -f -N -L 2201:node2:22 ann@node2; ssh $o -p 2201 ann@127.0.0.1 echo left; ssh -f -N -R 2202:localhost:22 ann@node2; sleep 1; ssh $o -p 2202 ann@127.0.0.1 echo right; ssh -f -N -D 2203 ann@node2; printf "\\5\\1\\0\\5\\1\\0\\1\\177\\0\\0\\1\\0\\26" | nc -w1 127.0.0.1 2203 | tail -c +13 | head -c 8',
    )
    expect(ports).toMatchObject({ stdout: 'left\nright\nSSH-2.0-', stderr: '' })
  })

  it('lets rsync, scp and git go between hosts', async () => {
    const { stdout } = await run(
      'mkdir -p /tmp/w/s/d; cd /tmp/w; echo one > s/a; echo two > s/d/b; rsync -ai s/ ann@node2:/tmp/w1; rsync -ai s/ ann@node2:/tmp/w1; rm s/a; echo more >> s/d/b; rsync -ai --delete s/ ann@node2:/tmp/w1; rsync -a ann@node2:/tmp/w1/ back; diff -r s back && echo same; scp -q -3 node2:/tmp/w/s/d/b node2:/tmp/w/c; cat c',
    )
    expect(stdout).toBe(
      'created directory /tmp/w1\ncd+++++++++ ./\n<f+++++++++ a\ncd+++++++++ d/\n<f+++++++++ d/b\n*deleting   a\n.d..t...... ./\n<f.st...... d/b\nsame\ntwo\nmore\n',
    )
    const git = await run(
      'cd /tmp/w; export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@x GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@x; ssh node2 git init -q --bare -b main /tmp/w/r.git; git init -q -b main g; cd g; echo 1 > f; git add f; git commit -q -m first; git remote add origin node2:/tmp/w/r.git; git push -u origin main 2>&1; git clone -q ssh://node2/tmp/w/r.git ../h; cd ../h; git log --oneline | wc -l; echo 2 >> f; git commit -qam second; git push -q; cd ../g; git pull -q; cat f; git ls-remote | cut -f2',
    )
    expect(git.stdout).toBe(
      "To node2:/tmp/w/r.git\n * [new branch]      main -> main\nbranch 'main' set up to track 'origin/main'.\n1\n1\n2\nHEAD\nrefs/heads/main\n",
    )
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
