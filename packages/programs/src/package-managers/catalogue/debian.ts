/** Debian 13: `name,aliases|version|download KB|installed KiB|depends|software|summary`. */
export const DEBIAN_PACKAGES = `
apt-transport-https|3.0.3|42|59|||transitional package for https support
apt-utils|3.0.3|253|926|||package management related utility programs
bash|5.2.37-2+b5|1500|7163||bash|GNU Bourne Again SHell
bash-completion|1:2.16.0-7|319|1980|||programmable completion for the bash shell
bc|1.07.1-4|110|223||bc|GNU bc arbitrary precision calculator language
bind9-dnsutils,dnsutils|1:9.20.11-4|339|720|bind9-host,bind9-libs|dig|Clients provided with BIND 9
bind9-host|1:9.20.11-4|56|140|bind9-libs||DNS Lookup Utility
bind9-libs|1:9.20.11-4|1480|4110|||Shared Libraries used by BIND 9
binutils|2.44-3|265|1090||strings|GNU assembler, linker and binary utilities
bridge-utils|1.7.1-4|35|119||bridge-utils|Utilities for configuring the Linux Ethernet bridge
bsdextrautils,bsdmainutils,ncal|2.41-5|95|339||bsdutils|extra utilities from 4.4BSD-Lite
ca-certificates|20250419|162|386|openssl||Common CA certificates
conntrack|1:1.4.8-2|35|106|libmnl0|conntrack|Program to modify the conntrack tables
coreutils|9.7-3|3000|18304||coreutils|GNU core utilities
curl|8.14.1-2|269|507|libcurl4t64|curl|command line tool for transferring data with URL syntax
diffutils|1:3.10-4|387|1763||diffutils|File comparison utilities
ethtool|1:6.14.2-1|257|1029|libmnl0|ethtool|display or change Ethernet device settings
gawk|1:5.2.1-2+b1|673|2919||gawk|GNU awk, a pattern scanning and processing language
gnupg|2.4.7-21|417|918|||GNU privacy guard - a free PGP replacement
grep|3.11-4|389|1093||grep|GNU grep, egrep and fgrep
inetutils-telnet,telnet|2:2.6-3|119|295||telnet|telnet client
inotify-tools|4.23.9.0-2+b1|30|117|libinotifytools0|inotify-tools|command-line programs providing a simple interface to inotify
iproute2|6.15.0-1|1107|3741|libelf1t64,libmnl0|iproute2|networking and traffic control tools
iptables|1.8.11-2|360|2414|libmnl0,libnftnl11|iptables|administration tools for packet filtering and NAT
iputils-ping,inetutils-ping|3:20240905-3|47|123||ping|Tools to test the reachability of network hosts
iputils-tracepath|3:20240905-3|21|47||tracepath|Tools to trace the network path to a remote host
jq|1.7.1-6|77|108|libjq1|jq|lightweight and flexible command-line JSON processor
krb5-locales|1.21.3-5|101|748|||internationalization support for MIT Kerberos
less|668-1|161|340||less|pager program similar to more
libbrotli1|1.1.0-2+b7|307|919|||library implementing brotli encoder and decoder
libcurl4t64|8.14.1-2|391|893|libbrotli1,libgssapi-krb5-2,libldap2,libnghttp2-14,libpsl5t64,librtmp1,libssh2-1t64||easy-to-use client-side URL transfer library
libelf1t64|0.192-4|189|337|||library to read and write ELF files
libgssapi-krb5-2|1.21.3-5|138|458|||MIT Kerberos runtime libraries
libinotifytools0|4.23.9.0-2+b1|22|69|||utility wrapper around inotify
libjq1|1.7.1-6|160|389|libonig5||lightweight and flexible command-line JSON processor - shared library
libldap2|2.6.10+dfsg-1|194|556|||OpenLDAP libraries
libmnl0|1.0.5-3|12|42|||minimalistic Netlink communication library
libncursesw6|6.5+20250216-2|136|412|||shared libraries for terminal handling (wide character support)
libnftnl11|1.2.9-1|61|197|||Netfilter nftables userspace API library
libnghttp2-14|1.64.0-1.1|76|214|||library implementing HTTP/2 protocol (shared library)
libonig5|6.9.9-1+b1|188|669|||regular expressions library
libpcap0.8t64|1.10.5-2|159|401|||system interface for user-level packet capture
libproc2-0|2:4.0.4-9|65|147|||library for accessing process information from /proc
libpsl5t64|0.21.2-1.1+b1|57|110|||Library for Public Suffix List (shared libraries)
librtmp1|2.4+20151223-6|59|137|||toolkit for RTMP streams (shared library)
libssh2-1t64|1.11.1-1|245|479|||SSH2 client-side library
libunwind8|1.8.1-0.1|55|213|||library to determine the call-chain of a program - runtime
lsb-release|12.1-1|6|24|||Linux Standard Base version reporting utility (minimal implementation)
mtr-tiny,mtr|0.95-1.1|63|165||mtr|Full screen ncurses traceroute tool
nano|8.4-1|750|2924|libncursesw6|nano|small, friendly text editor inspired by Pico
net-tools|2.10-1.3|243|1024||net-tools|NET-3 networking toolkit
netbase|6.5|12|42|||Basic TCP/IP networking system
netcat-openbsd,netcat|1.229-1|43|110||netcat|TCP/IP swiss army knife
nginx|1.26.3-3+deb13u1|607|1570|nginx-common|nginx-debian|small, powerful, scalable web/proxy server
nginx-common|1.26.3-3+deb13u1|112|241|||small, powerful, scalable web/proxy server - common files
nodejs|20.19.2+dfsg-1|11000|47700||nodejs|evented I/O for V8 javascript - runtime executable
npm|9.2.0~ds1-3|730|3050|nodejs|npm|package manager for Node.js
openssl|3.5.1-1|1487|2496|||Secure Sockets Layer toolkit - cryptographic utility
procps|2:4.0.4-9|882|2412|libproc2-0|procps|/proc file system utilities
publicsuffix|20250328.1952-0.1|296|351|||accurate, machine-readable list of domain name suffixes
sed|4.9-2|329|987||sed|GNU stream editor for filtering/transforming text
strace|6.13+ds-1|1363|2923|libunwind8|strace|System call tracer
stress|1.0.7-1|18|52||stress|tool to impose load on and stress test a computer system
tar|1.35+dfsg-3.1|815|3136||tar|GNU version of the tar archiving utility
tcpdump|4.99.5-2|468|1422|libpcap0.8t64|tcpdump|command-line network traffic analyzer
traceroute|1:2.1.6-1|58|162||traceroute|Traces the route taken by packets over an IPv4/IPv6 network
tree|2.2.1-1|55|118||tree|displays an indented directory tree, in color
tzdata|2025b-4|260|1392|||time zone and daylight-saving time data
vim|2:9.1.1230-2|1738|3900|vim-common|vim|Vi IMproved - enhanced vi editor
vim-common|2:9.1.1230-2|385|1890|xxd||Vi IMproved - Common files
vim-tiny|2:9.1.1230-2|806|1800|vim-common|vim|Vi IMproved - enhanced vi editor - compact version
wget|1.25.0-2|984|3690|libpsl5t64|wget|retrieves files from the web
xxd|2:9.1.1230-2|98|188||xxd|tool to make (or reverse) a hex dump
`
