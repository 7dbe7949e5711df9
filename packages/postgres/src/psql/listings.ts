import {
  acl,
  type Ask,
  type Column,
  comment,
  inSchema,
  KIND,
  type Listing,
  named,
  owner,
  SCHEMA,
  selection,
  shared,
  yes,
} from './listing.ts'
import { patternCondition } from './pattern.ts'
import { relations } from './relations.ts'

const databases = (ask: Ask): Listing => ({
  title: 'List of databases',
  sql: selection(
    [
      ['Name', 'd.datname'],
      owner('d.datdba'),
      ['Encoding', 'pg_catalog.pg_encoding_to_char(d.encoding)'],
      ['Locale Provider', "CASE d.datlocprovider WHEN 'b' THEN 'builtin' WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' END"],
      ['Collate', 'd.datcollate'],
      ['Ctype', 'd.datctype'],
      ['Locale', 'd.datlocale'],
      ['ICU Rules', 'd.daticurules'],
      acl('d.datacl'),
      ...(ask.verbose
        ? ([
            [
              'Size',
              "CASE WHEN pg_catalog.has_database_privilege(d.datname, 'CONNECT') THEN pg_catalog.pg_size_pretty(pg_catalog.pg_database_size(d.datname)) ELSE 'No Access' END",
            ],
            ['Tablespace', '(SELECT spcname FROM pg_catalog.pg_tablespace t WHERE t.oid = d.dattablespace)'],
            shared('d.oid', 'pg_database'),
          ] as const)
        : []),
    ],
    'pg_catalog.pg_database d',
    named(ask, 'd.datname'),
    '1',
  ),
})

const roles = (ask: Ask): Listing => ({
  title: 'List of roles',
  bare: true,
  sql: selection(
    [
      ['Role name', 'r.rolname'],
      [
        'Attributes',
        `concat_ws(', ', CASE WHEN r.rolsuper THEN 'Superuser' END, CASE WHEN NOT r.rolinherit THEN 'No inheritance' END,
    CASE WHEN r.rolcreaterole THEN 'Create role' END, CASE WHEN r.rolcreatedb THEN 'Create DB' END,
    CASE WHEN NOT r.rolcanlogin THEN 'Cannot login' END, CASE WHEN r.rolreplication THEN 'Replication' END,
    CASE WHEN r.rolbypassrls THEN 'Bypass RLS' END)
    || CASE WHEN r.rolconnlimit >= 0 THEN E'\\n' || CASE r.rolconnlimit WHEN 0 THEN 'No connections' WHEN 1 THEN '1 connection' ELSE r.rolconnlimit || ' connections' END ELSE '' END
    || CASE WHEN r.rolvaliduntil IS NOT NULL THEN E'\\nPassword valid until ' || r.rolvaliduntil ELSE '' END`,
      ],
      ...(ask.verbose ? [shared('r.oid', 'pg_authid')] : []),
    ],
    'pg_catalog.pg_roles r',
    `${ask.pattern === undefined && !ask.system ? "r.rolname !~ '^pg_' AND " : ''}${named(ask, 'r.rolname')}`,
    '1',
  ),
})

const schemas = (ask: Ask): Listing => ({
  title: 'List of schemas',
  sql: selection(
    [
      ['Name', 'n.nspname'],
      owner('n.nspowner'),
      ...(ask.verbose ? [acl('n.nspacl'), comment('n.oid', 'pg_namespace')] : []),
    ],
    'pg_catalog.pg_namespace n',
    `${ask.pattern === undefined && !ask.system ? "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND " : ''}${named(ask, 'n.nspname')}`,
    '1',
  ),
})

const PROCEDURES = 'pg_catalog.pg_proc p LEFT JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace'
const ARGUMENTS: readonly Column[] = [
  ['Result data type', 'pg_catalog.pg_get_function_result(p.oid)'],
  ['Argument data types', 'pg_catalog.pg_get_function_arguments(p.oid)'],
]
const functions = (ask: Ask): Listing => ({
  title: 'List of functions',
  sql: selection(
    [
      SCHEMA,
      ['Name', 'p.proname'],
      ...ARGUMENTS,
      ['Type', "CASE p.prokind WHEN 'a' THEN 'agg' WHEN 'w' THEN 'window' WHEN 'p' THEN 'proc' ELSE 'func' END"],
      ...(ask.verbose
        ? ([
            [
              'Volatility',
              "CASE WHEN p.provolatile = 'i' THEN 'immutable' WHEN p.provolatile = 's' THEN 'stable' ELSE 'volatile' END",
            ],
            [
              'Parallel',
              "CASE WHEN p.proparallel = 'r' THEN 'restricted' WHEN p.proparallel = 's' THEN 'safe' ELSE 'unsafe' END",
            ],
            owner('p.proowner'),
            ['Security', "CASE WHEN prosecdef THEN 'definer' ELSE 'invoker' END"],
            ['Leakproof?', yes('p.proleakproof')],
            acl('p.proacl'),
            ['Language', '(SELECT lanname FROM pg_catalog.pg_language l WHERE l.oid = p.prolang)'],
            [
              'Internal name',
              "CASE WHEN (SELECT lanname FROM pg_catalog.pg_language l WHERE l.oid = p.prolang) IN ('internal', 'c') THEN p.prosrc END",
            ],
            comment('p.oid', 'pg_proc'),
          ] as const)
        : []),
    ],
    PROCEDURES,
    inSchema(ask, 'p.proname', 'pg_catalog.pg_function_is_visible(p.oid)'),
    '1, 2, 4',
  ),
})

