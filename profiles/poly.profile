# SPDX-License-Identifier: Apache-2.0
[Profile]
Title=Poly phones

[Provisioning]
Hosts=ztp.polycom.com;*.ztp.polycom.com
UserAgents=FileTransport Polycom*;FileTransport Poly*
Paths=*000000000000.cfg;*000000000000-directory.xml;*############-phone.cfg;*############-web.cfg;*############-license.cfg;*############-directory.xml
OptionalPaths=*-phone.cfg;*-web.cfg;*-license.cfg;*-directory.xml;*-calls.xml;*-user.cfg
