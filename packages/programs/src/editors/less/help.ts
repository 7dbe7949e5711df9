/** What `h` shows. */
export const HELP = `
                   SUMMARY OF LESS COMMANDS

      Commands marked with * may be preceded by a number, N.

  h  H                 Display this help.
  q  :q  Q  :Q  ZZ     Exit.

                           MOVING

  e  ^E  j  ^N  CR  *  Forward  one line   (or N lines).
  y  ^Y  k  ^K  ^P  *  Backward one line   (or N lines).
  f  ^F  ^V  SPACE  *  Forward  one window (or N lines).
  b  ^B  ESC-v      *  Backward one window (or N lines).
  d  ^D             *  Forward  one half-window.
  u  ^U             *  Backward one half-window.
  RightArrow        *  Right one half screen width (or N positions).
  LeftArrow         *  Left  one half screen width (or N positions).
  F                    Forward forever; like "tail -f".
  r  ^R  ^L            Repaint screen.

                          SEARCHING

  /pattern          *  Search forward for (N-th) matching line.
  ?pattern          *  Search backward for (N-th) matching line.
  n                 *  Repeat previous search.
  N                 *  Repeat previous search in reverse direction.
  ESC-u                Undo (toggle) search highlighting.

                           JUMPING

  g  <              *  Go to first line in file (or line N).
  G  >              *  Go to last line in file (or line N).
  p  %              *  Go to beginning of file (or N percent into file).
  m<letter>            Mark the current top line with <letter>.
  '<letter>            Go to a previously marked position.

                        CHANGING FILES

  :e [file]            Examine a new file.
  :n                   Examine the next file from the command line.
  :p                   Examine the previous file from the command line.
  :x                   Examine the first file from the command line.
  =  ^G  :f            Print current file name and position.

                           OPTIONS

  -S  chop long lines      -N  line numbers      -R  colours
  -i  ignore case unless the pattern has capitals      -I  ignore case
  -m  -M  longer prompts   -F  quit if one screen      -X  keep the screen
  !command             Execute the shell command.`
