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
      '-R, -D, -J, -X, -W',
      'agents; connections that are shared',
    ],
    load: async () => (await import('./ssh.ts')).sshMain,
  },
  {
    name: 'openssh-client/scp',
    paths: ['/usr/bin/scp'],
    summary: 'OpenSSH secure file copy',
    sizeBytes: 191_232,
    lacks: ['the SFTP protocol', 'copies between two remote hosts', '-l'],
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
    lacks: ['encryption', 'sftp; Match sections; PAM; X11', 'options in authorized_keys'],
    load: async () => (await import('./sshd.ts')).sshdMain,
  },
]

/** OpenSSH between the hosts of a playground. */
export const sshPrograms: readonly Program[] = ROWS.map(({ load, ...row }) => ({
  ...row,
  covers: 'partial',
  main: async (process) => (await load())(process),
}))
