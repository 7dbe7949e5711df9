import type { Program } from '@drydock/abi'
import { base64 } from '../coreutils/base64.ts'
import { cut } from '../coreutils/cut.ts'
import { digestPrograms } from '../coreutils/digest.ts'
import { head } from '../coreutils/head.ts'
import { expand, foldOld, nl, paste, tac, unexpand } from '../coreutils/line-tools.ts'
import { seq } from '../coreutils/seq.ts'
import { sort } from '../coreutils/sort.ts'
import { tail } from '../coreutils/tail.ts'
import { tr } from '../coreutils/tr.ts'
import { uniq } from '../coreutils/uniq.ts'
import { wc } from '../coreutils/wc.ts'
import { cmp } from '../diffutils/cmp.ts'
import { diff } from '../diffutils/diff.ts'
import { egrep, fgrep, grep } from '../grep/grep.ts'
import { sed } from '../sed/sed.ts'
import { rev } from '../util-linux/rev.ts'
import { applet, type AppletRow } from './applet.ts'
import type { Phrase } from './phrase-book.ts'

const NONE: readonly string[] = []

const GREP: AppletRow = {
  usage: '[-HhnlLoqvsrRiwFEz] [-m N] [-A|B|C N] { PATTERN | -e PATTERN... | -f FILE... } [FILE]...',
  letters: 'acefhilmnoqrsvwxzABCEFHILR',
  words: ['color'],
  usageStatus: 2,
  phrases: [
    ['%s: Is a directory', ''],
    ['%s: invalid context length argument', "invalid number '%s'"],
    ['invalid max count', 'invalid number'],
  ],
}

const AMOUNTS: readonly Phrase[] = [
  ["invalid number of lines: '%s'", "invalid number '%s'"],
  ["invalid number of bytes: '%s'", "invalid number '%s'"],
]

const digests = digestPrograms.map((program): readonly [Program, AppletRow] => [
  program,
  {
    usage: '[-c[sw]] [FILE]...',
    letters: 'bcstw',
    words: NONE,
    phrases: [
      ['%s: Is a directory', "can't read '%s': Is a directory"],
      ['WARNING: %s', 'WARNING: %s'],
      ['%s: no properly formatted checksum lines found', "no checksum lines found in '%s'"],
      ['%s: %s', "can't open '%s': %s"],
    ],
  },
])

