import type { RepositorySource } from '../objects.ts'

/** Calls that Docker's default profile lets through whatever the capabilities. */
const ALLOWED = (
  'accept accept4 access adjtimex alarm arch_prctl bind brk capget capset chdir chmod chown clock_getres clock_gettime ' +
  'clock_nanosleep clone close connect copy_file_range creat dup dup2 dup3 epoll_create epoll_create1 epoll_ctl ' +
  'epoll_pwait epoll_wait eventfd eventfd2 execve execveat exit exit_group faccessat fadvise64 fallocate fchdir fchmod ' +
  'fchmodat fchown fchownat fcntl fdatasync fgetxattr flistxattr flock fork fremovexattr fsetxattr fstat fstatfs fsync ' +
  'ftruncate futex futimesat getcpu getcwd getdents getdents64 getegid geteuid getgid getgroups getitimer getpeername ' +
  'getpgid getpgrp getpid getppid getpriority getrandom getresgid getresuid getrlimit getrusage getsid getsockname ' +
  'getsockopt gettid gettimeofday getuid getxattr inotify_add_watch inotify_init inotify_init1 inotify_rm_watch ' +
  'io_cancel ioctl io_destroy io_getevents ioprio_get ioprio_set io_setup io_submit kill lchown lgetxattr link linkat ' +
  'listen listxattr llistxattr lremovexattr lseek lsetxattr lstat madvise memfd_create mincore mkdir mkdirat mknod ' +
  'mknodat mlock mlock2 mlockall mmap mprotect mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink ' +
  'mremap msgctl msgget msgrcv msgsnd msync munlock munlockall munmap nanosleep newfstatat open openat pause ' +
  'personality pipe pipe2 poll ppoll prctl pread64 preadv prlimit64 pselect6 pwrite64 pwritev read readahead readlink ' +
  'readlinkat readv recvfrom recvmmsg recvmsg remap_file_pages removexattr rename renameat renameat2 restart_syscall ' +
  'rmdir rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait ' +
  'rt_tgsigqueueinfo sched_getaffinity sched_getattr sched_getparam sched_get_priority_max sched_get_priority_min ' +
  'sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam sched_setscheduler ' +
  'sched_yield seccomp select semctl semget semop semtimedop sendfile sendmmsg sendmsg sendto setfsgid setfsuid setgid ' +
  'setgroups setitimer setpgid setpriority setregid setresgid setresuid setreuid setrlimit set_robust_list setsid ' +
  'setsockopt set_tid_address setuid setxattr shmat shmctl shmdt shmget shutdown sigaltstack signalfd signalfd4 socket ' +
  'socketpair splice stat statfs statx symlink symlinkat sync sync_file_range syncfs sysinfo tee tgkill time ' +
  'timer_create timer_delete timerfd_create timerfd_gettime timerfd_settime timer_getoverrun timer_gettime ' +
  'timer_settime times tkill truncate umask uname unlink unlinkat utime utimensat utimes vfork vmsplice wait4 waitid ' +
  'write writev chroot'
).split(' ')

const profile = (names: readonly string[]): string =>
  `${JSON.stringify(
    {
      defaultAction: 'SCMP_ACT_ERRNO',
      architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
      syscalls: names.map((name) => ({ name, action: 'SCMP_ACT_ALLOW', args: [] })),
    },
    null,
    '\t',
  )}\n`
const PROFILES = 'security/seccomp/seccomp-profiles'

/** What of the tutorials' repository their commands need: profiles, a container that keeps processors busy, two sites. */
export const dockerLabs: RepositorySource = {
  name: 'docker/labs',
  branch: 'master',
  commits: [
    {
      message: 'Add files for the tutorials',
      time: 1_478_000_000,
      files: {
        'README.md': '# Files for tutorials\n\nEach folder belongs to one: `security` and `beginner`.\n',
        [`${PROFILES}/default.json`]: profile(ALLOWED),
        [`${PROFILES}/default-no-chmod.json`]: profile(ALLOWED.filter((name) => !/^f?chmod(at)?$/.test(name))),
        [`${PROFILES}/deny.json`]: profile([]),
        'security/cgroups/cpu-stress/Dockerfile':
          'FROM ubuntu:latest\n\nRUN apt-get update && apt-get install -y stress\n\nCMD stress -c 2\n',
        'security/cgroups/cpu-stress/docker-compose.yml': "cpu-stress:\n  build: .\n  cpuset: '0'\n",
        'beginner/static-site/Dockerfile':
          'FROM nginx\n\nENV AUTHOR=Docker\n\nWORKDIR /usr/share/nginx/html\nCOPY Hello_docker.html /usr/share/nginx/html\n\nCMD cd /usr/share/nginx/html && sed -e s/Docker/"$AUTHOR"/ Hello_docker.html > index.html ; nginx -g \'daemon off;\'\n',
        'beginner/static-site/Hello_docker.html':
          '<html>\n<head><title>Hello</title></head>\n<body><h1>Hello Docker!</h1></body>\n</html>\n',
        'beginner/flask-app/Dockerfile':
          'FROM python:3-alpine\n\nCOPY requirements.txt /usr/src/app/\nRUN pip install --no-cache-dir -r /usr/src/app/requirements.txt\n\nCOPY app.py /usr/src/app/\nCOPY templates/index.html /usr/src/app/templates/\n\nEXPOSE 5000\n\nCMD ["python", "/usr/src/app/app.py"]\n',
        'beginner/flask-app/requirements.txt': 'Flask\n',
        'beginner/flask-app/app.py':
          "import random\n\nfrom flask import Flask, render_template\n\napp = Flask(__name__)\nCOLOURS = ['tomato', 'teal', 'goldenrod', 'slateblue']\n\n\n@app.route('/')\ndef index():\n    return render_template('index.html', colour=random.choice(COLOURS))\n\n\nif __name__ == '__main__':\n    app.run(host='0.0.0.0')\n",
        'beginner/flask-app/templates/index.html':
          '<html>\n<body style="background: {{ colour }}">\n<h1>A colour of the day</h1>\n</body>\n</html>\n',
      },
    },
  ],
}

/** The application of a well-known curriculum: a page that is another one each time. */
export const dockerCurriculum: RepositorySource = {
  name: 'prakhar1989/docker-curriculum',
  branch: 'master',
  commits: [
    {
      message: 'Add an application in Flask',
      time: 1_460_000_000,
      files: {
        'README.md': '# A web application to put into a container\n\n`cd flask-app && docker build -t me/catnip .`\n',
        'flask-app/Dockerfile':
          'FROM python:3.8\n\n# set a directory for the app\nWORKDIR /usr/src/app\n\n# copy all the files to the container\nCOPY . .\n\n# install dependencies\nRUN pip install --no-cache-dir -r requirements.txt\n\n# the port that the container listens on\nEXPOSE 5000\n\n# run the command\nCMD ["python", "./app.py"]\n',
        'flask-app/requirements.txt': 'Flask\n',
        'flask-app/app.py':
          "import os\nimport random\n\nfrom flask import Flask, render_template\n\napp = Flask(__name__)\nCATS = ['on a roof', 'in a box', 'behind the curtain', 'under the bed']\n\n\n@app.route('/')\ndef index():\n    return render_template('index.html', place=random.choice(CATS))\n\n\nif __name__ == '__main__':\n    app.run(host='0.0.0.0', port=int(os.environ.get('PORT', 5000)))\n",
        'flask-app/templates/index.html':
          '<html>\n<head><title>A cat</title></head>\n<body><h1>There is a cat {{ place }}</h1></body>\n</html>\n',
      },
    },
  ],
}
