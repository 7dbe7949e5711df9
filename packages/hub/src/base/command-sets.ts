/** Which commands a distribution's base image has, by the package they come from in real life. */
const COREUTILS =
  '[ arch b2sum base32 base64 basename basenc cat chcon chgrp chmod chown chroot cksum comm cp csplit cut date dd df dir dircolors dirname du echo env expand expr factor false fmt fold groups head hostid id install join link ln logname ls md5sum mkdir mkfifo mknod mktemp mv nice nl nohup nproc numfmt od paste pathchk pinky pr printenv printf ptx pwd readlink realpath rm rmdir runcon seq sha1sum sha224sum sha256sum sha384sum sha512sum shred shuf sleep sort split stat stdbuf stty sum sync tac tail tee test timeout touch tr true truncate tsort tty uname unexpand uniq unlink users vdir wc who whoami yes'
const UTIL_LINUX =
  'cal column dmesg fallocate fdisk findmnt flock getopt hexdump ionice ipcmk ipcrm ipcs kill last logger look lsblk lscpu lsipc lsns mesg more mount mountpoint nsenter rename renice rev script scriptreplay setsid su swapoff swapon taskset umount unshare wall whereis'
const EVERYWHERE = `${COREUTILS} ${UTIL_LINUX} bash find xargs grep egrep fgrep sed tar gzip gunzip zcat zcmp zdiff zegrep zfgrep zgrep zless zmore`
const SHADOW = 'chage chpasswd groupadd groupdel groupmod login newgrp passwd useradd userdel usermod'

/** Ubuntu's base image has it, Debian's not. */
export const PROCPS = 'ps top free uptime pgrep pkill vmstat w watch sysctl'

export const DEBIAN_COMMANDS = `${EVERYWHERE} ${SHADOW} dash sh awk mawk diff cmp diff3 sdiff hostname which run-parts tempfile adduser addgroup deluser delgroup apt apt-get apt-cache apt-config apt-mark dpkg dpkg-query clear reset tput tset getent iconv ldd tzselect perl`
export const RHEL_COMMANDS = `${EVERYWHERE} ${SHADOW} sh awk gawk rpm yum curl diff cmp getent iconv ldd clear tput reset ps top free uptime pgrep pkill vmstat w watch sysctl less vi hostname bzip2 which`

/** Applets of Alpine's busybox by folder. */
export const ALPINE_APPLETS: Readonly<Record<string, string>> = {
  '/bin':
    'arch ash base64 bbconfig cat chattr chgrp chmod chown cp date dd df dmesg dnsdomainname dumpkmap echo egrep false fatattr fdflush fgrep fsync getopt grep gunzip gzip hostname ionice iostat ipcalc kill link linux32 linux64 ln login ls lsattr lzop makemime mkdir mknod mktemp more mount mountpoint mpstat mv netstat nice pidof ping ping6 pipe_progress printenv ps pwd reformime rev rm rmdir run-parts sed setpriv setserial sh sleep stat stty su sync tar touch true umount uname usleep watch zcat',
  '/sbin':
    'acpid adjtimex arp blkid blockdev depmod fbsplash fdisk findfs fsck fstrim getty halt hwclock ifconfig ifdown ifenslave ifup init inotifyd insmod ip ipaddr iplink ipneigh iproute iprule iptunnel klogd loadkmap logread losetup lsmod mdev mkdosfs mkfs.vfat mkswap modinfo modprobe nameif nologin pivot_root poweroff raidautorun reboot rmmod route setconsole slattach swapoff swapon switch_root sysctl syslogd tunctl udhcpc vconfig watchdog zcip',
  '/usr/bin':
    '[ [[ awk basename bc beep blkdiscard bunzip2 bzcat bzip2 cal chvt cksum clear cmp comm cpio crontab cryptpw cut dc deallocvt diff dirname dos2unix du eject env expand expr factor fallocate find flock fold free fuser getconf getent groups hd head hexdump hostid iconv id install ipcrm ipcs killall last less ldd logger lsof lsusb lzcat lzma lzopcat md5sum mesg microcom mkfifo mkpasswd nc nl nmeter nohup nproc nsenter nslookup od openvt passwd paste pgrep pkill pmap printf pscan pstree pwdx readlink realpath renice reset resize scanelf seq setkeycodes setsid sha1sum sha256sum sha3sum sha512sum showkey shred shuf sort split ssl_client strings sum tac tail tee test time timeout top tr traceroute traceroute6 tree truncate ts tty ttysize udhcpc6 unexpand uniq unix2dos unlink unlzma unlzop unshare unxz unzip uptime uudecode uuencode vi vlock volname w wc wget which who whoami whois xargs xxd xzcat yes',
  '/usr/sbin':
    'add-shell addgroup adduser arping brctl chpasswd chroot crond delgroup deluser ether-wake fbset killall5 loadfont nanddump nandwrite nbd-client ntpd partprobe rdate rdev readahead remove-shell rfkill sendmail setfont setlogcons',
}

/** The image busybox has all of them in /bin. */
export const BUSYBOX_APPLETS = `${Object.values(ALPINE_APPLETS).join(' ')} ftpd httpd telnet telnetd patch ed tftp su dpkg rpm tail ar chrt deluser runsv sv`
