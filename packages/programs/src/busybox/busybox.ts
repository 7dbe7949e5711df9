import { isErrno, type Process, type Program, X_OK } from '@drydock/abi'
import { programName, Stdio } from '@drydock/libc'
import { windowSize } from '../text/terminal.ts'
import { BANNER } from './banner.ts'

const APPLETS = (
  '[ adduser addgroup arch ash awk base64 basename bc bunzip2 bzip2 cal cat chgrp chmod chown chroot cksum clear cmp comm cp cut date dc dd ' +
  'deluser delgroup df diff dirname dmesg du echo egrep env expand expr factor false fgrep find fold free getopt grep groups gunzip gzip head hexdump ' +
  'hostname httpd id ifconfig install ip kill killall less link ln logger ls lsof md5sum mkdir mkfifo mknod mktemp more mount mv nc ' +
  'netstat nice nl nohup nproc nslookup od paste pgrep pidof ping pkill printenv printf ps pwd readlink realpath reset rev rm rmdir ' +
  'route sed seq sh sha1sum sha256sum sha512sum shuf sleep sort split stat strings stty su sync sysctl tac tail tar tee telnet test time timeout ' +
  'top touch tr traceroute tree true truncate tty umount uname uniq unlink unxz unzip uptime vi watch wc wget which who whoami xargs xxd yes zcat'
).split(' ')

const FOLDERS = ['/bin', '/sbin', '/usr/bin', '/usr/sbin']

/** The file of an applet, as the image has it. */
function appletPath({ sys }: Process, name: string): string | undefined {
  return FOLDERS.map((folder) => `${folder}/${name}`).find((path) => {
    try {
      sys.access(path, X_OK)
      return true
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
  })
}

function wrap(words: readonly string[], width: number): string {
  let out = ''
  let line = '\t'
  for (const word of words) {
    if (line.length + word.length + 9 > width) {
      out += `${line}\n`
      line = '\t'
    }
    line += `${line === '\t' ? '' : ' '}${word},`
  }
  return `${out}${line.replace(/,$/, '')}\n`
}

async function help(process: Process, applets: readonly string[]): Promise<number> {
  const io = new Stdio(process.sys)
  await io.print(`${BANNER}
BusyBox is copyrighted by many authors between 1998-2015.
Licensed under GPLv2. See source distribution for detailed
copyright notices.

Usage: busybox [function [arguments]...]
   or: busybox --list[-full]
   or: busybox --show SCRIPT
   or: busybox --install [-s] [DIR]
   or: function [arguments]...

\tBusyBox is a multi-call binary that combines many common Unix
\tutilities into a single executable.  Most people will create a
\tlink to busybox for each function they wish to use and BusyBox
\twill act like whatever it was invoked as.

Currently defined functions:
${wrap(applets, windowSize(process.sys).cols)}`)
  await io.out.flush()
  return 0
}

/** busybox: runs the applet its first word names, from the file the image has for it. */
export const busybox: Program = {
  name: 'busybox/busybox',
  paths: ['/bin/busybox'],
  covers: 'partial',
  lacks: ['--install', 'applets that the image has no file for'],
  summary: 'the multi-call binary of many small programs',
  sizeBytes: 808712,
  async main(process) {
    const called = programName(process)
    const words = called === 'busybox' ? process.argv.slice(1) : [called, ...process.argv.slice(1)]
    const [name] = words
    const applets = APPLETS.filter((applet) => appletPath(process, applet) !== undefined)
    if (name === undefined || name === '--help') return help(process, applets)
    const io = new Stdio(process.sys)
    if (name === '--list' || name === '--list-full') {
      const shown = applets.map((applet) => (name === '--list' ? applet : (appletPath(process, applet) ?? '').slice(1)))
      await io.print(`${shown.join('\n')}\n`)
      await io.out.flush()
      return 0
    }
    const path = name === 'busybox' || called !== 'busybox' ? undefined : appletPath(process, name)
    if (path === undefined) {
      await io.warn(`${name}: applet not found\n`)
      return 127
    }
    return process.sys.exec(path, words, process.env)
  },
}
