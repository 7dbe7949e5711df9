import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { beforeAll, expect, it } from 'vitest'
import { mysqlPrograms } from '../index.ts'
import { foreign, startServer } from '../testing/server.ts'

let kernel: TestKernel
const ask = async (stdin: string, ...argv: readonly string[]): Promise<string> => {
  const { stdout, stderr, status } = await kernel.run(argv, { stdin })
  return stdout + stderr + (status === 0 ? '' : `[${status}]`)
}
const sql = (text: string, database = 'shop'): Promise<string> => ask(text, 'mysql', '-uroot', '-N', database)
const dump = (...argv: readonly string[]): Promise<string> => ask('', 'mysqldump', '-uroot', ...argv)

const SHOP = `
  CREATE TABLE kinds (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(40) NOT NULL);
  CREATE TABLE goods (id INT PRIMARY KEY, kind INT, note TEXT, raw BLOB, price DECIMAL(8,2),
    twice INT GENERATED ALWAYS AS (id * 2) STORED, FOREIGN KEY (kind) REFERENCES kinds (id));
  CREATE VIEW dear AS SELECT \`id\`, price, 'a "b"' AS \`why not\` FROM \`goods\` WHERE price > 2;
  INSERT INTO kinds (name) VALUES ('fruit'), ('tool');
  INSERT INTO goods (id, kind, note, raw, price) VALUES
    (1, 1, 'it''s "so";\\nand\\\\so', x'00ff80', 1.50), (2, 2, NULL, x'', 20);`
const ALL = 'SELECT * FROM kinds; SELECT id, kind, note, hex(raw), price, twice FROM goods; SELECT * FROM dear;'

beforeAll(async () => {
  kernel = await bootTestKernel(mysqlPrograms, { foreign })
  await startServer(kernel)
  await ask('', 'mysqladmin', '-uroot', 'create', 'shop')
  expect(await sql(SHOP)).toBe('')
})

it('has the shape of a dump', async () => {
  expect(
    (await dump('shop', 'kinds')).replace(/[-\d]+ [:\d]+(?=\n$)/, 'NOW'),
  ).toBe(`-- MySQL dump 10.13  Distrib 8.0.46, for Linux (x86_64)
--
-- Host: localhost    Database: shop
-- ------------------------------------------------------
-- Server version\t8.0.46

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!50503 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;

--
-- Table structure for table \`kinds\`
--

DROP TABLE IF EXISTS \`kinds\`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE \`kinds\` (
  \`id\` int NOT NULL AUTO_INCREMENT,
  \`name\` varchar(40) NOT NULL,
  PRIMARY KEY (\`id\`)
) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table \`kinds\`
--

LOCK TABLES \`kinds\` WRITE;
/*!40000 ALTER TABLE \`kinds\` DISABLE KEYS */;
INSERT INTO \`kinds\` VALUES (1,'fruit'),(2,'tool');
/*!40000 ALTER TABLE \`kinds\` ENABLE KEYS */;
UNLOCK TABLES;
/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

-- Dump completed on NOW
`)
})

it('is read back by mysql', async () => {
  const before = await sql(ALL)
  const text = await dump('shop')
  await ask('', 'mysqladmin', '-uroot', 'create', 'copy')
  expect(await sql(text, 'copy')).toBe('')
  expect(await sql(ALL, 'copy')).toBe(before)
  // A second time too: what is there is dropped first.
  expect(await sql(text, 'copy')).toBe('')
  expect(await sql(ALL, 'copy')).toBe(before)
})

const bare = ['--compact', '--no-create-info'] as const
it.each<[argv: readonly string[], text: string]>([
  [[...bare, 'shop', 'kinds', '--where=id > 1'], "INSERT INTO `kinds` VALUES (2,'tool');\n"],
  [[...bare, '-w', 'id<2', '--insert-ignore', 'shop', 'kinds'], "INSERT  IGNORE INTO `kinds` VALUES (1,'fruit');\n"],
  [
    [...bare, '--skip-extended-insert', '-c', 'shop', 'kinds'],
    "INSERT INTO `kinds` (`id`, `name`) VALUES (1,'fruit');\nINSERT INTO `kinds` (`id`, `name`) VALUES (2,'tool');\n",
  ],
  [['--compact', '-t', '-d', 'shop'], ''],
  [[...bare, '--ignore-table=shop.goods', '--ignore-table', 'shop.kinds', 'shop'], ''],
  [['none'], "mysqldump: Got error: 1049: Unknown database 'none' when selecting the database\n[2]"],
  [['--compact', 'shop', 'none'], 'mysqldump: Couldn\'t find table: "none"\n[6]'],
])('mysqldump %j', async (argv, text) => {
  expect((await dump(...argv)).replace(/^[^]*?(?=mysqldump: )/, '')).toBe(text)
})

it('names databases, and writes to a file', async () => {
  expect(await dump('--single-transaction', '--databases', 'shop', '--no-data', '-r', '/tmp/dump.sql')).toBe('')
  const text = await ask('', 'mysql', '-uroot', '-e', 'source /tmp/dump.sql; SELECT count(*) FROM kinds')
  expect(text).toContain('0')
  expect(await sql('SELECT count(*) FROM goods')).toBe('0\n')
})

it('reads what DELIMITER parts', async () => {
  const text = `delimiter //
create procedure twice(in n int)
begin
  select n; select n * 2;
end//
-- and back
delimiter ;
call twice(21);
select 'a;b' as c;`
  expect(await sql(text)).toBe('21\n42\na;b\n')
})

it('keeps triggers and routines', async () => {
  await ask('', 'mysqladmin', '-uroot', 'create', 'made')
  const text = `create table t (id int, n int);
delimiter //
create trigger more before insert on t for each row begin set new.n = new.id * 2; end//
create procedure p() begin select 'one;two'; end//
create function f(a int) returns int deterministic return a + 1//
delimiter ;`
  expect(await sql(text, 'made')).toBe('')
  const dumped = await dump('--routines', 'made')
  await ask('', 'mysqladmin', '-uroot', 'create', 'again')
  expect(await sql(dumped, 'again')).toBe('')
  expect(await sql('insert into t (id) values (4); select n, f(n) from t; call p();', 'again')).toBe('8\t9\none;two\n')
})
