export const OWN_SCHEMAS = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`
export const NAMED = `format('%I.%I', n.nspname, c.relname)`

/**
 * What can be dumped, in the order in which it has to be made. Each query gives a name, a schema, an owner, the statement
 * that makes it, what ALTER … OWNER TO calls it, the
 * statement that removes it, and its number in the catalogue; `{table}` holds for the tables
 * that are wanted.
 */
export const BEFORE_DATA: readonly (readonly [kind: string, sql: string])[] = [
  [
    'SCHEMA',
    `SELECT n.nspname, '-', r.rolname, format('CREATE SCHEMA %I;', n.nspname), format('SCHEMA %I', n.nspname), format('DROP SCHEMA %I', n.nspname), n.oid
     FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner WHERE ${OWN_SCHEMAS} AND n.nspname <> 'public' ORDER BY 1`,
  ],
  [
    'TYPE',
    `SELECT t.typname, n.nspname, r.rolname,
       format(E'CREATE TYPE %I.%I AS ENUM (\\n    %s\\n);', n.nspname, t.typname, (SELECT string_agg(quote_literal(e.enumlabel), E',\\n    ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)),
       format('TYPE %I.%I', n.nspname, t.typname), format('DROP TYPE %I.%I', n.nspname, t.typname), t.oid
     FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_roles r ON r.oid = t.typowner WHERE t.typtype = 'e' AND ${OWN_SCHEMAS} ORDER BY 2, 1`,
  ],
  [
    'FUNCTION',
    `SELECT format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid)), n.nspname, r.rolname, replace(pg_get_functiondef(p.oid), 'CREATE OR REPLACE', 'CREATE') || ';',
       format('FUNCTION %I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)), format('DROP FUNCTION %I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)), p.oid
     FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_roles r ON r.oid = p.proowner WHERE p.prokind IN ('f', 'p') AND ${OWN_SCHEMAS}
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') ORDER BY 2, 1`,
  ],
  [
    'TABLE',
    `SELECT c.relname, n.nspname, r.rolname,
       format(E'CREATE TABLE %s (\\n%s\\n);', ${NAMED}, concat_ws(E',\\n',
         (SELECT string_agg(format('    %I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
            CASE WHEN a.attcollation <> t.typcollation AND a.attcollation <> 0 THEN (SELECT format(' COLLATE %I.%I', cn.nspname, co.collname) FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = a.attcollation) ELSE '' END,
            CASE WHEN d.adbin IS NULL OR owned.objid IS NOT NULL THEN '' WHEN a.attgenerated = 's' THEN format(' GENERATED ALWAYS AS (%s) STORED', pg_get_expr(d.adbin, d.adrelid)) ELSE ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) END,
            CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END), E',\\n' ORDER BY a.attnum)
          FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            LEFT JOIN pg_depend owned ON owned.refobjid = a.attrelid AND owned.refobjsubid = a.attnum AND owned.deptype = 'a' AND owned.classid = 'pg_class'::regclass
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
         (SELECT string_agg(format('    CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)), E',\\n' ORDER BY k.conname) FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c'))),
       format('TABLE %s', ${NAMED}), format('DROP TABLE %s', ${NAMED}), c.oid
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner WHERE c.relkind = 'r' AND ${OWN_SCHEMAS} AND {table} ORDER BY 2, 1`,
  ],
  [
    'SEQUENCE',
    `SELECT c.relname, n.nspname, r.rolname,
       CASE WHEN a.attidentity <> '' AND a.attidentity IS NOT NULL
         THEN format(E'ALTER TABLE %s ALTER COLUMN %I ADD GENERATED %s AS IDENTITY (\\n    SEQUENCE NAME %s\\n    START WITH %s\\n    INCREMENT BY %s\\n    NO MINVALUE\\n    NO MAXVALUE\\n    CACHE %s\\n);', d.refobjid::regclass, a.attname, CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END, ${NAMED}, s.seqstart, s.seqincrement, s.seqcache)
         ELSE format(E'CREATE SEQUENCE %s%s\\n    START WITH %s\\n    INCREMENT BY %s\\n    NO MINVALUE\\n    NO MAXVALUE\\n    CACHE %s;', ${NAMED}, CASE WHEN s.seqtypid = 'bigint'::regtype THEN '' ELSE E'\\n    AS ' || format_type(s.seqtypid, NULL) END, s.seqstart, s.seqincrement, s.seqcache) END,
       CASE WHEN d.deptype = 'i' THEN '' ELSE format('SEQUENCE %s', ${NAMED}) END, CASE WHEN d.deptype = 'i' THEN '' ELSE format('DROP SEQUENCE %s', ${NAMED}) END, c.oid
     FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner
       LEFT JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
     WHERE ${OWN_SCHEMAS} AND ({table} OR d.refobjid IN (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {table})) ORDER BY 2, 1`,
  ],
  [
    'SEQUENCE OWNED BY',
    `SELECT c.relname, n.nspname, r.rolname, format('ALTER SEQUENCE %s OWNED BY %s.%I;', ${NAMED}, d.refobjid::regclass, a.attname), '', '', 0
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'a'
       JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid WHERE c.relkind = 'S' AND ${OWN_SCHEMAS} AND d.refobjid IN (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {table}) ORDER BY 2, 1`,
  ],
  [
    'DEFAULT',
    `SELECT format('%s %s', c.relname, a.attname), n.nspname, r.rolname, format('ALTER TABLE ONLY %s ALTER COLUMN %I SET DEFAULT %s;', ${NAMED}, a.attname, pg_get_expr(d.adbin, d.adrelid)), '', format('ALTER TABLE %s ALTER COLUMN %I DROP DEFAULT', ${NAMED}, a.attname), d.oid
     FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum
       JOIN pg_depend o ON o.refobjid = c.oid AND o.refobjsubid = a.attnum AND o.deptype = 'a' AND o.classid = 'pg_class'::regclass WHERE ${OWN_SCHEMAS} AND {table} ORDER BY 2, 1`,
  ],
  [
    'VIEW',
    `SELECT c.relname, n.nspname, r.rolname, format(E'CREATE %s %s AS\\n%s', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, ${NAMED}, pg_get_viewdef(c.oid)),
       format('%s %s', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, ${NAMED}), format('DROP %s %s', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, ${NAMED}), c.oid
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner WHERE c.relkind IN ('v', 'm') AND ${OWN_SCHEMAS} AND {table} ORDER BY c.oid`,
  ],
]
const constraint = (kinds: string): string =>
  `SELECT format('%s %s', c.relname, k.conname), n.nspname, r.rolname, format(E'ALTER TABLE ONLY %s\\n    ADD CONSTRAINT %I %s;', ${NAMED}, k.conname, pg_get_constraintdef(k.oid)), '', format('ALTER TABLE ONLY %s DROP CONSTRAINT %I', ${NAMED}, k.conname), k.oid
   FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner WHERE k.contype IN (${kinds}) AND ${OWN_SCHEMAS} AND {table} ORDER BY 2, 1`
export const AFTER_DATA: readonly (readonly [kind: string, sql: string])[] = [
  ['CONSTRAINT', constraint("'p', 'u', 'x'")],
  [
    'INDEX',
    `SELECT i.relname, n.nspname, r.rolname, pg_get_indexdef(i.oid) || ';', '', format('DROP INDEX %I.%I', n.nspname, i.relname), i.oid
     FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = i.relowner
     WHERE ${OWN_SCHEMAS} AND {table} AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid) ORDER BY 2, 1`,
  ],
  [
    'TRIGGER',
    `SELECT format('%s %s', c.relname, t.tgname), n.nspname, r.rolname, pg_get_triggerdef(t.oid) || ';', '', format('DROP TRIGGER %I ON %s', t.tgname, ${NAMED}), t.oid
     FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner WHERE NOT t.tgisinternal AND ${OWN_SCHEMAS} AND {table} ORDER BY 2, 1`,
  ],
  ['FK CONSTRAINT', constraint("'f'")],
]
