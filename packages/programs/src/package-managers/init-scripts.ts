interface Daemon {
  /** What starts it in the background. */
  readonly start: string
  readonly pid: string
  /** What it is, as its script says. */
  readonly description: string
  readonly shown: string
}

/**
 * A script of /etc/init.d as service(8) calls it. Debian and Ubuntu word the same functions in their own ways:
 * /lib/lsb/init-functions of lsb-base.
 */
export const initScript = ({ start, pid, description, shown }: Daemon): string => `#!/bin/sh
# Starts and stops ${shown}.
PIDFILE=${pid}

fancy() { grep -q '^ID=ubuntu' /etc/os-release; }
alive() { [ -f "$PIDFILE" ] && kill -0 "$(cat "$PIDFILE" 2>/dev/null)" 2>/dev/null; }
begin() { if fancy; then echo " * $1 ${description} ${shown}"; else printf '%s' "$1 ${description}: ${shown}"; fi; }
end() {
    if fancy; then
        if [ "$1" = 0 ]; then echo "   ...done."; else echo "   ...fail!"; fi
    elif [ "$1" = 0 ]; then echo .; else echo ' failed!'; fi
    return "$1"
}
stop() {
    begin Stopping
    alive && kill "$(cat "$PIDFILE")"
    end 0
}
start() {
    begin Starting
    alive || ${start}
    end $?
}

case "$1" in
start) start ;;
stop) stop ;;
restart | force-reload)
    stop
    while alive; do sleep 0.1; done
    start
    ;;
reload)
    begin Reloading
    alive && kill -HUP "$(cat "$PIDFILE")"
    end $?
    ;;
status)
    mark=
    fancy && mark=' * '
    if alive; then echo "\${mark}${shown} is running"; else echo "\${mark}${shown} is not running" && exit 3; fi
    ;;
*)
    echo "Usage: $0 {start|stop|status|restart|reload|force-reload}" >&2
    exit 1
    ;;
esac
`
