/** Of the other commands. pip 23.2, `pip COMMAND --help` */
export const TEXTS: Readonly<Record<string, string>> = {
  freeze: `
Usage:   
  pip freeze [options]

Description:
  Output installed packages in requirements format.
  
  packages are listed in a case-insensitive sorted order.

Freeze Options:
  -r, --requirement <file>    Use the order in the given requirements file and
                              its comments when generating output. This option
                              can be used multiple times.
  -l, --local                 If in a virtualenv that has global access, do
                              not output globally-installed packages.
  --user                      Only output packages installed in user-site.
  --path <path>               Restrict to the specified installation path for
                              listing packages (can be used multiple times).
  --all                       Do not skip these packages in the output: pip,
                              wheel, distribute, setuptools
  --exclude-editable          Exclude editable package from output.
  --exclude <package>         Exclude specified package from the output

@G@`,
  inspect: `
Usage:   
  pip inspect [options]

Description:
  Inspect the content of a Python environment and produce a report in JSON format.

Inspect Options:
  --local                     If in a virtualenv that has global access, do
                              not list globally-installed packages.
  --user                      Only output packages installed in user-site.
  --path <path>               Restrict to the specified installation path for
                              listing packages (can be used multiple times).

@G@`,
  list: `
Usage:   
  pip list [options]

Description:
  List installed packages, including editables.
  
  Packages are listed in a case-insensitive sorted order.

List Options:
  -o, --outdated              List outdated packages
  -u, --uptodate              List uptodate packages
  -e, --editable              List editable projects.
  -l, --local                 If in a virtualenv that has global access, do
                              not list globally-installed packages.
  --user                      Only output packages installed in user-site.
  --path <path>               Restrict to the specified installation path for
                              listing packages (can be used multiple times).
  --pre                       Include pre-release and development versions. By
                              default, pip only finds stable versions.
  --format <list_format>      Select the output format among: columns
                              (default), freeze, or json. The 'freeze' format
                              cannot be used with the --outdated option.
  --not-required              List packages that are not dependencies of
                              installed packages.
  --exclude-editable          Exclude editable package from output.
  --include-editable          Include editable package from output.
  --exclude <package>         Exclude specified package from the output

@I@

@G@`,
  show: `
Usage:   
  pip show [options] <package> ...

Description:
  Show information about one or more installed packages.
  
  The output is in RFC-compliant mail header format.

Show Options:
  -f, --files                 Show the full list of installed files for each
                              package.

@G@`,
  check: `
Usage:   
  pip check [options]

Description:
  Verify installed packages have compatible dependencies.

@G@`,
  config: `
Usage:   
  pip config [<file-option>] list
  pip config [<file-option>] [--editor <editor-path>] edit
  
  pip config [<file-option>] get command.option
  pip config [<file-option>] set command.option value
  pip config [<file-option>] unset command.option
  pip config [<file-option>] debug
  

Description:
  Manage local and global configuration.
  
  Subcommands:
  
  - list: List the active configuration (or from the file specified)
  - edit: Edit the configuration file in an editor
  - get: Get the value associated with command.option
  - set: Set the command.option=value
  - unset: Unset the value associated with command.option
  - debug: List the configuration files and values defined under them
  
  Configuration keys should be dot separated command and option name,
  with the special prefix "global" affecting any command. For example,
  "pip config set global.index-url https://example.org/" would configure
  the index url for all commands, but "pip config set download.timeout 10"
  would configure a 10 second timeout only for "pip download" commands.
  
  If none of --user, --global and --site are passed, a virtual
  environment configuration file is used if one is active and the file
  exists. Otherwise, all modifications happen to the user file by
  default.

Config Options:
  --editor <editor>           Editor to use to edit the file. Uses VISUAL or
                              EDITOR environment variables if not provided.
  --global                    Use the system-wide configuration file only
  --user                      Use the user configuration file only
  --site                      Use the current environment configuration file
                              only

@G@`,
  search: `
Usage:   
  pip search [options] <query>

Description:
  Search for PyPI packages whose name or summary contains <query>.

Search Options:
  -i, --index <url>           Base URL of Python Package Index (default
                              https://pypi.org/pypi)

@G@`,
  cache: `
Usage:   
  pip cache dir
  pip cache info
  pip cache list [<pattern>] [--format=[human, abspath]]
  pip cache remove <pattern>
  pip cache purge
  

Description:
  Inspect and manage pip's wheel cache.
  
  Subcommands:
  
  - dir: Show the cache directory.
  - info: Show information about the cache.
  - list: List filenames of packages stored in the cache.
  - remove: Remove one or more package from the cache.
  - purge: Remove all items from the cache.
  
  \`\`<pattern>\`\` can be a glob expression or a package name.

Cache Options:
  --format <list_format>      Select the output format among: human (default)
                              or abspath

@G@`,
  index: `
Usage:   
  pip index versions <package>
  

Description:
  Inspect information available from package indexes.

Index Options:
  --platform <platform>       Only use wheels compatible with <platform>.
                              Defaults to the platform of the running system.
                              Use this option multiple times to specify
                              multiple platforms supported by the target
                              interpreter.
  --python-version <python_version>
                              The Python interpreter version to use for wheel
                              and "Requires-Python" compatibility checks.
                              Defaults to a version derived from the running
                              interpreter. The version can be specified using
                              up to three dot-separated integers (e.g. "3" for
                              3.0.0, "3.7" for 3.7.0, or "3.7.3"). A major-
                              minor version can also be given as a string
                              without dots (e.g. "37" for 3.7.0).
  --implementation <implementation>
                              Only use wheels compatible with Python
                              implementation <implementation>, e.g. 'pp',
                              'jy', 'cp',  or 'ip'. If not specified, then the
                              current interpreter implementation is used.  Use
                              'py' to force implementation-agnostic wheels.
  --abi <abi>                 Only use wheels compatible with Python abi
                              <abi>, e.g. 'pypy_41'. If not specified, then
                              the current interpreter abi tag is used. Use
                              this option multiple times to specify multiple
                              abis supported by the target interpreter.
                              Generally you will need to specify
                              --implementation, --platform, and --python-
                              version when using this option.
  --ignore-requires-python    Ignore the Requires-Python information.
  --pre                       Include pre-release and development versions. By
                              default, pip only finds stable versions.
  --no-binary <format_control>
                              Do not use binary packages. Can be supplied
                              multiple times, and each time adds to the
                              existing value. Accepts either ":all:" to
                              disable all binary packages, ":none:" to empty
                              the set (notice the colons), or one or more
                              package names with commas between them (no
                              colons). Note that some packages are tricky to
                              compile and may fail to install when this option
                              is used on them.
  --only-binary <format_control>
                              Do not use source packages. Can be supplied
                              multiple times, and each time adds to the
                              existing value. Accepts either ":all:" to
                              disable all source packages, ":none:" to empty
                              the set, or one or more package names with
                              commas between them. Packages without binary
                              distributions will fail to install when this
                              option is used on them.

@I@

@G@`,
  hash: `
Usage:   pip hash [options] <file> ...

Description:
  Compute a hash of a local package archive.
  
  These can be used with --hash in a requirements file to do repeatable
  installs.

Hash Options:
  -a, --algorithm <algorithm>
                              The hash algorithm to use: one of sha256,
                              sha384, sha512

@G@`,
  completion: `Description:
  A helper command to be used for command completion.

Completion Options:
  -b, --bash                  Emit completion code for bash
  -z, --zsh                   Emit completion code for zsh
  -f, --fish                  Emit completion code for fish
  -p, --powershell            Emit completion code for powershell

@G@`,
  debug: `
Usage:   
  pip debug <options>

Description:
  Display debug information.

Debug Options:
  --platform <platform>       Only use wheels compatible with <platform>.
                              Defaults to the platform of the running system.
                              Use this option multiple times to specify
                              multiple platforms supported by the target
                              interpreter.
  --python-version <python_version>
                              The Python interpreter version to use for wheel
                              and "Requires-Python" compatibility checks.
                              Defaults to a version derived from the running
                              interpreter. The version can be specified using
                              up to three dot-separated integers (e.g. "3" for
                              3.0.0, "3.7" for 3.7.0, or "3.7.3"). A major-
                              minor version can also be given as a string
                              without dots (e.g. "37" for 3.7.0).
  --implementation <implementation>
                              Only use wheels compatible with Python
                              implementation <implementation>, e.g. 'pp',
                              'jy', 'cp',  or 'ip'. If not specified, then the
                              current interpreter implementation is used.  Use
                              'py' to force implementation-agnostic wheels.
  --abi <abi>                 Only use wheels compatible with Python abi
                              <abi>, e.g. 'pypy_41'. If not specified, then
                              the current interpreter abi tag is used. Use
                              this option multiple times to specify multiple
                              abis supported by the target interpreter.
                              Generally you will need to specify
                              --implementation, --platform, and --python-
                              version when using this option.

@G@`,
}
