/** The module syslog, which Emscripten's CPython is built without. syslog(3) */
export const SYSLOG = String.raw`
import os, sys, time
(LOG_EMERG, LOG_ALERT, LOG_CRIT, LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG) = range(8)
(LOG_KERN, LOG_USER, LOG_MAIL, LOG_DAEMON, LOG_AUTH, LOG_SYSLOG, LOG_LPR, LOG_NEWS, LOG_UUCP, LOG_CRON, LOG_AUTHPRIV, LOG_FTP) = (at << 3 for at in range(12))
(LOG_LOCAL0, LOG_LOCAL1, LOG_LOCAL2, LOG_LOCAL3, LOG_LOCAL4, LOG_LOCAL5, LOG_LOCAL6, LOG_LOCAL7) = (at << 3 for at in range(16, 24))
LOG_PID, LOG_CONS, LOG_ODELAY, LOG_NDELAY, LOG_NOWAIT, LOG_PERROR = 1, 2, 4, 8, 16, 32
_state = {'ident': None, 'option': 0, 'facility': LOG_USER, 'mask': 0xff}

def openlog(ident=None, logoption=0, facility=LOG_USER):
    _state.update(ident=ident, option=logoption, facility=facility)

def closelog():
    openlog()

def setlogmask(maskpri, /):
    before, _state['mask'] = _state['mask'], maskpri or _state['mask']
    return before

def LOG_MASK(pri, /):
    return 1 << pri

def LOG_UPTO(pri, /):
    return (1 << pri + 1) - 1

def syslog(priority, message=None, /):
    import socket
    if message is None:
        priority, message = LOG_INFO, priority
    if not 1 << (priority & 7) & _state['mask']:
        return
    ident = _state['ident'] or os.path.basename(sys.argv[0])
    tag = f'{ident}[{os.getpid()}]' if _state['option'] & LOG_PID else ident
    if _state['option'] & LOG_PERROR:
        print(f'{tag}: {message}', file=sys.stderr)
    facility = priority & ~7 or _state['facility']
    line = f"<{facility | priority & 7}>{time.strftime('%b %e %H:%M:%S')} {tag}: {message}"
    # Where no daemon listens the message is nobody's, as in life.
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
            log.connect('/dev/log')
            log.send(line.encode())
    except OSError:
        pass
`
