import type { Program } from '@drydock/abi'
import { addgroup, adduser, delgroup, deluser } from './adduser.ts'
import { chpasswd, passwd } from './passwd.ts'
import { groupadd, groupdel, useradd, userdel, usermod } from './useradd.ts'

/** Programs that keep accounts: the shadow suite, and Debian's adduser. */
export const shadowPrograms: readonly Program[] = [
  addgroup,
  adduser,
  chpasswd,
  delgroup,
  deluser,
  groupadd,
  groupdel,
  passwd,
  useradd,
  userdel,
  usermod,
]
