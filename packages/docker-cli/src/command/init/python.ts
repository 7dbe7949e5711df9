import { APP_USER, type Platform, serverOn } from './platform.ts'

export const python: Platform = {
  name: 'Python',
  suits: 'suitable for a Python server application',
  marks: [/^requirements\.txt$/, /^pyproject\.toml$/, /\.py$/],
  async ask(prompts, _cli, files) {
    const version = await prompts.input('What version of Python do you want to use?', '3.14.0')
    const port = await prompts.port('What port do you want your app to listen on?', '8000')
    const example = files.includes('manage.py')
      ? `python3 manage.py runserver 0.0.0.0:${port}`
      : files.includes('app.py')
        ? 'python3 app.py'
        : `python3 -m http.server ${port}`
    const command = await prompts.input('What is the command you use to run your app?', example)
    return {
      port: Number(port),
      compose: serverOn(port),
      ignored: ['**/__pycache__', '**/.venv'],
      dockerfile: dockerfile(version, port, command, files),
    }
  },
}

function dockerfile(version: string, port: string, command: string, files: readonly string[]): string {
  const packages = files.includes('requirements.txt')
    ? `# Packages are a step of their own: they are fetched anew only when what is needed changes.
RUN --mount=type=cache,target=/root/.cache/pip \\
    --mount=type=bind,source=requirements.txt,target=requirements.txt \\
    python -m pip install -r requirements.txt

`
    : ''
  return `# syntax=docker/dockerfile:1

ARG PYTHON_VERSION=${version}
FROM python:\${PYTHON_VERSION}-slim AS base

# No .pyc files, and nothing that is printed is held back.
ENV PYTHONDONTWRITEBYTECODE=1
ENV PYTHONUNBUFFERED=1

WORKDIR /app

${packages}${APP_USER}
COPY . .

EXPOSE ${port}

CMD ${command}
`
}
