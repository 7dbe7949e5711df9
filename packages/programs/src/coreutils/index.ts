import { fromPackage } from '../package-version.ts'
import { base64 } from './base64.ts'
import { cat } from './cat.ts'
import { chmod } from './chmod.ts'
import { chgrp, chown } from './chown.ts'
import { cp } from './cp.ts'
import { cut } from './cut.ts'
import { date } from './date.ts'
import { cksum, digestPrograms } from './digest.ts'
import { df } from './df.ts'
import { du } from './du.ts'
import { expr } from './expr.ts'
import { stat } from './stat.ts'
import { bracket, test } from './test.ts'
import { echo } from './echo.ts'
import { env, printenv } from './env.ts'
import { head } from './head.ts'
import { groups, id, logname, whoami } from './identity.ts'
import { comm, expand, foldOld, nl, paste, tac, unexpand } from './line-tools.ts'
import { ln } from './ln.ts'
import { ls } from './ls.ts'
import { link, mkfifo, mknod, mktemp, sync, truncate, unlink } from './make-tools.ts'
import { mkdir, rmdir } from './mkdir.ts'
import { mv } from './mv.ts'
import { basename, dirname, readlink, realpath } from './path-names.ts'
import { printf } from './printf.ts'
import { rm } from './rm.ts'
import { nice, nohup, timeout, tty, yes } from './run-tools.ts'
import { seq } from './seq.ts'
import { sleep } from './sleep.ts'
import { sort } from './sort.ts'
import { tail } from './tail.ts'
import { tee } from './tee.ts'
import { touch } from './touch.ts'
import { tr } from './tr.ts'
import { falseProgram, pwd, trueProgram } from './true.ts'
import { arch, nproc, uname } from './uname.ts'
import { uniq } from './uniq.ts'
import { wc } from './wc.ts'
import { dd } from './dd.ts'
import { chroot, stdbuf } from './exec-tools.ts'
import { factor } from './factor.ts'
import { fmt } from './fmt.ts'
import { install } from './install.ts'
import { join } from './join.ts'
import { numfmt } from './numfmt.ts'
import { od } from './od.ts'
import { pr } from './pr.ts'
import { base32, basenc } from './basenc.ts'
import { sum } from './sum.ts'
import { csplit } from './csplit.ts'
import { shuf } from './shuf.ts'
import { split } from './split.ts'
import { stty } from './stty.ts'
import { tsort } from './tsort.ts'
import { hostid, users, who } from './who.ts'

export const coreutils = fromPackage('GNU coreutils', '9.1', [
  arch,
  base32,
  base64,
  basenc,
  basename,
  bracket,
  df,
  du,
  expr,
  stat,
  test,
  cat,
  cksum,
  comm,
  csplit,
  expand,
  foldOld,
  mkfifo,
  mknod,
  mktemp,
  nice,
  nl,
  nohup,
  paste,
  sync,
  tac,
  timeout,
  truncate,
  tty,
  unexpand,
  unlink,
  link,
  numfmt,
  sum,
  yes,
  ...digestPrograms,
  chgrp,
  chmod,
  chown,
  cp,
  cut,
  date,
  dirname,
  echo,
  env,
  falseProgram,
  groups,
  head,
  id,
  ln,
  logname,
  ls,
  mkdir,
  mv,
  nproc,
  printenv,
  printf,
  pwd,
  readlink,
  realpath,
  rm,
  rmdir,
  seq,
  sleep,
  sort,
  tail,
  tee,
  touch,
  tr,
  trueProgram,
  uname,
  uniq,
  wc,
  whoami,
  dd,
  chroot,
  stdbuf,
  factor,
  fmt,
  install,
  join,
  od,
  pr,
  shuf,
  split,
  stty,
  tsort,
  hostid,
  users,
  who,
])
