# SPDX-License-Identifier: Apache-2.0
# A registrar by the book: RFC 3261 10.
[Profile]
Title=Generic registrar

[Service]
Ports=5060;5061
Srv=_sip._udp;_sip._tcp;_sips._tcp
Expires=60-7200
Granted=30-7200
