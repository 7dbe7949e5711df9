import { exitStatus, type Sys } from '@drydock/abi'
import { readAll, readFile } from '@drydock/libc'
import { PipError } from './index-client.ts'

/**
 * Makes a wheel of a source tree: what setuptools does with `[project]` of pyproject.toml, with setup.cfg and with what
 * setup.py calls setup() with. PEP 517, PEP 621, PEP 660
 */
const BUILDER = String.raw`
import base64, configparser, hashlib, os, sys, types, zipfile
folder, target, editable = sys.argv[1], sys.argv[2], sys.argv[3] == 'editable'
os.chdir(folder)
sys.path.insert(0, folder)

def find_packages(where='.', exclude=(), include=('*',)):
    import fnmatch
    found = []
    for root, folders, files in os.walk(where):
        folders[:] = [each for each in folders if '.' not in each]
        if root != where and '__init__.py' not in files:
            folders[:] = []
            continue
        name = os.path.relpath(root, where).replace(os.sep, '.')
        if name != '.' and any(fnmatch.fnmatch(name, each) for each in include) and not any(fnmatch.fnmatch(name, each) for each in exclude):
            found.append(name)
    return found

told = {}
def setup(**given):
    told.update(given)

def read_setup_py():
    module = types.ModuleType('setuptools')
    module.setup, module.find_packages, module.find_namespace_packages = setup, find_packages, find_packages
    module.Extension = lambda *_, **__: sys.exit('C extensions cannot be built here')
    sys.modules['setuptools'] = module
    core = sys.modules['distutils.core'] = types.ModuleType('distutils.core')
    core.setup = setup
    sys.argv = ['setup.py', 'bdist_wheel']
    with open('setup.py') as file:
        exec(compile(file.read(), 'setup.py', 'exec'), {'__name__': '__main__', '__file__': os.path.abspath('setup.py')})

def read_setup_cfg():
    config = configparser.ConfigParser()
    config.read('setup.cfg')
    lines = lambda text: [each.strip() for each in text.splitlines() if each.strip()]
    options = config['options'] if 'options' in config else {}
    for key, value in (config['metadata'].items() if 'metadata' in config else ()):
        told.setdefault(key, value)
    if options.get('packages'):
        where = config['options.packages.find'].get('where', '.') if 'options.packages.find' in config else '.'
        told.setdefault('packages', find_packages(where) if options['packages'].strip() == 'find:' else lines(options['packages']))
        if where != '.':
            told.setdefault('package_dir', {'': where})
    for key in ('install_requires', 'py_modules'):
        if options.get(key):
            told.setdefault(key, lines(options[key]))
    if 'options.entry_points' in config:
        told.setdefault('entry_points', {group: lines(value) for group, value in config['options.entry_points'].items()})

def read_project():
    import tomllib
    with open('pyproject.toml', 'rb') as file:
        whole = tomllib.load(file)
    project, tool = whole.get('project'), whole.get('tool', {})
    if project is None and 'poetry' in tool:
        poetry = tool['poetry']
        needs = [name if spec == '*' or not isinstance(spec, str) else name + (f'>={spec[1:]}' if spec[:1] in '^~' else spec if spec[0] in '<>=!' else f'=={spec}')
            for name, spec in poetry.get('dependencies', {}).items() if name != 'python']
        project = {**{key: poetry[key] for key in ('name', 'version', 'description', 'scripts') if key in poetry}, 'dependencies': needs}
    if project is None:
        return
    if 'name' not in project:
        sys.exit("configuration error: 'project' must contain ['name'] properties")
    told.update(name=project['name'], install_requires=project.get('dependencies', []), extras_require=project.get('optional-dependencies', {}))
    for key, name in (('version', 'version'), ('description', 'description'), ('requires-python', 'python_requires')):
        if key in project:
            told[name] = project[key]
    license = project.get('license')
    told['license'] = license if isinstance(license, str) else (license or {}).get('text', '')
    authors = project.get('authors', [])
    told['author'] = ', '.join(each['name'] for each in authors if 'name' in each and 'email' not in each)
    told['author_email'] = ', '.join(f"{each['name']} <{each['email']}>" if 'name' in each else each['email'] for each in authors if 'email' in each)
    if 'scripts' in project:
        told['entry_points'] = {'console_scripts': [f'{name} = {value}' for name, value in project['scripts'].items()]}
    found = tool.get('setuptools', {})
    if isinstance(found.get('packages'), list):
        told['packages'] = found['packages']
    elif 'find' in found.get('packages', {}):
        where = found['packages']['find'].get('where', ['.'])[0]
        told['packages'], told['package_dir'] = find_packages(where), {'': where}
    if 'py-modules' in found:
        told['py_modules'] = found['py-modules']
    if 'version' in project.get('dynamic', []):
        attr = found.get('dynamic', {}).get('version', {}).get('attr', '')
        if attr:
            import importlib
            module, _, name = attr.rpartition('.')
            told['version'] = getattr(importlib.import_module(module), name)

def discover():
    """setuptools' automatic discovery: src-layout, flat-layout, a single module."""
    if 'packages' in told or 'py_modules' in told:
        return
    if os.path.isdir('src'):
        told['package_dir'] = {'': 'src'}
        told['packages'] = find_packages('src')
        told['py_modules'] = [name[:-3] for name in sorted(os.listdir('src')) if name.endswith('.py')]
        return
    reserved = ('tests', 'test', 'docs', 'doc', 'examples', 'example', 'scripts', 'tools', 'build', 'dist', 'bin', 'benchmarks')
    packages = find_packages('.', exclude=[each for name in reserved for each in (name, name + '.*')])
    top = sorted({each.split('.')[0] for each in packages})
    if len(top) > 1:
        sys.exit(f'error: Multiple top-level packages discovered in a flat-layout: {top}.\n\nTo avoid accidental inclusion of unwanted files or directories,\nsetuptools will not proceed with this build.')
    told['packages'] = packages
    if not packages:
        told['py_modules'] = [name[:-3] for name in sorted(os.listdir('.')) if name.endswith('.py') and name not in ('setup.py', 'conftest.py')][:1]

if os.path.exists('pyproject.toml'):
    read_project()
if os.path.exists('setup.py'):
    read_setup_py()
if os.path.exists('setup.cfg'):
    read_setup_cfg()
discover()
name, version = told.get('name') or 'UNKNOWN', str(told.get('version') or '0.0.0')
stem = f"{name.lower().replace('-', '_').replace('.', '_')}-{version}"
base = (told.get('package_dir') or {}).get('', '.')
files = {}
if editable:
    files[f'__editable__.{stem}.pth'] = os.path.abspath(base).encode() + b'\n'
else:
    for package in told.get('packages') or ():
        place = os.path.join((told.get('package_dir') or {}).get(package) or os.path.join(base, *package.split('.')))
        for entry in sorted(os.listdir(place)):
            path = os.path.join(place, entry)
            if os.path.isfile(path) and not entry.endswith('.pyc'):
                files['/'.join([*package.split('.'), entry])] = open(path, 'rb').read()
    for module in told.get('py_modules') or ():
        files[module.replace('.', '/') + '.py'] = open(os.path.join(base, module.replace('.', '/') + '.py'), 'rb').read()
info = f'{stem}.dist-info'
metadata = [f'Metadata-Version: 2.1', f'Name: {name}', f'Version: {version}']
for key, field in (('description', 'Summary'), ('url', 'Home-page'), ('author', 'Author'), ('author_email', 'Author-email'), ('license', 'License'), ('python_requires', 'Requires-Python')):
    if told.get(key):
        metadata.append(f'{field}: {told[key]}')
needs = told.get('install_requires') or []
metadata += [f'Requires-Dist: {each}' for each in (needs.split() if isinstance(needs, str) else needs)]
for extra, needs in (told.get('extras_require') or {}).items():
    metadata.append(f'Provides-Extra: {extra}')
    metadata += [f'Requires-Dist: {each} ; extra == "{extra}"' for each in needs]
files[f'{info}/METADATA'] = ('\n'.join(metadata) + '\n').encode()
files[f'{info}/WHEEL'] = b'Wheel-Version: 1.0\nGenerator: setuptools (80.9.0)\nRoot-Is-Purelib: true\nTag: py3-none-any\n\n'
points = told.get('entry_points') or {}
if points and not isinstance(points, str):
    files[f'{info}/entry_points.txt'] = '\n'.join(f'[{group}]\n' + '\n'.join([rows] if isinstance(rows, str) else rows) + '\n' for group, rows in points.items()).encode()
elif points:
    files[f'{info}/entry_points.txt'] = points.encode()
top = sorted({each.split('.')[0] for each in [*(told.get('packages') or ()), *(told.get('py_modules') or ())]})
files[f'{info}/top_level.txt'] = ''.join(f'{each}\n' for each in top).encode()
record = ''.join(f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()},{len(data)}\n" for path, data in files.items())
files[f'{info}/RECORD'] = (record + f'{info}/RECORD,,\n').encode()
with zipfile.ZipFile(target, 'w', zipfile.ZIP_DEFLATED) as wheel:
    for path, data in files.items():
        wheel.writestr(path, data)
print(f"{stem}-{'0.editable-' if editable else ''}py3-none-any.whl")
`

