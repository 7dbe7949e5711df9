import type { RepositorySource } from '../objects.ts'

const IMPORTS = ['encoding/json', 'fmt', 'log', 'net/http', 'os', 'strings', 'golang.org/x/net/html']
const APP = `package main

import (
${IMPORTS.map((path) => `\t"${path}"\n`).join('')})

// Counts tells links of a page apart: to its own site, and to others.
type Counts struct {
	Internal int
	External int
}

func main() {
	url := os.Getenv("url")
	if url == "" {
		log.Fatalln("Set the variable url to the page whose links are to be counted.")
	}
	answer, err := http.Get(url)
	if err != nil {
		log.Fatalln(err)
	}
	defer answer.Body.Close()

	counts := Counts{}
	tokens := html.NewTokenizer(answer.Body)
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			break
		}
		if kind != html.StartTagToken {
			continue
		}
		token := tokens.Token()
		if token.Data != "a" {
			continue
		}
		for _, attribute := range token.Attr {
			if attribute.Key != "href" {
				continue
			}
			if strings.HasPrefix(attribute.Val, "http") && !strings.HasPrefix(attribute.Val, url) {
				counts.External++
			} else {
				counts.Internal++
			}
		}
	}
	text, _ := json.Marshal(counts)
	fmt.Println(string(text))
}
`

const FIRST = `FROM golang:1.7.3
WORKDIR /go/src/github.com/alexellis/href-counter/
RUN go get -d -v golang.org/x/net/html
COPY app.go .
RUN CGO_ENABLED=0 GOOS=linux go build -a -installsuffix cgo -o app .
`
const SECOND = `FROM alpine:latest
RUN apk --no-cache add ca-certificates
WORKDIR /root/
COPY app .
CMD ["./app"]
`

/** Counts the links of a page: what multi-stage builds were explained with. */
export const hrefCounter: RepositorySource = {
  name: 'alexellis/href-counter',
  branch: 'master',
  commits: [
    {
      message: 'Count the links of a page',
      time: 1_490_000_000,
      executable: ['build.sh'],
      files: {
        'README.md':
          '# href-counter\n\nCounts the links of a page: `docker run -e url=http://… alexellis2/href-counter`.\n',
        'app.go': APP,
        'Dockerfile.build': FIRST,
        Dockerfile: SECOND,
        'build.sh': `#!/bin/sh
echo Building alexellis2/href-counter:build
docker build -t alexellis2/href-counter:build . -f Dockerfile.build

docker container create --name extract alexellis2/href-counter:build
docker container cp extract:/go/src/github.com/alexellis/href-counter/app ./app
docker container rm -f extract

echo Building alexellis2/href-counter:latest
docker build --no-cache -t alexellis2/href-counter:latest .
rm ./app
`,
      },
    },
    {
      message: 'Build it in stages of one Dockerfile',
      time: 1_492_000_000,
      files: {
        'Dockerfile.multi': `${FIRST.replace('golang:1.7.3', 'golang:1.7.3 as builder')}
FROM alpine:latest
RUN apk --no-cache add ca-certificates
WORKDIR /root/
COPY --from=builder /go/src/github.com/alexellis/href-counter/app .
CMD ["./app"]
`,
      },
    },
  ],
}
