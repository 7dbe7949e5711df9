import { type Platform, serverOn } from './platform.ts'

export const dotnet: Platform = {
  name: 'ASP.NET Core',
  suits: 'suitable for an ASP.NET Core application',
  marks: [/\.csproj$/, /\.sln$/],
  async ask(prompts, _cli, files) {
    const project = files.find((name) => name.endsWith('.csproj'))?.replace(/\.csproj$/, '') ?? 'app'
    const name = await prompts.input("What's the name of your solution's main project?", project)
    const version = await prompts.input('What version of .NET do you want to use?', '9.0')
    const port = await prompts.port('What local port do you want to use to access your server?', '8080')
    return {
      port: Number(port),
      compose: serverOn(port, 8080),
      ignored: ['**/bin', '**/obj', '**/*.*proj.user'],
      dockerfile: dockerfile(version, name),
    }
  },
}

const dockerfile = (version: string, name: string): string => `# syntax=docker/dockerfile:1

################################################################################
# Builds the application.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:${version}-alpine AS build

COPY . /source
WORKDIR /source

ARG TARGETARCH

RUN --mount=type=cache,id=nuget,target=/root/.nuget/packages \\
    dotnet publish -a \${TARGETARCH/amd64/x64} --use-current-runtime --self-contained false -o /app

################################################################################
# What is shipped: the runtime and the application.
FROM mcr.microsoft.com/dotnet/aspnet:${version}-alpine AS final
WORKDIR /app

COPY --from=build /app .

USER $APP_UID

ENTRYPOINT ["dotnet", "${name}.dll"]
`