const aggregates = (ask: Ask): Listing => ({
  title: 'List of aggregate functions',
  sql: selection(
    [SCHEMA, ['Name', 'p.proname'], ...ARGUMENTS, comment('p.oid', 'pg_proc')],
    PROCEDURES,
    `p.prokind = 'a' AND ${inSchema(ask, 'p.proname', 'pg_catalog.pg_function_is_visible(p.oid)')}`,
    '1, 2, 4',
  ),
})

const types = (ask: Ask): Listing => ({
  title: 'List of data types',
  sql: selection(
    [
      SCHEMA,
      ['Name', 'pg_catalog.format_type(t.oid, NULL)'],
      ...(ask.verbose
        ? ([
            ['Internal name', 't.typname'],
            [
              'Size',
              "CASE WHEN t.typrelid <> 0 THEN CAST('tuple' AS pg_catalog.text) WHEN t.typlen < 0 THEN CAST('var' AS pg_catalog.text) ELSE CAST(t.typlen AS pg_catalog.text) END",
            ],
            [
              'Elements',
              "pg_catalog.array_to_string(ARRAY(SELECT e.enumlabel FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder), E'\\n')",
            ],
            owner('t.typowner'),
            acl('t.typacl'),
          ] as const)
        : []),
      comment('t.oid', 'pg_type'),
    ],
    'pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace',
    `(t.typrelid = 0 OR (SELECT c.relkind = 'c' FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid)) AND t.typelem = 0
    AND ${inSchema(ask, 't.typname', 'pg_catalog.pg_type_is_visible(t.oid)')}`,
    '1, 2',
  ),
})

const domains = (ask: Ask): Listing => ({
  title: 'List of domains',
  sql: selection(
    [
      SCHEMA,
      ['Name', 't.typname'],
      ['Type', 'pg_catalog.format_type(t.typbasetype, t.typtypmod)'],
      [
        'Collation',
        '(SELECT c.collname FROM pg_catalog.pg_collation c, pg_catalog.pg_type bt WHERE c.oid = t.typcollation AND bt.oid = t.typbasetype AND t.typcollation <> bt.typcollation)',
      ],
      ['Nullable', "CASE WHEN t.typnotnull THEN 'not null' END"],
      ['Default', 't.typdefault'],
      [
        'Check',
        "pg_catalog.array_to_string(ARRAY(SELECT pg_catalog.pg_get_constraintdef(r.oid, true) FROM pg_catalog.pg_constraint r WHERE t.oid = r.contypid AND r.contype = 'c' ORDER BY r.conname), ' ')",
      ],
      ...(ask.verbose ? [acl('t.typacl'), comment('t.oid', 'pg_type')] : []),
    ],
    'pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace',
    `t.typtype = 'd' AND ${inSchema(ask, 't.typname', 'pg_catalog.pg_type_is_visible(t.oid)')}`,
    '1, 2',
  ),
})

const extensions = (ask: Ask): Listing => ({
  title: 'List of installed extensions',
  sql: selection(
    [
      ['Name', 'e.extname'],
      ['Version', 'e.extversion'],
      ['Default version', 'ae.default_version'],
      SCHEMA,
      ['Description', 'd.description'],
    ],
    `pg_catalog.pg_extension e LEFT JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
    LEFT JOIN pg_catalog.pg_description d ON d.objoid = e.oid AND d.classoid = 'pg_catalog.pg_extension'::pg_catalog.regclass
    LEFT JOIN pg_catalog.pg_available_extensions() ae(name, default_version, comment) ON ae.name = e.extname`,
    named(ask, 'e.extname'),
    '1',
  ),
})

