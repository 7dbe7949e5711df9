import type { Program } from '@drydock/abi'
import { date } from '../coreutils/date.ts'
import { busyboxDf } from '../coreutils/df.ts'
import { busyboxDu } from '../coreutils/du.ts'
import { env } from '../coreutils/env.ts'
import { expr } from '../coreutils/expr.ts'
import { groups, id, whoami } from '../coreutils/identity.ts'
import { busyboxLs } from '../coreutils/ls.ts'
import { nice, nohup, timeout, tty } from '../coreutils/run-tools.ts'
import { sleep } from '../coreutils/sleep.ts'
import { bracket, test } from '../coreutils/test.ts'
import { nproc, uname } from '../coreutils/uname.ts'
import { find } from '../findutils/find.ts'
import { xargs } from '../findutils/xargs.ts'
import { gunzip, gzip, zcat } from '../gzip/gzip.ts'
import { hostname } from '../misc/hostname.ts'
import { which } from '../misc/which.ts'
import { busyboxFree } from '../procps/free.ts'
import { kill } from '../procps/kill.ts'
import { killall, pidof } from '../procps/pgrep.ts'
import { sysctl } from '../procps/sysctl.ts'
import { tar } from '../tar/tar.ts'
import { dmesg } from '../util-linux/dmesg.ts'
import { mount } from '../util-linux/mount.ts'
import { umount } from '../util-linux/umount.ts'
import { applet, type AppletRow } from './applet.ts'
import type { Phrase } from './phrase-book.ts'

const NONE: readonly string[] = []

const TEST_PHRASES: readonly Phrase[] = [
  ["invalid integer '%s'", '%s: bad number'],
  ["missing ']'", 'missing ]'],
  ["'%s': binary operator expected", '%s: unknown operand'],
  ["'%s': unary operator expected", '%s: unknown operand'],
  ["missing argument after '%s'", '%s: unknown operand'],
  ["extra argument '%s'", '%s: unknown operand'],
  ["')' expected", 'closing paren expected'],
]

const ZIP_PHRASES: readonly Phrase[] = [
  ['%s already exists;\tnot overwritten', "can't open '%s': File exists"],
  ['%s: unknown suffix -- ignored', '%s: unknown suffix - ignored'],
  ['\ngzip: %s: not in gzip format', 'invalid magic'],
  ['%s: not in gzip format', 'invalid magic'],
  ['\n%s: not in gzip format', 'invalid magic'],
  ['\ngzip: %s: unexpected end of file', 'gzip: %s: unexpected end of file'],
  ['\ngzip: %s: invalid compressed data--crc error', 'gzip: %s: crc error'],
]
const ZIP_WORDS = 'best decompress fast force no-name quiet stdout test to-stdout uncompress verbose'.split(' ')

const TAR_WORDS = (
  'auto-compress create dereference directory exclude exclude-from extract file files-from gzip keep-old-files list ' +
  'no-recursion no-same-owner no-same-permissions numeric-owner overwrite same-permissions strip-components to-stdout ' +
  'touch verbose xz'
).split(' ')

const LS_WORDS = ['color', 'full-time', 'group-directories-first']

