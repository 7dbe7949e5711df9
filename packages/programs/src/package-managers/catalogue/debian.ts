/** Debian 13: `name,aliases|version|download KB|installed KiB|depends|software|summary`. */
export const DEBIAN_PACKAGES = `
apache2|2.4.65-2|224|511|apache2-bin,apache2-data,apache2-utils|apache-debian|Apache HTTP Server
apache2-bin|2.4.65-2|1370|3990|libapr1t64,libaprutil1t64||Apache HTTP Server (modules and other binary files)
apache2-data|2.4.65-2|160|873|||Apache HTTP Server (common files)
apache2-utils|2.4.65-2|215|443|libapr1t64,libaprutil1t64|apache2-utils|Apache HTTP Server (utility programs for web servers)
apt-transport-https|3.0.3|42|59|||transitional package for https support
apt-utils|3.0.3|253|926|||package management related utility programs
attr|1:2.5.2-3|52|132||attr|utilities for manipulating filesystem extended attributes
bash|5.2.37-2+b5|1500|7163||bash|GNU Bourne Again SHell
bash-completion|1:2.16.0-7|319|1980|||programmable completion for the bash shell
bc|1.07.1-4|110|223||bc|GNU bc arbitrary precision calculator language
bind9-dnsutils,dnsutils|1:9.20.11-4|339|720|bind9-host,bind9-libs|dig|Clients provided with BIND 9
bind9-host|1:9.20.11-4|56|140|bind9-libs||DNS Lookup Utility
bind9-libs|1:9.20.11-4|1480|4110|||Shared Libraries used by BIND 9
binutils|2.44-3|265|1090||strings|GNU assembler, linker and binary utilities
bridge-utils|1.7.1-4|35|119||bridge-utils|Utilities for configuring the Linux Ethernet bridge
bsdextrautils,bsdmainutils,ncal|2.41-5|95|339||bsdutils|extra utilities from 4.4BSD-Lite
bsdutils|1:2.41-5|105|359|||basic utilities from 4.4BSD-Lite
bzip2|1.0.8-6|40|121|libbz2-1.0|bzip2|high-quality block-sorting file compressor - utilities
ca-certificates|20250419|162|386|openssl||Common CA certificates
conntrack|1:1.4.8-2|35|106|libmnl0|conntrack|Program to modify the conntrack tables
coreutils|9.7-3|3000|18304||coreutils|GNU core utilities
cron|3.0pl1-197|84|259||cron|process scheduling daemon
curl|8.14.1-2|269|507|libcurl4t64|curl|command line tool for transferring data with URL syntax
dc|1.07.1-4|63|151||dc|GNU dc arbitrary precision reverse-polish calculator
debianutils|5.23.2|93|237||which|Miscellaneous utilities specific to Debian
diffutils|1:3.10-4|387|1763||diffutils|File comparison utilities
e2fsprogs|1.47.2-3+b3|616|1549||e2fsprogs|ext2/ext3/ext4 file system utilities
ed|1.21-1|60|111||ed|classic UNIX line editor
ethtool|1:6.14.2-1|257|1029|libmnl0|ethtool|display or change Ethernet device settings
fdisk|2.41-5|150|404||fdisk|collection of partitioning utilities
file|1:5.46-5|44|131|libmagic1t64|file|Recognize the type of data in a file using "magic" numbers
findutils|4.10.0-3|700|2030||findutils|utilities for finding files--find, xargs
gawk|1:5.2.1-2+b1|673|2919||gawk|GNU awk, a pattern scanning and processing language
gcc|4:14.2.0-1|5|32|libc6-dev|gcc|GNU C compiler
gettext-base|0.23.1-2|243|708||envsubst|GNU Internationalization utilities for the base system
git|1:2.47.3-0+deb13u1|8862|49000|git-man,libcurl3t64-gnutls,liberror-perl|git|fast, scalable, distributed revision control system
git-man|1:2.47.3-0+deb13u1|2205|2250|||fast, scalable, distributed revision control system (manual pages)
gnupg|2.4.7-21|417|918|||GNU privacy guard - a free PGP replacement
gosu|1.17-3|1500|3300||gosu|Simple Go-based setuid+setgid+setgroups+exec
grep|3.11-4|389|1093||grep|GNU grep, egrep and fgrep
gzip|1.13-1|138|270||gzip|GNU compression utilities
hostname|3.25|11|47|||utility to set/show the host name or domain name
htop|3.4.1-5|178|448|libncursesw6,libnl-3-200|htop|interactive processes viewer
inetutils-telnet,telnet|2:2.6-3|119|295||telnet|telnet client
inotify-tools|4.23.9.0-2+b1|30|117|libinotifytools0|inotify-tools|command-line programs providing a simple interface to inotify
iproute2|6.15.0-1|1107|3741|libelf1t64,libmnl0|iproute2|networking and traffic control tools
iptables|1.8.11-2|360|2414|libmnl0,libnftnl11|iptables|administration tools for packet filtering and NAT
iputils-arping|3:20240905-3|20|51||iputils-arping|Tool to send ICMP echo requests to an ARP address
iputils-ping,inetutils-ping|3:20240905-3|47|123||ping|Tools to test the reachability of network hosts
iputils-tracepath|3:20240905-3|21|47||tracepath|Tools to trace the network path to a remote host
jq|1.7.1-6|77|108|libjq1|jq|lightweight and flexible command-line JSON processor
krb5-locales|1.21.3-5|101|748|||internationalization support for MIT Kerberos
less|668-1|161|340||less|pager program similar to more
libapr1t64|1.7.5-1|104|251|||Apache Portable Runtime Library
libaprutil1t64|1.6.3-3+b1|89|246|libapr1t64||Apache Portable Runtime Utility Library
libbrotli1|1.1.0-2+b7|307|919|||library implementing brotli encoder and decoder
libbz2-1.0|1.0.8-6|38|105|||high-quality block-sorting file compressor library - runtime
libc6-dev|2.41-12|1930|12400|||GNU C Library: Development Libraries and Header Files
libcap2-bin|1:2.75-10+b3|35|132||libcap|POSIX 1003.1e capabilities (utilities)
libcurl3t64-gnutls|8.14.1-2|382|875|libbrotli1,libnghttp2-14,libpsl5t64||easy-to-use client-side URL transfer library (GnuTLS flavour)
libcurl4t64|8.14.1-2|391|893|libbrotli1,libgssapi-krb5-2,libldap2,libnghttp2-14,libpsl5t64,librtmp1,libssh2-1t64||easy-to-use client-side URL transfer library
libelf1t64|0.192-4|189|337|||library to read and write ELF files
liberror-perl|0.17030-1|27|55|||Perl module for error/exception handling in an OO-ish way
libgssapi-krb5-2|1.21.3-5|138|458|||MIT Kerberos runtime libraries
libinotifytools0|4.23.9.0-2+b1|22|69|||utility wrapper around inotify
libjq1|1.7.1-6|160|389|libonig5||lightweight and flexible command-line JSON processor - shared library
libldap2|2.6.10+dfsg-1|194|556|||OpenLDAP libraries
libmagic1t64|1:5.46-5|109|262|||Recognize the type of data in a file using "magic" numbers - library
libmnl0|1.0.5-3|12|42|||minimalistic Netlink communication library
libncursesw6|6.5+20250216-2|136|412|||shared libraries for terminal handling (wide character support)
libnftnl11|1.2.9-1|61|197|||Netfilter nftables userspace API library
libnghttp2-14|1.64.0-1.1|76|214|||library implementing HTTP/2 protocol (shared library)
libnl-3-200|3.7.0-2|62|194|||library for dealing with netlink sockets
libonig5|6.9.9-1+b1|188|669|||regular expressions library
libpcap0.8t64|1.10.5-2|159|401|||system interface for user-level packet capture
libpipeline1|1.5.8-1|42|121|||Unix process pipeline manipulation library
libpopt0|1.19+dfsg-2|43|135|||lib for parsing cmdline parameters
libproc2-0|2:4.0.4-9|65|147|||library for accessing process information from /proc
libpsl5t64|0.21.2-1.1+b1|57|110|||Library for Public Suffix List (shared libraries)
librtmp1|2.4+20151223-6|59|137|||toolkit for RTMP streams (shared library)
libssh2-1t64|1.11.1-1|245|479|||SSH2 client-side library
libunwind8|1.8.1-0.1|55|213|||library to determine the call-chain of a program - runtime
lsb-release|12.1-1|6|24|||Linux Standard Base version reporting utility (minimal implementation)
lsof|4.99.4+dfsg-2|330|484||lsof|utility to list open files
man-db|2.13.1-1|1469|3400|bsdextrautils,libpipeline1|man|tools for reading manual pages
mtr-tiny,mtr|0.95-1.1|63|165||mtr|Full screen ncurses traceroute tool
nano|8.4-1|750|2924|libncursesw6|nano|small, friendly text editor inspired by Pico
net-tools|2.10-1.3|243|1024||net-tools|NET-3 networking toolkit
netbase|6.5|12|42|||Basic TCP/IP networking system
netcat-openbsd,netcat|1.229-1|43|110||netcat|TCP/IP swiss army knife
nftables|1.1.3-1|80|194|libnftnl11|nftables|Program to control packet filtering rules by Netfilter project
nginx|1.26.3-3+deb13u1|607|1570|nginx-common|nginx-debian|small, powerful, scalable web/proxy server
nginx-common|1.26.3-3+deb13u1|112|241|||small, powerful, scalable web/proxy server - common files
nodejs|20.19.2+dfsg-1|11000|47700||nodejs|evented I/O for V8 javascript - runtime executable
npm|9.2.0~ds1-3|730|3050|nodejs|npm|package manager for Node.js
openssh-client|1:10.0p1-7|985|5200||openssh-client|secure shell (SSH) client, for secure access to remote machines
openssh-server|1:10.0p1-7|603|3300|openssh-client|openssh-server-debian|secure shell (SSH) server, for secure access from remote machines
iperf3|3.18-2|42|117||iperf3|Internet Protocol bandwidth measuring tool
nmap|7.95+dfsg-3|1965|4654|libpcap0.8t64,nmap-common|nmap|The Network Mapper
nmap-common|7.95+dfsg-3|4368|21500|||Architecture independent files for nmap
openssl|3.5.1-1|1487|2496||openssl|Secure Sockets Layer toolkit - cryptographic utility
parted|3.6-5|321|627||parted|disk partition manipulator
passwd|1:4.17.4-2|1350|3400||passwd|change and administer password and group data
patch|2.8-2|134|318||patch|Apply a diff file to an original
procps|2:4.0.4-9|882|2412|libproc2-0|procps|/proc file system utilities
psmisc|23.7-2|267|962||psmisc|utilities that use the proc file system
publicsuffix|20250328.1952-0.1|296|351|||accurate, machine-readable list of domain name suffixes
python3|3.13.5-1|28|90||python3|interactive high-level object-oriented language (default python3 version)
python3-pip|25.1.1+dfsg-1|1470|8100|python3|pip|Python package installer
rsync|3.4.1+ds1-5|433|834|libpopt0|rsync|fast, versatile, remote (and local) file-copying tool
sed|4.9-2|329|987||sed|GNU stream editor for filtering/transforming text
sqlite3|3.46.1-7|362|1040|libsqlite3-0|sqlite3|Command line interface for SQLite 3
libsqlite3-0|3.46.1-7|915|1700|||SQLite 3 shared library
strace|6.13+ds-1|1363|2923|libunwind8|strace|System call tracer
stress|1.0.7-1|18|52||stress|tool to impose load on and stress test a computer system
sudo|1.9.16p2-3|2061|6700||sudo|Provide limited super user privileges to specific users
tar|1.35+dfsg-3.1|815|3136||tar|GNU version of the tar archiving utility
tcpdump|4.99.5-2|468|1422|libpcap0.8t64|tcpdump|command-line network traffic analyzer
time|1.9-0.2|50|130||time|GNU time program for measuring CPU resource usage
traceroute|1:2.1.6-1|58|162||traceroute|Traces the route taken by packets over an IPv4/IPv6 network
tree|2.2.1-1|55|118||tree|displays an indented directory tree, in color
tzdata|2025b-4|260|1392|||time zone and daylight-saving time data
unzip|6.0-29|173|382||unzip|De-archiver for .zip files
util-linux|2.41-5|1244|5000||util-linux|miscellaneous system utilities
vim|2:9.1.1230-2|1738|3900|vim-common|vim|Vi IMproved - enhanced vi editor
vim-common|2:9.1.1230-2|385|1890|xxd||Vi IMproved - Common files
vim-tiny|2:9.1.1230-2|806|1800|vim-common|vim|Vi IMproved - enhanced vi editor - compact version
wget|1.25.0-2|984|3690|libpsl5t64|wget|retrieves files from the web
which|2.23-1|34|75||which|locate a command
whois|5.6.3|80|391||whois|intelligent WHOIS client
xfsprogs|6.13.0-2+b1|1211|3893||xfsprogs|Utilities for managing the XFS filesystem
xxd|2:9.1.1230-2|98|188||xxd|tool to make (or reverse) a hex dump
xz-utils|5.8.1-1|660|1540||xz|XZ-format compression utilities
zstd|1.5.7+dfsg-1|640|1960||zstd|fast lossless compression algorithm -- CLI tool
default-mysql-client|1.1.1|4|9|mariadb-client||MySQL database client binaries (metapackage)
mariadb-client|1:11.8.3-0+deb13u1|3120|52400||mariadb-client|MariaDB database client binaries
memcached|1.6.38-1|223|636||memcached|High-performance in-memory object caching system
postgresql-client|17+278|14|25|postgresql-client-17||front-end programs for PostgreSQL (supported version)
postgresql-client-17|17.6-0+deb13u1|2120|12400||postgresql-client|front-end programs for PostgreSQL 17
redis|5:8.0.2-3+deb13u1|24|33|redis-server||Persistent key-value database with network interface (metapackage)
redis-server|5:8.0.2-3+deb13u1|87|244|redis-tools|redis|Persistent key-value database with network interface
redis-tools|5:8.0.2-3+deb13u1|1310|7500||redis-tools|Persistent key-value database with network interface (client)
zip|3.0-15|235|617||zip|Archiver for .zip files
`
