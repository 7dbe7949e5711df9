/**
 * Where each directive may stand and what it takes: the tables `ngx_command_t` of nginx's modules.
 *
 * Contexts: m main, e events, h http, s server, l location, u upstream, S `if` in a server, L `if` in a location,
 * x limit_except, T stream, V its servers, W its upstreams. Arguments: a number, `1-3`, `1+`; `flag` is one word, on or off; `num`, `size` and `time` are one
 * word of that form; `{}` opens a block. `*` behind them: may stand more than once in a block.
 */
const TABLE = `
m    daemon flag, master_process flag, user 1-2, pid 1, worker_processes 1, worker_priority 1, worker_cpu_affinity 1+
m    worker_rlimit_nofile num, worker_rlimit_core size, worker_shutdown_timeout time, timer_resolution time, pcre_jit flag
m    load_module 1 *, env 1 *, thread_pool 2-3 *, working_directory 1, lock_file 1, debug_points 1, ssl_engine 1
m    events 0{}, http 0{}, stream 0{}, mail 0{}
e    worker_connections 1, use 1, multi_accept flag, accept_mutex flag, accept_mutex_delay time, debug_connection 1 *
mhsl error_log 1+ *
h    upstream 1{} *, map 2{} *, geo 1-2{} *, split_clients 2{} *, server 0{} *, log_format 2+ *
h    limit_req_zone 3-4 *, limit_conn_zone 2 *, proxy_cache_path 2+ *, fastcgi_cache_path 2+ *
h    map_hash_max_size num, map_hash_bucket_size num, server_names_hash_max_size num, server_names_hash_bucket_size num
h    variables_hash_max_size num, variables_hash_bucket_size num
u    server 1+ *, ip_hash 0, least_conn 0, hash 1-2, random 0-2, keepalive 1, keepalive_requests num
u    keepalive_timeout time, keepalive_time time, zone 1-2
hsl  types_hash_max_size num, types_hash_bucket_size num, types 0{} *
hs   connection_pool_size size, request_pool_size size, client_header_timeout time, client_header_buffer_size size
hs   large_client_header_buffers 2, ignore_invalid_headers flag, merge_slashes flag, underscores_in_headers flag
hs   http2 flag, http3 flag, ssl_certificate 1 *, ssl_certificate_key 1 *, ssl_protocols 1+, ssl_ciphers 1
hs   ssl_prefer_server_ciphers flag, ssl_session_cache 1-2, ssl_session_timeout time, ssl_session_tickets flag
hs   ssl_dhparam 1, ssl_ecdh_curve 1, ssl_client_certificate 1, ssl_verify_client 1, ssl_stapling flag
hs   ssl_stapling_verify flag, ssl_trusted_certificate 1, ssl_password_file 1
s    listen 1+ *, server_name 1+ *, location 1-2{} *
l    location 1-2{} *, internal 0, alias 1, limit_except 1+{}, proxy_pass 1, fastcgi_pass 1, uwsgi_pass 1
l    scgi_pass 1, grpc_pass 1, empty_gif 0
L    proxy_pass 1, fastcgi_pass 1, uwsgi_pass 1, scgi_pass 1, grpc_pass 1
x    proxy_pass 1, fastcgi_pass 1, uwsgi_pass 1, scgi_pass 1, grpc_pass 1
sl   stub_status 0-1, try_files 2+
slSL if 1+{} *, set 2 *, rewrite 2-3 *, return 1-2 *, break 0 *
hslL root 1, add_header 2-3 *, add_trailer 2-3 *, error_page 2+ *, expires 1-2, gzip flag, sendfile flag, limit_rate 1
hslL limit_rate_after 1, charset 1
hslLx access_log 1+ *
hslx allow 1 *, deny 1 *, auth_basic 1, auth_basic_user_file 1
hslS rewrite_log flag, uninitialized_variable_warn flag
hsl  auth_request 1, auth_request_set 2 *
hsl  autoindex flag, autoindex_exact_size flag, autoindex_format 1, autoindex_localtime flag, index 1+ *
hsl  default_type 1, source_charset 1, override_charset flag, charset_types 1+, absolute_redirect flag
hsl  port_in_redirect flag, server_name_in_redirect flag, server_tokens 1, etag flag, if_modified_since 1, satisfy 1
hsl  client_max_body_size size, client_body_buffer_size size, client_body_timeout time, client_body_temp_path 1-4
hsl  client_body_in_file_only 1, client_body_in_single_buffer flag, send_timeout time, send_lowat size
hsl  keepalive_timeout 1-2, keepalive_requests num, keepalive_time time, keepalive_disable 1-2, lingering_close 1
hsl  lingering_time time, lingering_timeout time, reset_timedout_connection flag, tcp_nopush flag, tcp_nodelay flag
hsl  sendfile_max_chunk size, aio 1, aio_write flag, directio 1, directio_alignment size, output_buffers 2, read_ahead size
hsl  postpone_output size, max_ranges num, chunked_transfer_encoding flag, log_not_found flag, log_subrequest flag
hsl  recursive_error_pages flag, msie_padding flag, msie_refresh flag, disable_symlinks 1-2, resolver 1+, resolver_timeout time
hsl  open_file_cache 1-2, open_file_cache_valid time, open_file_cache_min_uses num, open_file_cache_errors flag
hsl  open_log_file_cache 1-4, subrequest_output_buffer_size size
hsl  gzip_buffers 2, gzip_types 1+, gzip_comp_level num, gzip_min_length size, gzip_vary flag, gzip_http_version 1
hsl  gzip_proxied 1+, gzip_disable 1+, gzip_static 1, gunzip flag
hsl  limit_req 1-3 *, limit_req_log_level 1, limit_req_status num, limit_req_dry_run flag
hsl  limit_conn 2 *, limit_conn_status num, limit_conn_dry_run flag, limit_conn_log_level 1
hsl  set_real_ip_from 1 *, real_ip_header 1, real_ip_recursive flag, sub_filter 2 *, sub_filter_types 1+
hsl  sub_filter_once flag, sub_filter_last_modified flag, mirror 1 *, mirror_request_body flag, ssi flag, ssi_types 1+
sl   valid_referers 1+ *
hsl  proxy_redirect 1-2 *, proxy_cookie_domain 1-2 *, proxy_cookie_path 1-2 *, proxy_set_header 2 *, proxy_set_body 1
hsl  proxy_hide_header 1 *, proxy_pass_header 1 *, proxy_ignore_headers 1+, proxy_http_version 1, proxy_method 1
hsl  proxy_connect_timeout time, proxy_send_timeout time, proxy_read_timeout time, proxy_buffering flag
hsl  proxy_request_buffering flag, proxy_buffer_size size, proxy_buffers 2, proxy_busy_buffers_size size
hsl  proxy_max_temp_file_size size, proxy_temp_file_write_size size, proxy_temp_path 1-4, proxy_limit_rate 1, proxy_bind 1-2
hsl  proxy_intercept_errors flag, proxy_next_upstream 1+, proxy_next_upstream_tries num, proxy_next_upstream_timeout time
hsl  proxy_pass_request_headers flag, proxy_pass_request_body flag, proxy_ignore_client_abort flag, proxy_socket_keepalive flag
hsl  proxy_headers_hash_max_size num, proxy_headers_hash_bucket_size num, proxy_force_ranges flag, proxy_store 1
hsl  proxy_ssl_verify flag, proxy_ssl_server_name flag, proxy_ssl_name 1, proxy_ssl_protocols 1+, proxy_ssl_session_reuse flag
hsl  proxy_ssl_trusted_certificate 1, proxy_ssl_certificate 1, proxy_ssl_certificate_key 1, proxy_ssl_ciphers 1
hsl  proxy_cache_convert_head flag, proxy_cache_lock_age time, proxy_cache_max_range_offset size, proxy_cache_purge 1+
hsl  proxy_cache 1, proxy_cache_key 1, proxy_cache_valid 1+ *, proxy_cache_bypass 1+, proxy_no_cache 1+
hsl  proxy_cache_use_stale 1+, proxy_cache_lock flag, proxy_cache_lock_timeout time, proxy_cache_min_uses num
hsl  proxy_cache_methods 1+, proxy_cache_revalidate flag, proxy_cache_background_update flag
hsl  fastcgi_index 1, fastcgi_param 2-3 *, fastcgi_split_path_info 1, fastcgi_buffers 2, fastcgi_buffer_size size
hsl  fastcgi_read_timeout time, fastcgi_send_timeout time, fastcgi_connect_timeout time, fastcgi_intercept_errors flag
hsl  fastcgi_hide_header 1 *, fastcgi_pass_header 1 *, fastcgi_busy_buffers_size size, fastcgi_cache 1, fastcgi_cache_key 1
hsl  fastcgi_cache_valid 1+ *, fastcgi_cache_bypass 1+, fastcgi_no_cache 1+, uwsgi_param 2-3 *, uwsgi_read_timeout time
T    server 0{} *, upstream 1{} *, map 2{} *, geo 1-2{} *, split_clients 2{} *, log_format 2+ *, limit_conn_zone 2 *
TV   access_log 1+ *, error_log 1+ *, proxy_connect_timeout time, proxy_timeout time, proxy_next_upstream flag
TV   proxy_next_upstream_tries num, proxy_next_upstream_timeout time, proxy_buffer_size size, proxy_protocol flag
TV   proxy_responses num, proxy_requests num, proxy_socket_keepalive flag, proxy_bind 1-2, allow 1 *, deny 1 *
TV   tcp_nodelay flag, preread_buffer_size size, preread_timeout time, resolver 1+, resolver_timeout time
TV   limit_conn 2 *, variables_hash_max_size num, variables_hash_bucket_size num
V    listen 1+ *, proxy_pass 1, return 1
W    server 1+ *, least_conn 0, hash 1-2, random 0-2, zone 1-2
hsl  grpc_set_header 2 *, grpc_read_timeout time, grpc_send_timeout time
`

