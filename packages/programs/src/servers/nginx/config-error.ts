/** A complaint of nginx about its configuration, with the place: `unknown directive "x" in /etc/nginx/nginx.conf:3`. */
export class ConfigError extends Error {}
