# SPDX-License-Identifier: Apache-2.0
[Profile]
Title=Webex Calling

[Service]
Domains=*.bcld.webex.com;*.broadcloudpbx.net;*.broadcloud.eu;*.broadcloud.com.au
Srv=_sips._tcp
Ports=8934
PortTells=yes
Transports=tls
Expires=3600
Granted=60-180
OtherAuthUser=yes

[Provisioning]
Hosts=activate.cisco.com;cisco.sipflash.com;*.sipflash.com
OnlyTheseHosts=yes
