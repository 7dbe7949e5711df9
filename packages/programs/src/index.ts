import type { Program } from '@drydock/abi'
import { apacheUtils } from './apache-utils/index.ts'
import { awkPrograms } from './awk/index.ts'
import { busyboxPrograms } from './busybox/index.ts'
import { bzip2Programs } from './bzip2/bzip2.ts'
import { coreutils } from './coreutils/index.ts'
import { busyboxCronPrograms, cronPrograms } from './cron/index.ts'
import { diffutils } from './diffutils/index.ts'
import { ed } from './ed/ed.ts'
import { e2fsprogs } from './e2fsprogs/index.ts'
import { editorPrograms } from './editors/index.ts'
import { extraPrograms } from './extra/index.ts'
import { findutils } from './findutils/index.ts'
import { envsubst } from './gettext/envsubst.ts'
import { gitPrograms } from './git/index.ts'
import { iconv } from './glibc/iconv.ts'
import { grepPrograms } from './grep/index.ts'
import { gzipPrograms } from './gzip/index.ts'
import { inotifyTools } from './inotify-tools/index.ts'
import { helloWorldPrograms } from './hello-world.ts'
import { htop } from './htop/htop.ts'
import { infoZip } from './info-zip/index.ts'
import { jqPrograms } from './jq/index.ts'
import { manPrograms } from './man-db/index.ts'
import { miscPrograms } from './misc/index.ts'
import { libcapPrograms } from './libcap/index.ts'
import { netPrograms } from './net/index.ts'
import { opensslPrograms } from './openssl/index.ts'
import { packedTools } from './compression/packed-tools.ts'
import { packageManagerPrograms } from './package-managers/index.ts'
import { partedPrograms } from './parted/index.ts'
import { patch } from './patch/patch.ts'
import { attributePrograms } from './attr/index.ts'
import { lsofPrograms } from './lsof/lsof.ts'
import { psmisc } from './psmisc/index.ts'
import { procps } from './procps/index.ts'
import { rsync } from './rsync/rsync.ts'
import { sedPrograms } from './sed/index.ts'
import { serverPrograms } from './servers/index.ts'
import { shadowPrograms } from './shadow/index.ts'
import { strace } from './strace/strace.ts'
import { sudoPrograms } from './sudo/index.ts'
import { tarPrograms } from './tar/index.ts'
import { unavailablePrograms } from './unavailable/index.ts'
import { utilLinux } from './util-linux/index.ts'
import { xfsprogs } from './xfsprogs/index.ts'
import { xzPrograms } from './xz-utils/xz.ts'
import { zstdPrograms } from './zstd/zstd.ts'

/** Every program of this room, a row each. */
export const programs: readonly Program[] = [
  // Before their namesakes: whoever maps programs by path gets GNU's, unless an image asks for busybox's by name.
  ...busyboxPrograms,
  ...busyboxCronPrograms,
  ...coreutils,
  ...cronPrograms,
  ...diffutils,
  patch,
  ...findutils,
  ...grepPrograms,
  ...sedPrograms,
  ...awkPrograms,
  ...gzipPrograms,
  ...bzip2Programs,
  ...xzPrograms,
  ...zstdPrograms,
  ...packedTools,
  ...infoZip,
  rsync,
  ed,
  envsubst,
  iconv,
  ...tarPrograms,
  ...procps,
  htop,
  ...psmisc,
  ...lsofPrograms,
  ...attributePrograms,
  ...utilLinux,
  ...e2fsprogs,
  ...xfsprogs,
  ...partedPrograms,
  ...miscPrograms,
  ...helloWorldPrograms,
  ...netPrograms,
  ...serverPrograms,
  ...editorPrograms,
  ...packageManagerPrograms,
  ...jqPrograms,
  ...extraPrograms,
  strace,
  ...libcapPrograms,
  ...inotifyTools,
  ...shadowPrograms,
  ...sudoPrograms,
  ...gitPrograms,
  ...opensslPrograms,
  ...apacheUtils,
  ...manPrograms(() => programs),
  ...unavailablePrograms,
]
