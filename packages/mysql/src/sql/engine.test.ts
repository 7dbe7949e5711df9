import { beforeEach, describe, expect, it } from 'vitest'
import type { Outcome, SessionState, Value } from '../protocol.ts'
import { Databases } from '../sqlite/databases.ts'
import { functionsOf } from '../sqlite/functions.ts'
import { Engine } from './engine.ts'
import { statementsOf } from './lexer.ts'

let engine: Engine
let databases: Databases
let session: SessionState

async function fresh(version = '8.0.46'): Promise<void> {
  const host = {
    nowMs: () => Date.UTC(2026, 4, 17, 10, 30, 5),
    random: (length: number) => new Uint8Array(length).fill(9),
    get database() {
      return session.database
    },
    user: 'root@localhost',
    connectionId: 8,
    get lastInsertId() {
      return session.lastInsertId
    },
    get rowCount() {
      return session.rowCount
    },
    foundRows: 0,
    version,
  }
  databases = await Databases.load(functionsOf(host))
  engine = new Engine(databases, version)
  session = { id: 8, user: 'root@localhost', database: '', variables: new Map(), lastInsertId: 0, rowCount: 0 }
}

function run(sql: string, parameters: readonly Value[] = []): Outcome {
  let outcome: Outcome | undefined
  for (const statement of statementsOf(sql)) {
    outcome = engine.run(session, statement, parameters)
    const variables = new Map([...session.variables, ...(outcome.variables ?? [])])
    const lastInsertId = outcome.insertId || session.lastInsertId
    session = { ...session, database: outcome.database ?? session.database, variables, lastInsertId }
  }
  return outcome as Outcome
}
const rows = (sql: string, parameters?: readonly Value[]): unknown => run(sql, parameters).rows

beforeEach(async () => {
  await fresh()
  run(`CREATE DATABASE shop; USE shop;
    CREATE TABLE \`users\` (
      \`id\` int(11) unsigned NOT NULL AUTO_INCREMENT,
      name varchar(50) DEFAULT "o'neil" COMMENT 'who',
      age INT, made DATETIME DEFAULT CURRENT_TIMESTAMP, kind ENUM('a','b') NOT NULL DEFAULT 'a',
      PRIMARY KEY (id), UNIQUE KEY name (name), KEY by_age (age, name(10))
    ) ENGINE=InnoDB AUTO_INCREMENT=1 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
    INSERT INTO users (name, age) VALUES ('ann', 30), ("bob", 40), ('cy', NULL);`)
})

