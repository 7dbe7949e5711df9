import type { Process, Program } from '@drydock/abi'

interface Row {
  readonly name: string
  readonly paths: readonly string[]
  readonly summary: string
  readonly sizeBytes: number
  readonly lacks: readonly string[]
  readonly load: () => Promise<(process: Process) => Promise<number>>
}

/** Keys and signatures are heavy: each program loads what it needs when it starts. */
const ROWS: readonly Row[] = [
  {
    name: 'openssh-client/ssh',
    paths: ['/usr/bin/ssh'],
    summary: 'OpenSSH remote login client',
    sizeBytes: 1_068_656,
    lacks: [
      'encryption: it speaks in clear, and to the sshd of this playground only',
      '-X; agents that are forwarded; connections that are shared',
    ],
    load: async () => (await import('./ssh.ts')).sshMain,
  },
  {
    name: 'openssh-client/scp',
    paths: ['/usr/bin/scp'],
    summary: 'OpenSSH secure file copy',
    sizeBytes: 191_232,
    lacks: ['the SFTP protocol: it speaks that of rcp', '-l'],
    load: async () => (await import('./scp.ts')).scpMain,
  },
  {
    name: 'openssh-client/ssh-keygen',
    paths: ['/usr/bin/ssh-keygen'],
    summary: 'OpenSSH authentication key utility',
    sizeBytes: 483_624,
    lacks: ['ecdsa and dsa keys; passphrases that protect a key', 'certificates, -e, -i, -H, -Y'],
    load: async () => (await import('./ssh-keygen.ts')).keygenMain,
  },
  {
    name: 'openssh-client/ssh-copy-id',
    paths: ['/usr/bin/ssh-copy-id'],
    summary: 'use locally available keys to authorise logins on a remote machine',
    sizeBytes: 12_676,
    lacks: ['looking whether the key is there already', '-s'],
    load: async () => (await import('./ssh-copy-id.ts')).copyIdMain,
  },
  {
    name: 'openssh-server/sshd',
    paths: ['/usr/sbin/sshd'],
    summary: 'OpenSSH daemon',
    sizeBytes: 1_032_752,
    lacks: ['encryption', 'Match sections; PAM; X11', 'options in authorized_keys'],
    load: async () => (await import('./sshd.ts')).sshdMain,
  },
  {
    name: 'openssh-client/sftp',
    paths: ['/usr/bin/sftp'],
    summary: 'OpenSSH secure file transfer',
    sizeBytes: 195_408,
    lacks: ['copy on the other side (cp); -D, -S, -l; editing of lines and completion'],
    load: async () => (await import('./sftp.ts')).sftpMain,
  },
  {
    name: 'openssh-client/ssh-agent',
    paths: ['/usr/bin/ssh-agent'],
    summary: 'OpenSSH authentication agent',
    sizeBytes: 367_136,
    lacks: ['locking (ssh-add -x), confirmation (-c), hardware keys'],
    load: async () => (await import('./ssh-agent.ts')).agentMain,
  },
  {
    name: 'openssh-client/ssh-add',
    paths: ['/usr/bin/ssh-add'],
    summary: 'adds private key identities to the OpenSSH authentication agent',
    sizeBytes: 356_160,
    lacks: ['-c, -x, -X, -h; passphrases; hardware keys'],
    load: async () => (await import('./ssh-add.ts')).addMain,
  },
  {
    name: 'openssh-client/ssh-keyscan',
    paths: ['/usr/bin/ssh-keyscan'],
    summary: 'gather SSH public keys from servers',
    sizeBytes: 446_264,
    lacks: ['certificates (-c), SSHFP records (-D)'],
    load: async () => (await import('./ssh-keyscan.ts')).keyscanMain,
  },
  {
    name: 'openssh-sftp-server/sftp-server',
    paths: ['/usr/lib/openssh/sftp-server'],
    summary: 'OpenSSH SFTP server subsystem',
    sizeBytes: 158_296,
    lacks: ['-R, -l; the extensions but posix-rename, hardlink and statvfs'],
    load: async () => (await import('./sftp-server.ts')).sftpServerMain,
  },
]

/** OpenSSH between the hosts of a playground. */
export const sshPrograms: readonly Program[] = ROWS.map(({ load, ...row }) => ({
  ...row,
  covers: 'partial',
  main: async (process) => (await load())(process),
}))
