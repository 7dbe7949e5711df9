import { type Platform, serverOn } from './platform.ts'

export const php: Platform = {
  name: 'PHP with Apache',
  suits: 'suitable for a PHP web application',
  marks: [/^composer\.json$/, /\.php$/],
  async ask(prompts, _cli, files) {
    const version = await prompts.input('What version of PHP do you want to use?', '8.4')
    const folder = await prompts.input("What's the relative directory (with a leading .) for your app?", './')
    const port = await prompts.port('What local port do you want to use to access your server?', '9000')
    return {
      port: Number(port),
      compose: serverOn(port, 80),
      ignored: ['**/vendor'],
      dockerfile: dockerfile(version, folder, files.includes('composer.json')),
    }
  },
}

function dockerfile(version: string, folder: string, composer: boolean): string {
  const deps = `################################################################################
# Fetches what the application needs.
FROM composer:lts AS deps

WORKDIR /app

RUN --mount=type=bind,source=composer.json,target=composer.json \\
    --mount=type=bind,source=composer.lock,target=composer.lock \\
    --mount=type=cache,target=/tmp/cache \\
    composer install --no-dev --no-interaction

`
  return `# syntax=docker/dockerfile:1

${composer ? deps : ''}################################################################################
# What is shipped: Apache with PHP, and the application.
FROM php:${version}-apache AS final

RUN mv "$PHP_INI_DIR/php.ini-production" "$PHP_INI_DIR/php.ini"

${composer ? 'COPY --from=deps /app/vendor/ /var/www/html/vendor\n' : ''}COPY ${folder} /var/www/html

USER www-data
`
}