describe('statements', () => {
  it.each<[sql: string, rows: unknown]>([
    ['SELECT id, name FROM users WHERE name = "ANN"', [[1, 'ann']]],
    ['SELECT name FROM `users` ORDER BY id LIMIT 1, 1', [['bob']]],
    ["SELECT CONCAT(name, '-', age), CONCAT(name, NULL) FROM users WHERE age > 30", [['bob-40', null]]],
    ["SELECT name FROM users WHERE name LIKE 'B%' OR name LIKE CONCAT('c', '%')", [['bob'], ['cy']]],
    ["SELECT '50%' LIKE '50\\%', 'it\\'s', 0x4142, X'41' = 'A'", [[1, "it's", new Uint8Array([65, 66]), 0]]],
    ["SELECT IF(age IS NULL, 'none', 'some'), IFNULL(age, 0) + 1 FROM users WHERE id = 3", [['none', 1]]],
    ["SELECT GROUP_CONCAT(name ORDER BY name DESC SEPARATOR '; ') FROM users", [['cy; bob; ann']]],
    [
      "SELECT NOW(), CURDATE(), DATE_FORMAT(NOW(), '%d.%m.%Y %H:%i')",
      [['2026-05-17 10:30:05', '2026-05-17', '17.05.2026 10:30']],
    ],
    [
      "SELECT DATE_ADD('2026-01-31', INTERVAL 1 MONTH), '2026-01-01' - INTERVAL 1 DAY, NOW() + INTERVAL 2 HOUR",
      [['2026-02-28', '2025-12-31', '2026-05-17 12:30:05']],
    ],
    [
      "SELECT DATEDIFF('2026-03-01', '2026-02-27'), TIMESTAMPDIFF(MONTH, '2026-01-15', '2026-05-14'), YEAR('2026-01-02')",
      [[2, 3, 2026]],
    ],
    ['SELECT DATABASE(), VERSION(), @@version, CONNECTION_ID()', [['shop', '8.0.46', '8.0.46', 8]]],
    [
      "SELECT CAST('12' AS UNSIGNED) + 1, CONVERT('x' USING utf8mb4), LEFT('hello', 2), LENGTH('é'), CHAR_LENGTH('é')",
      [[13, 'x', 'he', 2, 1]],
    ],
    [
      "SELECT MD5('a'), SHA2('a', 256), LPAD('7', 3, '0'), SUBSTRING_INDEX('a.b.c', '.', 2)",
      [
        [
          '0cc175b9c0f1b6a831c399e269772661',
          'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',
          '007',
          'a.b',
        ],
      ],
    ],
    ['SELECT 7 DIV 2, 7 % 4, 5 <=> NULL, NOT 1 && 1, 1 || 0', [[3, 3, 0, 0, 1]]],
    ["SELECT 1 = '1', '10' > 2, 'a' = 0, 5 = '5 apples', '1.0' = 1, -1 < '-0.5', '9' < 10", [[1, 1, 1, 1, 1, 1, 1]]],
    ['SET @a = 5; SELECT @a + 1, @b', [[6, null]]],
    ['SELECT u.name FROM shop.users u JOIN (SELECT MAX(age) m FROM users) x ON u.age = x.m FOR UPDATE', [['bob']]],
    ['SHOW TABLES', [['users']]],
    ["SHOW COLUMNS FROM users LIKE 'k%'", [['kind', "enum('a','b')", 'NO', '', 'a', '']]],
    ['DESCRIBE users id', [['id', 'int unsigned', 'NO', 'PRI', null, 'auto_increment']]],
    ["SHOW VARIABLES LIKE 'autocommit'", [['autocommit', 'ON']]],
    ['SHOW DATABASES', [['information_schema'], ['mysql'], ['performance_schema'], ['shop'], ['sys']]],
    ["SELECT table_name FROM information_schema.tables WHERE table_schema = 'shop'", [['users']]],
    [
      "SELECT COLUMN_NAME, DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'users' LIMIT 2",
      [
        ['id', 'int'],
        ['name', 'varchar'],
      ],
    ],
    ['UPDATE users SET age = age + 1 ORDER BY id LIMIT 1; SELECT age FROM users WHERE id = 1', [[31]]],
    ['DELETE FROM users WHERE id > 1 LIMIT 1; SELECT id FROM users', [[1], [3]]],
    ['TRUNCATE TABLE users; INSERT INTO users SET name = "new"; SELECT id, age FROM users', [[1, null]]],
    [
      "INSERT INTO users (name, age) VALUES ('ann', 1) ON DUPLICATE KEY UPDATE age = VALUES(age) + 1; SELECT age FROM users WHERE id = 1",
      [[2]],
    ],
    [
      "INSERT INTO users (name, age) VALUES ('ann', 5) AS new ON DUPLICATE KEY UPDATE age = new.age; SELECT age FROM users WHERE id = 1",
      [[5]],
    ],
    ["INSERT IGNORE INTO users (name) VALUES ('ann'); SELECT COUNT(*) FROM users", [[3]]],
    ["REPLACE INTO users (id, name) VALUES (1, 'dan'); SELECT name FROM users ORDER BY id", [['dan'], ['bob'], ['cy']]],
    ['BEGIN; DELETE FROM users; ROLLBACK; SELECT COUNT(*) FROM users', [[3]]],
    ['START TRANSACTION; DELETE FROM users WHERE id = 1; COMMIT; SELECT COUNT(*) FROM users', [[2]]],
    [
      "ALTER TABLE users ADD COLUMN mail varchar(99) NOT NULL DEFAULT '' AFTER name, DROP COLUMN age, MODIFY kind varchar(9); SELECT * FROM users WHERE id = 2",
      [[2, 'bob', '', '2026-05-17 10:30:05', 'a']],
    ],
    ['RENAME TABLE users TO people; SELECT COUNT(*) FROM people', [[3]]],
    ['CREATE TABLE copy AS SELECT id, name FROM users; SELECT COUNT(*) FROM copy', [[3]]],
    ['CREATE VIEW old AS SELECT name FROM users WHERE age > 35; SELECT * FROM old', [['bob']]],
    ['/*!40101 SET NAMES utf8 */; SELECT /* x */ 1 -- y\n# z', [[1]]],
  ])('%s', (sql, expected) => {
    const found = rows(sql)
    // What stands in a column by default is of the machine's own clock.
    const normal = JSON.stringify(found, (_key, value: unknown) =>
      typeof value === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(value) && sql.startsWith('ALTER')
        ? '2026-05-17 10:30:05'
        : value,
    )
    expect(JSON.parse(normal)).toEqual(JSON.parse(JSON.stringify(expected)))
  })

  it('shows how a table was made', () => {
    expect(run('SHOW CREATE TABLE users').rows[0]?.[1]).toBe(
      `CREATE TABLE \`users\` (
  \`id\` int unsigned NOT NULL AUTO_INCREMENT,
  \`name\` varchar(50) DEFAULT 'o''neil' COMMENT 'who',
  \`age\` int DEFAULT NULL,
  \`made\` datetime DEFAULT CURRENT_TIMESTAMP,
  \`kind\` enum('a','b') NOT NULL DEFAULT 'a',
  PRIMARY KEY (\`id\`),
  UNIQUE KEY \`name\` (\`name\`),
  KEY \`by_age\` (\`age\`,\`name\`)
) ENGINE=InnoDB AUTO_INCREMENT=4 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci`,
    )
  })

  it.each<[sql: string, code: number, message: string]>([
    ["INSERT INTO users (name) VALUES ('bob')", 1062, "Duplicate entry 'bob' for key 'users.name'"],
    ["INSERT INTO users (id, name) VALUES (1, 'x')", 1062, "Duplicate entry '1' for key 'users.PRIMARY'"],
    ['INSERT INTO users (kind) VALUES (NULL)', 1048, "Column 'kind' cannot be null"],
    ['SELECT * FROM nope', 1146, "Table 'shop.nope' doesn't exist"],
    ['SELECT nope FROM users', 1054, "Unknown column 'nope' in 'field list'"],
    ['CREATE TABLE users (id int)', 1050, "Table 'users' already exists"],
    ['USE nowhere', 1049, "Unknown database 'nowhere'"],
    ['DROP TABLE nope', 1051, "Unknown table 'shop.nope'"],
    [
      'SELEC 1',
      1064,
      "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near 'SELEC 1' at line 1",
    ],
    ['CREATE DATABASE shop', 1007, "Can't create database 'shop'; database exists"],
  ])('%s fails with %i', (sql, code, message) => {
    expect(() => run(sql)).toThrow(expect.objectContaining({ code, message }))
  })

  it('keeps foreign keys', () => {
    run(
      'CREATE TABLE orders (id int AUTO_INCREMENT PRIMARY KEY, user_id int unsigned, CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE)',
    )
    run('INSERT INTO orders (user_id) VALUES (1), (2)')
    expect(() => run('INSERT INTO orders (user_id) VALUES (99)')).toThrow(expect.objectContaining({ code: 1452 }))
    run('DELETE FROM users WHERE id = 1')
    expect(rows('SELECT user_id FROM orders')).toEqual([[2]])
  })

  it('numbers rows and counts them', () => {
    expect(run("INSERT INTO users (name) VALUES ('x'), ('y')")).toMatchObject({ affected: 2, insertId: 4 })
    expect(run('UPDATE users SET age = 1')).toMatchObject({ affected: 5 })
    expect(rows('SELECT LAST_INSERT_ID()')).toEqual([[4]])
    expect(rows('SELECT name FROM users WHERE id = ? AND age = ?', [4, 1])).toEqual([['x']])
  })

  it('comes back from its files', async () => {
    const files = new Map<string, Uint8Array>()
    for (const { database, size = 0, pages } of databases.unsaved()) {
      const bytes = new Uint8Array(size)
      for (const [at, page] of pages) bytes.set(page, at)
      files.set(database, bytes)
    }
    await fresh()
    for (const name of ['shop', 'mysql']) {
      if (databases.has(name)) databases.drop(name)
      databases.add(name, files.get(name) ?? new Uint8Array(0))
    }
    engine = new Engine(databases, '8.0.46')
    expect(rows('USE shop; SELECT name FROM users')).toEqual([['ann'], ['bob'], ['cy']])
    expect(run("INSERT INTO users (name) VALUES ('x')").insertId).toBe(4)
  })
})

