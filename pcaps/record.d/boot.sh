# SPDX-License-Identifier: Apache-2.0
#
# Cases of how a phone comes to its address: dnsmasq as the DHCP and TFTP server,
# and the router that advertises itself, udhcpc and tftp of BusyBox and ISC
# dhclient (DHCPv6) as the phone; see cases.sh.
# shellcheck shell=bash

# shellcheck disable=SC2034 # record reads it
boot_cases='
dhcp-lease-recorded dhcp-provisioning-recorded dhcp-v6-lease-recorded
'

# dhcp_server OPTIONS of dnsmasq: addresses for the phone, and a TFTP server at
# 198.51.100.69
dhcp_server()
{
	sbc ip addr add 198.51.100.69/32 dev lo
	mkdir -p tftp
	echo 'line 2000' >tftp/phone.cnf
	start sbc dnsmasq -C /dev/null -k -R -h -p 0 -u root \
	    -x "$PWD/dhcp.pid" --dhcp-leasefile="$PWD/leases" \
	    --dhcp-range=192.0.2.100,192.0.2.110,1h --no-ping \
	    --dhcp-host=00:00:5e:00:53:17,192.0.2.17 --interface=eth0 \
	    --dhcp-option=option:router,192.0.2.1 --dhcp-authoritative \
	    --dhcp-option=option:dns-server,203.0.113.53 \
	    --dhcp-option=option:ntp-server,203.0.113.123 \
	    --enable-tftp --tftp-root="$PWD/tftp" "$@" >dhcp.log 2>&1
	await 5 listening 67
	phone ip addr flush dev eth0 scope global
}

# The phone asks as desk phones do.
dhcp_phone()
{
	cat >bound.sh <<-'END'
	#!/bin/sh
	case $1 in
	bound|renew)
		ip addr replace "$ip/24" dev eth0
		ip route replace default via 192.0.2.1 ;;
	esac
	END
	chmod +x bound.sh
	start phone busybox udhcpc -f -i eth0 -s "$PWD/bound.sh" \
	    -V 'ExamplePhone 1.0' -x hostname:phone17 \
	    -O 42 -O 66 -O 150 -O 159 -O 160 "$@" >udhcpc.log 2>&1
	udhcpc_pid=$!
	await 10 grep -q 'lease of 192.0.2.17 obtained' udhcpc.log
	sleep 0.3
}

# Options for other phones, which this one does not care for.
case_dhcp_lease_recorded()
{
	make_network
	registrar udp:$sbc_ip:5060
	resolver
	dhcp_server --dhcp-option=66,198.51.100.69 \
	    --dhcp-option=150,198.51.100.69
	capture
	dhcp_phone
	baresip_phone 4025 secret-4025 "sip:$sbc_ip;transport=udp"
	sleep 2
	kill -USR1 "$udhcpc_pid"
	sleep 1
	finish "$baresip_pid"
	sleep 1
	kill -USR2 "$udhcpc_pid"
	sleep 1
	capture_end
}

case_dhcp_provisioning_recorded()
{
	make_network
	dhcp_server --dhcp-option=66,198.51.100.69 \
	    --dhcp-option=150,198.51.100.69
	capture
	dhcp_phone
	phone busybox tftp -g -r phone.cnf -l got.cnf 198.51.100.69 || true
	sleep 2
	kill -USR1 "$udhcpc_pid"
	sleep 2
	capture_end
}

# dhcp6_server OPTIONS of dnsmasq: a router that says that DHCPv6 has addresses,
# and DHCPv6 with them, and with SIP servers (RFC 3319) and a vendor's option
dhcp6_server()
{
	sbc ip addr add fe80::1/64 dev eth0 nodad
	phone ip -6 addr flush dev eth0
	phone ip -6 route flush dev eth0
	phone ip neigh flush dev eth0
	phone sysctl -q net.ipv6.conf.all.accept_dad=1 \
	    net.ipv6.conf.eth0.accept_dad=1 net.ipv6.conf.eth0.accept_ra=1
	start sbc dnsmasq -C /dev/null -k -R -h -p 0 -u root \
	    -x "$PWD/dhcp6.pid" --dhcp-leasefile="$PWD/leases6" \
	    --interface=eth0 --enable-ra --ra-param=eth0,60,1800 \
	    --dhcp-range=2001:db8:1::100,2001:db8:1::1ff,64,1h \
	    --dhcp-host='00:00:5e:00:53:17,[2001:db8:1::17]' \
	    --dhcp-option='option6:dns-server,[2001:db8:3::53]' \
	    --dhcp-option=option6:sip-server-domain,example.net \
	    --dhcp-option='option6:sip-server,[2001:db8:2::10]' \
	    "$@" >dhcp6.log 2>&1
	await 5 listening 547
}

dhcp6_phone()
{
	cat >bound6.sh <<-'END'
	#!/bin/sh
	case $reason in
	BOUND6|RENEW6|REBIND6)
		ip addr replace "$new_ip6_address/128" dev eth0 ;;
	EXPIRE6|RELEASE6|STOP6)
		ip addr del "$old_ip6_address/128" dev eth0 ;;
	esac
	END
	chmod +x bound6.sh
	cat >dhclient.conf <<-'END'
	also request dhcp6.sip-servers-names, dhcp6.sip-servers-addresses,
	    dhcp6.vendor-opts;
	END
	phone ip addr add fe80::17/64 dev eth0 scope link
	sleep 2
	start phone dhclient -6 -d -D LL -cf "$PWD/dhclient.conf" \
	    -sf "$PWD/bound6.sh" -lf "$PWD/dhclient.leases" \
	    -pf "$PWD/dhclient.pid" eth0 >dhclient.log 2>&1
	await 20 sh -c "nsenter -t $phone_pid -n -- ip -6 addr show dev eth0 |
	    grep '2001:db8:1::17/' | grep -qv tentative"
}

# What phones ask of DHCPv6, and the neighbour discovery that goes along.
case_dhcp_v6_lease_recorded()
{
	make_network
	registrar 'udp:[2001:db8:2::10]:5060'
	phone ip addr flush dev eth0 scope global
	# shellcheck disable=SC2034 # capture reads it
	capture_filter='ip6 and not dst ff02::16'
	capture
	dhcp6_server --dhcp-option=vi-encap:32473,option6:1,phones
	dhcp6_phone
	# shellcheck disable=SC2034 # baresip_phone reads it
	listen='[2001:db8:1::17]:5060'
	baresip_phone 4025 secret-4025 'sip:[2001:db8:2::10];transport=udp'
	sleep 2
	finish "$baresip_pid"
	sleep 1
	phone dhclient -6 -r -D LL -cf "$PWD/dhclient.conf" \
	    -sf "$PWD/bound6.sh" -lf "$PWD/dhclient.leases" \
	    -pf "$PWD/dhclient.pid" eth0 >>dhclient.log 2>&1 || true
	sleep 1
	capture_end
}