const POLICIES = `pg_catalog.array_to_string(ARRAY(SELECT polname
    || CASE WHEN NOT polpermissive THEN E' (RESTRICTIVE)' ELSE '' END
    || CASE WHEN polcmd <> '*' THEN E' (' || polcmd::pg_catalog.text || E'):' ELSE E':' END
    || CASE WHEN polqual IS NOT NULL THEN E'\\n  (u): ' || pg_catalog.pg_get_expr(polqual, polrelid) ELSE E'' END
    || CASE WHEN polwithcheck IS NOT NULL THEN E'\\n  (c): ' || pg_catalog.pg_get_expr(polwithcheck, polrelid) ELSE E'' END
    || CASE WHEN polroles <> '{0}' THEN E'\\n  to: ' || pg_catalog.array_to_string(ARRAY(SELECT rolname FROM pg_catalog.pg_roles WHERE oid = ANY (polroles) ORDER BY 1), E', ') ELSE E'' END
    FROM pg_catalog.pg_policy pol WHERE polrelid = c.oid), E'\\n')`

const privileges = (ask: Ask): Listing => ({
  title: 'Access privileges',
  sql: selection(
    [
      SCHEMA,
      ['Name', 'c.relname'],
      ['Type', KIND],
      acl('c.relacl'),
      [
        'Column privileges',
        "pg_catalog.array_to_string(ARRAY(SELECT attname || E':\\n  ' || pg_catalog.array_to_string(attacl, E'\\n  ') FROM pg_catalog.pg_attribute a WHERE attrelid = c.oid AND NOT attisdropped AND attacl IS NOT NULL), E'\\n')",
      ],
      ['Policies', POLICIES],
    ],
    'pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace',
    `c.relkind IN ('r','v','m','S','f','p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND ${patternCondition(ask.pattern, 'n.nspname', 'c.relname', 'pg_catalog.pg_table_is_visible(c.oid)')}`,
    '1, 2',
  ),
})

const tablespaces = (ask: Ask): Listing => ({
  title: 'List of tablespaces',
  sql: selection(
    [
      ['Name', 'spcname'],
      owner('spcowner'),
      ['Location', 'pg_catalog.pg_tablespace_location(oid)'],
      ...(ask.verbose
        ? ([
            acl('spcacl'),
            ['Options', 'spcoptions'],
            ['Size', 'pg_catalog.pg_size_pretty(pg_catalog.pg_tablespace_size(oid))'],
            shared('oid', 'pg_tablespace'),
          ] as const)
        : []),
    ],
    'pg_catalog.pg_tablespace',
    named(ask, 'spcname'),
    '1',
  ),
})

const operators = (ask: Ask): Listing => ({
  title: 'List of operators',
  sql: selection(
    [
      SCHEMA,
      ['Name', 'o.oprname'],
      ['Left arg type', "CASE WHEN o.oprkind = 'l' THEN NULL ELSE pg_catalog.format_type(o.oprleft, NULL) END"],
      ['Right arg type', "CASE WHEN o.oprkind = 'r' THEN NULL ELSE pg_catalog.format_type(o.oprright, NULL) END"],
      ['Result type', 'pg_catalog.format_type(o.oprresult, NULL)'],
      [
        'Description',
        "coalesce(pg_catalog.obj_description(o.oid, 'pg_operator'), pg_catalog.obj_description(o.oprcode, 'pg_proc'))",
      ],
    ],
    'pg_catalog.pg_operator o LEFT JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace',
    inSchema(ask, 'o.oprname', 'pg_catalog.pg_operator_is_visible(o.oid)'),
    '1, 2, 3, 4',
  ),
})

const collations = (ask: Ask): Listing => ({
  title: 'List of collations',
  sql: selection(
    [
      SCHEMA,
      ['Name', 'c.collname'],
      [
        'Provider',
        "CASE c.collprovider WHEN 'd' THEN 'default' WHEN 'b' THEN 'builtin' WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' END",
      ],
      ['Collate', 'c.collcollate'],
      ['Ctype', 'c.collctype'],
      ['Locale', 'c.colllocale'],
      ['ICU Rules', 'c.collicurules'],
      ['Deterministic?', yes('c.collisdeterministic')],
    ],
    'pg_catalog.pg_collation c, pg_catalog.pg_namespace n',
    `n.oid = c.collnamespace AND ${inSchema(ask, 'c.collname', 'pg_catalog.pg_collation_is_visible(c.oid)')}`,
    '1, 2',
  ),
})

