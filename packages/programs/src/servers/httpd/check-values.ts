import { DirectiveError } from './config-error.ts'
import type { Directive } from './directive.ts'
import { compileCondition, requiredExpression } from './expression.ts'
import { compileRegex } from './regex.ts'
import { checkRewriteCond, checkRewriteRule } from './rewrite-syntax.ts'
import { isNetwork } from './networks.ts'

type Check = (directive: Directive, section: string | undefined) => string | undefined

const OPTIONS =
  /^(indexes|includes|includesnoexec|followsymlinks|symlinksifownermatch|execcgi|multiviews|runscripts|all|none)$/i
const OVERRIDES = /^(limit|options|fileinfo|authconfig|indexes|nonfatal|none|all)$/i
const PROVIDERS = /^(all|env|method|expr|ip|host|local|forward-dns|user|valid-user|group|file-owner|file-group|not)$/i
const HEADER_ACTIONS = /^(set|setifempty|append|merge|add|unset|echo|note|edit\*?)$/i
const LEVEL = /^(emerg|alert|crit|error|warn|notice|info|debug|trace[1-8])$/i
const STATUS_WORDS = /^(permanent|temp|seeother|gone|[1-5]\d\d)$/i

function options({ args }: Directive): string | undefined {
  const illegal = args.find((each) => !OPTIONS.test(each.replace(/^[+-]/, '')))
  if (illegal !== undefined) return `Illegal option ${illegal.replace(/^[+-]/, '')}`
  const signed = args.filter((each) => /^[+-]/.test(each)).length
  return signed > 0 && signed < args.length ? 'Either all Options must start with + or -, or no Option may.' : undefined
}

function overrides({ args }: Directive): string | undefined {
  const illegal = args.find((each) => !OVERRIDES.test(each.replace(/=.*/, '')))
  return illegal === undefined ? undefined : `Illegal override option ${illegal}`
}

function requirement({ args, raw }: Directive): string | undefined {
  const [negated, ...rest] = args
  const [provider = '', ...words] = negated?.toLowerCase() === 'not' ? rest : args
  if (!PROVIDERS.test(provider)) return `Unknown Authz provider: ${provider}`
  if (/^all$/i.test(provider) && !/^(granted|denied)$/i.test(words[0] ?? ''))
    return "Argument for 'Require all' must be 'granted' or 'denied'"
  const wrong = /^ip$/i.test(provider) ? words.find((each) => !isNetwork(each)) : undefined
  if (wrong !== undefined) return `ip address '${wrong}' appears to be invalid: The specified IP address is invalid.`
  if (!/^expr$/i.test(provider)) return undefined
  const condition = compileCondition(requiredExpression(raw))
  return typeof condition === 'string' ? `Cannot parse expression in require line: ${condition}` : undefined
}

function listen({ args: [where = ''] }: Directive): string | undefined {
  if (/^\d+$/.test(where)) return Number(where) > 65535 || where === '0' ? 'Invalid address or port' : undefined
  return /:\d+$/.test(where) ? undefined : /:/.test(where) ? 'Invalid address or port' : 'Port must be specified'
}

const redirect =
  (name: string): Check =>
  ({ args }, section) => {
    const inside = section !== undefined && /^<(location|directory|files|if)/i.test(section)
    if (args.length === 3) {
      const [status = ''] = args
      return STATUS_WORDS.test(status) ? undefined : `${name}: invalid first argument (of three)`
    }
    const [first = ''] = args
    if (args.length === 1 || STATUS_WORDS.test(first))
      return inside || /^(gone|[45]\d\d)$/i.test(first) ? undefined : 'URL to redirect to is missing'
    return undefined
  }

const alias: Check = ({ name, args }, section) =>
  args.length === 2 || /^<location/i.test(section ?? '')
    ? undefined
    : `${name} must have two arguments when used globally`

const errorDocument: Check = ({ args: [status = ''] }) =>
  /^(4\d\d|5\d\d|3\d\d|2\d\d)$/.test(status) ? undefined : `Unsupported HTTP response code ${status}`

function header({ name, args }: Directive): string | undefined {
  const rest = /^(always|onsuccess)$/i.test(args[0] ?? '') ? args.slice(1) : args
  const [action = '', field, value] = rest
  if (!HEADER_ACTIONS.test(action))
    return "first argument must be 'add', 'set', 'setifempty', 'append', 'merge', 'unset', 'echo', 'note', 'edit', or 'edit*'."
  if (field === undefined)
    return /^(unset|echo)$/i.test(action)
      ? `${name} ${action} requires two arguments`
      : `${name} requires three arguments`
  if (value === undefined && !/^(unset|echo)$/i.test(action)) return `${name} requires three arguments`
  return undefined
}

