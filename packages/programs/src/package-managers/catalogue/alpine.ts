/** Alpine 3.22: `name,aliases|version|download KiB|installed KiB|depends|software|summary`. */
export const ALPINE_PACKAGES = `
acl-libs|2.3.2-r1|18|38|||Access control list utilities (libraries)
apache2|2.4.65-r0|1310|3400|apr,apr-util|apache-alpine|A high performance Unix-based HTTP server
apache2-utils|2.4.65-r0|128|380|apr,apr-util|apache2-utils|Apache HTTP Server utilities
apr|1.7.5-r0|76|160|||The Apache Portable Runtime
apr-util|1.6.3-r1|72|170|apr||The Apache Portable Runtime Utility Library
attr|2.5.2-r2|30|88||attr|utilities for managing filesystem extended attributes
bash|5.2.37-r0|456|1360|readline|bash|The GNU Bourne Again shell
bash-completion|2.16.0-r0|140|640|bash||Command-line tab-completion for bash
bc|1.08.2-r0|53|140||bc|An arbitrary precision numeric processing language (calculator)
bind-libs|9.20.15-r0|1320|3020|||BIND library files
bind-tools|9.20.15-r0|180|420|bind-libs,libuv,json-c|dig|The ISC DNS tools
binutils|2.44-r3|2700|9500||strings|Tools necessary to build programs
bridge|1.5-r5|5|20|bridge-utils||Configures interfaces to act as a bridge
bridge-utils|1.7.1-r4|12|48||bridge-utils|Manage ethernet bridges
brotli-libs|1.1.0-r2|376|930|||Generic lossless compressor (libraries)
bzip2|1.0.8-r6|42|100|libbz2|bzip2|A high-quality data compression program
c-ares|1.34.5-r0|100|230|||Asynchronous DNS/names resolver library
ca-certificates|20250911-r0|155|660|||Common CA certificates PEM files from Mozilla
conntrack-tools|1.4.8-r0|99|250|libmnl|conntrack|Connection tracking userspace tools
coreutils|9.7-r1|620|1100||coreutils|The basic file, shell and text manipulation utilities
cronie|1.7.2-r0|66|180||cronie|Cron daemon that runs specified programs at scheduled times
curl|8.14.1-r2|150|262|libcurl|curl|URL retrieval utility and library
diffutils|3.12-r0|150|430||diffutils|Show differences among files
docker-cli|28.3.3-r2|8230|30400|ca-certificates|docker-cli|Docker CLI
e2fsprogs|1.47.2-r2|190|520||e2fsprogs|Standard Ext2/3/4 filesystem utilities
ed|1.21.1-r0|42|90||ed|Unix line editor
ethtool|6.14.2-r0|247|830|libmnl|ethtool|Display or change Ethernet card settings
file|5.46-r2|10|24|libmagic|file|File type identification utility
findutils|4.10.0-r0|160|360||findutils|GNU utilities for finding files
gawk|5.3.2-r2|390|900||gawk|GNU awk pattern-matching language
gcc|14.2.0-r6|58000|159000|libgcc,libstdc++,musl-dev,binutils|gcc|The GNU Compiler Collection
gcompat|1.1.0-r4|36|120|libucontext,musl-obstack||The GNU C Library compatibility layer for musl
gettext-envsubst|0.24.1-r0|12|38|libintl|envsubst|Substitutes environment variables in shell format strings
git|2.49.1-r0|2700|8100|libcurl,pcre2,libexpat,git-init-template|git|Distributed version control system
git-init-template|2.49.1-r0|7|24|||Distributed version control system - init template
gosu|1.17-r9|790|1940||gosu|Simple Go-based setuid+setgid+setgroups+exec
grep|3.12-r0|110|230|pcre2|grep|Searches input files for lines containing a match to a specified pattern
gzip|1.14-r1|43|95||gzip|Popular data compression program
htop|3.4.1-r0|95|240|libncursesw|htop|Interactive process viewer
icu-libs|76.1-r1|1060|2900|||International Components for Unicode library
inotify-tools|4.23.9.0-r0|27|96|inotify-tools-libs|inotify-tools|C library and CLI tools providing a simple interface to inotify
inotify-tools-libs|4.23.9.0-r0|24|76|||C library and CLI tools providing a simple interface to inotify (libraries)
iproute2|6.15.0-r0|8|12|iproute2-minimal,iproute2-ss,iproute2-tc||IP Routing Utilities
iproute2-minimal|6.15.0-r0|260|560|libcap2,libelf,libmnl|iproute2|Minimal parts of iproute2
iproute2-ss|6.15.0-r0|70|150|||Socket statistics tool
iproute2-tc|6.15.0-r0|230|500|||Traffic control tool
iptables|1.8.11-r1|420|2200|libmnl,libnftnl|iptables|Linux kernel firewall, NAT and packet mangling tools
iputils,iputils-ping|20240905-r0|60|160|libcap2|ping|IP Configuration Utilities (and Ping)
iputils-arping|20240905-r0|12|28|libcap2|iputils-arping|ARP ping
iputils-tracepath|20240905-r0|14|32||tracepath|Tools to trace the network path to a remote host
jq|1.8.1-r0|160|380|oniguruma|jq|A lightweight and flexible command-line JSON processor
json-c|0.18-r1|30|70|||A JSON implementation in C
less|679-r0|120|300|ncurses-terminfo-base,libncursesw|less|File pager
libbz2|1.0.8-r6|30|70|||Shared library for bz2
libc6-compat|1.1.0-r4|2|12|gcompat||Compatibility libraries for glibc
libcap,libcap-utils,libcap-getcap,libcap-setcap|2.76-r0|41|130|libcap2|libcap|POSIX 1003.1e capabilities
libcap2|2.76-r0|18|40|||POSIX 1003.1e capabilities library
libcurl|8.14.1-r2|340|700|brotli-libs,c-ares,libidn2,nghttp2-libs,libpsl,zstd-libs||The multiprotocol file transfer library
libelf|0.193-r0|80|180|||Library to read and write ELF files
libexpat|2.7.3-r0|69|170|||XML Parser library written in C (libraries)
libgcc|14.2.0-r6|60|150|||GNU C compiler runtime libraries
libidn2|2.3.7-r0|90|210|libunistring||Encode/Decode library for internationalized domain names
libintl|0.24.1-r0|27|60|||GNU gettext runtime library
libmagic|5.46-r2|330|7100|||File type identification library
libmnl|1.0.5-r2|11|28|||Library for minimalistic netlink
libncursesw|6.5_p20250503-r0|170|360|ncurses-terminfo-base||Console display library (libncursesw)
libnftnl|1.2.9-r0|76|190|||Netfilter library providing an interface to the in-kernel nf_tables subsystem
libpcap|1.10.5-r1|143|370|||A system-independent interface for user-level packet capture
libproc2|4.0.4-r3|35|80|||Library for monitoring system and its processes
libpsl|0.21.5-r3|62|140|libidn2,libunistring||C library for the Publix Suffix List
libstdc++|14.2.0-r6|830|2700|libgcc||GNU C++ standard runtime library
libucontext|1.3.2-r0|6|24|||ucontext function implementation
libunistring|1.3-r0|680|1780|||Library for manipulating Unicode strings and C strings
libuv|1.51.0-r0|80|200|||Cross-platform asychronous I/O
libxxhash|0.8.3-r0|36|90|||Extremely fast non-cryptographic hash algorithm
linux-headers|6.14.2-r0|1740|9200|||Linux system headers
lsof|4.99.4-r1|87|240||lsof|LiSt Open Files
lz4-libs|1.10.0-r0|79|180|||LZ4: Extremely Fast Compression algorithm (libraries)
man-db|2.13.1-r0|250|700|less|man|Tools for reading manual pages
mandoc,man-pages|1.14.6-r13|250|620|less|man|mdoc and man document formatter
mtr|0.95-r2|54|150||mtr|Full screen ncurses traceroute tool
musl-dev|1.2.5-r10|1900|10700|||the musl c library (libc) implementation (development files)
musl-obstack|1.2.3-r2|4|16|||An implementation of obstack for musl
nano|8.4-r0|330|850|ncurses-terminfo-base,libncursesw|nano|Enhanced clone of the Pico text editor
ncurses-terminfo-base|6.5_p20250503-r0|20|60|||Descriptions of common terminals
net-tools|2.10-r3|100|280||net-tools|Linux Net utilities
netcat-openbsd|1.229.1-r0|20|50||netcat|The TCP/IP swiss army knife
nftables|1.1.3-r0|32|64|libnftnl|nftables|Netfilter tables userspace tools
nghttp2-libs|1.65.0-r0|72|180|||Experimental HTTP/2 client, server and proxy (libraries)
nginx|1.28.0-r3|560|1250|pcre2|nginx-alpine|HTTP and reverse proxy server
nodejs|22.16.0-r2|16100|52300|libgcc,libstdc++,c-ares,icu-libs,libuv,nghttp2-libs|nodejs|JavaScript runtime built on V8 engine - LTS version
npm|11.3.0-r1|1900|8400|nodejs|npm|The package manager for JavaScript
oniguruma|6.9.10-r0|190|520|||A regular expressions library
openssh,openssh-server|10.0_p1-r9|350|850|openssh-client|openssh-server|Port of OpenBSD's free SSH release
openssh-client,openssh-client-default,openssh-keygen|10.0_p1-r9|780|2300||openssh-client|Port of OpenBSD's free SSH release - client
iperf3|3.19.1-r0|90|210||iperf3|A tool to measure IP bandwidth using UDP or TCP
nmap|7.97-r0|2350|5800|libpcap|nmap|Network exploration tool and security/port scanner
openssl|3.5.4-r0|290|720||openssl|Toolkit for Transport Layer Security (TLS)
parted|3.6-r2|180|460||parted|Utility to create, destroy, resize, check and copy partitions
patch|2.8-r0|89|170||patch|Utility to apply diffs to files
pcre2|10.43-r1|250|650|||Perl-compatible regular expression library
popt|1.19-r4|31|66|||A commandline option parser
procps-ng,procps|4.0.4-r3|190|490|libproc2,libncursesw|procps|Utilities for monitoring your system and its processes
psmisc|23.7-r0|75|240|ncurses-terminfo-base|psmisc|Set of utilities that use the proc filesystem
py3-pip,pip|25.1.1-r0|1500|6600|python3|pip|The PyPA recommended tool for installing Python packages
python3|3.12.12-r0|7900|27700|libstdc++|python3|A high-level scripting language
readline|8.2.13-r1|140|310|libncursesw||GNU readline library
rsync|3.4.1-r0|220|420|acl-libs,libxxhash,lz4-libs,popt,zstd-libs|rsync|A file transfer program to keep remote files in sync
sed|4.9-r2|80|190||sed|GNU stream editor
shadow|4.17.3-r0|240|620||passwd|Password and account management suite
sqlite|3.49.2-r1|760|2000||sqlite3|C library that implements an SQL database engine
strace|6.12-r0|538|1640||strace|Diagnostic, debugging and instructional userspace tracer
stress|1.0.7-r0|10|30||stress|A tool to impose a configurable amount of CPU, memory, I/O, and disk stress
sudo|1.9.17_p2-r0|770|2200||sudo|Give certain users the ability to run some commands as root
tar|1.35-r3|210|460||tar|Utility used to store, backup, and transport files
tcpdump|4.99.5-r1|502|1180|libpcap|tcpdump|A tool for network monitoring and data acquisition
tcptraceroute,traceroute|1.5b7-r3|12|40||traceroute|Traceroute implementation using TCP packets
tree|2.2.1-r0|35|90||tree|A recursive directory indented listing program
tzdata|2025b-r0|210|1380|||Timezone data
unzip|6.0-r15|92|190||unzip|Extract PKZIP-compatible .zip files
util-linux|2.41-r9|4|8|util-linux-misc|util-linux|Random collection of Linux utilities
util-linux-misc,util-linux|2.41-r9|110|280||bsdutils|Various system utilities from util-linux
vim|9.1.1415-r0|2030|4200|libncursesw,xxd|vim|Improved vi-style text editor
wget|1.25.0-r1|220|550|libidn2,libpsl,pcre2|wget|Network utility to retrieve files from the Web
which|2.23-r0|14|40||which|Utility that prints out location of specified executables
whois|5.6.1-r0|30|90||whois|Intelligent WHOIS client by Marco d'Itri
xfsprogs|6.14.0-r0|380|1100||xfsprogs|XFS filesystem utilities
xxd|9.1.1415-r0|12|32||xxd|Hexdump utility from vim
xz|5.8.1-r0|98|180|xz-libs|xz|Library and CLI tools for XZ and LZMA compressed files
xz-libs|5.8.1-r0|80|170|||Library and CLI tools for XZ and LZMA compressed files (libraries)
zip|3.0-r13|138|390|unzip|zip|Creates PKZIP-compatible .zip files
zstd|1.5.7-r0|340|720|zstd-libs|zstd|Zstandard - Fast real-time compression algorithm
zstd-libs|1.5.7-r0|290|660|||Fast real-time compression algorithm (libraries)
mariadb-client,mysql-client|11.4.8-r0|3900|36800||mariadb-client|client for the MariaDB database
memcached|1.6.32-r0|109|250||memcached|Distributed memory object caching system
postgresql17-client,postgresql-client|17.6-r0|1610|4400||postgresql-client|PostgreSQL client
redis|8.0.4-r0|1640|4900||redis|Advanced key-value store
`
