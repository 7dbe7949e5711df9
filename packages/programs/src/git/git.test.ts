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
]

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel([...shellPrograms, ...programs])
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
