/** The package venv, which Pyodide's library has not. PEP 405 */
export const VENV = String.raw`
"""Environments with packages of their own: a folder with a link to the interpreter, and a file that says so."""
import os, shutil, sys

_ACTIVATE = r"""# This file must be used with "source bin/activate" *from bash*
# You cannot run it directly

deactivate () {
    if [ -n "\${_OLD_VIRTUAL_PATH:-}" ] ; then
        PATH="\${_OLD_VIRTUAL_PATH:-}"
        export PATH
        unset _OLD_VIRTUAL_PATH
    fi
    if [ -n "\${_OLD_VIRTUAL_PYTHONHOME:-}" ] ; then
        PYTHONHOME="\${_OLD_VIRTUAL_PYTHONHOME:-}"
        export PYTHONHOME
        unset _OLD_VIRTUAL_PYTHONHOME
    fi
    hash -r 2> /dev/null
    if [ -n "\${_OLD_VIRTUAL_PS1:-}" ] ; then
        PS1="\${_OLD_VIRTUAL_PS1:-}"
        export PS1
        unset _OLD_VIRTUAL_PS1
    fi
    unset VIRTUAL_ENV
    unset VIRTUAL_ENV_PROMPT
    if [ ! "\${1:-}" = "nondestructive" ] ; then
        unset -f deactivate
    fi
}

deactivate nondestructive
export VIRTUAL_ENV="{folder}"
_OLD_VIRTUAL_PATH="$PATH"
PATH="$VIRTUAL_ENV/bin:$PATH"
export PATH
if [ -n "\${PYTHONHOME:-}" ] ; then
    _OLD_VIRTUAL_PYTHONHOME="\${PYTHONHOME:-}"
    unset PYTHONHOME
fi
if [ -z "\${VIRTUAL_ENV_DISABLE_PROMPT:-}" ] ; then
    _OLD_VIRTUAL_PS1="\${PS1:-}"
    PS1="({prompt}) \${PS1:-}"
    export PS1
    VIRTUAL_ENV_PROMPT="({prompt}) "
    export VIRTUAL_ENV_PROMPT
fi
hash -r 2> /dev/null
""".replace('\\$', '$')
_FISH = """set -gx VIRTUAL_ENV "{folder}"
set -gx PATH "$VIRTUAL_ENV/bin" $PATH
"""
_CSH = """setenv VIRTUAL_ENV "{folder}"
setenv PATH "$VIRTUAL_ENV/bin:$PATH"
"""
_POWERSHELL = """$env:VIRTUAL_ENV = "{folder}"
$env:PATH = "$env:VIRTUAL_ENV/bin:$env:PATH"
"""

class EnvBuilder:
    def __init__(self, system_site_packages=False, clear=False, symlinks=False, upgrade=False, with_pip=False, prompt=None,
            upgrade_deps=False, **_):
        self.system_site_packages, self.clear, self.upgrade = system_site_packages, clear, upgrade
        self.with_pip, self.prompt = with_pip, os.path.basename(os.getcwd()) if prompt == '.' else prompt

    def create(self, env_dir):
        folder = os.path.abspath(env_dir)
        if os.pathsep in folder:
            raise ValueError(f'Refusing to create a venv in {env_dir} because it contains the PATH separator {os.pathsep}.')
        if os.path.exists(folder) and not os.path.isdir(folder):
            raise ValueError(f'Unable to create directory {folder!r}')
        if self.clear and os.path.isdir(folder):
            for name in os.listdir(folder):
                path = os.path.join(folder, name)
                shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.remove(path)
        version = sys.version.split()[0]
        short = '.'.join(version.split('.')[:2])
        for each in ('include', f'lib/python{short}/site-packages', 'bin'):
            os.makedirs(os.path.join(folder, each), exist_ok=True)
        _link('lib', f'{folder}/lib64')
        executable = sys._base_executable if sys.prefix == sys.base_prefix else os.path.realpath(sys.executable)
        _link(executable, f'{folder}/bin/python')
        for name in ('python3', f'python{short}'):
            _link('python', f'{folder}/bin/{name}')
        if self.with_pip:
            pip = shutil.which('pip', path=f"{os.path.dirname(os.path.realpath(executable))}:/usr/local/bin:/usr/bin") or '/usr/local/bin/pip'
            for name in ('pip', 'pip3', f'pip{short}'):
                _link(os.path.realpath(pip), f'{folder}/bin/{name}')
        prompt = self.prompt or os.path.basename(folder)
        with open(f'{folder}/pyvenv.cfg', 'w') as file:
            options = ['--without-pip'] * (not self.with_pip) + ['--system-site-packages'] * self.system_site_packages + ['--clear'] * self.clear
            file.write(f'home = {os.path.dirname(executable)}\n'
                f"include-system-site-packages = {'true' if self.system_site_packages else 'false'}\n"
                f'version = {version}\n' + (f'prompt = {self.prompt!r}\n' if self.prompt else '') +
                f'executable = {os.path.realpath(executable)}\n'
                f"command = {executable} -m venv {' '.join([*options, folder])}\n")
        for name, text in (('activate', _ACTIVATE), ('activate.fish', _FISH), ('activate.csh', _CSH), ('Activate.ps1', _POWERSHELL)):
            with open(f'{folder}/bin/{name}', 'w') as file:
                file.write(text.replace('{folder}', folder).replace('{prompt}', prompt))

def _link(target, path):
    if os.path.lexists(path):
        os.remove(path)
    os.symlink(target, path)

def create(env_dir, **options):
    EnvBuilder(**options).create(env_dir)

def main(args=None):
    import argparse
    parser = argparse.ArgumentParser(prog='venv', description='Creates virtual Python environments in one or more target directories.',
        epilog='Once an environment has been created, you may wish to activate it, e.g. by sourcing an activate script in its bin directory.')
    parser.add_argument('dirs', metavar='ENV_DIR', nargs='+', help='A directory to create the environment in.')
    parser.add_argument('--system-site-packages', default=False, action='store_true', dest='system_site',
        help='Give the virtual environment access to the system site-packages dir.')
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument('--symlinks', default=True, action='store_true', dest='symlinks',
        help='Try to use symlinks rather than copies, when symlinks are not the default for the platform.')
    kind.add_argument('--copies', default=False, action='store_false', dest='symlinks',
        help='Try to use copies rather than symlinks, even when symlinks are the default for the platform.')
    parser.add_argument('--clear', default=False, action='store_true', help='Delete the contents of the environment directory if it already exists, before environment creation.')
    parser.add_argument('--upgrade', default=False, action='store_true', help='Upgrade the environment directory to use this version of Python, assuming Python has been upgraded in-place.')
    parser.add_argument('--without-pip', dest='with_pip', default=True, action='store_false', help='Skips installing or upgrading pip in the virtual environment (pip is bootstrapped by default)')
    parser.add_argument('--prompt', help='Provides an alternative prompt prefix for this environment.')
    parser.add_argument('--upgrade-deps', default=False, action='store_true', help='Upgrade core dependencies (pip) to the latest version in PyPI')
    options = parser.parse_args(args)
    if options.upgrade and options.clear:
        raise ValueError('you cannot supply --upgrade and --clear together.')
    builder = EnvBuilder(system_site_packages=options.system_site, clear=options.clear, upgrade=options.upgrade,
        with_pip=options.with_pip, prompt=options.prompt)
    for each in options.dirs:
        builder.create(each)
`

export const VENV_MAIN = String.raw`
import sys
from venv import main
try:
    main()
except Exception as error:
    print('Error:', error, file=sys.stderr)
    sys.exit(1)
`

export const ENSURE_PIP = String.raw`
"""pip is a program of the image, and is there already."""
import subprocess
def version():
    return subprocess.run(['pip', '--version'], capture_output=True, text=True).stdout.split()[1]
def bootstrap(**_):
    pass
def _main(argv=None):
    import argparse
    parser = argparse.ArgumentParser(prog='python -m ensurepip')
    parser.add_argument('--version', action='version', version=f'pip {version()}', help='Show the version of pip that is bundled with this Python.')
    for each in ('-U', '--upgrade'), ('--user',), ('--altinstall',), ('--default-pip',), ('-v', '--verbose'):
        parser.add_argument(*each, action='store_true')
    parser.add_argument('--root', default=None)
    parser.parse_args(argv)
    print(f'Requirement already satisfied: pip in {subprocess.run(["pip", "--version"], capture_output=True, text=True).stdout.split(" from ")[1].rsplit("/pip", 1)[0]} ({version()})')
if __name__ == '__main__':
    _main()
`
