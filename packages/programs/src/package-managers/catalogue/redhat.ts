/** As in Enterprise Linux 9: `name,aliases|version|download KiB|installed KiB|depends|software|summary`. */
export const REDHAT_PACKAGES = `
bash-completion|1:2.11-5|292|1100|||Programmable completion for Bash
bc|1.07.1-14|122|230||bc|GNU's bc (a numeric processing language) and dc (a calculator)
bind-libs|32:9.16.23-31|1264|3400|bind-license||Libraries used by the BIND DNS packages
bind-license|32:9.16.23-31|14|17|||License of the BIND DNS suite
bind-utils|32:9.16.23-31|206|600|bind-libs|dig|Utilities for querying DNS name servers
binutils|2.35.2-67|4710|25200||strings|A GNU collection of binary utilities
bridge-utils|1.7.1-3|34|70||bridge-utils|Utilities for configuring the linux ethernet bridge
ca-certificates|2024.2.69-91|1050|2600|||The Mozilla CA root certificate bundle
conntrack-tools|1.4.7-4|234|500|libmnl|conntrack|Manipulate netfilter connection tracking table
curl|7.76.1-34|294|720||curl|A utility for getting files from remote servers (FTP, HTTP, and others)
diffutils|3.7-12|397|1400||diffutils|GNU collection of diff utilities
epel-release|9-10|19|31|||Extra Packages for Enterprise Linux repository configuration
ethtool|2:6.2-1|233|690|libmnl|ethtool|Settings tool for Ethernet NICs
findutils|1:4.8.0-7|550|1700||findutils|The GNU versions of find utilities (find and xargs)
gawk|5.1.0-6|1000|1700||gawk|The GNU version of the AWK text processing utility
inotify-tools|3.22.1.0-1|58|119||inotify-tools|Command line utilities for inotify
iproute|6.14.0-2|834|2500|libmnl|iproute2|Advanced IP routing and network device configuration tools
iptables-nft,iptables|1.8.10-11|206|810|libmnl,libnftnl|iptables|nftables compatibility for iptables, arptables and ebtables
iputils|20210202-15|175|770||ping|Network monitoring tools including ping
jq|1.6-19|187|430|oniguruma|jq|Command-line JSON processor
less|590-6|162|330||less|A text file browser similar to more, but better
libmnl|1.0.4-16|28|61|||A minimalistic Netlink library
libnftnl|1.2.6-4|88|240|||Library for low-level interaction with nftables Netlink's API over libmnl
libpcap|14:1.10.0-4|172|396|||A system-independent interface for user-level packet capture
libpsl|0.21.1-5|64|78|||C library for the Publix Suffix List
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
openssl|1:3.5.1-3|1450|2200|||Utilities from the general purpose cryptography library with TLS implementation
procps-ng|3.3.17-14|349|1000||procps|System and process monitoring utilities
strace|5.18-2.1|1400|2790||strace|Tracks and displays system calls associated with a running process
stress|1.0.4-29|39|94||stress|A tool to put given subsystems under a specified load
tar|2:1.34-7|881|3000||tar|GNU file archiving program
tcpdump|14:4.99.0-9|543|1300|libpcap|tcpdump|A network traffic monitoring tool
telnet|1:0.17-85|63|121||telnet|The client program for the Telnet remote login protocol
traceroute|3:2.1.1-1|60|120||traceroute|Traces the route taken by packets over an IPv4/IPv6 network
tree|1.8.0-10|55|110||tree|File system tree viewer
tzdata|2025b-1|840|1700|||Timezone data
util-linux|2.37.4-21|2270|8500||bsdutils|Collection of basic system utilities
vim-common|2:8.2.2637-22|6730|29800|vim-filesystem|xxd|The common files needed by any version of the VIM editor
vim-enhanced,vim|2:8.2.2637-22|1790|3900|vim-common|vim|A version of the VIM editor which includes recent enhancements
vim-filesystem|2:8.2.2637-22|13|40|||VIM filesystem layout
vim-minimal|2:8.2.2637-22|670|1500||vim|A minimal version of the VIM editor
wget|1.21.1-8|789|3100|libpsl|wget|A utility for retrieving files using the HTTP or FTP protocols
which|2.21-30|41|76|||Displays where a particular program in your path is located
`