const parameters = (ask: Ask): Listing => ({
  title:
    ask.pattern === undefined ? 'List of non-default configuration parameters' : 'List of configuration parameters',
  sql: selection(
    [
      ['Parameter', 's.name'],
      ['Value', 'pg_catalog.current_setting(s.name)'],
      ...(ask.verbose
        ? ([
            ['Type', 's.vartype'],
            ['Context', 's.context'],
          ] as const)
        : []),
    ],
    'pg_catalog.pg_settings s',
    ask.pattern === undefined
      ? "s.source <> 'default' AND s.setting IS DISTINCT FROM s.boot_val"
      : patternCondition(ask.pattern, "''", 'pg_catalog.lower(s.name)', ''),
    '1',
  ),
})

const settings = (ask: Ask): Listing => ({
  title: 'List of settings',
  none: 'Did not find any settings.',
  sql: selection(
    [
      ['Role', 'rolname'],
      ['Database', 'datname'],
      ['Settings', "pg_catalog.array_to_string(setconfig, E'\\n')"],
    ],
    'pg_catalog.pg_db_role_setting s LEFT JOIN pg_catalog.pg_database d ON d.oid = setdatabase LEFT JOIN pg_catalog.pg_roles r ON r.oid = setrole',
    named(ask, "coalesce(rolname, '')"),
    '1, 2',
  ),
})

const defaults = (ask: Ask): Listing => ({
  title: 'Default access privileges',
  sql: selection(
    [
      owner('d.defaclrole'),
      SCHEMA,
      [
        'Type',
        "CASE d.defaclobjtype WHEN 'r' THEN 'table' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'function' WHEN 'T' THEN 'type' WHEN 'n' THEN 'schema' WHEN 'L' THEN 'large object' END",
      ],
      acl('d.defaclacl'),
    ],
    'pg_catalog.pg_default_acl d LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace',
    ask.pattern === undefined ? 'true' : patternCondition(ask.pattern, "''", 'n.nspname', ''),
    '1, 2, 3',
  ),
})

/** Of catalogues without anything special: what is listed, from where, by which name. */
const plain =
  (title: string, columns: readonly Column[], from: string, name: string, more = 'true'): ((ask: Ask) => Listing) =>
  (ask) => ({ title, sql: selection(columns, from, `${more} AND ${named(ask, name)}`, '1') })

const NAME = (column: string): Column => ['Name', column]
const textSearch =
  (title: string, catalogue: string, prefix: string): ((ask: Ask) => Listing) =>
  (ask) => ({
    title,
    sql: selection(
      [SCHEMA, NAME(`c.${prefix}name`), comment('c.oid', catalogue)],
      `pg_catalog.${catalogue} c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.${prefix}namespace`,
      patternCondition(ask.pattern, 'n.nspname', `c.${prefix}name`, ''),
      '1, 2',
    ),
  })

