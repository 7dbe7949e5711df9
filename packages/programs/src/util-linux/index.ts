import { fromSuite } from '../package-version.ts'
import { blockPrograms } from './block-programs.ts'
import { dmesg } from './dmesg.ts'
import { fallocate } from './fallocate.ts'
import { findmnt } from './findmnt.ts'
import { flock } from './flock.ts'
import { getopt } from './getopt.ts'
import { gosu } from './gosu.ts'
import { lscpu } from './lscpu.ts'
import { lslocks } from './lslocks.ts'
import { mount } from './mount.ts'
import { mountpoint } from './mountpoint.ts'
import { look, namei, whereis } from './name-tools.ts'
import { lsns } from './lsns.ts'
import { nsenter, unshare } from './namespaces.ts'
import { prlimit } from './prlimit.ts'
import { rev } from './rev.ts'
import { chrt, renice, setsid, taskset } from './scheduling.ts'
import { script } from './script.ts'
import { scriptreplay } from './scriptreplay.ts'
import { logger } from './logger.ts'
import { ionice, last, rename } from './small-tools.ts'
import { runuser, su } from './su.ts'
import { ipcmk, ipcrm } from './ipc-make.ts'
import { ipcs } from './ipcs.ts'
import { lsipc } from './lsipc.ts'
import { mcookie, mesg, pivotRoot, uuidgen } from './system-objects.ts'
import { umount } from './umount.ts'

export const utilLinux = [
  gosu,
  ...fromSuite('util-linux', '2.38.1', [
    chrt,
    dmesg,
    ipcmk,
    ipcrm,
    ipcs,
    lsipc,
    look,
    lslocks,
    mcookie,
    mesg,
    namei,
    pivotRoot,
    prlimit,
    renice,
    setsid,
    taskset,
    uuidgen,
    whereis,
    fallocate,
    findmnt,
    flock,
    getopt,
    ionice,
    last,
    logger,
    lscpu,
    lsns,
    mount,
    mountpoint,
    nsenter,
    rename,
    rev,
    runuser,
    script,
    scriptreplay,
    su,
    umount,
    unshare,
    ...blockPrograms,
  ]),
]
