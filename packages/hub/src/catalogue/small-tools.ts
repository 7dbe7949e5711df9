import { ubuntu } from './distributions.ts'
import { toolsRepository } from './tools-image.ts'

const git = {
  description: 'A simple git container running in alpine linux',
  created: '2026-07-02T10:11:12Z',
  release: '3.22',
  by: 'RUN /bin/sh -c apk --no-cache add git git-lfs openssh-client # buildkit',
  compressedBytes: 24_000_000,
  sizeBytes: 61_000_000,
  commands: ['git', 'ssh', 'curl'],
  config: { Entrypoint: ['git'], WorkingDir: '/git' },
}
export const alpineGit = toolsRepository({ ...git, name: 'alpine/git', stars: 260 })
export const bitnamiGit = toolsRepository({
  ...{ ...git, name: 'bitnami/git', stars: 30, description: 'Bitnami container image for Git' },
  config: { Cmd: ['/bin/sh'] },
})

export const alpineSlashCurl = toolsRepository({
  name: 'alpine/curl',
  description: 'Alpine linux with curl installed',
  stars: 40,
  created: '2026-06-02T08:00:12Z',
  release: '3.22',
  by: 'RUN /bin/sh -c apk add --no-cache curl # buildkit',
  compressedBytes: 2_900_000,
  sizeBytes: 6_000_000,
  commands: ['curl'],
  config: { Entrypoint: ['curl'] },
})

export const alpineSocat = toolsRepository({
  name: 'alpine/socat',
  description: 'Run socat command in alpine container',
  stars: 110,
  created: '2026-06-02T08:10:12Z',
  release: '3.22',
  by: 'RUN /bin/sh -c apk add --no-cache socat # buildkit',
  compressedBytes: 170_000,
  sizeBytes: 420_000,
  commands: ['socat'],
  config: { Entrypoint: ['socat'] },
})

/** What it says stands in a bubble above a whale; words come from the arguments or from standard input. */
const COWSAY = `#!/bin/sh
if [ $# -gt 0 ]; then text="$*"; else text=$(cat); fi
lines=$(printf '%s\\n' "$text" | fold -s -w 39 | sed 's/ *$//')
printf '%s\\n' "$lines" | awk '
  { line[NR] = $0; if (length($0) > wide) wide = length($0) }
  END {
    bar = sprintf("%" (wide + 2) "s", "")
    top = bar; gsub(/ /, "_", top); low = bar; gsub(/ /, "-", low)
    print " " top
    for (i = 1; i <= NR; i++) {
      left = NR == 1 ? "<" : i == 1 ? "/" : i == NR ? "\\\\" : "|"
      right = NR == 1 ? ">" : i == 1 ? "\\\\" : i == NR ? "/" : "|"
      printf "%s %-" wide "s %s\\n", left, line[i], right
    }
    print " " low
  }'
cat <<'WHALE'
    \\
     \\
      \\      +--+--+--+
       \\  +--+--+--+--+--+
        \\ |  |  |  |  |  |      __
     ______+--+--+--+--+--+____/ /
 ~~ {  o                      __/ ~~~
     \\______                __/
  ~~~       \\______________/   ~~~
WHALE
`
export const whalesay = toolsRepository({
  name: 'docker/whalesay',
  description: 'An image for use in the Docker demo tutorial',
  stars: 980,
  created: '2015-05-25T22:04:23Z',
  base: ubuntu,
  release: '14.04',
  by: '/bin/sh -c sh install.sh',
  compressedBytes: 30_000_000,
  sizeBytes: 59_000_000,
  commands: [],
  scripts: { '/usr/local/bin/cowsay': COWSAY },
  config: { WorkingDir: '/cowsay' },
})

const REMOVE_BY_EXTENSION = `#!/bin/sh
[ $# -gt 0 ] || { echo 'Please pass the extension(s) as arguments'; exit 1; }
for extension; do
  echo "Removing: $(echo "$extension" | tr a-z A-Z)"
  for file in ./*."$extension"; do
    [ -f "$file" ] && rm -- "$file" && echo "\${file#./}"
  done
done
exit 0
`
/** Removes files by their extensions from the directory that is mounted on /zone. */
export const rmbyext = toolsRepository({
  name: 'fhsinchy/rmbyext',
  description: 'Removes files by extension',
  stars: 3,
  created: '2021-01-20T09:00:00Z',
  release: '3.13',
  by: 'RUN /bin/sh -c apk add --no-cache python3 git && pip install git+https://github.com/fhsinchy/rmbyext.git # buildkit',
  compressedBytes: 22_000_000,
  sizeBytes: 50_000_000,
  commands: [],
  scripts: { '/usr/bin/rmbyext': REMOVE_BY_EXTENSION },
  config: { Entrypoint: ['rmbyext'], WorkingDir: '/zone' },
})