const LISTINGS: Readonly<Record<string, (ask: Ask) => Listing>> = {
  l: databases,
  list: databases,
  du: roles,
  dg: roles,
  dn: schemas,
  df: functions,
  da: aggregates,
  dT: types,
  dD: domains,
  dx: extensions,
  dp: privileges,
  z: privileges,
  db: tablespaces,
  do: operators,
  dO: collations,
  dconfig: parameters,
  drds: settings,
  ddp: defaults,
  dL: (ask) => ({
    title: 'List of languages',
    sql: selection(
      [NAME('l.lanname'), owner('l.lanowner'), ['Trusted', 'l.lanpltrusted'], comment('l.oid', 'pg_language')],
      'pg_catalog.pg_language l',
      ask.pattern === undefined && !ask.system ? 'l.lanplcallfoid <> 0' : named(ask, 'l.lanname'),
      '1',
    ),
  }),
  dA: plain(
    'List of access methods',
    [NAME('amname'), ['Type', "CASE amtype WHEN 'i' THEN 'Index' WHEN 't' THEN 'Table' END"]],
    'pg_catalog.pg_am',
    'amname',
  ),
  dF: textSearch('List of text search configurations', 'pg_ts_config', 'cfg'),
  dFd: textSearch('List of text search dictionaries', 'pg_ts_dict', 'dict'),
  dFp: textSearch('List of text search parsers', 'pg_ts_parser', 'prs'),
  dFt: textSearch('List of text search templates', 'pg_ts_template', 'tmpl'),
  des: plain(
    'List of foreign servers',
    [NAME('s.srvname'), owner('s.srvowner'), ['Foreign-data wrapper', 'f.fdwname']],
    'pg_catalog.pg_foreign_server s JOIN pg_catalog.pg_foreign_data_wrapper f ON f.oid = s.srvfdw',
    's.srvname',
  ),
  dew: plain(
    'List of foreign-data wrappers',
    [
      NAME('fdw.fdwname'),
      owner('fdw.fdwowner'),
      ['Handler', 'fdw.fdwhandler::pg_catalog.regproc'],
      ['Validator', 'fdw.fdwvalidator::pg_catalog.regproc'],
    ],
    'pg_catalog.pg_foreign_data_wrapper fdw',
    'fdwname',
  ),
  dy: plain(
    'List of event triggers',
    [
      NAME('evtname'),
      ['Event', 'evtevent'],
      owner('e.evtowner'),
      [
        'Enabled',
        "CASE evtenabled WHEN 'O' THEN 'enabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' WHEN 'D' THEN 'disabled' END",
      ],
      ['Function', 'e.evtfoid::pg_catalog.regproc'],
      ['Tags', "pg_catalog.array_to_string(ARRAY(SELECT x FROM pg_catalog.unnest(evttags) AS t(x)), ', ')"],
    ],
    'pg_catalog.pg_event_trigger e',
    'evtname',
  ),
  dRp: plain(
    'List of publications',
    [
      NAME('pubname'),
      owner('pubowner'),
      ['All tables', 'puballtables'],
      ['Inserts', 'pubinsert'],
      ['Updates', 'pubupdate'],
      ['Deletes', 'pubdelete'],
      ['Truncates', 'pubtruncate'],
      ['Generated columns', "CASE pubgencols WHEN 'n' THEN 'none' WHEN 's' THEN 'stored' END"],
      ['Via root', 'pubviaroot'],
    ],
    'pg_catalog.pg_publication',
    'pubname',
  ),
  dRs: plain(
    'List of subscriptions',
    [
      NAME('subname'),
      owner('subowner'),
      ['Enabled', 'subenabled'],
      ['Publication', "pg_catalog.array_to_string(subpublications, ', ')"],
    ],
    'pg_catalog.pg_subscription',
    'subname',
  ),
  dC: (ask) => ({
    title: 'List of casts',
    sql: selection(
      [
        ['Source type', 'pg_catalog.format_type(castsource, NULL)'],
        ['Target type', 'pg_catalog.format_type(casttarget, NULL)'],
        [
          'Function',
          "CASE WHEN c.castmethod = 'b' THEN '(binary coercible)' WHEN c.castmethod = 'i' THEN '(with inout)' ELSE p.proname END",
        ],
        [
          'Implicit?',
          "CASE WHEN c.castcontext = 'e' THEN 'no' WHEN c.castcontext = 'a' THEN 'in assignment' ELSE 'yes' END",
        ],
      ],
      `pg_catalog.pg_cast c LEFT JOIN pg_catalog.pg_proc p ON c.castfunc = p.oid
       LEFT JOIN pg_catalog.pg_type ts ON c.castsource = ts.oid LEFT JOIN pg_catalog.pg_type tt ON c.casttarget = tt.oid`,
      ask.pattern === undefined
        ? 'true'
        : `((${named(ask, 'ts.typname')}) OR (${named(ask, 'pg_catalog.format_type(ts.oid, NULL)')}) OR (${named(ask, 'tt.typname')}) OR (${named(ask, 'pg_catalog.format_type(tt.oid, NULL)')}))`,
      '1, 2',
    ),
  }),
  dc: (ask) => ({
    title: 'List of conversions',
    sql: selection(
      [
        SCHEMA,
        NAME('c.conname'),
        ['Source', 'pg_catalog.pg_encoding_to_char(c.conforencoding)'],
        ['Destination', 'pg_catalog.pg_encoding_to_char(c.contoencoding)'],
        ['Default?', yes('c.condefault')],
      ],
      'pg_catalog.pg_conversion c JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace',
      inSchema(ask, 'c.conname', 'pg_catalog.pg_conversion_is_visible(c.oid)'),
      '1, 2',
    ),
  }),
  dl: () => ({
    title: 'Large objects',
    sql: selection(
      [['ID', 'oid'], owner('lomowner'), comment('oid', 'pg_largeobject')],
      'pg_catalog.pg_largeobject_metadata',
      'true',
      'oid',
    ),
  }),
}

/** @param command without its backslash, `+` and `S` */
export function listingFor(
  command: string,
  pattern: string | undefined,
  system: boolean,
  verbose: boolean,
): Listing | undefined {
  const ask = { pattern, system, verbose }
  const listing = Object.hasOwn(LISTINGS, command) ? LISTINGS[command] : undefined
  if (listing) return listing(ask)
  const [, kinds] = /^d([tivmsE]*)$/.exec(command) ?? []
  return kinds !== undefined && (kinds !== '' || pattern === undefined) ? relations(kinds, ask) : undefined
}
