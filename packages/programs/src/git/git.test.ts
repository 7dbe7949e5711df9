import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { shellPrograms } from '@drydock/shell'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { programs } from '../index.ts'

const ENV = {
  GIT_AUTHOR_NAME: 'Ann',
  GIT_AUTHOR_EMAIL: 'ann@example.com',
  GIT_COMMITTER_NAME: 'Ann',
  GIT_COMMITTER_EMAIL: 'ann@example.com',
  GIT_AUTHOR_DATE: '@1700000000 +0000',
  GIT_COMMITTER_DATE: '@1700000000 +0000',
  GIT_EDITOR: 'true',
}
/** Makes a repository with two commits; the rest of each row works on it. */
const BEGIN =
  'git init -q -b main .; seq 1 20 > a; echo b > b; mkdir d; echo c > d/c; git add .; git commit -q -m "first commit"; sed -i s/^5$/five/ a; echo more >> b; git commit -q -am "second commit"'

/** Scripts whose output must be that of git 2.39. */
const ROWS: readonly string[] = [
  'git log',
  'git log --oneline',
  'git log -1 --stat',
  'git log --format="%h %an %s %ad"',
  'git log --oneline --graph',
  'git log --oneline -- d',
  'git log -p -1',
  'git show',
  'git show HEAD~1 --stat',
  'git show HEAD:b',
  'git status',
  'git status -s',
  'echo x > new; echo y >> a; rm b; git status',
  'echo x > new; echo y >> a; rm b; git add new; git status; git status -s; git status --porcelain',
  'mkdir e; echo 1 > e/f; git status -s; git add e; git status -s',
  'echo y >> a; git diff; git diff --stat; git diff --name-only; git add a; git diff; git diff --staged',
  'git diff HEAD~1',
  'git diff HEAD~1 HEAD --stat',
  'git diff HEAD~1 --name-status',
  'printf "no newline" > n; git add n; git diff --cached',
  'rm d/c; git diff; git add -A; git diff --staged --stat',
  'chmod +x a; git diff; git commit -am "mode"',
  'git mv b renamed; git status -s; git commit -m moved',
  'git rm b; git status -s; git commit -m removed; ls',
  'git rm --cached b; git status -s',
  'echo x > n; git add n; git commit -m "third"; git log --oneline',
  'echo x >> a; git commit -am "third"',
  'git commit -m nothing; echo $?',
  'git commit --allow-empty -m empty; git log --oneline | wc -l',
  'echo z > z; git add z; git commit --amend -m "amended"; git log --oneline',
  'git branch; git branch topic; git branch; git branch -v',
  'git checkout -b topic; echo t > t; git add t; git commit -q -m topic; git checkout main; ls; git merge topic; git log --oneline',
  'git switch -c topic; git switch main; git switch -; git branch',
  'git checkout -q -b topic; echo t > t; git add t; git commit -q -m topic; git checkout -q main; echo m > m; git add m; git commit -q -m main; git merge topic -m merged; git log --oneline | sort; git status',
  'git checkout -q -b topic; echo t > b; git commit -q -am topic; git checkout -q main; echo m > b; git commit -q -am main; git merge topic; echo $?; cat b',
  'git checkout HEAD~1 2>&1 | tail -1; git status | head -1; git checkout main',
  'git checkout -q HEAD~1; cat b; git branch | head -2',
  'echo x >> a; git checkout a; git checkout -- a; git status -s',
  'echo x >> a; git restore a; git status -s; git rm -q b; git restore --staged --worktree b; git status -s',
  'echo x >> a; git add a; git restore --staged a; git status -s',
  'git reset --hard HEAD~1; git log --oneline; cat b',
  'git reset --soft HEAD~1; git status -s',
  'git reset HEAD~1; git status -s',
  'git tag v1; git tag -a v2 -m "two"; git tag; git tag -l "v1*"; git describe --tags; git tag -d v1',
  'git rev-parse HEAD; git rev-parse --short HEAD; git rev-parse --abbrev-ref HEAD',
  'git branch topic; git branch -d topic; git branch -D nope; echo $?; git branch -m trunk; git branch',
  'git ls-files; git ls-files -s',
  'git cat-file -p HEAD; git cat-file -t HEAD; git cat-file -p "HEAD^{tree}"',
  'git hash-object a',
  'echo "*.log" > .gitignore; echo 1 > x.log; git status -s; git add x.log; echo $?',
  'git config user.name; git config --local x.y z; git config x.y',
  'git remote add origin https://example.com/x.git; git remote -v; git remote remove origin; git remote',
  'git stauts; echo $?',
  'git checkout nope; echo $?; git log nope; echo $?; git add nope; echo $?; git branch main; echo $?',
  'cd d; git status; echo 1 > new; git status -s; git add .; git status -s; git rev-parse --show-toplevel | wc -l',
  'echo x >> a; git stash; git status -s; git stash list; git stash pop | tail -1 | cut -c1-20; git diff --stat',
  'git checkout -q -b topic; echo t > b; git commit -q -am topic; git checkout -q main; echo m > b; git commit -q -am main; git merge topic > /dev/null; git merge --abort; cat b; git status -s; git merge --abort; echo $?',
  'git checkout -q -b topic; echo t > t; git add t; git commit -q -m "add t"; git checkout -q main; git cherry-pick topic; git log --oneline; cat t; git cherry-pick -x topic; git cherry-pick nope; echo $?',
  'git checkout -q -b topic; echo t > b; git commit -q -am topic; git checkout -q main; echo m > b; git commit -q -am main; git cherry-pick topic 2>&1; echo $?; git cherry-pick --abort; cat b; git cherry-pick topic > /dev/null 2>&1; echo both > b; git add b; git cherry-pick --continue > /dev/null; git log -1 --format=%s; cat b; git status -s',
  'echo 2 > b; git commit -q -am second; git revert --no-edit HEAD; cat b; git log -1 --format=%B; echo x > b; git revert HEAD 2>&1; echo $?',
  'git init --bare -q ../o.git; git push -q ../o.git main; git clone -q ../o.git ../copy; cd ../copy; ls; git log --oneline; git branch -a',
  'echo u > u; git clean -n; git clean -f; ls',
  'git checkout -q -b topic HEAD~1; echo t > t; git add t; git commit -q -m topic; git rebase main 2>&1 | tr -s "\\r " "\\n"; git log --oneline --graph; git reflog; git rebase main; git rebase nope; echo $?',
  'git checkout -q -b topic; echo t > b; git commit -q -am topic; git checkout -q main; echo m > b; git commit -q -am main; git checkout -q topic; git rebase main 2>/dev/null; git status; git ls-files -u; cat b; git diff; git rebase --abort 2>&1; git log --oneline; git rebase main > /dev/null 2>&1; git rebase --skip > /dev/null 2>&1; git log --oneline',
  'git checkout -q -b topic; echo t > b; git commit -q -am topic; git checkout -q main; echo m > b; git commit -q -am main; git checkout -q topic; git rebase main > /dev/null 2>&1; echo both > b; git add b; git rebase --continue > /dev/null 2>&1; git log --format="%an %s"; git status -s; cat b',
  'for i in 1 2 3; do echo $i > n$i; git add .; git commit -q -m "n$i"; done; GIT_SEQUENCE_EDITOR="sed -i 2s/pick/fixup/" git rebase -i HEAD~3 > /dev/null 2>&1; git log --oneline; GIT_SEQUENCE_EDITOR="sed -i 1s/pick/drop/" git rebase -q -i HEAD~2 2>&1; git log --oneline --stat -1; ls',
  'git blame a | head -6; git blame -L 5,+1 -s a; git blame -e b; git blame nope; echo $?',
  'git reset -q --hard HEAD~1; git reset -q --hard HEAD@{1}; git checkout -q -b t; git checkout -q -; git reflog; git rev-parse HEAD@{1} @{-1} ORIG_HEAD; git rev-parse --abbrev-ref @{-1}; git rev-parse HEAD@{99}',
  'git rev-list --count HEAD; git rev-list --objects HEAD; git rev-list HEAD~1..HEAD; git rev-parse HEAD:a HEAD^{tree} :/first; git rev-parse --verify nope; echo $?',
  'git grep -n five; git grep -c 1; git grep -l b; git grep -A1 five; git grep nope; echo $?; git shortlog -sn HEAD; git shortlog HEAD',
  'for i in 3 4 5 6 7 8; do echo $i >> n; git add n; git commit -q -m "c$i"; done; git bisect start; git bisect bad; git bisect good HEAD~6; git bisect good; git bisect bad; git bisect log; git bisect reset 2>&1',
  'git ls-tree -r -l HEAD; git ls-tree HEAD d/; git show-ref; git for-each-ref --format="%(refname:short) %(objectname:short) %(subject)"; git symbolic-ref HEAD; git name-rev HEAD~1; git cat-file --batch-check < /dev/null',
  'git checkout -q -b topic HEAD~1; echo t > t; git add t; git commit -q -m one; git merge -q main -m "merge main"; git log --graph --oneline --all; git log --graph; git log --first-parent --oneline; git log --merges --oneline; git show',
  'git log --date=iso -1; git log --date=short --format="%ad|%cd|%aI|%as" -1; git log --format="%<(20)%s|%f|%b|%T" -1; git log --format=fuller -1; git log -Sfive --oneline; git log --oneline --raw; git log --oneline --numstat',
  'git mv a c; sed -i s/10/ten/ c; git add c; git commit -m move; git log --follow --oneline c; git show --stat; git log --name-status -1 --oneline; mkdir e; git mv d e/; git status -s; git commit -m folder | tail -2',
  'echo x >> a; git stash; echo y >> b; git stash push -m words; git stash list; git stash show; git stash show -p stash@{1}; git stash drop stash@{1} | cut -c1-16; git stash branch fixit 2>&1 | head -3; git stash list; git stash pop; echo $?',
  'echo u > u; mkdir e; echo v > e/v; echo "*.log" > .gitignore; echo l > x.log; git clean -nd; git clean -ndX; git clean -fdx; ls -A; git status --ignored',
  'git checkout -q -b topic; git rm -q b; echo n > n; git add .; git commit -q -m t; git checkout -q main; echo m >> b; echo nn > n; git add .; git commit -q -m m; git merge topic; git status; git status -s; git checkout --ours n 2>&1; cat n; git merge --abort; git status -s',
  'git tag v1; git tag -a v2 -m two HEAD~1; git tag -n; git describe; git describe --tags --long; git show v2 --stat; git tag --sort=-refname; git tag --contains HEAD; git tag v1; echo $?; git log --oneline --decorate',
  'git branch dev; git branch -vv; git branch --merged; git branch --contains HEAD~1; git checkout -q HEAD~1; git branch; git branch -f dev HEAD; git branch -m dev develop; git branch -v --sort=-refname',
  'printf "the quick fox\n" > w; git add w; git commit -q -m w; printf "the slow fox\n" > w; git diff --word-diff; git diff --word-diff=porcelain; git diff --stat --summary; git diff --raw; git diff --no-index a b | head -5; git diff -U0 a; git diff nope',
  'git init -q --bare -b main ../r.git; git remote add origin ../r.git; git push; git push -u origin main 2>&1; git clone -q ../r.git ../c; cd ../c; echo c > c; git add c; git commit -q -m c; git status -sb; git push 2>&1; cd ../w; git fetch 2>&1; git status; git pull; git branch -vv; git remote show origin',
  'git init -q --bare -b main ../r.git; git remote add origin ../r.git; git push -q -u origin main; git clone -q ../r.git ../c; cd ../c; echo c > c; git add c; git commit -q -m c; git push -q; cd ../w; echo w > w; git add w; git commit -q -m w; git push 2>&1; git pull 2>&1; git pull --rebase > /dev/null 2>&1; git log --oneline; git push -q; git push origin :main 2>&1 | tail -2; git ls-remote origin; git push origin --delete nope 2>&1',
  'git config --add a.b c; git config --add a.b d; git config --get-all a.b; git config a.b e; echo $?; git config --unset-all a.b; cat .git/config; git config alias.st "status -s"; echo x > x; git st; git config alias.hi "!echo hi"; git hi you; git -c user.name=Z config user.name; git config --get-regexp core.b',
  'printf "#!/bin/bash\ngrep -q ^[A-Z] \\$1 || { echo capital; exit 1; }\n" > .git/hooks/commit-msg; chmod +x .git/hooks/commit-msg; echo x >> a; git commit -am bad 2>&1; git status -s; git commit -qam Good; git log -1 --format=%s; git commit --allow-empty --no-verify -qm bad; git log -1 --format=%s',
  'git worktree add ../wt 2>&1; cd ../wt; git status | head -1; echo x > x; git add x; git commit -qm x; cd ../w; git log --oneline wt; git checkout wt 2>&1; git branch; git worktree remove ../wt; git worktree list | wc -l',
  'git archive HEAD | tar tf -; git archive --prefix=p/ HEAD d | tar tf -; git notes add -m note; git log -1; git notes show; git notes remove 2>&1',
  'echo x > x; git add x; git commit -q -m x; echo y >> x; git add x; git commit --fixup HEAD; GIT_SEQUENCE_EDITOR=true git rebase -q -i --autosquash HEAD~2; git log --oneline; cat x; git commit --amend --no-edit --author="Bob <b@x>" --date="2020-01-02 03:04:05 +0100"; git log -1',
  'sed -i "s/^2$/two/;s/^18$/x/" a; printf "y\nn\n" | git add -p; git diff --cached --stat; git diff | tail -5',
]

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel([...shellPrograms, ...programs])
  await kernel.run(['bash', '-c', 'ln -s bash /bin/sh'])
}, 60_000)
afterAll(() => kernel.shutdown())