const regexOf =
  (words: (pattern: string) => string, at = 0, fold = false): Check =>
  ({ args }) =>
    compileRegex(args[at] ?? '', fold) === undefined ? words(args[at] ?? '') : undefined

const condition: Check = ({ raw }) => {
  const unquoted = raw.replace(/^"(.*)"$/s, (_, inner: string) => inner.replace(/\\(["\\])/g, '$1'))
  const compiled = compileCondition(unquoted)
  return typeof compiled === 'string' ? `Cannot parse condition clause: ${compiled}` : undefined
}

const proxyPass: Check = ({ args }, section) => {
  const inside = /^<location/i.test(section ?? '')
  const [path = '', url] = inside ? ['/', args[0]] : args
  if (!inside && (url === undefined || /^\w+=/.test(url)))
    return 'ProxyPass|ProxyPassMatch needs a path when not defined in a location'
  if (url === '!' || url === undefined) return undefined
  if (!path.startsWith('/') && !path.startsWith('^')) return undefined
  return /^\w+:\/\//.test(url) || url.startsWith('unix:') ? undefined : `ProxyPass URL must be absolute!: ${url}`
}

const onOff =
  (words: (value: string) => string | undefined): Check =>
  ({ args: [value = ''] }) =>
    words(value)

/** What a command finds wrong with its own words. */
const CHECKS: Readonly<Record<string, Check>> = {
  options,
  allowoverride: overrides,
  require: requirement,
  listen,
  redirect: redirect('Redirect'),
  redirectmatch: redirect('RedirectMatch'),
  alias,
  scriptalias: alias,
  aliasmatch: regexOf(() => 'Regular expression could not be compiled.'),
  scriptaliasmatch: regexOf(() => 'Regular expression could not be compiled.'),
  errordocument: errorDocument,
  header,
  requestheader: header,
  '<if': condition,
  '<elseif': condition,
  '<locationmatch': regexOf(() => 'Regex could not be compiled'),
  '<directorymatch': regexOf(() => 'Regex could not be compiled'),
  '<filesmatch': regexOf(() => 'Regex could not be compiled'),
  rewriterule: ({ raw }) => checkRewriteRule(raw),
  rewritecond: ({ raw }) => checkRewriteCond(raw),
  proxypass: proxyPass,
  setenvif: ({ name, args }) =>
    args.length < 2
      ? `Missing regular expression for ${name}`
      : args.length < 3
        ? `Missing envariable expression for ${name}`
        : undefined,
  setenvifnocase: ({ name, args }) => (args.length < 2 ? `Missing regular expression for ${name}` : undefined),
  expiresbytype: onOff((type) => (type.includes('/') ? undefined : 'Invalid mimetype: should contain a slash')),
  expiresdefault: ({ args: [code = ''] }) =>
    /^[AM]\d+$/i.test(code) || /^(access|now|modification)\b/i.test(code)
      ? undefined
      : `'ExpiresDefault ${code}': bad expires code, unrecognised <base> '${code.split(' ')[0] ?? ''}'`,
  loglevel: ({ args }) =>
    args.every((each) => LEVEL.test(each.replace(/^.*:/, '')))
      ? undefined
      : 'Log level keyword must be one of emerg/alert/crit/error/warn/notice/info/debug/trace1/.../trace8',
  servertokens: onOff((value) =>
    /^(prod|productonly|major|minor|min|minimal|os|full)$/i.test(value)
      ? undefined
      : "ServerTokens takes 1 argument: 'Prod(uctOnly)', 'Major', 'Minor', 'Min(imal)', 'OS', or 'Full'",
  ),
  serversignature: onOff((value) =>
    /^(on|off|email)$/i.test(value) ? undefined : 'ServerSignature: use one of: off | on | email',
  ),
  order: onOff((value) => (/^(allow,deny|deny,allow|mutual-failure)$/i.test(value) ? undefined : 'unknown order')),
  allow: ({ args: [from = ''] }) => (/^from$/i.test(from) ? undefined : "allow and deny must be followed by 'from'"),
  deny: ({ args: [from = ''] }) => (/^from$/i.test(from) ? undefined : "allow and deny must be followed by 'from'"),
  serveralias: (_directive, section) =>
    /^<virtualhost/i.test(section ?? '') ? undefined : 'ServerAlias only used in <VirtualHost>',
}

/** @throws DirectiveError */
export function checkValue(directive: Directive, section: string | undefined): void {
  const words = CHECKS[directive.key]?.(directive, section)
  if (words !== undefined) throw new DirectiveError(words)
}
