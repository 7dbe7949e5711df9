/** As in Enterprise Linux 9: `name,aliases|version|download KiB|installed KiB|depends|software|summary`. */
export const REDHAT_PACKAGES = `
attr|2.5.1-3|61|180||attr|Utilities for managing filesystem extended attributes
bash|5.1.8-9|1680|7700||bash|The GNU Bourne Again shell
bash-completion|1:2.11-5|292|1100|||Programmable completion for Bash
bc|1.07.1-14|122|230||bc|GNU's bc (a numeric processing language) and dc (a calculator)
bind-libs|32:9.16.23-31|1264|3400|bind-license||Libraries used by the BIND DNS packages
bind-license|32:9.16.23-31|14|17|||License of the BIND DNS suite
bind-utils|32:9.16.23-31|206|600|bind-libs|dig|Utilities for querying DNS name servers
binutils|2.35.2-67|4710|25200||strings|A GNU collection of binary utilities
bridge-utils|1.7.1-3|34|70||bridge-utils|Utilities for configuring the linux ethernet bridge
bzip2|1.0.8-10|52|91|bzip2-libs|bzip2|A file compression utility
bzip2-libs|1.0.8-10|39|78|||Libraries for applications using bzip2
ca-certificates|2024.2.69-91|1050|2600|||The Mozilla CA root certificate bundle
conntrack-tools|1.4.7-4|234|500|libmnl|conntrack|Manipulate netfilter connection tracking table
coreutils|8.32-39|1180|5800||coreutils|A set of basic GNU tools commonly used in shell scripts
cronie|1.5.7-14|116|270||cronie|Cron daemon for executing programs at set times
curl|7.76.1-34|294|720||curl|A utility for getting files from remote servers (FTP, HTTP, and others)
dc|1.07.1-14|60|100||dc|GNU's dc (a calculator)
diffutils|3.7-12|397|1400||diffutils|GNU collection of diff utilities
ed|1.14.2-12|76|120||ed|The GNU line editor
epel-release|9-10|19|31|||Extra Packages for Enterprise Linux repository configuration
ethtool|2:6.2-1|233|690|libmnl|ethtool|Settings tool for Ethernet NICs
file|5.39-16|47|93|file-libs|file|Utility for determining file types
file-libs|5.39-16|588|8000|||Libraries for applications using libmagic
findutils|1:4.8.0-7|550|1700||findutils|The GNU versions of find utilities (find and xargs)
gawk|5.1.0-6|1000|1700||gawk|The GNU version of the AWK text processing utility
gettext|0.21-8|1070|5300|gettext-libs|envsubst|GNU tools and libraries for localized translated messages
gettext-libs|0.21-8|294|900|||Libraries for gettext
git|2.47.3-1|50|86|git-core|git|Fast Version Control System
git-core|2.47.3-1|4600|23000|||Core package of git with minimal functionality
grep|3.6-5|267|840||grep|Pattern matching utilities
gzip|1.12-1|164|390||gzip|GNU data compression program
htop|3.3.0-1|182|400||htop|Interactive process viewer
httpd|2.4.62-4|45|60|httpd-tools|apache-redhat|Apache HTTP Server
httpd-tools|2.4.62-4|81|197||apache2-utils|Tools for use with the Apache HTTP Server
inotify-tools|3.22.1.0-1|58|119||inotify-tools|Command line utilities for inotify
iproute|6.14.0-2|834|2500|libmnl|iproute2|Advanced IP routing and network device configuration tools
iptables-nft,iptables|1.8.10-11|206|810|libmnl,libnftnl|iptables|nftables compatibility for iptables, arptables and ebtables
iputils|20210202-15|175|770||ping|Network monitoring tools including ping
jq|1.6-19|187|430|oniguruma|jq|Command-line JSON processor
less|590-6|162|330||less|A text file browser similar to more, but better
libcap|2.69-2|74|170||libcap|Library for getting and setting POSIX.1e capabilities
libmnl|1.0.4-16|28|61|||A minimalistic Netlink library
libnftnl|1.2.6-4|88|240|||Library for low-level interaction with nftables Netlink's API over libmnl
libpcap|14:1.10.0-4|172|396|||A system-independent interface for user-level packet capture
libpsl|0.21.1-5|64|78|||C library for the Publix Suffix List
lsof|4.94.0-3|240|620||lsof|A utility which lists open files on a Linux/UNIX system
man-db|2.9.3-7|1220|2700|less|man|Tools for searching and reading man pages
mtr|2:0.94-5|82|210||mtr|Network diagnostic tool combining traceroute and ping
nano|5.6.1-7|692|2700||nano|A small text editor
net-tools|2.0-0.64|294|910||net-tools|Basic networking tools
nginx|2:1.20.1-24|37|160|nginx-core||A high performance web server and reverse proxy server
nginx-core|2:1.20.1-24|567|1700|nginx-filesystem|nginx-redhat|nginx minimal core
nginx-filesystem|2:1.20.1-24|9|1|||The basic directory layout for the Nginx server
nmap-ncat,nc|3:7.92-3|226|470||netcat|Nmap's Netcat replacement
nodejs|1:16.20.2-8|11900|46000||nodejs|JavaScript runtime with all of its libraries
npm|1:8.19.4-8|1700|6600|nodejs|npm|Node.js Package Manager
oniguruma|6.9.6-1|217|750|||Regular expressions library
openssh|8.7p1-45|450|1900|||An open source implementation of SSH protocol version 2
openssh-clients|8.7p1-45|700|2500|openssh|openssh-client|An open source SSH client applications
openssh-server|8.7p1-45|450|1000|openssh|openssh-server|An open source SSH server daemon
openssl|1:3.5.1-3|1450|2200||openssl|Utilities from the general purpose cryptography library with TLS implementation
patch|2.7.6-16|127|250||patch|Utility for modifying/upgrading files
procps-ng|3.3.17-14|349|1000||procps|System and process monitoring utilities
psmisc|23.4-3|244|790||psmisc|Utilities for managing processes on your system
rsync|3.2.5-3|401|760||rsync|A program for synchronizing files over a network
sed|4.8-9|309|800||sed|A GNU stream text editor
shadow-utils|2:4.9-12|1190|3800||passwd|Utilities for managing accounts and shadow password files
sqlite|3.34.1-8|741|1570||sqlite3|Library that implements an embeddable SQL database engine
strace|5.18-2.1|1400|2790||strace|Tracks and displays system calls associated with a running process
stress|1.0.4-29|39|94||stress|A tool to put given subsystems under a specified load
sudo|1.9.5p2-10|1050|4200||sudo|Allows restricted root access for specified users
tar|2:1.34-7|881|3000||tar|GNU file archiving program
tcpdump|14:4.99.0-9|543|1300|libpcap|tcpdump|A network traffic monitoring tool
telnet|1:0.17-85|63|121||telnet|The client program for the Telnet remote login protocol
time|1.9-18|50|110||time|A GNU utility for monitoring a program's use of system resources
traceroute|3:2.1.1-1|60|120||traceroute|Traces the route taken by packets over an IPv4/IPv6 network
tree|1.8.0-10|55|110||tree|File system tree viewer
tzdata|2025b-1|840|1700|||Timezone data
unzip|6.0-58|180|410||unzip|A utility for unpacking zip files
util-linux|2.37.4-21|2270|8500||util-linux|Collection of basic system utilities
vim-common|2:8.2.2637-22|6730|29800|vim-filesystem|xxd|The common files needed by any version of the VIM editor
vim-enhanced,vim|2:8.2.2637-22|1790|3900|vim-common|vim|A version of the VIM editor which includes recent enhancements
vim-filesystem|2:8.2.2637-22|13|40|||VIM filesystem layout
vim-minimal|2:8.2.2637-22|670|1500||vim|A minimal version of the VIM editor
wget|1.21.1-8|789|3100|libpsl|wget|A utility for retrieving files using the HTTP or FTP protocols
which|2.21-30|41|76||which|Displays where a particular program in your path is located
xz|5.2.5-8|226|740||xz|LZMA compression utilities
zstd|1.5.5-1|461|1600||zstd|Zstd compression library
mariadb|3:10.5.29-3|1600|18400||mariadb-client|A very fast and robust SQL database server
memcached|1.6.23-1|196|450||memcached|High Performance, Distributed Memory Object Cache
mysql|8.0.43-1|2700|59000||mysql-client|MySQL client programs and shared libraries
postgresql|13.22-1|1500|5700||postgresql-client|PostgreSQL client programs
redis|6.2.20-1|1300|4700||redis|A persistent key-value database
zip|3.0-35|260|720|unzip|zip|A file compression and packaging utility compatible with PKZIP
`
