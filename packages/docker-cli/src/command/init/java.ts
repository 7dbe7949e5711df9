import { APP_USER, type Platform, serverOn } from './platform.ts'

export const java: Platform = {
  name: 'Java',
  suits: 'suitable for a Java application that uses Maven and packages as an uber jar',
  marks: [/^pom\.xml$/],
  async ask(prompts) {
    const folder = await prompts.input("What's the relative directory (with a leading .) for your app?", './src')
    const version = await prompts.input('What version of Java do you want to use?', '21')
    const port = await prompts.port('What port does your server listen on?', '8080')
    return {
      port: Number(port),
      compose: serverOn(port),
      ignored: ['**/target'],
      dockerfile: dockerfile(version, folder, port),
    }
  },
}

const dockerfile = (version: string, folder: string, port: string): string => `# syntax=docker/dockerfile:1

################################################################################
# Fetches what the application needs.
FROM eclipse-temurin:${version}-jdk-jammy AS deps

WORKDIR /build

COPY --chmod=0755 mvnw mvnw
COPY .mvn/ .mvn/

RUN --mount=type=bind,source=pom.xml,target=pom.xml \\
    --mount=type=cache,target=/root/.m2 ./mvnw dependency:go-offline -DskipTests

################################################################################
# Builds the application.
FROM deps AS package

WORKDIR /build

COPY ${folder} src/
RUN --mount=type=bind,source=pom.xml,target=pom.xml \\
    --mount=type=cache,target=/root/.m2 \\
    ./mvnw package -DskipTests && \\
    mv target/$(./mvnw help:evaluate -Dexpression=project.artifactId -q -DforceStdout)-$(./mvnw help:evaluate -Dexpression=project.version -q -DforceStdout).jar target/app.jar

################################################################################
# What is shipped: a Java runtime and the application.
FROM eclipse-temurin:${version}-jre-jammy AS final

${APP_USER}
COPY --from=package build/target/app.jar app.jar

EXPOSE ${port}

ENTRYPOINT [ "java", "-jar", "app.jar" ]
`
