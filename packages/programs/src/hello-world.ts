import { defineProgram } from '@drydock/libc'

/** The two first lines are those by which people know that Docker works; the rest tells how it came to them. */
const MESSAGE = `
Hello from Docker!
This message shows that your installation appears to be working correctly.

What Docker did to bring you these lines:
 1. The docker command asked the daemon to run the image.
 2. The daemon had no image "hello-world" and pulled it from Docker Hub.
    (amd64)
 3. It made a container of the image and started the program that prints
    what you are reading.
 4. What the program printed went through the daemon to the docker command,
    which showed it on your terminal.

For something bigger, run a shell in an Ubuntu container:
 $ docker run -it ubuntu bash

More images are on Docker Hub:
 https://hub.docker.com/

And the manual is here:
 https://docs.docker.com/get-started/

`

/** hello: what the image hello-world runs. */
export const hello = defineProgram({
  name: 'hello-world/hello',
  paths: ['/hello'],
  covers: 'full',
  summary: 'says that Docker works',
  sizeBytes: 10_072,
  usage: 'hello',
  options: {},
  async main({ io }) {
    await io.print(MESSAGE)
    return 0
  },
})

export const helloWorldPrograms = [hello]