const ROWS: readonly (readonly [Program, AppletRow])[] = [
  ...digests,
  [base64, { usage: '[-d] [-w COL] [FILE]', letters: 'diw', words: NONE }],
  [
    cmp,
    {
      usage: '[-ls] [-n NUM] FILE1 [FILE2 [SKIP1 [SKIP2]]]',
      letters: 'lns',
      words: NONE,
      usageStatus: 2,
      phrases: [
        ['EOF on %s after %s', 'EOF on %s'],
        ['EOF on %s which is empty', 'EOF on %s'],
      ],
    },
  ],
  [
    cut,
    {
      usage: '[OPTIONS] [FILE]...',
      letters: 'bcdfns',
      words: NONE,
      phrases: [
        ['you must specify a list of bytes, characters, or fields', 'expected a list of bytes, characters, or fields'],
        ['only one type of list may be specified', 'expected a list of bytes, characters, or fields'],
        ["invalid field value '%s'", "invalid number '%s'"],
        ["invalid byte/character position '%s'", "invalid number '%s'"],
        ["invalid byte or character position '%s'", "invalid number '%s'"],
        [
          'an input delimiter may be specified only when operating on fields',
          'cannot specify a field delimiter without -f',
        ],
        [
          'suppressing non-delimited lines makes sense\n\tonly when operating on fields',
          'suppressing non-delimited lines makes sense only if -f or -F is given',
        ],
      ],
    },
  ],
  [
    diff,
    {
      usage: '[-abBdiNqrTstw] [-L LABEL] [-S FILE] [-U LINES] FILE1 FILE2',
      letters: 'abdipqrstuwBELNSTU',
      words: (
        'brief ignore-all-space ignore-blank-lines ignore-case ignore-space-change initial-tab label minimal new-file ' +
        'recursive report-identical-files text unified'
      ).split(' '),
      usageStatus: 2,
      phrases: [['%s: %s', "can't stat '%s': %s"]],
    },
  ],
  [egrep, GREP],
  [expand, { usage: '[-i] [-t N] [FILE]...', letters: 'it', words: ['initial', 'tabs'] }],
  [fgrep, GREP],
  [
    foldOld,
    {
      usage: '[-bs] [-w WIDTH] [FILE]...',
      letters: 'bsw',
      words: NONE,
      phrases: [
        ["invalid number of columns: '%s': Numerical result out of range", 'number %s is not in 1..10000 range'],
        ["invalid number of columns: '%s'", "invalid number '%s'"],
      ],
    },
  ],
  [grep, GREP],
  [
    head,
    {
      usage: '[OPTIONS] [FILE]...',
      letters: 'cnqv',
      words: NONE,
      phrases: [
        ["cannot open '%s' for reading: %s", '%s: %s'],
        ["error reading '%s': Is a directory", '%s: Input/output error'],
        ...AMOUNTS,
      ],
    },
  ],
  [
    nl,
    {
      usage: '[OPTIONS] [FILE]...',
      letters: 'bipsvw',
      words: [
        'body-numbering',
        'line-increment',
        'no-renumber',
        'number-separator',
        'number-width',
        'starting-line-number',
      ],
    },
  ],
  [paste, { usage: '[-d LIST] [-s] [FILE]...', letters: 'ds', words: NONE }],
  [rev, { usage: '[FILE]...', phrases: [['cannot open %s: %s', '%s: %s']] }],
  [
    sed,
    {
      usage: '[-i[SFX]] [-nrE] [-f FILE]... [-e CMD]... [FILE]...\n[-i[SFX]] [-nrE] CMD [FILE]...',
      letters: 'efinrE',
      maxStatus: 1,
      words: ['expression', 'file', 'in-place', 'quiet', 'regexp-extended', 'silent', 'version'],
      phrases: [
        ["can't read %s: Is a directory", ''],
        ["can't read %s: %s", '%s: %s'],
        ["couldn't edit %s: not a regular file", '%s: not a regular file'],
        ["-e expression #1, char %s: unterminated `s' command", "unmatched '/'"],
        ["-e expression #1, char %s: unterminated `y' command", "unmatched '/'"],
        ['-e expression #1, char %s: unterminated address regex', "unmatched '/'"],
        ["-e expression #1, char %s: unknown command: `%s'", 'unsupported command %2$s'],
        ["-e expression #1, char %s: unknown option to `s'", 'bad option in substitution expression'],
        ['-e expression #1, char %s: missing command', 'missing command'],
        ["-e expression #1, char %s: unexpected `,'", "unexpected ','"],
        ["-e expression #1, char %s: expected \\ after `a', `c' or `i'", "expected \\ after 'a', 'c' or 'i'"],
        ["-e expression #1, char %s: invalid reference \\%s on `s' command's RHS", 'invalid reference'],
        ["-e expression #1, char %s: unmatched `{'", "unmatched '{'"],
        ['-e expression #1, char %s: %s', '%2$s'],
        ["-e expression #1, char %s: can't find label for jump to `%s'", "can't find label for jump to '%2$s'"],
        ["can't find label for jump to `%s'", "can't find label for jump to '%s'"],
      ],
    },
  ],
  [seq, { usage: '[-w] [-s SEP] [FIRST [INC]] LAST' }],
  [
    sort,
    {
      usage: '[-nrugMcszbdfiokt] [-o FILE] [-k START[.OFS][OPTS][,END[.OFS][OPTS]] [-t CHAR] [FILE]...',
      letters: 'bcdfgikmnorstuzMSTV',
      words: NONE,
      usageStatus: 2,
      phrases: [
        ['cannot read: %s: %s', '%s: %s'],
        ['open failed: %s: %s', '%s: %s'],
        ["multi-character tab '%s'", 'bad -t parameter'],
        ['empty tab', 'bad -t parameter'],
        ['%s: invalid field specification %s', 'bad field specification'],
        ['invalid number %s', 'bad field specification'],
        ['field number is zero%s', 'bad field specification'],
        ['%s:%s: disorder: %s', 'Check line %2$s'],
      ],
    },
  ],
  [tac, { usage: '[FILE]...', letters: '', words: NONE }],
  [
    tail,
    {
      usage: '[OPTIONS] [FILE]...',
      letters: 'cfnqsvF',
      words: NONE,
      phrases: [
        ["cannot open '%s' for reading: %s", "can't open '%s': %s"],
        ["error reading '%s': %s", 'read error: %2$s'],
        ['no files remaining', 'no files'],
        ...AMOUNTS,
      ],
    },
  ],
  [tr, { usage: '[-cds] STRING1 [STRING2]', letters: 'cdsC', words: NONE }],
  [unexpand, { usage: '[-fa][-t N] [FILE]...', letters: 'aft', words: ['all', 'first-only', 'tabs'] }],
  [
    uniq,
    {
      usage: '[-cduiz] [-f,s,w N] [FILE [OUTFILE]]',
      letters: 'cdfisuwz',
      words: NONE,
      phrases: [['%s: %s', "can't open '%s': %s"]],
    },
  ],
  [wc, { usage: '[-cmlwL] [FILE]...', letters: 'clmwL', words: NONE }],
]

/** Applets that read text and write text. */
export const textApplets: readonly Program[] = ROWS.map(([program, row]) => applet(program, row))
