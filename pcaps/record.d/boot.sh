# SPDX-License-Identifier: Apache-2.0
#
# Cases of how a phone comes to its address: dnsmasq as the DHCP and TFTP server,
# udhcpc and tftp of BusyBox as the phone; see cases.sh.
# shellcheck shell=bash

# shellcheck disable=SC2034 # record reads it
boot_cases='
dhcp-lease-recorded dhcp-provisioning-recorded
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