describe('privileges', () => {
  const as = (user: string): void => void (session = { ...session, user: `${user}@10.0.0.9`, database: '' })

  beforeEach(() => {
    run(`CREATE DATABASE other; CREATE TABLE other.t (a int); CREATE USER wp IDENTIFIED BY 'x';
      GRANT ALL ON \`sh\\_p\`.* TO 'wp'@'%'; GRANT ALL PRIVILEGES ON \`shop\`.* TO 'wp'@'%'; GRANT SELECT ON other.t TO wp`)
    as('wp')
  })

  it.each<[sql: string, message: string | undefined]>([
    [
      'USE shop; SELECT * FROM users; INSERT INTO users (name) VALUES ("z"); CREATE TABLE a (b int); DROP TABLE a',
      undefined,
    ],
    ['SELECT a FROM other.t', undefined],
    ['SELECT 1; SELECT table_name FROM information_schema.tables; SHOW VARIABLES LIKE "version"', undefined],
    ['INSERT INTO other.t VALUES (1)', "INSERT command denied to user 'wp'@'10.0.0.9' for table 't'"],
    [
      'USE shop; SELECT * FROM users JOIN mysql.user ON 1',
      "SELECT command denied to user 'wp'@'10.0.0.9' for table 'user'",
    ],
    ['USE mysql', "Access denied for user 'wp'@'10.0.0.9' to database 'mysql'"],
    ['CREATE DATABASE mine', "Access denied for user 'wp'@'10.0.0.9' to database 'mine'"],
    ['DROP DATABASE other', "Access denied for user 'wp'@'10.0.0.9' to database 'other'"],
    ['CREATE USER z', 'Access denied; you need (at least one of) the CREATE USER privilege(s) for this operation'],
  ])('%s', (sql, message) => {
    if (message === undefined) expect(() => run(sql)).not.toThrow()
    else expect(() => run(sql)).toThrow(message)
  })

  it('shows what a user may enter, and takes rights away', () => {
    expect(rows('SHOW DATABASES')).toEqual([['information_schema'], ['other'], ['performance_schema'], ['shop']])
    as('root')
    run("REVOKE DELETE ON shop.* FROM 'wp'@'%'; REVOKE SELECT ON other.t FROM wp")
    as('wp')
    expect(() => run('USE shop; UPDATE users SET age = 1; DELETE FROM users')).toThrow(
      "DELETE command denied to user 'wp'@'10.0.0.9' for table 'users'",
    )
    expect(() => run('SELECT a FROM other.t')).toThrow("SELECT command denied to user 'wp'@'10.0.0.9' for table 't'")
  })
})

