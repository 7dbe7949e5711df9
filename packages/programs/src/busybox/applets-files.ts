import type { Program } from '@drydock/abi'
import { cat } from '../coreutils/cat.ts'
import { chmod } from '../coreutils/chmod.ts'
import { chgrp, chown } from '../coreutils/chown.ts'
import { cp } from '../coreutils/cp.ts'
import { dd } from '../coreutils/dd.ts'
import { ln } from '../coreutils/ln.ts'
import { link, mkfifo, mknod, mktemp, truncate, unlink } from '../coreutils/make-tools.ts'
import { mkdir, rmdir } from '../coreutils/mkdir.ts'
import { mv } from '../coreutils/mv.ts'
import { basename, dirname, readlink, realpath } from '../coreutils/path-names.ts'
import { printf } from '../coreutils/printf.ts'
import { rm } from '../coreutils/rm.ts'
import { stat } from '../coreutils/stat.ts'
import { tee } from '../coreutils/tee.ts'
import { touch } from '../coreutils/touch.ts'
import { applet, type AppletRow } from './applet.ts'
import type { Phrase } from './phrase-book.ts'

const NONE: readonly string[] = []

const COPY_PHRASES: readonly Phrase[] = [
  ["-r not specified; omitting directory '%s'", "omitting directory '%s'"],
  ["cannot create regular file '%s': %s", "can't create '%s': %s"],
  ["cannot create directory '%s': %s", "can't create directory '%s': %s"],
  ["cannot create symbolic link '%s': %s", "can't create symlink '%s': %s"],
  ["cannot open '%s' for reading: %s", "can't open '%s': %s"],
  ["cannot overwrite directory '%s' with non-directory '%s'", "'%1$s' exists but isn't a directory"],
  ["cannot overwrite non-directory '%s' with directory '%s'", "target '%1$s' is not a directory"],
  ["cannot copy a directory, '%s', into itself, '%s'", "recursion detected, omitting directory '%1$s'"],
  ["target '%s': Not a directory", "'%s' is not a directory"],
  ["target '%s': %s", "can't create '%s': %s"],
  ["target directory '%s': %s", "can't create '%s': %s"],
]

const OWNER_PHRASES: readonly Phrase[] = [
  ["changing ownership of '%s': %s", '%s: %s'],
  ["changing group of '%s': %s", '%s: %s'],
  ["invalid user: '%s:%s'", 'unknown user/group %s:%s'],
  ["invalid user: '%s'", 'unknown user %s'],
  ["invalid group: '%s:%s'", 'unknown user/group %s:%s'],
  ["invalid group: '%s'", 'unknown group %s'],
]
const OWNER_WORDS = ['changes', 'dereference', 'no-dereference', 'quiet', 'recursive', 'silent', 'verbose']
const COPY_WORDS = (
  'archive dereference force interactive link no-clobber no-dereference no-target-directory parents recursive ' +
  'reflink remove-destination symbolic-link target-directory update verbose'
).split(' ')
const MOVE_WORDS = 'force interactive no-clobber no-target-directory target-directory verbose'.split(' ')

