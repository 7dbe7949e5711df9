import { fromSuite } from '../package-version.ts'
import { dmesg } from './dmesg.ts'
import { fallocate } from './fallocate.ts'
import { findmnt, mountpoint } from './findmnt.ts'
import { flock } from './flock.ts'
import { getopt } from './getopt.ts'
import { gosu } from './gosu.ts'
import { lsblk } from './lsblk.ts'
import { lscpu } from './lscpu.ts'
import { mount, umount } from './mount.ts'
import { lsns, nsenter, unshare } from './namespaces.ts'
import { rev } from './rev.ts'
import { script } from './script.ts'
import { ionice, last, logger, rename } from './small-tools.ts'
import { runuser, su } from './su.ts'

export const utilLinux = [
  gosu,
  ...fromSuite('util-linux', '2.38.1', [
    dmesg,
    fallocate,
    findmnt,
    flock,
    getopt,
    ionice,
    last,
    logger,
    lsblk,
    lscpu,
    lsns,
    mount,
    mountpoint,
    nsenter,
    rename,
    rev,
    runuser,
    script,
    su,
    umount,
    unshare,
  ]),
]