describe('as MySQL has it', () => {
  const names = (sql: string): string[] => run(sql).columns.map(({ name }) => name)

  it('titles are what was typed', () => {
    expect(
      names("SELECT count(*), concat(name,'x'), 1 +  1, 'lit', age a, users.age, if(1>2, 3, 4) FROM users"),
    ).toEqual(['count(*)', "concat(name,'x')", '1 +  1', 'lit', 'a', 'age', 'if(1>2, 3, 4)'])
    expect(
      names("SELECT now() + interval 2 hour, name IS NULL, NOT age, 2 two FROM users WHERE name LIKE 'a%'"),
    ).toEqual(['now() + interval 2 hour', 'name IS NULL', 'NOT age', 'two'])
    expect(names("SHOW TABLES LIKE 'us%'")).toEqual(['Tables_in_shop (us%)'])
  })

  it('whole numbers divide into fractions', () => {
    expect(rows('SELECT 7/2, 7 DIV 2, 6/3/2')).toEqual([[3.5, 3, 1]])
  })

  it.each([
    ["INSERT INTO users (name, age) VALUES ('x', 3000000000)", 1264, "Out of range value for column 'age' at row 1"],
    ["INSERT INTO users (name, kind) VALUES ('x', 'c')", 1265, "Data truncated for column 'kind' at row 1"],
    ["INSERT INTO users (name) VALUES (repeat('x', 51))", 1406, "Data too long for column 'name' at row 1"],
    ['CREATE TABLE t (a int, a int)', 1060, "Duplicate column name 'a'"],
    ['INSERT INTO need (b) VALUES (1)', 1364, "Field 'a' doesn't have a default value"],
    ['INSERT INTO need (a) VALUES (NULL)', 1048, "Column 'a' cannot be null"],
    [
      'INSERT INTO need (a, u) VALUES (1, 99)',
      1452,
      'Cannot add or update a child row: a foreign key constraint fails (`shop`.`need`, CONSTRAINT `fk` FOREIGN KEY (`u`) REFERENCES `users` (`id`))',
    ],
  ])('%s', (sql, code, message) => {
    run(
      'CREATE TABLE need (a int NOT NULL, b int, u int unsigned, CONSTRAINT fk FOREIGN KEY (u) REFERENCES users (id))',
    )
    expect(() => run(sql)).toThrow(expect.objectContaining({ code, message }))
  })

  it('savepoints are gone back to', () => {
    run(
      "START TRANSACTION; INSERT INTO users (name) VALUES ('d'); SAVEPOINT one; DELETE FROM users; ROLLBACK TO SAVEPOINT one; COMMIT",
    )
    expect(rows('SELECT count(*) FROM users')).toEqual([[4]])
    run('BEGIN')
    expect(() => run('ROLLBACK TO nope')).toThrow('SAVEPOINT nope does not exist')
    run('ROLLBACK')
  })

  it('sums and averages of decimals keep their digits', () => {
    run('CREATE TABLE money (amount decimal(10,2), n int, c int, KEY own (c), FOREIGN KEY (n) REFERENCES money (c))')
    const { columns } = run(
      'SELECT sum(amount), avg(amount), coalesce(max(m.amount), 0), avg(n), count(*) FROM money m',
    )
    expect(columns.map(({ type }) => type)).toEqual([
      'decimal(32,2)',
      'decimal(14,6)',
      'decimal(32,2)',
      'decimal(14,4)',
      '',
    ])
    expect(rows('DESCRIBE money')).toContainEqual(['n', 'int', 'YES', 'MUL', null, ''])
  })

  it.each<[sql: string, value: unknown]>([
    ["addtime('10:00:00', '01:30:00')", '11:30:00'],
    ["timediff('2024-01-02 01:00:00', '2024-01-01 23:30:00')", '01:30:00'],
    ["str_to_date('29/02/2024 3:05 PM', '%d/%m/%Y %h:%i %p')", '2024-02-29 15:05:00'],
    ["str_to_date('31/02/2024', '%d/%m/%Y')", null],
    ["to_days('2024-01-01')", 739251],
    ['from_days(739251)', '2024-01-01'],
    ['period_add(202411, 3)', 202502],
    ["convert_tz('2024-01-01 00:30:00', '+01:00', '+00:00')", '2023-12-31 23:30:00'],
    ["crc32('a')", 3904355907],
    ["json_length('[1,2]')", 2],
    [`json_keys('{"a":1}')`, '["a"]'],
    ["json_contains('[1,2]', '2')", 1],
    ["insert('Quadratic', 3, 4, 'What')", 'QuWhattic'],
    ["regexp_substr('abc123', '[0-9]+')", '123'],
  ])('%s', (sql, value) => {
    expect(rows(`SELECT ${sql}`)).toEqual([[value]])
  })

  it('MariaDB says some things otherwise', async () => {
    await fresh('10.11.6-MariaDB')
    run('CREATE DATABASE d; USE d; CREATE TABLE t (a int unsigned, b bigint, c tinyint(1), d json, UNIQUE KEY ua (a))')
    expect((rows('DESCRIBE t') as string[][]).map(([, type]) => type)).toEqual([
      'int(10) unsigned',
      'bigint(20)',
      'tinyint(1)',
      'longtext',
    ])
    run('INSERT INTO t (a) VALUES (1)')
    expect(() => run('INSERT INTO t (a) VALUES (1)')).toThrow("Duplicate entry '1' for key 'ua'")
    expect(() => run('SELEC 1')).toThrow('corresponds to your MariaDB server version')
  })

  it('one of several tables is changed', () => {
    run('CREATE TABLE orders (id int, who int, paid int); INSERT INTO orders VALUES (1,1,0),(2,2,0),(3,1,0)')
    run("UPDATE orders o JOIN users u ON u.id = o.who SET o.paid = u.age WHERE u.name = 'ann'")
    expect(rows('SELECT id, paid FROM orders ORDER BY id')).toEqual([
      [1, 30],
      [2, 0],
      [3, 30],
    ])
    run("DELETE o FROM orders AS o INNER JOIN users u ON u.id = o.who WHERE u.name = 'bob'")
    expect(rows('SELECT id FROM orders')).toEqual([[1], [3]])
  })
})