let count = 0
async function ours(script: string): Promise<string> {
  const folder = `/tmp/repo${count++}`
  const line = `mkdir -p ${folder}/w; cd ${folder}/w; ${BEGIN}; exec 2>&1; ${script}`
  return (await kernel.run(['bash', '-c', line], { env: ENV })).stdout.replaceAll(folder, '/F')
}
function theirs(script: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'git-'))
  const line = `mkdir -p ${folder}/w; cd ${folder}/w; ${BEGIN}; exec 2>&1; ${script}`
  const env = {
    ...process.env,
    ...ENV,
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_GLOBAL: '/dev/null',
    TZ: 'UTC',
  }
  const { stdout } = spawnSync('bash', ['-c', line], { encoding: 'utf8', env })
  rmSync(folder, { recursive: true })
  return stdout.replaceAll(folder, '/F')
}

describe.skipIf(spawnSync('git', ['--version']).status !== 0)('git says the same', () => {
  it.each(ROWS)('%s', async (script) => {
    expect(await ours(script)).toBe(theirs(script))
  })
})

describe('git', () => {
  it('wants to know who commits', async () => {
    const { stdout } = await kernel.run([
      'bash',
      '-c',
      'mkdir /tmp/who; cd /tmp/who; exec 2>&1; git init; echo 1 > a; git add a; git commit -m x; echo $?',
    ])
    expect(stdout).toContain("hint: Using 'master' as the name for the initial branch.")
    expect(stdout).toContain('Initialized empty Git repository in /tmp/who/.git/')
    expect(stdout).toMatch(
      /\*\*\* Please tell me who you are\.[^]*fatal: unable to auto-detect email address \(got 'root@test\.\(none\)'\)\n128\n$/,
    )
  })
  it('leaves no bug behind', () => expect(kernel.oopses()).toEqual([]))
})