const ROWS: readonly (readonly [Program, AppletRow])[] = [
  [basename, { usage: 'FILE [SUFFIX] | -a FILE... | -s SUFFIX FILE...', letters: 'as', words: NONE }],
  [
    cat,
    {
      usage: '[-nbvteA] [FILE]...',
      letters: 'bentuvA',
      words: NONE,
      phrases: [
        ['%s: Is a directory', 'read error: Is a directory'],
        ['%s: %s', "can't open '%s': %s"],
      ],
    },
  ],
  [chgrp, { usage: '[-RhLHPcvf]... GROUP FILE...', letters: 'cfhvHLPR', words: OWNER_WORDS, phrases: OWNER_PHRASES }],
  [
    chmod,
    {
      usage: '[-Rcvf] MODE[,MODE]... FILE...',
      letters: 'Rcvf',
      words: NONE,
      phrases: [
        ["invalid mode: '%s'", "invalid mode '%s'"],
        ["changing permissions of '%s': %s", '%s: %s'],
        ["cannot operate on dangling symlink '%s'", '%s: No such file or directory'],
      ],
    },
  ],
  [
    chown,
    { usage: '[-RhLHPcvf]... USER[:[GRP]] FILE...', letters: 'cfhvHLPR', words: OWNER_WORDS, phrases: OWNER_PHRASES },
  ],
  [
    cp,
    {
      usage: '[-arPLHpfinlsTu] SOURCE DEST\n[-arPLHpfinlsu] SOURCE... { -t DIRECTORY | DIRECTORY }',
      letters: 'adfilnprstuvHLPRT',
      words: COPY_WORDS,
      phrases: COPY_PHRASES,
    },
  ],
  [
    dd,
    {
      usage: '[if=FILE] [of=FILE] [ibs=N obs=N/bs=N] [count=N] [skip=N] [seek=N]\n[conv=notrunc|noerror|sync|fsync]',
      phrases: [["failed to open '%s': %s", "can't open '%s': %s"]],
    },
  ],
  [printf, { usage: 'FORMAT [ARG]...' }],
  [dirname, { usage: 'FILENAME', letters: '', words: NONE }],
  [
    link,
    { usage: 'FILE LINK', phrases: [["cannot create link '%s' to '%s': %s", "can't create link '%s' to '%s': %s"]] },
  ],
  [
    ln,
    {
      usage: '[-sfnbtv] [-S SUF] TARGET... LINK|DIR',
      letters: 'bfnsvST',
      words: NONE,
      phrases: [
        ["failed to access '%s': %s", '%s: %s'],
        ["failed to create symbolic link '%s': %s", '%s: %s'],
        ["failed to create hard link '%s' => '%s': %s", '%1$s: %3$s'],
        ["failed to create hard link '%s': %s", '%s: %s'],
        ['%s: hard link not allowed for directory', '%s: Operation not permitted'],
        ["target '%s': %s", '%s: %s'],
      ],
    },
  ],
  [
    mkdir,
    {
      usage: '[-m MODE] [-p] DIRECTORY...',
      letters: 'mpv',
      words: ['mode', 'parents', 'verbose'],
      phrases: [["cannot create directory '%s': %s", "can't create directory '%s': %s"]],
    },
  ],
  [
    mkfifo,
    { usage: '[-m MODE] NAME', letters: 'm', words: NONE, phrases: [["cannot create fifo '%s': %s", '%s: %s']] },
  ],
  [mknod, { usage: '[-m MODE] NAME TYPE [MAJOR MINOR]', letters: 'm', words: NONE }],
  [
    mktemp,
    {
      usage: '[-dt] [-p DIR] [TEMPLATE]',
      letters: 'dpqtu',
      words: NONE,
      phrases: [
        ["too few X's in template '%s'", '(null): Invalid argument'],
        ["failed to create file via template '%s': %s", '(null): %2$s'],
        ["failed to create directory via template '%s': %s", '(null): %2$s'],
      ],
    },
  ],
  [
    mv,
    {
      usage: '[-finT] SOURCE DEST\n[-fin] SOURCE... { -t DIRECTORY | DIRECTORY }',
      letters: 'fintvT',
      words: MOVE_WORDS,
      phrases: [
        ["cannot stat '%s': %s", "can't rename '%s': %s"],
        ["cannot move '%s' to '%s': %s", "can't rename '%1$s': %3$s"],
        ["cannot overwrite non-directory '%s' with directory '%s'", "can't rename '%2$s': Not a directory"],
        ["cannot overwrite directory '%s' with non-directory '%s'", "can't rename '%2$s': Is a directory"],
        ["cannot move '%s' to a subdirectory of itself, '%s'", "can't rename '%1$s': Invalid argument"],
        ...COPY_PHRASES,
      ],
    },
  ],
  [
    readlink,
    {
      usage: '[-fnv] FILE',
      letters: 'fnqsv',
      words: NONE,
      phrases: [['%s: Invalid argument', '%s: cannot read link: not a symlink']],
    },
  ],
  [realpath, { usage: 'FILE...', letters: '', words: NONE }],
  [
    rm,
    {
      usage: '[-irf] FILE...',
      letters: 'firvR',
      words: NONE,
      phrases: [
        ["cannot remove '%s': Is a directory", "'%s' is a directory"],
        ["cannot remove '%s': %s", "can't remove '%s': %s"],
        ["refusing to remove '.' or '..' directory: skipping '%s'", "can't remove '.' or '..'"],
        ["%s %s file '%s'? ", "%s '%3$s'? "],
      ],
    },
  ],
  [
    rmdir,
    {
      usage: '[-p] DIRECTORY...',
      letters: 'pv',
      words: ['ignore-fail-on-non-empty', 'parents', 'verbose'],
      phrases: [
        ["failed to remove directory '%s': %s", "'%s': %s"],
        ["failed to remove '%s': %s", "'%s': %s"],
      ],
    },
  ],
  [
    stat,
    {
      usage: '[-ltf] [-c FMT] FILE...',
      letters: 'cftL',
      words: NONE,
      phrases: [
        ["cannot statx '%s': %s", "can't stat '%s': %s"],
        ["cannot read file system information for '%s': %s", "can't read file system information for '%s': %s"],
      ],
    },
  ],
  [tee, { usage: '[-ai] [FILE]...', letters: 'ai', words: NONE }],
  [
    touch,
    {
      usage: '[-cham] [-d DATE] [-t DATE] [-r FILE] FILE...',
      letters: 'acdfhmrt',
      words: ['date', 'no-create', 'no-dereference', 'reference'],
      phrases: [
        ["cannot touch '%s': %s", '%s: %s'],
        ["invalid date format '%s'", "invalid date '%s'"],
        ["failed to get attributes of '%s': %s", "can't stat '%s': %s"],
      ],
    },
  ],
  [
    truncate,
    {
      usage: '[-c] -s SIZE FILE...',
      letters: 'cs',
      words: NONE,
      phrases: [
        ["Invalid number: '%s'", "invalid number '%s'"],
        ["cannot open '%s' for writing: %s", '%s: %s'],
      ],
    },
  ],
  [
    unlink,
    {
      usage: 'FILE',
      letters: '',
      words: NONE,
      phrases: [["cannot unlink '%s': %s", "can't remove file '%s': %s"]],
    },
  ],
]

/** Applets that make, move and remove files. */
export const fileApplets: readonly Program[] = ROWS.map(([program, row]) => applet(program, row))