export type ValueKind = 'flag' | 'num' | 'size' | 'time' | undefined

export interface DirectiveRule {
  /** Letters of the table. */
  readonly contexts: string
  readonly least: number
  readonly most: number
  readonly kind: ValueKind
  readonly block: boolean
  readonly repeatable: boolean
}

/** `name args [*]`. */
function rule(contexts: string, words: string): [string, DirectiveRule] {
  const [name = '', shape = '', star] = words.trim().split(/\s+/)
  const block = shape.endsWith('{}')
  const count = block ? shape.slice(0, -2) : shape
  const kind = ['flag', 'num', 'size', 'time'].includes(count) ? (count as ValueKind) : undefined
  const [least = '1', most = least] = kind
    ? ['1']
    : count.endsWith('+')
      ? [count.slice(0, -1), 'Infinity']
      : count.split('-')
  return [name, { contexts, least: Number(least), most: Number(most), kind, block, repeatable: star === '*' }]
}

/** A name may have several rows, for other contexts. */
export const DIRECTIVES: ReadonlyMap<string, readonly DirectiveRule[]> = TABLE.trim()
  .split('\n')
  .flatMap((line) => {
    const [contexts = '', rows = ''] = line.split(/\s+(.*)/)
    return rows.split(',').map((words) => rule(contexts, words))
  })
  .reduce(
    (rules, [name, row]) => rules.set(name, [...(rules.get(name) ?? []), row]),
    new Map<string, DirectiveRule[]>(),
  )
