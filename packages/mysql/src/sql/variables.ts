import type { Value } from '../protocol.ts'
import { defaultCollation } from './flavour.ts'

/** System variables that clients ask for. */
export const variablesOf = (version: string): ReadonlyMap<string, Value> =>
  new Map<string, Value>([...OF_BOTH(version), ...(/maria/i.test(version) ? OF_MARIADB : OF_MYSQL)])

const OF_BOTH = (version: string): readonly (readonly [string, Value])[] => [
  ['autocommit', 1],
  ['auto_increment_increment', 1],
  ['character_set_client', 'utf8mb4'],
  ['character_set_connection', 'utf8mb4'],
  ['character_set_database', 'utf8mb4'],
  ['character_set_results', 'utf8mb4'],
  ['character_set_server', 'utf8mb4'],
  ['collation_connection', defaultCollation(version)],
  ['collation_database', defaultCollation(version)],
  ['collation_server', defaultCollation(version)],
  ['datadir', '/var/lib/mysql/'],
  ['default_storage_engine', 'InnoDB'],
  ['foreign_key_checks', 1],
  ['have_ssl', 'DISABLED'],
  ['hostname', 'localhost'],
  ['init_connect', ''],
  ['innodb_buffer_pool_size', 134217728],
  ['innodb_version', version],
  ['interactive_timeout', 28800],
  ['license', 'GPL'],
  ['lower_case_table_names', 0],
  ['max_connections', 151],
  ['net_buffer_length', 16384],
  ['net_write_timeout', 60],
  ['port', 3306],
  ['protocol_version', 10],
  ['socket', '/var/run/mysqld/mysqld.sock'],
  ['sql_notes', 1],
  ['sql_select_limit', '18446744073709551615'],
  ['system_time_zone', 'UTC'],
  ['time_zone', 'SYSTEM'],
  ['unique_checks', 1],
  ['version', version],
  ['version_comment', /maria/i.test(version) ? 'mariadb.org binary distribution' : 'MySQL Community Server - GPL'],
  ['version_compile_machine', 'x86_64'],
  ['version_compile_os', 'Linux'],
  ['wait_timeout', 28800],
  ['warning_count', 0],
  ['error_count', 0],
  ['log_bin', 0],
  ['server_id', 1],
]

const OF_MYSQL: readonly (readonly [string, Value])[] = [
  [
    'sql_mode',
    'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
  ],
  ['transaction_isolation', 'REPEATABLE-READ'],
  ['transaction_read_only', 0],
  ['performance_schema', 1],
  ['max_allowed_packet', 67108864],
  ['gtid_mode', 'OFF'],
  ['event_scheduler', 'OFF'],
]

const OF_MARIADB: readonly (readonly [string, Value])[] = [
  ['sql_mode', 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION'],
  ['tx_isolation', 'REPEATABLE-READ'],
  ['tx_read_only', 0],
  ['performance_schema', 0],
  ['query_cache_size', 1048576],
  ['query_cache_type', 'OFF'],
  ['max_allowed_packet', 16777216],
  ['event_scheduler', 'OFF'],
]