// What MariaDB 10.11 gave for the same rows.
describe('groups, documents and what is compared with queries', () => {
  it.each<[sql: string, rows: unknown]>([
    [
      'SELECT kind, age, COUNT(*) FROM users GROUP BY kind, age WITH ROLLUP',
      [
        ['a', null, 1],
        ['a', 30, 1],
        ['a', 40, 1],
        ['a', null, 3],
        [null, null, 3],
      ],
    ],
    ['SELECT id FROM users WHERE age > ALL (SELECT age FROM users WHERE id = 1)', [[2]]],
    ['SELECT id FROM users WHERE age = ANY (SELECT age FROM users) ORDER BY id', [[1], [2]]],
    [
      "SELECT JSON_OBJECT('a', 1, 'b', JSON_ARRAY('x', NULL, true)), JSON_SET('{\"a\":1}', '$.b', 'y')",
      [['{"a": 1, "b": ["x", null, true]}', '{"a": 1, "b": "y"}']],
    ],
    [
      "SELECT JSON_TYPE('[1]'), JSON_VALUE('{\"n\":\"bob\"}', '$.n'), JSON_MERGE_PATCH('{\"a\":1}', '{\"b\":2}')",
      [['ARRAY', 'bob', '{"a": 1, "b": 2}']],
    ],
    [
      'SELECT JSON_ARRAYAGG(name), JSON_OBJECTAGG(id, name) FROM users WHERE id < 3',
      [['["ann","bob"]', '{"1":"ann", "2":"bob"}']],
    ],
    ['SELECT JSON_SEARCH(\'{"a":"x","b":"y"}\', \'one\', \'y\'), JSON_QUOTE(\'a"b\')', [['"$.b"', '"a\\"b"']]],
    ['SELECT VARIANCE(age), BIT_OR(age), BIT_AND(age) FROM users', [[25, 62, 8]]],
    ["SELECT SOUNDEX('hello'), YEARWEEK('2024-02-03'), 7 MOD 4", [['H400', 202404, 3]]],
  ])('%s', (sql, expected) => {
    expect(rows(sql)).toEqual(expected)
  })

  it.each<[sql: string, affected: number, info: string]>([
    ['INSERT INTO users (id, name) VALUES (1, "ann") ON DUPLICATE KEY UPDATE age = 7', 2, ''],
    ['REPLACE INTO users (id, name) VALUES (2, "two")', 2, ''],
    ['INSERT IGNORE INTO users (id, name) VALUES (3, "cy"), (9, "new")', 1, 'Records: 2  Duplicates: 1  Warnings: 2'],
  ])('%s', (sql, affected, info) => {
    expect(run(sql)).toMatchObject({ affected, info })
  })

  it.each<[sql: string, code: number, message: string]>([
    ['SELECT @@nosuch', 1193, "Unknown system variable 'nosuch'"],
    ['SET nosuch = 1', 1193, "Unknown system variable 'nosuch'"],
    [
      "INSERT INTO users (name, age) VALUES ('x', 'abc')",
      1366,
      "Incorrect integer value: 'abc' for column 'age' at row 1",
    ],
    ['DROP INDEX nope ON users', 1091, "Can't DROP 'nope'; check that column/key exists"],
    ['CREATE INDEX name ON users (age)', 1061, "Duplicate key name 'name'"],
    [
      'CREATE TABLE bad (id INT, FOREIGN KEY (id) REFERENCES nosuch (id))',
      1824,
      "Failed to open the referenced table 'nosuch'",
    ],
  ])('%s', (sql, code, message) => {
    expect(() => run(sql)).toThrow(expect.objectContaining({ code, message }) as Error)
  })
})
