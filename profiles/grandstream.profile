# SPDX-License-Identifier: Apache-2.0
[Profile]
Title=Grandstream phones

[Provisioning]
Hosts=fm.grandstream.com;*acs.gdms.cloud
UserAgents=Grandstream *
Paths=*cfg############;*cfg############.xml
OptionalPaths=*cfg############;*ringtone?.bin