const ROWS: readonly (readonly [Program, AppletRow])[] = [
  [bracket, { usage: 'EXPRESSION ]', phrases: TEST_PHRASES }],
  [busyboxDf, { usage: '[-PkmhTai] [-B SIZE] [-t TYPE] [FILESYSTEM]...', letters: 'ahikmtBHPT', words: NONE }],
  [busyboxDu, { usage: '[-aHLdclsxhmk] [FILE]...', letters: 'abcdhklmsxHL', words: NONE }],
  [busyboxFree, { usage: '[-bkmgh]' }],
  [
    busyboxLs,
    {
      usage: '[-1AaCxdLHRFplinshrSXvctu] [-w WIDTH] [FILE]...',
      letters: 'acdghiklnprstuvwxACFHLQRSTX1',
      words: LS_WORDS,
    },
  ],
  [
    date,
    {
      usage: '[OPTIONS] [+FMT] [[-s] TIME]',
      letters: 'drsuRI',
      words: ['date', 'reference', 'set', 'utc'],
      phrases: [
        ["extra operand '%s'", "invalid date '%s'"],
        ['cannot set date: %s', "can't set date: %s"],
        ["invalid date '%s'", "invalid date '%s'"],
        ['%s: %s', "can't stat '%s': %s"],
      ],
    },
  ],
  [
    env,
    {
      usage: '[-i0] [-u NAME]... [-] [NAME=VALUE]... [PROG ARGS]',
      letters: 'iu0',
      words: ['ignore-environment', 'null', 'unset'],
      phrases: [["'%s': %s", "can't execute '%s': %s"]],
    },
  ],
  [
    expr,
    {
      usage: 'EXPRESSION',
      usageStatus: 2,
      phrases: [
        ['missing operand', 'too few arguments'],
        ['syntax error: %s', 'syntax error'],
        ['non-integer argument', 'non-numeric argument'],
      ],
    },
  ],
  [
    find,
    {
      usage: '[-HL] [PATH]... [OPTIONS] [ACTIONS]',
      phrases: [
        ["'%s': %s", '%s: %s'],
        ["'%s': No such file or directory", '%s: No such file or directory'],
        ["unknown predicate `%s'", 'unrecognized: %s'],
        ["missing argument to `%s'", '%s requires an argument'],
        ['Unknown argument to -type: %s', "invalid argument '%s' to '-type'"],
        ["Expected a positive decimal integer argument to %s, but got '%s'", "invalid number '%2$s'"],
        ["invalid argument `%s' to `%s'", "invalid number '%1$s'"],
        ["Invalid argument `%s' to -size", "invalid number '%s'"],
        ["invalid mode `%s'", "invalid mode '%s'"],
        ["'%s' is not the name of a known user", 'unknown user %s'],
        ["'%s' is not the name of an existing group", 'unknown group %s'],
        ["invalid expression; I was expecting to find a ')' somewhere but did not see one.", "unpaired '('"],
        ["expected an expression after `%s'", "unpaired '%s'"],
        ["you have too many ')'", "unpaired ')'"],
        ["paths must precede expression: `%s'", 'unrecognized: %s'],
      ],
    },
  ],
  [groups, { usage: '[USER]', words: NONE }],
  [gunzip, { usage: '[-cfkt] [FILE]...', letters: 'cdfknqtv', words: ZIP_WORDS, phrases: ZIP_PHRASES, maxStatus: 1 }],
  [
    gzip,
    { usage: '[-cfkdt] [FILE]...', letters: 'cdfknqtv123456789', words: ZIP_WORDS, phrases: ZIP_PHRASES, maxStatus: 1 },
  ],
  [
    hostname,
    {
      usage: '[-sidf] [HOSTNAME | -F FILE]',
      phrases: [['you must be root to change the host name', 'sethostname: Operation not permitted']],
    },
  ],
  [
    dmesg,
    { usage: '[-cr] [-n LEVEL] [-s SIZE]', letters: 'cr', phrases: [['read kernel buffer failed: %s', 'klogctl: %s']] },
  ],
  [
    sysctl,
    {
      usage: '[-enq] { -a | -p [FILE]... | [-w] [KEY[=VALUE]]... }',
      letters: 'anqw',
      words: NONE,
      phrases: [
        ['permission denied on key "%s"', "error setting key '%s': Operation not permitted"],
        ['setting key "%s": %s', "error setting key '%s': %s"],
      ],
    },
  ],
  [id, { usage: '[-ugGnr] [USER]', letters: 'gnruG', words: NONE }],
  [
    kill,
    {
      usage: '[-l] [-SIG] PID...',
      phrases: [
        ["failed to parse argument: '%s'", "invalid number '%s'"],
        ['(%s): %s', "can't kill pid %s: %s"],
        ['unknown signal name %s\n\nUsage:%s', "bad signal name '%1$s'"],
        ['\nUsage:\n %s [options]%s', '%s: you need to specify whom to kill'],
      ],
    },
  ],
  [
    killall,
    {
      usage: '[-lq] [-SIG] PROCESS_NAME...',
      phrases: [
        ['%s: no process found', 'killall: %s: no process killed'],
        ['%s: unknown signal; %s', "killall: bad signal name '%1$s'"],
      ],
    },
  ],
  [
    mount,
    {
      usage: '[OPTIONS] [-o OPT] DEVICE NODE',
      maxStatus: 255,
      phrases: [
        ["%s: can't find in /etc/fstab.", "can't find %s in /etc/fstab"],
        ['%s: mount point does not exist.%s', 'mounting on %s failed: No such file or directory'],
        ['%s: special device %s does not exist.%s', 'mounting %2$s on %1$s failed: No such file or directory'],
        ['%s: permission denied.%s', 'permission denied (are you root?)'],
        ["%s: unknown filesystem type '%s'.%s", 'mounting on %s failed: No such device'],
        [
          '%s: wrong fs type, bad option, bad superblock on %s, missing%s',
          'mounting %2$s on %1$s failed: Invalid argument',
        ],
        ['%s: mount point is busy.%s', 'mounting on %s failed: Resource busy'],
      ],
    },
  ],
  [
    nice,
    { usage: '[-n ADJUST] [PROG ARGS]', letters: 'n', words: NONE, phrases: [["'%s': %s", "can't execute '%s': %s"]] },
  ],
  [nohup, { usage: 'PROG ARGS', usageStatus: 127 }],
  [nproc, { usage: '[--all] [--ignore=N]' }],
  [pidof, { usage: '[NAME]...' }],
  [sleep, { usage: '[N]...', phrases: [["invalid time interval '%s'", "invalid number '%s'"]] }],
  [
    tar,
    {
      usage: 'c|x|t [-ZzJjahmvokO] [-f TARFILE] [-C DIR] [-T FILE] [-X FILE] [LONGOPT]... [FILE]...',
      letters: 'acfhjkmoptvxzCJOZTX',
      words: TAR_WORDS,
      maxStatus: 1,
      phrases: [
        ['%s: Cannot open: %s', "can't open '%s': %s"],
        ['%s: Cannot stat: %s', '%s: %s'],
        ['Error is not recoverable: exiting now', ''],
        ['Exiting with failure status due to previous errors', 'error exit delayed from previous errors'],
        ['This does not look like a tar archive', 'invalid tar magic'],
        ['Unexpected EOF in archive', 'short read'],
        ["Removing leading `/' from member names", "removing leading '/' from member names"],
        ["Removing leading `%s' from member names", "removing leading '%s' from member names"],
        ['Cowardly refusing to create an empty archive%s', 'empty archive'],
        ['%s: Not found in archive', '%s: not found in archive'],
        ['%s: file is the archive; not dumped', '%s: file is the archive; skipping'],
        ['%s: socket ignored', '%s: socket ignored'],
        ['Child returned status 1', ''],
      ],
    },
  ],
  [test, { usage: 'EXPRESSION', phrases: TEST_PHRASES }],
  [
    timeout,
    {
      usage: '[-s SIG] [-k KILL_SECS] SECS PROG ARGS',
      letters: 'ks',
      words: NONE,
      phrases: [
        ["invalid time interval '%s'", "invalid number '%s'"],
        ["'%s': invalid signal", "invalid signal '%s'"],
      ],
    },
  ],
  [tty, { usage: '[-s]', letters: 's', words: NONE }],
  [
    umount,
    {
      usage: '[-rlfda] [-t FSTYPE] FILESYSTEM|DIRECTORY',
      maxStatus: 1,
      phrases: [
        ['%s: not mounted.', "can't unmount %s: Invalid argument"],
        ['%s: target is busy.', "can't unmount %s: Device or resource busy"],
        ['%s: no mount point specified.', "can't unmount %s: No such file or directory"],
        ['%s: must be superuser to unmount.', "can't unmount %s: Operation not permitted"],
      ],
    },
  ],
  [
    uname,
    {
      usage: '[-amnrspvio]',
      letters: 'aimnoprsv',
      words:
        'all hardware-platform kernel-name kernel-release kernel-version machine nodename operating-system processor'.split(
          ' ',
        ),
    },
  ],
  [which, { usage: '[-a] COMMAND...', letters: 'a', words: NONE }],
  [whoami, { usage: '', words: NONE }],
  [
    xargs,
    {
      usage: '[OPTIONS] [PROG ARGS]',
      letters: 'aeinprstxEIP0',
      words: ['no-run-if-empty'],
      phrases: [
        ['value %s for %s option should be >= 1', 'number %1$s is not in 1..2147483647 range'],
        ['invalid number "%s" for %s', "invalid number '%s'"],
        ['unmatched %s quote; %s', 'unmatched %s quote'],
        ["Cannot open input file '%s': %s", "can't open '%s': %s"],
      ],
    },
  ],
  [zcat, { usage: '[FILE]...', letters: 'cdfknqtv', words: ZIP_WORDS, phrases: ZIP_PHRASES, maxStatus: 1 }],
]

/** Applets about the system, its processes, accounts and archives. */
export const systemApplets: readonly Program[] = ROWS.map(([program, row]) => applet(program, row))