export interface BuiltWheel {
  readonly filename: string
  readonly wheel: Uint8Array
}

/** @param folder absolute @throws PipError with what the builder said */
export async function buildWheel(sys: Sys, python: string, folder: string, editable: boolean): Promise<BuiltWheel> {
  const target = `/tmp/pip-wheel-${sys.getpid()}-${Math.floor(sys.clock.monotonic())}.whl`
  const [read, write] = sys.pipe()
  const child = await sys.spawn(python, {
    argv: [python, '-I', '-c', BUILDER, folder, target, editable ? 'editable' : 'wheel'],
    fds: new Map([
      [0, 0],
      [1, write],
      [2, write],
    ]),
  })
  sys.close(write)
  const said = new TextDecoder().decode(await readAll(sys, read)).trimEnd()
  sys.close(read)
  const ended = await sys.wait(child)
  if (!ended || exitStatus(ended.status) !== 0)
    throw new BuildError(said.split('\n'), ended ? exitStatus(ended.status) : 1)
  const wheel = await readFile(sys, target)
  sys.unlink(target)
  return { filename: said.split('\n').at(-1) ?? '', wheel }
}

/** What a build backend printed before it failed. */
export class BuildError extends PipError {
  readonly lines: readonly string[]
  readonly exitCode: number
  constructor(lines: readonly string[], exitCode: number) {
    super('metadata-generation-failed')
    this.lines = lines
    this.exitCode = exitCode
  }
}
